import ArgumentParser
import Camera
import Frames
import Incidents
import Linux

/// Footage in which nobody fights and nobody touches the camera must not say otherwise.
struct EvalQuiet: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quiet",
        abstract: "Prints every incident that ordinary footage gives, and how many in an hour.",
        discussion: """
            Only confirmed incidents count. Presence is left out: people may be there. Exit status \
            0 whatever is found; with --json the last line is {"task","items","metrics":{"tamper",\
            "inability","fights","aggression","seconds","perHour"}}.

            Example: kuzet eval quiet negatives/dancing negatives/market
            """)

    @Argument(help: "Recordings, or folders of recordings (not of folders).")
    var inputs: [String]

    @Flag(help: "JSON lines instead of text.")
    var json = false

    private static let endings = [".mp4", ".avi", ".mkv", ".mov", ".webm", ".y4m", ".kuzet"]

    mutating func run() throws {
        var (items, tamper, inability, fights, aggression) = (0, 0, 0, 0, 0)
        var length = Interval.zero
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
            length = length + clip.length
            for found in clip.confirmed where found.kind != .presence {
                switch found.kind {
                case .fight: fights += 1
                case .aggression: aggression += 1
                case let kind where EvaluatedClip.tamperKinds.contains(kind): tamper += 1
                default: inability += 1
                }
                announce(
                    json
                        ? "{\"file\":\(JSON.quoted(path)),\"alarmAt\":\(secondsText(found.at)),"
                            + "\"kind\":\"\(found.kind)\"}"
                        : "\(path): \(found.kind) at \(secondsText(found.at)) s")
            }
        }
        // Hundredths, of all four together.
        let total = tamper + inability + fights + aggression
        let perHour = total * 360_000_000 / max(Int(length.milliseconds), 1)
        let rate = thousandths(Int64(perHour) * 10)
        announce(
            json
                ? "{\"task\":\"quiet\",\"items\":\(items),\"metrics\":{\"tamper\":\(tamper),"
                    + "\"inability\":\(inability),\"fights\":\(fights),"
                    + "\"aggression\":\(aggression),\"seconds\":\(secondsText(length)),"
                    + "\"perHour\":\(rate)}}"
                : "\(items) recordings of \(secondsText(length)) s: \(fights) fights, "
                    + "\(aggression) of aggression, \(tamper) tamper incidents, "
                    + "\(inability) of inability; \(rate) in an hour")
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
