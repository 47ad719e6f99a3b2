import Detectors
import Frames
import Records
import Testing

@testable import Station

@Suite struct CountLogTests {
    private func count(_ count: UInt16, entered: UInt32 = 0, left: UInt32 = 0) -> CameraCount {
        CameraCount(count: count, low: count, high: count, entered: entered, left: left)
    }

    private func spans(_ bench: Bench) -> [CountedSpan] {
        bench.kept.compactMap { if case .counted(let span) = $0.body { span } else { nil } }
    }

    @Test func everyMinuteIsToldAndTenAreKept() {
        var bench = Bench()
        for second in 0..<1_260 {
            bench.decide(
                people: count(second < 30 ? 10 : 20, entered: UInt32(second / 100), left: 0))
            bench.pass(.seconds(1))
        }
        #expect(bench.minutes.count == 21 || bench.minutes.count == 20)
        #expect(bench.minutes.first?.most == 20)
        let spans = spans(bench)
        #expect(spans.map(\.minutes.count) == [10, 10])
        #expect((140...160).contains(Int(spans[0].minutes[0].meanTenths ?? 0)))
        #expect(spans[1].minutes.allSatisfy { $0 == .init(meanTenths: 200, most: 20) })
        // What came in while a span was written stands in the next one.
        let entered = spans.reduce(0) { $0 + $1.entered }
        #expect((11...12).contains(entered))
    }

    @Test func whoStopsInOrderKeepsWhatWasCounted() {
        var bench = Bench()
        for _ in 0..<90 {
            bench.decide(people: count(3))
            bench.pass(.seconds(1))
        }
        bench.tell(.stopping)
        #expect(spans(bench).map(\.minutes.count) == [2])
    }

    @Test func minutesWithoutACountSayThat() {
        var log = CountLog()
        log.add(count(4), camera: 1, at: .zero, uptime: .zero)
        var minutes: [CountedSpan.Minute] = []
        while let passed = log.passed(at: .seconds(240)) { minutes.append(passed.minute) }
        #expect(minutes.map(\.meanTenths) == [40, nil, nil, nil])
        #expect(log.takeRest()?.minutes.count == 4)
        #expect(log.takeRest() == nil)
    }

    /// A camera's detectors begin anew where its picture has another size.
    @Test func totalsThatFallAreCountedFromNothing() {
        var log = CountLog()
        for (entered, left) in [(10, 5), (12, 5), (1, 0), (3, 2)] as [(UInt32, UInt32)] {
            log.add(
                count(1, entered: entered, left: left), camera: 0, at: .zero, uptime: .zero)
        }
        let span = log.takeRest()
        #expect(span?.entered == 5)
        #expect(span?.left == 2)
    }

    @Test func whoCountsNobodyForHoursKeepsNothing() {
        var bench = Bench()
        for _ in 0..<7_200 { bench.pass(.seconds(1)) }
        #expect(spans(bench).isEmpty)
        #expect(bench.minutes.isEmpty)
    }
}

@Suite struct LookPacerTests {
    @Test func aProcessorThatDoesNotKeepUpLooksLessOftenUntilItDoes() {
        var pacer = LookPacer()
        var paces: [LookPace] = []
        for second in 0..<40 {
            _ = pacer.measured(load: 900, at: .seconds(Int64(second)))
            paces.append(pacer.pace)
        }
        #expect(paces[9] == .full)
        #expect(paces[10] == .reduced)
        #expect(paces[39] == .none)
        for second in 40..<1_200 {
            _ = pacer.measured(load: 100, at: .seconds(Int64(second)))
        }
        #expect(pacer.pace == .full)
    }

    @Test func aBoardThatIsTooSlowNeverBeginsAtFullPace() {
        func pace(_ people: Int64, _ crowd: Int64) -> LookPace {
            LookPacer.fitting([.people: .milliseconds(people), .crowd: .milliseconds(crowd)])
        }
        #expect(pace(60, 100) == .full)
        #expect(pace(150, 150) == .reduced)
        #expect(pace(400, 300) == .sparse)
        #expect(pace(1_500, 900) == .none)
        #expect(LookPacer.fitting([:]) == .full)
    }

    @Test func aLoadInBetweenChangesNothing() {
        var pacer = LookPacer()
        for second in 0..<10_000 {
            let changed = pacer.measured(load: 500, at: .seconds(Int64(second)))
            #expect(!changed)
        }
    }

    @Test func eachChangeIsToldAndRecorded() {
        var bench = Bench()
        for _ in 0..<7 {
            bench.tell(.lookLoad(perMille: 950))
            bench.pass(.seconds(2))
        }
        #expect(bench.paces == [.reduced])
        let words = bench.kept.compactMap { record in
            if case .operated(let text) = record.body { text } else { nil }
        }
        #expect(words.contains { $0.hasPrefix("looks: the processor works 95 %") })
    }

    @Test(arguments: [Int.min, -1, Int.max])
    func noLoadTraps(load: Int) {
        var pacer = LookPacer()
        for second in 0..<100 as Range<Int64> {
            _ = pacer.measured(load: load, at: .seconds(second))
        }
    }
}
