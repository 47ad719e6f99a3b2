import Frames
import Incidents
import Records
import Store

extension PeopleTable {
    /// So long before and after an incident.
    private static let around: Int64 = 30 * 60_000

    /// Whatever a hostile ledger says, sums stay in range.
    private static func wall(_ milliseconds: Int64) -> Int64 { min(max(milliseconds, 0), 1 << 50) }

    /// How many people there were, from half an hour before an incident to half an hour after it.
    ///
    /// - Error: `StoreError`.
    package init(around summary: IncidentSummary, in ledger: LedgerReader) throws {
        let opened = Self.wall(summary.openedAt.wallMilliseconds)
        let closed = opened + Self.wall(summary.duration?.milliseconds ?? 0)
        try self.init(ledger, from: max(opened - Self.around, 0), to: closed + Self.around)
    }

    /// The minutes of an incident's camera, and the incident under them; nil where nobody counted.
    func plot(of summary: IncidentSummary) -> CountPlot? {
        guard let line = lines[summary.incident.camera] else { return nil }
        let start = shown.lowerBound * 60_000
        let points = line.minutes.sorted { $0.key < $1.key }.compactMap { minute, counted in
            counted.meanTenths.map { mean in
                CountPlot.Point(
                    at: minute * 60_000 + 30_000 - start, count: Int(mean), low: Int(mean),
                    high: Int(counted.most) * 10)
            }
        }
        guard !points.isEmpty else { return nil }
        let opened = Self.wall(summary.openedAt.wallMilliseconds) - start
        let lasted = Self.wall(summary.duration?.milliseconds ?? 0)
        return CountPlot(
            name: "people", axis: TimeAxis(length: Int64(shown.count) * 60_000), points: points,
            gapMax: 90_000,
            marks: [
                CountPlot.Mark(
                    from: opened, to: opened + lasted,
                    isConfirmed: summary.incident.confirmedAt != nil, words: "this incident")
            ])
    }

    /// "2025-11-22T18:04:00Z": where the plot begins.
    var startText: String { UTC.text(milliseconds: shown.lowerBound * 60_000) }
}

extension ExportPage {
    /// Empty where nobody was counted.
    var peopleSection: String {
        guard let people, let plot = people.plot(of: summary) else { return "" }
        return """
            <section><h2>How many people</h2>
            \(plot.svg)
            <p>Minute by minute, as the ledger has it: the line is the mean, the band goes up to the \
            most at a time, and the bar below is the incident. 0:00 is \(people.startText).</p>
            </section>

            """
    }

    static let peopleStyle =
        CountPlot.style
        + ".tick{stroke:var(--line)}.confirmed{fill:#c62828}.suspected{fill:#e0a100}"
}
