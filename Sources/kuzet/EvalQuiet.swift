import ArgumentParser
import Camera
import Frames
import Incidents
import Linux
import Text

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
        // Of all recordings, as if they were one.
        var all = EvaluatedClip()
        var items = 0
        for path in try recordings() {
            let clip = try orExit { try EvaluatedClip.decide(path) }
            let found = clip.confirmed.filter { $0.kind != .presence }
            items += 1
            all.confirmed += found
            all.length = all.length + clip.length
            for found in found {
                announce(
                    json
                        ? "{\"file\":\(JSON.quoted(path)),\"alarmAt\":\(secondsText(found.at)),"
                            + "\"kind\":\"\(found.kind)\"}"
                        : "\(path): \(found.kind) at \(secondsText(found.at)) s")
            }
        }
        let (fights, aggression, tamper, inability) = all.tally()
        let length = secondsText(all.length)
        let rate = thousandths(
            Int64(all.confirmed.count) * 3_600_000_000 / max(all.length.milliseconds, 1))
        announce(
            json
                ? "{\"task\":\"quiet\",\"items\":\(items),\"metrics\":{\"tamper\":\(tamper),"
                    + "\"inability\":\(inability),\"fights\":\(fights),"
                    + "\"aggression\":\(aggression),\"seconds\":\(length),"
                    + "\"perHour\":\(rate)}}"
                : "\(items) recordings of \(length) s: \(fights) fights, "
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
