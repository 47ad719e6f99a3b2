import Frames
import Records
import Testing

@Suite struct SirenPastTests {
    private let first = BootID(high: 0, low: 1)
    private let second = BootID(high: 0, low: 2)

    private func record(
        _ boot: BootID, _ seconds: Int64, _ body: LedgerRecord.Body, wall: Int64? = nil
    ) -> LedgerRecord {
        LedgerRecord(
            stamp: Stamp(
                boot: boot, monotonic: .zero + .seconds(seconds), wallMilliseconds: wall ?? 0,
                trust: wall == nil ? .unset : .synchronised),
            body: body)
    }

    @Test func anAgeIsTheTimeForWhichTheApplianceRanSince() throws {
        let past = LedgerPast([
            record(first, 100, .siren(.began, milliseconds: 60_000)),
            record(first, 130, .siren(.ended, milliseconds: 30_000)),
            record(first, 200, .operated("x")), record(second, 50, .started(configuration: []))
        ])
        let told = past.soundings(at: .zero + .seconds(80), of: second)
        #expect(told.count == 1)
        #expect(told.first?.length == .seconds(30))
        #expect(told.first?.age == .seconds(70 + 50 + 30))
        #expect(told.first?.wallEnd == nil)
        // A third boot that is ten seconds old.
        let other = past.soundings(at: .zero + .seconds(10), of: BootID(high: 9, low: 9))
        #expect(other.first?.age == .seconds(70 + 50 + 10))
    }

    @Test func withoutAnEndItLastedAsLongAsItMight() {
        let past = LedgerPast([
            record(first, 100, .siren(.began, milliseconds: 60_000)),
            record(first, 105, .started(configuration: []))
        ])
        let told = past.soundings(at: .zero + .seconds(110), of: first)
        #expect(told.map(\.length) == [.seconds(60)])
        #expect(told.map(\.age) == [.seconds(-50)])
    }

    @Test func theLastSetClockOfABootDatesIt() {
        let past = LedgerPast([
            record(first, 100, .siren(.silenced, milliseconds: 1_000)),
            record(first, 110, .operated("x"), wall: 5_000_000),
            record(first, 120, .operated("x"), wall: 9_020_000),
            record(second, 10, .started(configuration: []), wall: 1)
        ])
        let told = past.soundings(at: .zero + .seconds(10), of: second)
        #expect(told.map(\.wallEnd) == [9_000_000])
        #expect(told.map(\.isFalseAlarm) == [true])
    }

    @Test func afterTwelveHoursOfRunningItIsForgotten() {
        let past = LedgerPast([record(first, 0, .siren(.ended, milliseconds: 1_000))])
        #expect(past.soundings(at: .zero + .seconds(43_199), of: first).count == 1)
        #expect(past.soundings(at: .zero + .seconds(43_200), of: first).isEmpty)
    }

    @Test func manySoundingsKeepTheirSum() {
        let past = LedgerPast(
            (0..<200).map { record(first, $0, .siren(.ended, milliseconds: 500)) })
        let told = past.soundings(at: .zero + .seconds(200), of: first)
        #expect(told.count == SirenPast.countMax)
        #expect(told.reduce(0) { $0 + $1.length.milliseconds } == 100_000)
    }

    @Test func senselessTimesDoNoHarm() {
        var past = LedgerPast()
        for nanoseconds in [Int64.min, .max, 0, .min] {
            for wall in [Int64.min, .max, 0] {
                for step in LedgerRecord.SirenStep.allCases {
                    let stamp = Stamp(
                        boot: nanoseconds == 0 ? first : second,
                        monotonic: Instant(nanoseconds: nanoseconds), wallMilliseconds: wall,
                        trust: .synchronised)
                    past.learn(LedgerRecord(stamp: stamp, body: .siren(step, milliseconds: .max)))
                }
            }
        }
        #expect(past.soundings(at: .distantFuture, of: first).count <= SirenPast.countMax)
    }
}
