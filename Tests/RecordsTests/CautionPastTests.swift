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
            _ ordinal: UInt32, _ state: Incident.State, _ kind: Incident.Kind = .fight,
            camera: UInt8 = 0, score: Int = 800
        ) {
            var incident = Incident(
                ordinal: ordinal, camera: camera, kind: kind, zone: 0, openedAt: .zero,
                score: .perMille(score))
            incident.state = state
            add(.incident(incident))
        }

        /// A whole one.
        mutating func alarm(_ ordinal: UInt32, camera: UInt8 = 0, score: Int = 800) {
            incident(ordinal, .suspected, camera: camera, score: score)
            incident(ordinal, .confirmed, camera: camera, score: score)
            incident(ordinal, .closed, camera: camera, score: score)
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

    @Test func twoNonesAreAStepAndRealTakesTwoBackWithinLimits() {
        var ledger = Ledger()
        for ordinal in 1...13 as ClosedRange<UInt32> { ledger.alarm(ordinal) }
        var steps: [Int] = []
        for ordinal in 1...10 as ClosedRange<UInt32> {
            ledger.judge(ordinal, .nothing)
            steps.append(ledger.steps)
        }
        #expect(steps == [0, 1, 1, 2, 2, 3, 3, 4, 4, 4])
        ledger.judge(11, .real)
        #expect(ledger.steps == 2)
        ledger.judge(12, .real)
        ledger.judge(13, .real)
        #expect(ledger.steps == 0)
    }

    @Test func aLaterWordTakesBackTheEarlierAndTheSameAgainChangesNothing() {
        var ledger = Ledger()
        for ordinal in 1...6 as ClosedRange<UInt32> {
            ledger.alarm(ordinal)
            ledger.judge(ordinal, .nothing)
        }
        for _ in 0..<20 { ledger.judge(1, .nothing) }
        #expect(ledger.steps == 3)
        ledger.judge(1, .real)
        #expect(ledger.steps == 0, "one doubt taken back, four for what was real")
        ledger.judge(1, .nothing)
        #expect(ledger.steps == 3, "as if it had been said at once")
    }

    @Test func aFightAndItsAggressionAreOneOccasion() {
        var ledger = Ledger()
        ledger.incident(1, .confirmed, .aggression)
        ledger.incident(2, .confirmed, .fight)
        ledger.incident(1, .closed, .aggression)
        ledger.incident(2, .closed, .fight)
        ledger.judge(1, .nothing)
        ledger.judge(2, .nothing)
        #expect(ledger.steps == 0)
        ledger.alarm(3)
        ledger.judge(3, .nothing)
        #expect(ledger.steps == 1)
        // It was no fight, but something.
        ledger.judge(1, .real)
        #expect(ledger.steps == 0)
    }

    @Test func whatCautionCannotSilenceRaisesNone() {
        var ledger = Ledger()
        for ordinal in 1...20 as ClosedRange<UInt32> {
            ledger.alarm(ordinal, score: 897)
            ledger.judge(ordinal, .nothing)
        }
        #expect(ledger.steps == 0)
        #expect(ledger.past.isBeyondReach(ledger.identity(3)))
        ledger.alarm(21, score: 896)
        #expect(!ledger.past.isBeyondReach(ledger.identity(21)))
        // Neither does it where it came to score so much only in the end.
        ledger.incident(22, .confirmed)
        ledger.incident(22, .closed, score: 950)
        ledger.judge(22, .nothing)
        ledger.judge(21, .nothing)
        #expect(ledger.steps == 0)
    }

    @Test func timeTakesDoubtsAwayOneByOne() {
        var ledger = Ledger()
        for ordinal in 1...6 as ClosedRange<UInt32> {
            ledger.alarm(ordinal)
            ledger.judge(ordinal, .nothing)
        }
        ledger.wait(days: 3)
        #expect(ledger.steps == 3)
        ledger.wait(days: 1)
        #expect(ledger.steps == 2)
        ledger.wait(days: 7)
        #expect(ledger.steps == 1)
        ledger.wait(days: 100)
        #expect(ledger.steps == 0)
    }

    @Test func aCameraThatErrsTwiceAWeekStaysAsItIs() {
        var ledger = Ledger()
        for week in 0..<20 as Range<UInt32> {
            for ordinal in [2 * week + 1, 2 * week + 2] {
                ledger.alarm(ordinal)
                ledger.judge(ordinal, .nothing)
                ledger.wait(days: 4)
                #expect(ledger.steps == 0)
            }
        }
    }

    @Test func whatNobodyWasCalledForCannotBeJudged() {
        var ledger = Ledger()
        ledger.incident(1, .suspected, .fight)
        ledger.incident(1, .closed, .fight)
        ledger.incident(2, .confirmed, .covered)
        ledger.alarm(3)
        for ordinal in [1, 2, 77] as [UInt32] { ledger.judge(ordinal, .nothing) }
        ledger.judge(3, .nothing)
        #expect(ledger.steps == 0)
    }

    @Test func camerasAreJudgedEachForItself() {
        var ledger = Ledger()
        for ordinal in 1...2 as ClosedRange<UInt32> {
            ledger.alarm(ordinal, camera: 3)
            ledger.judge(ordinal, .nothing)
        }
        #expect(ledger.steps == 0 && ledger.past.steps(of: 3) == 1)
    }

    @Test func aResetForgetsWhatWasSaid() {
        var ledger = Ledger()
        for ordinal in 1...4 as ClosedRange<UInt32> {
            ledger.alarm(ordinal)
            ledger.judge(ordinal, .nothing)
        }
        #expect(ledger.steps == 2)
        ledger.reset()
        #expect(ledger.steps == 0 && ledger.past.toldSteps(of: 0) == 0)
        ledger.judge(3, .nothing)
        #expect(ledger.steps == 0, "the same again")
        ledger.judge(3, .real)
        #expect(ledger.steps == 0)
        for ordinal in 5...6 as ClosedRange<UInt32> {
            ledger.alarm(ordinal)
            ledger.judge(ordinal, .nothing)
        }
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
                case 0: ledger.incident(ordinal, .confirmed, kind, camera: camera)
                case 1: ledger.incident(ordinal, .closed, kind, camera: camera)
                case 2: ledger.alarm(ordinal, camera: camera)
                case 3...5: ledger.judge(ordinal, .nothing)
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
        ledger.judge(40, .nothing)
        #expect(ledger.steps == 0, "too long ago")
        for ordinal in 41...UInt32(CautionPast.occasionCountMax + 40) {
            ledger.judge(ordinal, .nothing)
        }
        #expect(ledger.steps == Caution.stepCountMax)
    }
}
