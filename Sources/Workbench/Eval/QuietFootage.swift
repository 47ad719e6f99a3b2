import Camera
import Detectors
import Frames
import Linux
import Text

/// Footage in which nobody fights and nobody touches the camera must not say otherwise.
package struct QuietFootage {
    /// Recordings, or folders of recordings.
    private let inputs: [String]
    private let json: Bool

    package init(_ inputs: [String], isJSON: Bool) {
        self.inputs = inputs
        json = isJSON
    }

    static let endings = [".mp4", ".avi", ".mkv", ".mov", ".webm", ".y4m", ".kuzet"]

    /// Prints every incident, and how many in an hour.
    package func run() throws {
        // Of all recordings, as if they were one.
        var all = EvaluatedClip()
        var items = 0
        let looks = PromptWorker(try LookNetworks())
        for path in try recordings() {
            let clip = try EvaluatedClip.decide(path, looks: looks)
            let found = clip.confirmed.filter { $0.kind != .presence }
            items += 1
            all.confirmed += found
            all.length = all.length + clip.length
            for found in found {
                announce(
                    json
                        ? "{\"file\":\(JSON.quoted(path)),\"alarmAt\":\(secondsText(found.at)),"
                            + "\"kind\":\"\(found.kind)\"}"
                        : "\(path.replacingControls()): \(found.kind) "
                            + "at \(secondsText(found.at)) s")
            }
        }
        let tally = all.tally()
        let length = secondsText(all.length)
        let rate = thousandths(
            Int64(all.confirmed.count - tally.notes) * 3_600_000_000
                / max(all.length.milliseconds, 1))
        announce(
            json
                ? "{\"task\":\"quiet\",\"items\":\(items),\"metrics\":{\"tamper\":\(tally.tamper),"
                    + "\"inability\":\(tally.others),\"notes\":\(tally.notes),"
                    + "\"people\":\(tally.people),\"fights\":\(tally.fights),"
                    + "\"aggression\":\(tally.aggression),\"seconds\":\(length),"
                    + "\"perHour\":\(rate)}}"
                : "\(counted(items, "recording")) of \(length) s: "
                    + "\(counted(tally.fights, "fight")), "
                    + "\(tally.aggression) of aggression, \(tally.people) of people, "
                    + "\(counted(tally.tamper, "tamper incident")), "
                    + "\(tally.others) of inability; "
                    + "\(rate) in an hour; \(counted(tally.notes, "note"))")
    }

    private func recordings() throws -> [String] {
        var found: [String] = []
        for input in inputs {
            do {
                guard try Files.facts(input).kind == .directory else {
                    found.append(input)
                    continue
                }
                let names = try Files.names(in: input).sorted()
                    .filter { name in Self.endings.contains { name.hasSuffix($0) } }
                // Of nothing it would say that nothing was found.
                guard !names.isEmpty else {
                    throw WorkbenchError(
                        .badData, "recordings \(input): list: there is none in this folder")
                }
                found += names.map { input + "/" + $0 }
            } catch let error as Errno {
                throw WorkbenchError(.unavailable, "recordings \(input): list: \(error)")
            }
        }
        return found
    }
}
