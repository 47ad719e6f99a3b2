import Detectors
import Frames
import Incidents
import Testing

@testable import Workbench

private func plot(
    _ points: [(Int64, Int, Int, Int)], capacity: Int? = nil, length: Int64 = 790_000,
    name: String = "people", marks: [CountPlot.Mark] = []
) -> CountPlot {
    CountPlot(
        name: name, axis: TimeAxis(length: length),
        points: points.map { .init(at: $0.0, count: $0.1, low: $0.2, high: $0.3) },
        gapMax: 3_000, capacity: capacity, marks: marks)
}

@Suite struct CountPlotTests {
    // One second is a pixel wide, and twenty people are 136 high.
    @Test func theLineAndItsBandAreWhereTheNumbersAre() {
        let text = plot([(0, 100, 50, 100), (1_000, 100, 100, 200), (2_000, 200, 100, 200)]).group()
        #expect(
            text.contains(
                "<path class='between' d='M150 80L151 12L152 12L152 80L151 80L150 114Z'/>"
                    + "<path class='count' d='M150 80L151 80L152 12'/>"))
        #expect(text.contains("y='16' text-anchor='end'>20</text>"))
        #expect(!text.contains("capacity"))
    }

    @Test func whereNobodyCountedThereIsNoLine() {
        let text = plot([(0, 10, 10, 10), (1_000, 10, 10, 10), (5_000, 20, 20, 20)]).group()
        #expect(text.contains("<path class='count' d='M150 80L151 80'/>"))
        // One look alone is as wide as a pixel.
        #expect(text.contains("<path class='count' d='M155 12L156 12'/>"))
        #expect(plot([]).group().contains(">nobody counted</text>"))
    }

    @Test func aShortCrowdDoesNotVanishInItsColumn() {
        let text = plot([(0, 10, 0, 10), (100, 40, 40, 40), (200, 20, 10, 20)]).group()
        #expect(text.contains("<path class='count' d='M150 12L151 12'/>"))
        #expect(text.contains("<path class='between' d='M150 12L151 12L151 148L150 148Z'/>"))
    }

    @Test func theCapacityIsALineAndOnTheScale() {
        let text = plot([(0, 10, 10, 10)], capacity: 30).group()
        #expect(
            text.contains("<line class='most' x1='150' y1='46' x2='940' y2='46'/>"))
        #expect(text.contains(">capacity 30</text>"))
        #expect(plot([], capacity: .max).group().contains("capacity 1000000"))
    }

    @Test func whatPeopleDidStandsUnderTheLine() {
        let marks = [
            CountPlot.Mark(from: 0, to: 10_000, isConfirmed: true, words: "<gathering> & 12"),
            CountPlot.Mark(from: 20_000, to: 20_000, isConfirmed: false, words: "")
        ]
        let text = plot([], marks: marks).group()
        #expect(
            text.contains(
                "<g><title>&lt;gathering&gt; &amp; 12</title><rect class='confirmed' x='150'"
                    + " y='143' width='10' height='5'/></g>"))
        #expect(text.contains("<rect class='suspected' x='170' y='143' width='3' height='5'/>"))
    }

    @Test func hostileNumbersAndNamesAreDrawnAllTheSame() {
        let most = Int.max / 16
        let text = plot(
            [(.min, -5, -9, most), (0, most, -most, 5), (.max / 2, 1, 1, 1), (7, 1, 1, 1)],
            length: .max / 4_000, name: "<script>&"
        ).svg
        #expect(text.contains(">&lt;script&gt;&amp;</text>"))
        #expect(text.utf8.count < 10_000)
    }

    @Test func aSectionHasARowForEachZoneWithACapacityAndEveryIncidentOfPeople() {
        var evening = Evening(title: "")
        evening.zoneNames = ["bar <1>"]
        evening.capacities = [1: 3]
        for second in Int64(0)...20 {
            let at = Instant.zero + .seconds(second)
            evening.saw([], at: at)
            evening.counted(PeopleCount(count: 6, low: 5, high: 8), zone: 0, at: at)
            evening.counted(PeopleCount(count: 4, low: 4, high: 4), zone: 1, at: at)
        }
        var incident = Incident(
            ordinal: 1, camera: 0, kind: .occupancy, zone: 1, openedAt: .zero + .seconds(10),
            measure: .count(4))
        incident.confirmedAt = incident.openedAt
        evening.changed(incident)
        evening.changed(
            Incident(
                ordinal: 2, camera: 0, kind: .lying, zone: 0, openedAt: .zero + .seconds(19),
                subject: .track(7)))
        evening.changed(Incident(ordinal: 3, camera: 0, kind: .frozen, zone: 0, openedAt: .zero))
        let section = PeopleSection(evening: evening)
        let html = section.html
        #expect(html.contains("viewBox='0 0 960 \(2 * CountPlot.height)'"))
        #expect(html.contains(">bar &lt;1&gt;</text>") && html.contains(">capacity 3</text>"))
        #expect(
            html.contains(
                "<td>0:10</td><td>over capacity · bar &lt;1&gt;</td><td></td><td>count 4</td>"
                    + "<td>4</td><td>suspected</td>"))
        #expect(html.contains("<td>track 7</td><td></td><td>6 (5–8)</td>"))
        #expect(!html.contains("frozen"))
        #expect(section.plot(1).marks.map(\.words) == ["over capacity · bar <1>, count 4"])
        #expect(section.plot(1).marks.map(\.isConfirmed) == [true])
        #expect(PeopleSection(evening: Evening(title: "")).html.isEmpty)
    }
}
