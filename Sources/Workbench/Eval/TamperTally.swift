import Camera
import Frames
import Linux
import Text

/// How many of the labelled attempts to blind the camera are noticed, how soon, and how often
/// nothing is taken for one. Counts by kind of label.
package struct TamperTally: SplitFigures {
    /// A tamper counts as detected if it is noticed so soon after its onset.
    static let latest = Interval.seconds(5)

    struct Row {
        var count = 0
        var alarmed = 0
        var detected = 0
        /// What the first alarm was called, and how often; "none" where there was none.
        var called: [String: Int] = [:]
    }

    private(set) var rows: [String: Row] = [:]
    private(set) var tamperCount = 0
    private(set) var negativeCount = 0
    private(set) var detected = 0
    private(set) var falseAlarms = 0
    private var delays: [Interval] = []

    package init() {}

    package static func measure(_ labelled: LabelledFolder) throws -> TamperTally {
        var tally = TamperTally()
        try labelled.decideEach(labelled.labels()) { label, path in
            let clip = try EvaluatedClip.decide(path)
            tally.add(label, clip)
            return TamperTally.scoreLine(label, clip)
        }
        return tally
    }

    mutating func add(_ label: Label, _ clip: EvaluatedClip) {
        let isTamper = label.members["tamper"]?.thousandths == 1000
        let onset = Interval.milliseconds(Int64(label.members["onset_s"]?.thousandths ?? 0))
        var row = rows[label.members["kind"]?.string ?? "unnamed"] ?? Row()
        row.count += 1
        row.called[clip.tamper.map { "\($0.kind)" } ?? "none", default: 0] += 1
        tamperCount += isTamper ? 1 : 0
        negativeCount += isTamper ? 0 : 1
        if let alarm = clip.tamper {
            row.alarmed += 1
            if !isTamper { falseAlarms += 1 }
            if isTamper && alarm.at >= onset && alarm.at <= onset + Self.latest {
                row.detected += 1
                detected += 1
                delays.append(alarm.at - onset)
            }
        }
        rows[label.members["kind"]?.string ?? "unnamed"] = row
    }

    /// The middle delay of what was detected; the later of two.
    var medianDelay: Interval? {
        delays.isEmpty ? nil : delays.sorted()[delays.count / 2]
    }

    static func scoreLine(_ label: Label, _ clip: EvaluatedClip) -> String {
        let at = clip.tamper.map { secondsText($0.at) } ?? "null"
        let kind = clip.tamper.map { "\"\($0.kind)\"" } ?? "null"
        return "{\"file\":\(JSON.quoted(label.file)),\"alarmAt\":\(at),\"kind\":\(kind)}"
    }

    package func json(split: String) -> String {
        let kinds = rows.sorted { $0.key < $1.key }.map { name, row in
            let called = row.called.sorted { $0.key < $1.key }
                .map { "\(JSON.quoted($0.key)):\($0.value)" }.joined(separator: ",")
            return "\(JSON.quoted(name)):{\"items\":\(row.count),\"alarmed\":\(row.alarmed),"
                + "\"detected\":\(row.detected),\"called\":{\(called)}}"
        }.joined(separator: ",")
        return "{\"task\":\"tamper\",\"split\":\(JSON.quoted(split)),"
            + "\"items\":\(tamperCount + negativeCount),\"metrics\":{"
            + "\"detected\":\(detected),\"tampers\":\(tamperCount),"
            + "\"falseAlarms\":\(falseAlarms),\"negatives\":\(negativeCount),"
            + "\"medianDelaySeconds\":\(medianDelay.map(secondsText) ?? "null"),"
            + "\"kinds\":{\(kinds)}}}"
    }

    package func table() -> String {
        var lines = ["kind             items  alarmed  detected  called"]
        for (name, row) in rows.sorted(by: { $0.key < $1.key }) {
            let called = row.called.sorted { $0.key < $1.key }
                .map { "\($0.key) \($0.value)" }.joined(separator: ", ")
            lines.append(
                name.replacingControls().padded(17) + "\(row.count)".padded(7)
                    + "\(row.alarmed)".padded(9) + "\(row.detected)".padded(10) + called)
        }
        lines.append(
            "\(detected) of \(counted(tamperCount, "tamper")) within "
                + "\(secondsText(Self.latest)) s, \(counted(falseAlarms, "alarm")) in "
                + "\(counted(negativeCount, "other")), "
                + "median delay \(medianDelay.map(secondsText) ?? "-") s")
        return lines.joined(separator: "\n")
    }
}
