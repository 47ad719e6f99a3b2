import Detectors
import Frames
import Incidents

/// The part of a page that says how many people there were, and what they did.
struct PeopleSection {
    let evening: Evening

    /// Between looks that are farther apart nobody counted: as long as a look says something.
    static let gapMax = Interval.seconds(3)
    /// Rows of the table; a line that is crossed all evening must not fill a page.
    private static let rowCountMax = 200

    /// Empty where nobody counted and no limit is set.
    var html: String {
        let zones = Set(evening.counted.keys).union(evening.capacities.keys).sorted()
        guard !zones.isEmpty else { return "" }
        let plots = zones.enumerated().map { index, zone in
            plot(zone).group(y: index * CountPlot.height)
        }
        let drawing =
            TimeAxis.begin(height: zones.count * CountPlot.height, label: "People over time")
            + plots.joined() + "</svg>"
        return """
            <section><h2>How many people</h2>
            <p>The band is from hardly fewer to hardly more. Whoever stands still all evening is \
            furniture, and not counted.</p>
            \(drawing)
            \(table)</section>

            """
    }

    func plot(_ zone: UInt8) -> CountPlot {
        CountPlot(
            name: evening.name(ofZone: zone),
            axis: TimeAxis(length: (evening.end - evening.start).milliseconds),
            points: (evening.counted[zone] ?? []).map { counted in
                CountPlot.Point(
                    at: (counted.at - evening.start).milliseconds,
                    count: counted.count.count * 10, low: counted.count.low * 10,
                    high: counted.count.high * 10)
            },
            gapMax: Self.gapMax.milliseconds, capacity: evening.capacities[zone],
            marks: entries.filter { row(of: $0.incident) == zone }.map(mark))
    }

    /// The zone under whose line an incident stands: its own, if that has one.
    private func row(of incident: Incident) -> UInt8 {
        evening.counted[incident.zone] != nil || evening.capacities[incident.zone] != nil
            ? incident.zone : 0
    }

    private func mark(_ entry: Evening.Entry) -> CountPlot.Mark {
        let incident = entry.incident
        return CountPlot.Mark(
            from: (incident.openedAt - evening.start).milliseconds,
            to: ((incident.closedAt ?? evening.end) - evening.start).milliseconds,
            isConfirmed: incident.confirmedAt != nil,
            words: "\(entry.heading), \(incident.measure?.words ?? "not counted")")
    }

    /// Of what people do, as they opened.
    private var entries: [Evening.Entry] {
        evening.entries.filter { $0.incident.kind.row.category == .people }
    }

    /// Every incident of people with what was counted.
    private var table: String {
        guard !entries.isEmpty else { return "" }
        let rows = entries.prefix(Self.rowCountMax).map { entry in
            let incident = entry.incident
            let at = (incident.openedAt - evening.start).milliseconds / 1000
            return [
                clock(seconds: at), entry.heading, incident.subject?.words ?? "",
                incident.measure?.words ?? "", people(at: incident.peakAt, zone: incident.zone),
                incident.state.title
            ]
        }
        let names = ["Opened", "What", "Who", "Measured", "People then", "Now"]
        let columns = names.indices.filter { column in rows.contains { !$0[column].isEmpty } }
        func row(_ cells: [String], _ tag: String) -> String {
            let texts = columns.map { "<\(tag)>\(escape(cells[$0]))</\(tag)>" }
            return "<tr>\(texts.joined())</tr>\n"
        }
        let left = entries.count - Self.rowCountMax
        return "<div class=\"table\"><table>" + row(names, "th")
            + rows.map { row($0, "td") }.joined()
            + "</table></div>\(left > 0 ? "<p>and \(left) more</p>" : "")\n"
    }

    /// What was counted last before a moment; in the whole picture where the zone was not counted.
    private func people(at time: Instant, zone: UInt8) -> String {
        let series = evening.counted[zone] ?? evening.counted[0] ?? []
        guard let last = series.last(where: { $0.at <= time }), time - last.at <= Self.gapMax
        else { return "–" }
        return last.count.words
    }
}

extension PeopleCount {
    /// "5", or "5 (4–6)" where it may be otherwise.
    var words: String { low == high ? "\(count)" : "\(count) (\(low)–\(high))" }
}
