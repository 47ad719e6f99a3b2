import Detectors
import Frames
import Incidents
import Records
import Testing

@testable import Station

@Suite struct OrderTests {
    private let boot = BootID(high: 1, low: 2)

    private func bench(_ seconds: Int64? = 60, sounds: Bool = false) -> Bench {
        var policy = StationPolicy(cameras: [CameraPolicy(name: "hall")])
        policy.acknowledgeWithin = seconds.map { .seconds($0) }
        policy.escalationSounds = sounds
        policy[.panic] = .red
        var bench = Bench(policy)
        bench.pass(.seconds(1))
        return bench
    }

    private func acknowledge(_ ordinal: UInt32, counter: UInt64) -> Event.Cause {
        centre(.acknowledge(IncidentIdentity(boot: boot, ordinal: ordinal)), counter)
    }

    private func escalations(_ bench: Bench) -> [UInt32] {
        bench.records.compactMap {
            if case .escalated(_, let ordinal) = $0.body { ordinal } else { nil }
        }
    }

    @Test func whatNobodyAcknowledgesEscalatesOnceAlsoWhenItIsOver() {
        var bench = bench()
        bench.tell(.input(.panic, active: true))
        bench.tell(.input(.panic, active: false))
        bench.pass(.seconds(58))
        #expect(escalations(bench).isEmpty)
        let isOver = bench.appliance.openIncidents.isEmpty
        #expect(isOver)
        bench.pass(.seconds(200))
        #expect(escalations(bench) == [1])
        #expect(bench.broken == [])
    }

    @Test func whatAPersonAcknowledgesDoesNotEscalate() {
        var bench = bench()
        bench.tell(.input(.panic, active: true))
        bench.pass(.seconds(5))
        bench.tell(acknowledge(1, counter: 7))
        bench.pass(.seconds(200))
        #expect(escalations(bench).isEmpty)
        #expect(bench.answers == ["done"])
        #expect(
            bench.records.contains {
                $0.body == .acknowledged(boot: boot, ordinal: 1, by: "Aigul")
            })
    }

    @Test func withoutALimitNothingEscalates() {
        var bench = bench(nil)
        bench.tell(.input(.panic, active: true))
        bench.pass(.seconds(300))
        #expect(escalations(bench).isEmpty)
    }

    @Test func theSirenSoundsByPolicyForWhatStillGoesOn() {
        for sounds in [false, true] {
            var bench = bench(60, sounds: sounds)
            bench.tell(.input(.panic, active: true))
            bench.pass(.seconds(70))
            #expect(bench.outputs[.siren] ?? false == sounds)
            #expect(bench.broken == [])
        }
    }

    // MARK: Who may do what

    @Test func theDoorOpensForEveryAuthorityAsItsTableSays() {
        let identity = IncidentIdentity(boot: boot, ordinal: 1)
        let actions: [Order.Action] = [
            .acknowledge(identity), .judge(Judgement(identity: identity, verdict: .nothing)),
            .resetCaution(camera: "hall"), .silence, .hours(.configured),
            .fetch(identity, .clip, offset: 0, byteCount: 1), .panic
        ]
        let table: [(Authority, [Bool])] = [
            (
                .centre(Centre(destination: "city", key: []), Ticket(counter: 1)),
                [true, true, false, true, true, true, false]
            ),
            (.technician, [true, true, true, true, true, false, false]),
            (.button, [false, false, false, true, false, false, true])
        ]
        for (authority, allowed) in table {
            #expect(actions.map { authority.permits($0) } == allowed, "\(authority.words)")
        }
    }

    @Test func whatIsNotPermittedDoesNothingAndIsNotRecorded() {
        var bench = bench()
        let count = bench.records.count
        bench.tell(centre(.panic, 1))
        bench.tell(
            .ordered(
                Order(actor: "Marat", authority: .technician, action: .panic)))
        bench.tell(
            .ordered(
                Order(actor: "button", authority: .button, action: .hours(.configured))))
        #expect(bench.records.count == count)
        #expect(
            bench.answers == [
                "it is not for centre city to order", "it is not for technician to order"
            ])
    }

    @Test func aTechnicianNeedsNoCounterAndUsesUpNobodys() {
        var bench = bench()
        let order = Order(
            actor: "Marat", authority: .technician,
            action: .hours(.venue(isOpen: false, seconds: 60)))
        bench.tell(.ordered(order))
        bench.tell(.ordered(order))
        bench.tell(centre(.silence, 1))
        #expect(bench.answers == ["done", "done", "done"])
        #expect(bench.bodies.filter { $0 == .authorised(.technician) }.count == 2)
        #expect(
            bench.bodies.contains {
                $0 == .hours(.venue(isOpen: false, seconds: 60), counter: 0, by: "Marat")
            })
    }

    @Test func buttonsWorkBeforeTheLedgerCanBeReadAndNobodyElse() {
        var bench = Bench()
        bench.appliance = Appliance(policy: StationPolicy(), boot: boot, past: nil)
        bench.tell(centre(.silence, 1))
        bench.tell(.ordered(Order(actor: "Marat", authority: .technician, action: .silence)))
        bench.tell(
            .ordered(Order(actor: "Marat", authority: .technician, action: .hours(.configured))))
        bench.tell(.input(.panic, active: true))
        #expect(
            bench.answers == [
                "the ledger cannot be read yet", "done", "the ledger cannot be read yet"
            ])
        #expect(bench.appliance.openIncidents.map(\.kind) == [.panic])
        #expect(bench.broken == [])
    }

    // MARK: Once

    @Test func anOrderIsObeyedOnceAndARepetitionHearsWhatTheFirstDid() {
        var bench = bench()
        bench.tell(.input(.panic, active: true))
        bench.tell(acknowledge(1, counter: 10))
        let count = bench.records.count
        bench.tell(acknowledge(1, counter: 10))
        // The same number with other words is no repetition.
        bench.tell(centre(.silence, 10))
        bench.tell(acknowledge(1, counter: 9))
        bench.tell(centre(.acknowledge(IncidentIdentity(boot: boot, ordinal: 1)), 10, by: "Marat"))
        #expect(bench.records.count == count)
        let old = "its counter is not greater than 10"
        #expect(bench.answers == ["done", "done", old, old, old])
    }

    @Test func aRefusedOrderUsesUpNoCounter() {
        var bench = bench()
        bench.tell(.input(.panic, active: true))
        bench.tell(acknowledge(77, counter: .max))
        bench.tell(centre(.panic, .max))
        bench.tell(acknowledge(1, counter: 1))
        #expect(
            bench.answers == [
                "no such incident", "it is not for centre city to order", "done"
            ])
    }

    @Test(arguments: [false, true])
    func oneCentreLocksNobodyElseOut(isRestarted: Bool) {
        var bench = bench()
        bench.tell(centre(.silence, .max, of: "city"))
        bench.tell(centre(.silence, 5, of: "venue"))
        if isRestarted {
            bench = bench.restarted()
            bench.tell(.tick)
        }
        bench.answers = []
        bench.tell(centre(.silence, 6, of: "venue"))
        bench.tell(centre(.silence, .max, by: "Marat", of: "city"))
        #expect(bench.answers == ["done", "its counter is not greater than \(UInt64.max)"])
        // It goes on with the epoch that the refusal told.
        bench.tell(centre(.silence, 1, epoch: bench.epoch, of: "city"))
        #expect(bench.answers.last == "done")
    }

    @Test func aLaterLifeKnowsEveryOrderThatWasObeyed() {
        var bench = bench()
        var orders: [Event.Cause] = []
        bench.tell(.input(.panic, active: true))
        bench.tell(centre(.silence, 1))
        for index in 0..<4 as Range<UInt64> {
            orders += [
                acknowledge(1, counter: 4 * index + 2),
                centre(.hours(.venue(isOpen: false, seconds: 60)), 4 * index + 3),
                centre(.silence, index + 1, epoch: bench.epoch),
                centre(
                    .fetch(
                        IncidentIdentity(boot: boot, ordinal: 1), .clip, offset: 0, byteCount: 9),
                    4 * index + 4)
            ]
        }
        for order in orders { bench.tell(order) }
        var later = bench.restarted()
        later.tell(.tick)
        for order in orders.suffix(OrdersPast.recentCountMax) { later.tell(order) }
        #expect(later.answers == [String](repeating: "done", count: orders.count))
        #expect(!later.bodies.suffix(from: bench.bodies.count).contains { $0.isOrder })
        later.answers = []
        later.tell(centre(.silence, 1))
        #expect(later.answers == ["its counter is not greater than 16"], "forgotten, and refused")
    }

    // MARK: Damage

    /// The ledger was set aside; what was recorded on the line is played again, in that life and in
    /// the next one, which finds nothing damaged any more.
    @Test func whatADamagedLedgerForgotIsNotObeyedAgain() {
        var bench = bench()
        let recorded = [
            centre(.silence, 1_795_693_392_262), centre(.hours(.configured), 1_795_693_392_263)
        ]
        for order in recorded { bench.tell(order) }
        bench.tell(centre(.silence, 7, epoch: bench.epoch))
        let old = bench.epoch
        #expect(bench.answers == ["done", "done", "done"])

        var past = LedgerPast()
        past.isIncomplete = true
        var later = Bench(bench.appliance.policy)
        later.appliance = Appliance(
            policy: later.appliance.policy, boot: BootID(high: 3, low: 4), past: past)
        for life in 0..<3 {
            later.answers = []
            later.tell(.tick)
            for order in recorded { later.tell(order) }
            later.tell(centre(.silence, 8, epoch: old))
            let lost =
                "the ledger was damaged and may have forgotten what was obeyed: "
                + "sign the epoch with the command"
            #expect(later.answers == [lost, lost, "its epoch is not this one"], "life \(life)")
            #expect(later.epoch != nil && later.epoch != old)
            later = later.restarted(boot: UInt64(life) + 5)
        }
        #expect(!later.bodies.contains { $0.isOrder })
        #expect(later.broken == [])
    }

    @Test func afterDamageACentreProvesToBeFreshAndGoesOn() {
        var past = LedgerPast()
        past.isIncomplete = true
        var bench = Bench()
        bench.appliance = Appliance(policy: StationPolicy(), boot: boot, past: past)
        bench.tell(centre(.silence, 50))
        let fresh = centre(.silence, 100, epoch: bench.epoch)
        bench.tell(fresh)
        // What it signs after that needs no epoch; what it signed before is as old as it was.
        bench.tell(centre(.silence, 100))
        bench.tell(centre(.silence, 101))
        bench.tell(fresh)
        bench.tell(centre(.silence, 102, of: "venue"))
        #expect(
            bench.answers.map { $0.prefix(22) } == [
                "the ledger was damaged", "done", "its counter is not gre", "done", "done",
                "the ledger was damaged"
            ])
    }

    // MARK: Answers of people, over restarts

    /// What a life that goes on escalates, the next one does too, and nothing else.
    @Test func aRestartChangesNothingAboutWhatAPersonIsAskedFor() {
        for kind in Incident.Kind.allCases {
            for response in Response.allCases {
                var bench = bench()
                bench.appliance.policy[kind] = response
                bench.appliance.raise(kind)
                bench.tell(.tick)
                var closed = bench
                closed.appliance.close { _ in true }
                closed.tell(.tick)
                var seen = bench
                seen.tell(acknowledge(1, counter: 1))
                for (name, life) in [("open", bench), ("closed", closed), ("seen to", seen)] {
                    var live = life
                    var later = life.restarted()
                    later.tell(.tick)
                    live.now = live.now + .seconds(61)
                    later.now = later.now + .seconds(61)
                    live.tell(.tick)
                    later.tell(.tick)
                    let isEscalated = escalations(live).contains(1)
                    #expect(isEscalated == (response >= .red && name != "seen to"))
                    #expect(
                        escalations(later).contains(1) == isEscalated,
                        "\(kind), \(response), \(name)")
                }
            }
        }
    }

    @Test func whatEscalatedBeforeARebootIsAcknowledgedAfterIt() {
        var bench = bench()
        bench.tell(.input(.panic, active: true))
        bench.pass(.seconds(70))
        #expect(escalations(bench) == [1])
        var later = bench.restarted()
        later.pass(.seconds(70))
        #expect(escalations(later).isEmpty, "once is enough")
        later.tell(acknowledge(1, counter: 1))
        later.tell(acknowledge(2, counter: 2))
        later.tell(acknowledge(0, counter: 3))
        #expect(later.answers == ["done", "no such incident", "no such incident"])
    }

    /// A fight among strobes: what nobody is asked about crowds nothing out.
    @Test func manyOthersHideNoneThatIsWaitedFor() {
        var bench = bench()
        bench.appliance.raise(.fight)
        for _ in 0..<200 {
            bench.pass(.milliseconds(100))
            bench.appliance.raise(.strobe)
            bench.appliance.close { $0.kind == .strobe }
        }
        bench.tell(.tick)
        var later = bench.restarted()
        later.pass(.seconds(61))
        #expect(escalations(later) == [1])
    }

    @Test func switchedOnLaterItAsksAboutTheNewestAndNothingOld() {
        var bench = bench(nil)
        bench.tell(.input(.panic, active: true))
        bench.tell(.input(.panic, active: false))
        bench.pass(.seconds(40), nil)
        bench.now = bench.now + .seconds(90_000)
        bench.tell(.tick)
        for _ in 0..<70 {
            bench.tell(.input(.panic, active: true))
            bench.tell(.input(.panic, active: false))
            bench.pass(.seconds(31), nil)
        }
        var policy = bench.appliance.policy
        policy.acknowledgeWithin = .seconds(60)
        var later = bench.restarted(policy)
        later.pass(.seconds(61), nil)
        #expect(escalations(later) == Array(9...72), "the second is the camera that was lost")
    }

    /// Sixty-four wait; one more makes the oldest escalate, and nothing is forgotten.
    @Test func whatWaitsForAPersonIsBounded() {
        var bench = bench(3_600)
        for _ in 0..<80 {
            bench.tell(.input(.panic, active: true))
            bench.tell(.input(.panic, active: false))
            bench.pass(.seconds(31), nil)
        }
        #expect(escalations(bench).count >= 80 - Appliance.askedCountMax)
        #expect(bench.appliance.asked.count <= Appliance.askedCountMax)
    }
}

extension LedgerRecord.Body {
    fileprivate var isOrder: Bool {
        switch self {
        case .commanded, .hours, .acknowledged: true
        default: false
        }
    }
}
