import Detectors
import Frames
import Incidents
import Records
import Testing

@testable import Station

/// Senseless events in senseless order: nothing traps, and every invariant holds after each.
@Suite struct ApplianceFuzzTests {
    @Test(arguments: 0..<12 as Range<UInt64>)
    func invariantsHoldAfterAnySequenceOfEvents(seed: UInt64) {
        var chance = Chance(state: seed &* 0x9E37_79B9_7F4A_7C15 &+ 1)
        var bench = Bench(policy(&chance))
        for step in 1...800 as ClosedRange<UInt64> {
            bench.now = time(&chance, bench.now)
            bench.isLedgerMute = chance.below(3) == 0
            bench.isLedgerFailing = chance.below(3) == 0
            bench.tell(cause(&chance, bench.now, step))
            guard bench.broken.isEmpty else { break }
        }
        #expect(bench.broken == [])
        let names = bench.records.map(\.stamp.monotonic)
        #expect(names.allSatisfy { $0 >= .zero })
    }

    private func time(_ chance: inout Chance, _ now: Instant) -> Instant {
        switch chance.below(60) {
        case 0: Instant(nanoseconds: Int64(truncatingIfNeeded: chance.next() << 31))
        case 1: .distantFuture
        case 2: Instant(nanoseconds: .min)
        case 3: now
        case 4: now + .seconds(Int64(chance.below(40_000)))
        default: now + .milliseconds(Int64(chance.below(2_000)))
        }
    }

    private func cause(
        _ chance: inout Chance, _ now: Instant, _ step: UInt64
    ) -> Event.Cause {
        let camera = UInt8(chance.below(40) == 0 ? 250 : chance.below(3))
        switch chance.below(chance.below(400) == 0 ? 15 : 14) {
        case 0, 1: return .tick
        case 2:
            return .clock(
                wallMilliseconds: Int64(truncatingIfNeeded: chance.next() << 20),
                trust: chance.below(2) == 0 ? .unset : .synchronised,
                weekMinute: Int(chance.next()))
        case 3: return .cameraLost(camera: camera, cause: "gone")
        case 4: return .cameraRestored(camera: camera)
        case 5, 6:
            return .input(Input.allCases[chance.below(3)], active: chance.below(2) == 0)
        case 7: return .recordsKept(count: Int(chance.below(100)) - 20)
        case 8: return .storeFailed(cause: "full")
        case 9: return .storeRestored
        case 11 where chance.below(4) == 0:
            return .temperature(celsius: Int(truncatingIfNeeded: chance.next()))
        case 11 where chance.below(4) == 0:
            return .destination(
                name: "\(chance.below(20))", isReached: chance.below(3) == 0)
        case 10:
            return .evidenceKept(
                ordinal: UInt32(chance.below(100)),
                sha256: [UInt8](repeating: 0, count: chance.below(40)), byteCount: .max)
        case 11 where chance.below(10) == 0:
            return .configured(
                policy: chance.below(2) == 0 ? nil : policy(&chance), configuration: [])
        case 12 where chance.below(4) == 0:
            let identity = IncidentIdentity(
                boot: BootID(high: 1, low: 2), ordinal: UInt32(chance.below(20)))
            let action =
                [
                    .hours(hours(&chance)), .silence, .panic, .acknowledge(identity),
                    .judge(
                        Judgement(
                            identity: identity, verdict: chance.below(4) == 0 ? .real : .nothing)),
                    .resetCaution(camera: "\(chance.below(9))")
                ][chance.below(6)] as Order.Action
            let authority: Authority =
                switch chance.below(4) {
                case 0: .technician
                case 1: .button
                default:
                    .centre(
                        Centre(destination: "\(chance.below(40))", key: []),
                        Ticket(counter: chance.below(9) == 0 ? .max : step))
                }
            return .ordered(Order(actor: "x", authority: authority, action: action))
        case 14: return .stopping
        default:
            let sightings = (0..<chance.below(5)).map { _ in
                Sighting(
                    kind: Sighting.Kind.allCases[chance.below(Sighting.Kind.allCases.count)],
                    zone: UInt8(chance.below(20)), score: .perMille(chance.below(1_000)),
                    region: .whole)
            }
            return .decided(
                camera: camera, capturedAt: chance.below(9) == 0 ? .distantFuture : now,
                sightings: sightings)
        }
    }

    private func hours(_ chance: inout Chance) -> HoursOrder {
        switch chance.below(4) {
        case 0: .configured
        case 1: .schedule(WeekSchedule(spans: [.init(start: UInt16(chance.below(10_080)), end: 0)]))
        default:
            .venue(
                isOpen: chance.below(2) == 0,
                seconds: chance.below(9) == 0 ? .max : UInt32(chance.below(3_000)))
        }
    }

    private func policy(_ chance: inout Chance) -> StationPolicy {
        func interval() -> Interval {
            switch chance.below(8) {
            case 0: Interval(nanoseconds: .max)
            case 1: Interval(nanoseconds: .min)
            case 2: .zero
            default: .milliseconds(Int64(chance.below(200_000)))
            }
        }
        var policy = StationPolicy(
            cameras: (0..<chance.below(12)).map { CameraPolicy(name: "\($0)") },
            openHours: chance.below(2) == 0 ? .always : .never,
            lamps: LampPolicy(
                alive: LampPattern((0..<chance.below(20)).map { Int32($0) * 977 - 99 }),
                redHold: interval()),
            siren: SirenPolicy(
                onMax: interval(), rest: interval(), nightlyOnMax: interval(),
                preAlarm: interval(), silenceFor: interval(),
                quietHours: WeekSchedule(spans: [
                    .init(start: UInt16(chance.below(65_536)), end: UInt16(chance.below(65_536)))
                ]),
                falseAlarmBudget: chance.below(5) - 1,
                panicBreaksQuietHours: chance.below(2) == 0,
                panicBreaksSilence: chance.below(2) == 0),
            panicHold: interval(), decisionTimeout: interval())
        for kind in Incident.Kind.allCases where chance.below(3) == 0 {
            policy[kind] = Response.allCases[chance.below(Response.allCases.count)]
        }
        return policy
    }
}

/// A small source of chance; SplitMix64 belongs to the simulation, which these tests precede.
private struct Chance {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state >> 30
    }

    mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(max(limit, 1))) }
}
