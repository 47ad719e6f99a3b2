import Frames
import Station
import Testing

@testable import Uplink

@Suite struct FailedReadsTests {
    @Test func aLedgerThatCannotBeReadIsAskedOnceASecond() {
        var failed = FailedReads()
        var askedCount = 0
        // An hour of turns, a hundred a second, each a failure.
        for millisecond in stride(from: Int64(0), to: 3_600_000, by: 10) {
            failed.add(.alarm)
            askedCount += failed.due(at: .zero + .milliseconds(millisecond)).count
        }
        #expect(askedCount <= 3_600)
        #expect(askedCount > 3_000)
    }

    @Test func everyLaneIsAskedForAgain() {
        var failed = FailedReads()
        failed.add(.evidence)
        failed.add(.alarm)
        #expect(failed.due(at: .zero).isEmpty)
        failed.add(.alarm)
        #expect(failed.due(at: .zero + .seconds(1)) == [.alarm, .evidence])
        #expect(failed.due(at: .zero + .seconds(9)).isEmpty)
    }
}
