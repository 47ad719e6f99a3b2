import Frames
import Incidents
import Records
import Testing

@Suite struct CautionPastTests {
    /// Writes a ledger as an appliance would, and learns it.
    private struct Ledger {
        var records: [LedgerRecord] = []
        var past = CautionPast()
        var boot = BootID(high: 1, low: 2)
        var seconds: Int64 = 0

        var steps: Int { past.steps(of: 0) }

        mutating func add(_ body: LedgerRecord.Body) {
            seconds += 1
            let stamp = Stamp(
                boot: boot, monotonic: .zero + .seconds(seconds), wallMilliseconds: 0, trust: .unset
            )
            records.append(LedgerRecord(stamp: stamp, body: body))
            if let last = records.last { past.learn(last) }
        }

        mutating func incident(
            _ ordinal: UInt32, _ kind: Incident.Kind = .fight, _ state: Incident.State,
            camera: UInt8 = 0
        ) {
            var incident = Incident(
                ordinal: ordinal, camera: camera, kind: kind, zone: 0, openedAt: .zero)
            incident.state = state
            add(.incident(incident))
        }

        /// A whole one.
        mutating func alarm(_ ordinal: UInt32, camera: UInt8 = 0) {
            incident(ordinal, .suspected, camera: camera)
            incident(ordinal, .confirmed, camera: camera)
            incident(ordinal, .closed, camera: camera)
        }

        func identity(_ ordinal: UInt32) -> IncidentIdentity {
            IncidentIdentity(boot: boot, ordinal: ordinal)
        }

        mutating func judge(_ ordinal: UInt32, _ verdict: Judgement.Verdict) {
            add(.judged(Judgement(identity: identity(ordinal), verdict: verdict), by: "Aigul"))
        }

        mutating func wait(days: Int64) {
            seconds += days * 86_400
            add(.operated("waited"))
        }

        mutating func reset() {
            add(
                .cautioned(
                    CautionChange(
                        camera: 0, from: UInt8(steps), to: 0, fightScore: .zero,
                        cause: .reset(by: "Marat"))))
        }
    }

    @Test func noneRaisesAndRealLowersWithinLimits() {
        var ledger = Ledger()
        for ordinal in 1...9 as ClosedRange<UInt32> { ledger.alarm(ordinal) }
        var steps: [Int] = []
        for ordinal in 1...6 as ClosedRange<UInt32> {
            ledger.judge(ordinal, .none)
            steps.append(ledger.steps)
        }
        #expect(steps == [1, 2, 3, 4, 4, 4])
        ledger.judge(7, .real)
        #expect(ledger.steps == 2)
        ledger.judge(8, .real)
        ledger.judge(9, .real)
        #expect(ledger.steps == 0)
    }

    @Test func aLaterWordTakesBackTheEarlierAndTheSameAgainChangesNothing() {
        var ledger = Ledger()
        for ordinal in 1...3 as ClosedRange<UInt32> { ledger.alarm(ordinal) }
        ledger.judge(1, .none)
        ledger.judge(2, .none)
        for _ in 0..<20 { ledger.judge(1, .none) }
        #expect(ledger.steps == 2)
        ledger.judge(1, .real)
        #expect(ledger.steps == 0, "one taken back, two for what was real")
        ledger.judge(1, .none)
        #expect(ledger.steps == 2, "as if it had been said at once")
    }

    @Test func aFightAndItsAggressionAreOneOccasion() {
        var ledger = Ledger()
        ledger.incident(1, .aggression, .confirmed)
        ledger.incident(2, .fight, .confirmed)
        ledger.incident(1, .aggression, .closed)
        ledger.incident(2, .fight, .closed)
        ledger.judge(1, .none)
        ledger.judge(2, .none)
        #expect(ledger.steps == 1)
        ledger.alarm(3)
        ledger.judge(3, .none)
        #expect(ledger.steps == 2)
        // It was no fight, but something.
        ledger.judge(1, .real)
        #expect(ledger.steps == 0)
    }

    @Test func aWeekOfRunningTakesAStepBack() {
        var ledger = Ledger()
        for ordinal in 1...3 as ClosedRange<UInt32> {
            ledger.alarm(ordinal)
            ledger.judge(ordinal, .none)
        }
        ledger.wait(days: 6)
        #expect(ledger.steps == 3)
        ledger.wait(days: 1)
        #expect(ledger.steps == 2)
        ledger.wait(days: 14)
        #expect(ledger.steps == 0)
        ledger.wait(days: 100)
        #expect(ledger.steps == 0)
    }

    @Test func whatNobodyWasCalledForCannotBeJudged() {
        var ledger = Ledger()
        ledger.incident(1, .fight, .suspected)
        ledger.incident(1, .fight, .closed)
        ledger.incident(2, .covered, .confirmed)
        for ordinal in [1, 2, 77] as [UInt32] { ledger.judge(ordinal, .none) }
        #expect(ledger.steps == 0)
    }

    @Test func camerasAreJudgedEachForItself() {
        var ledger = Ledger()
        ledger.alarm(1, camera: 3)
        ledger.judge(1, .none)
        #expect(ledger.steps == 0 && ledger.past.steps(of: 3) == 1)
    }

    @Test func aResetForgetsWhatWasSaid() {
        var ledger = Ledger()
        for ordinal in 1...3 as ClosedRange<UInt32> {
            ledger.alarm(ordinal)
            ledger.judge(ordinal, .none)
        }
        ledger.reset()
        #expect(ledger.steps == 0 && ledger.past.toldSteps(of: 0) == 0)
        ledger.judge(3, .none)
        #expect(ledger.steps == 0, "the same again")
        ledger.judge(3, .real)
        #expect(ledger.steps == 0)
        ledger.alarm(4)
        ledger.judge(4, .none)
        #expect(ledger.steps == 1)
    }

    /// Whatever comes, in whatever order, the steps stay within limits; the same records give the
    /// same steps; and a life that begins anywhere and learns the rest has them too.
    @Test func anyLedgerStaysWithinLimitsAndReplaysToTheSame() {
        for seed in 1...60 as ClosedRange<UInt64> {
            var chance = SplitMix64(seed: seed)
            var ledger = Ledger()
            var cut = 0
            for _ in 0..<400 {
                let ordinal = UInt32(chance.whole(in: 1...30))
                let kind: Incident.Kind = chance.chance(1, in: 2) ? .fight : .aggression
                let camera = UInt8(chance.whole(in: 0...2))
                switch chance.whole(in: 0...9) {
                case 0: ledger.incident(ordinal, kind, .confirmed, camera: camera)
                case 1: ledger.incident(ordinal, kind, .closed, camera: camera)
                case 2: ledger.alarm(ordinal, camera: camera)
                case 3...5: ledger.judge(ordinal, .none)
                case 6: ledger.judge(ordinal, .real)
                case 7: ledger.wait(days: Int64(chance.whole(in: 0...9)))
                case 8 where chance.chance(1, in: 5): ledger.reset()
                default:
                    guard chance.chance(1, in: 4) else { break }
                    ledger.boot.low += 1
                    ledger.seconds = 0
                    ledger.add(.started(configuration: []))
                    cut = ledger.records.count
                }
                for camera in 0...2 as ClosedRange<UInt8> {
                    #expect((0...Caution.stepCountMax).contains(ledger.past.steps(of: camera)))
                }
            }
            var again = CautionPast()
            for record in ledger.records.prefix(cut) { again.learn(record) }
            let before = again
            for record in ledger.records.dropFirst(cut) { again.learn(record) }
            #expect(again == ledger.past)
            // Of a life that could not read the ledger at first: nobody judged in it yet.
            var own = CautionPast()
            for record in ledger.records.dropFirst(cut).prefix(1) { own.learn(record) }
            var joined = before.followed(by: own)
            for record in ledger.records.dropFirst(cut + 1) { joined.learn(record) }
            for camera in 0...2 as ClosedRange<UInt8> {
                #expect(abs(joined.steps(of: camera) - again.steps(of: camera)) <= 1)
            }
        }
    }

    @Test func aFloodIsBoundedInMemoryToo() {
        var ledger = Ledger()
        for ordinal in 1...UInt32(CautionPast.occasionCountMax + 40) { ledger.alarm(ordinal) }
        ledger.judge(40, .none)
        #expect(ledger.steps == 0, "too long ago")
        for ordinal in 41...UInt32(CautionPast.occasionCountMax + 40) {
            ledger.judge(ordinal, .none)
        }
        #expect(ledger.steps == Caution.stepCountMax)
    }
}
