import Detectors
import Frames
import Incidents
import Station

/// The report's drawings, as SVG text. All coordinates are whole pixels of a 960-wide canvas.
struct Drawing {
    let evening: Evening

    private static let left = TimeAxis.left
    private static let right = TimeAxis.right

    private var axis: TimeAxis {
        TimeAxis(length: (evening.end - evening.start).milliseconds)
    }

    func x(_ time: Instant) -> Int { axis.x((time - evening.start).milliseconds) }

    /// Incidents as bars and lamps as bands, on one time axis.
    func timeline() -> String {
        let kinds = evening.entries.map(\.incident.kind).reduce(into: [Incident.Kind]()) {
            if !$0.contains($1) { $0.append($1) }
        }
        let row = 26
        // A recording lights none.
        let lamps = evening.switches.isEmpty ? [] : Output.allCases
        let height = (kinds.count + lamps.count) * row + 44
        let bottom = height - 24
        var text = TimeAxis.begin(height: height, label: "Incidents and lamps over time")
        text += axis.svg(top: 4, bottom: bottom)
        for (index, kind) in kinds.enumerated() {
            let y = 6 + index * row
            text += TimeAxis.name(kind.row.label, y: y + 15)
            for entry in evening.entries where entry.incident.kind == kind {
                text += bar(entry, y: y)
            }
        }
        for (index, output) in lamps.enumerated() {
            let y = 6 + (kinds.count + index) * row
            text += TimeAxis.name(output.title, y: y + 15)
            text +=
                "<rect class='band' x='\(Self.left)' y='\(y + 5)'"
                + " width='\(Self.right - Self.left)' height='12'/>"
            for span in spans(of: output) {
                let from = x(span.from)
                text +=
                    "<rect class='\(output.title)' x='\(from)' y='\(y + 5)'"
                    + " width='\(max(x(span.to) - from, 1))' height='12'/>"
            }
        }
        return text + "</svg>"
    }

    private func bar(_ entry: Evening.Entry, y: Int) -> String {
        let incident = entry.incident
        let from = x(incident.openedAt)
        let to = x(incident.closedAt ?? evening.end)
        var text =
            "<g><title>\(escape(entry.heading))</title>"
            + "<rect class='suspected' x='\(from)' y='\(y + 3)' width='\(max(to - from, 3))'"
            + " height='16' rx='3'/>"
        if let confirmedAt = incident.confirmedAt {
            let confirmed = x(confirmedAt)
            text +=
                "<rect class='confirmed' x='\(confirmed)' y='\(y + 3)'"
                + " width='\(max(to - confirmed, 3))' height='16' rx='3'/>"
        }
        return text + "</g>"
    }

    private func spans(of output: Output) -> [(from: Instant, to: Instant)] {
        var spans: [(from: Instant, to: Instant)] = []
        var since: Instant?
        for change in evening.switches where change.output == output {
            if change.isOn {
                since = since ?? change.at
            } else if let from = since {
                spans.append((from, change.at))
                since = nil
            }
        }
        if let from = since { spans.append((from, evening.end)) }
        return spans
    }

    /// One small plot for every kind that was seen: score over time.
    func scores() -> String {
        let kinds = Sighting.Kind.allCases.filter { kind in
            evening.scores.contains { $0.kind == kind }
        }
        let row = 64
        let height = kinds.count * row + 30
        var text = TimeAxis.begin(height: height, label: "Detector scores over time")
        text += axis.svg(top: 4, bottom: height - 24)
        for (index, kind) in kinds.enumerated() {
            let top = 8 + index * row
            let floor = top + row - 14
            text += TimeAxis.name(Incident.Kind(kind).row.label, y: floor - 4)
            text +=
                "<line class='base' x1='\(Self.left)' y1='\(floor)' x2='\(Self.right)'"
                + " y2='\(floor)'/>"
            // One stem per pixel column, as high as the highest score within it.
            var columns: [Int: Int] = [:]
            for score in evening.scores where score.kind == kind {
                columns[x(score.at), default: 0] = max(
                    columns[x(score.at)] ?? 0, Int(score.score.rawValue))
            }
            var path = ""
            for (column, value) in columns.sorted(by: { $0.key < $1.key }) {
                path += "M\(column) \(floor)v-\(value * (row - 20) / 32_767)"
            }
            text += "<path class='score' d='\(path)'/>"
            guard kind == .fight else { continue }
            for least in [FightDetector.aggressionMin, FightDetector.fightMin] {
                let y = floor - Int(least.rawValue) * (row - 20) / 32_767
                text +=
                    "<line class='least' x1='\(Self.left)' y1='\(y)' x2='\(Self.right)'"
                    + " y2='\(y)'/>"
            }
        }
        return text + "</svg>"
    }
}

/// Minutes and seconds: 1:05.
func clock(seconds: Int64) -> String {
    "\(seconds / 60):\(seconds % 60 < 10 ? "0" : "")\(seconds % 60)"
}

/// Text made safe inside HTML, in attributes too.
func escape(_ text: String) -> String {
    var escaped = ""
    for character in text.unicodeScalars {
        switch character {
        case "&": escaped += "&amp;"
        case "<": escaped += "&lt;"
        case ">": escaped += "&gt;"
        case "\"": escaped += "&quot;"
        case "'": escaped += "&#39;"
        default: escaped.unicodeScalars.append(character)
        }
    }
    return escaped
}

extension Evening.Entry {
    var heading: String {
        let place = zoneName.isEmpty ? "" : " · \(zoneName)"
        return "\(incident.kind.row.label)\(place)"
    }
}

extension Output {
    var title: String {
        switch self {
        case .green: "green"
        case .amber: "amber"
        case .red: "red"
        case .siren: "siren"
        }
    }
}

extension Incident.State {
    var title: String {
        switch self {
        case .suspected: "suspected"
        case .confirmed: "confirmed"
        case .closed: "closed"
        }
    }
}
