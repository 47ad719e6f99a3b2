import ArgumentParser
import Camera
import Frames
import Incidents
import Linux

/// Footage in which nobody touches the camera must not say otherwise.
struct EvalQuiet: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quiet",
        abstract: "Prints every incident of camera health that ordinary footage gives.",
        discussion: """
            Presence is left out: people may be there. Exit status 0 whatever is found; with \
            --json the last line is {"task","items","metrics":{"tamper","inability"}}.
            """)

    @Argument(help: "Recordings, or folders of recordings (not of folders).")
    var inputs: [String]

    @Flag(help: "JSON lines instead of text.")
    var json = false

    private static let endings = [".mp4", ".avi", ".mkv", ".mov", ".webm", ".y4m", ".kuzet"]

    mutating func run() throws {
        var (items, tamper, inability) = (0, 0, 0)
        for path in try recordings() {
            let clip: EvaluatedClip
            do {
                clip = try EvaluatedClip.decide(path)
            } catch let error as CameraError {
                complain("\(error)")
                throw ExitCode(
                    error.kind == .badData ? ExitStatus.badData : ExitStatus.unavailable)
            }
            items += 1
            for found in clip.confirmed where found.kind != .presence {
                let isTamper = EvaluatedClip.tamperKinds.contains(found.kind)
                tamper += isTamper ? 1 : 0
                inability += isTamper ? 0 : 1
                announce(
                    json
                        ? "{\"file\":\(JSON.quoted(path)),\"alarmAt\":\(secondsText(found.at)),"
                            + "\"kind\":\"\(found.kind)\"}"
                        : "\(path): \(found.kind) at \(secondsText(found.at)) s")
            }
        }
        announce(
            json
                ? "{\"task\":\"quiet\",\"items\":\(items),\"metrics\":{\"tamper\":\(tamper),"
                    + "\"inability\":\(inability)}}"
                : "\(items) recordings, \(tamper) tamper incidents, \(inability) of inability")
    }

    private func recordings() throws -> [String] {
        var found: [String] = []
        for input in inputs {
            do {
                guard try Files.facts(input).kind == .directory else {
                    found.append(input)
                    continue
                }
                found += try Files.names(in: input).sorted()
                    .filter { name in Self.endings.contains { name.hasSuffix($0) } }
                    .map { input + "/" + $0 }
            } catch {
                complain("recordings \(input): list: \(error)")
                throw ExitCode(ExitStatus.unavailable)
            }
        }
        return found
    }
}
