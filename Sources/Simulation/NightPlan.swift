import Detectors
import Frames
import Incidents
import Records
import Station

/// What befalls a venue in one night, drawn from the seed before the night begins.
struct NightPlan {
    enum Item {
        /// Something is seen from now on.
        case begins(Episode)
        case cameraLost(camera: Int, length: Interval)
        /// Frames stop and nobody says so.
        case cameraStalls(camera: Int, length: Interval)
        case pressed(Input, length: Interval)
        case diskFails(FaultyLedger.Mode, length: Interval)
        /// The machine loses power: another boot.
        case powerCut(dark: Interval)
        /// The process dies and is started again within the same boot.
        case crash(dark: Interval)
        /// An orderly stop and start.
        case restart(dark: Interval)
        /// The clock was wrong by this and is set right: told to the appliance as it happens.
        case clockStepped(by: Interval)
        case configured(StationPolicy?)
        /// A centre wants something.
        case ordered(Order.Action, centre: Int)
        /// A centre says of the last alarm that goes on, if it can be judged, what it was.
        case judged(Judgement.Verdict, centre: Int)
        /// Somebody plays again what a centre said so many orders ago.
        case replayed(back: Int)
    }

    /// Something in one camera's view.
    struct Episode {
        var camera: Int
        var kind: Sighting.Kind
        var zone: UInt8
        var perMille: Int
        /// In how many of a thousand frames it shows.
        var frames: Int
        var length: Interval
        /// So plain that missing it is a failure.
        var isPlain: Bool
    }

    struct Entry {
        var at: Interval
        var item: Item
    }

    /// In order of time.
    private(set) var entries: [Entry] = []
    let policy: StationPolicy
    let clockIsLate: Bool

    static let cameraCount = 2

    init(seed: UInt64, length: Interval) {
        var chance = SplitMix64(seed: seed)
        policy = Self.policy(&chance)
        clockIsLate = chance.chance(1, in: 2)
        // Every night has its own mix of troubles: faults that never meet find no bugs, and
        // faults that always meet hide some.
        let span = Int(length.milliseconds)
        func some(_ most: Int) -> Int { chance.chance(2, in: 3) ? chance.whole(in: 1...most) : 0 }
        func add(_ count: Int, _ item: (inout SplitMix64) -> Item) {
            for _ in 0..<count {
                let at = Interval.milliseconds(Int64(chance.whole(in: 0...span)))
                entries.append(Entry(at: at, item: item(&chance)))
            }
        }
        func seconds(_ chance: inout SplitMix64, _ range: ClosedRange<Int>) -> Interval {
            .milliseconds(
                Int64(chance.whole(in: range.lowerBound * 1000...range.upperBound * 1000)))
        }
        add(chance.whole(in: 10...30)) { .begins(Self.episode(&$0)) }
        add(some(3)) {
            .cameraLost(
                camera: $0.whole(in: 0...Self.cameraCount - 1), length: seconds(&$0, 1...300))
        }
        add(some(2)) {
            .cameraStalls(
                camera: $0.whole(in: 0...Self.cameraCount - 1), length: seconds(&$0, 2...40))
        }
        add(some(9)) {
            let input = [Input.panic, .panic, .silence, .enclosure][$0.whole(in: 0...3)]
            return .pressed(input, length: seconds(&$0, 0...20))
        }
        add(some(4)) {
            let mode = [FaultyLedger.Mode.refuses, .refuses, .unsure][$0.whole(in: 0...2)]
            return .diskFails(mode, length: seconds(&$0, 1...900))
        }
        add(some(2)) { .diskFails(.powerFails, length: seconds(&$0, 5...60)) }
        add(some(2)) { .powerCut(dark: seconds(&$0, 5...120)) }
        add(some(2)) { .crash(dark: seconds(&$0, 1...5)) }
        add(some(1)) { .restart(dark: seconds(&$0, 1...5)) }
        add(some(2)) {
            .clockStepped(by: .milliseconds(Int64($0.whole(in: -7_200_000...7_200_000))))
        }
        add(some(2)) { .configured($0.chance(1, in: 3) ? nil : Self.policy(&$0)) }
        add(some(4)) {
            .ordered(
                .hours(Self.hours(&$0)), centre: $0.whole(in: 0...NightCentres.count - 1))
        }
        add(some(6)) { .ordered(.silence, centre: $0.whole(in: 0...NightCentres.count - 1)) }
        add(some(6)) { .replayed(back: $0.whole(in: 0...7)) }
        // Who pressed once presses again.
        for entry in entries {
            guard case .pressed(let input, let length) = entry.item, chance.chance(1, in: 2) else {
                continue
            }
            let again = entry.at + .milliseconds(Int64(chance.whole(in: 500...150_000)))
            entries.append(Entry(at: again, item: .pressed(input, length: length)))
        }
        // A burst: somebody attacks the box, and everything happens within a minute.
        if chance.chance(1, in: 2), !entries.isEmpty {
            let start = chance.whole(in: 0...max(span - 60_000, 0))
            for _ in 0..<min(8, entries.count) {
                let index = chance.whole(in: 0...entries.count - 1)
                entries[index].at = .milliseconds(Int64(start + chance.whole(in: 0...60_000)))
            }
        }
        entries += Self.judgements(seed: seed, span: span)
        // By time; equal times in the order drawn, so that a night is the same everywhere.
        entries = entries.enumerated().sorted {
            ($0.element.at, $0.offset) < ($1.element.at, $1.offset)
        }.map(\.element)
    }

    private static func episode(_ chance: inout SplitMix64) -> Episode {
        let plain: [Sighting.Kind] = [
            .covered, .partlyCovered, .defocused, .sprayed, .turned, .frozen
        ]
        let isPlain = chance.chance(1, in: 2)
        let kinds = isPlain ? plain : Array(Sighting.Kind.allCases)
        return Episode(
            camera: chance.whole(in: 0...cameraCount - 1),
            kind: kinds[chance.whole(in: 0...kinds.count - 1)],
            zone: UInt8(chance.whole(in: 0...3)),
            perMille: isPlain ? 800 : chance.whole(in: 250...900),
            frames: isPlain ? 1000 : chance.whole(in: 100...1000),
            length: .milliseconds(
                Int64(chance.whole(in: isPlain ? 15_000...60_000 : 200...90_000))),
            isPlain: isPlain)
    }

    /// Alarms that centres judge while they go on, each in its own way. Drawn apart, for they came
    /// later than the rest of the night.
    private static func judgements(seed: UInt64, span: Int) -> [Entry] {
        var chance = SplitMix64(seed: ~seed)
        var entries: [Entry] = []
        for _ in 0..<chance.whole(in: 0...12) {
            let at = chance.whole(in: 0...span)
            let episode = Episode(
                camera: chance.whole(in: 0...cameraCount - 1),
                kind: chance.chance(1, in: 2) ? .fight : .aggression, zone: 0,
                perMille: chance.whole(in: 700...950), frames: 1_000, length: .seconds(25),
                isPlain: false)
            entries.append(Entry(at: .milliseconds(Int64(at)), item: .begins(episode)))
            for _ in 0..<chance.whole(in: 1...3) {
                let later = Int64(at + chance.whole(in: 3_000...24_000))
                let verdict: Judgement.Verdict = chance.chance(1, in: 5) ? .real : .nothing
                let centre = chance.whole(in: 0...NightCentres.count - 1)
                entries.append(
                    Entry(at: .milliseconds(later), item: .judged(verdict, centre: centre)))
            }
        }
        return entries
    }

    private static func hours(_ chance: inout SplitMix64) -> HoursOrder {
        switch chance.whole(in: 0...4) {
        case 0: return .configured
        case 1, 2:
            return .venue(
                isOpen: chance.chance(1, in: 2), seconds: UInt32(chance.whole(in: 0...7_200)))
        default:
            let start = UInt16(chance.whole(in: 6_900...7_400))
            return .schedule(
                WeekSchedule(spans: [.init(start: start, end: start + 60), .init(start: 9, end: 5)])
            )
        }
    }

    private static func policy(_ chance: inout SplitMix64) -> StationPolicy {
        var policy = StationPolicy(
            cameras: [CameraPolicy(name: "bar"), CameraPolicy(name: "door")],
            openHours: OpenHours(
                schedule: WeekSchedule(spans: [.init(start: 6_900, end: 7_400)]),
                isOpenWhileClockUnset: chance.chance(2, in: 3)),
            siren: SirenPolicy(
                onMax: .seconds(Int64(chance.whole(in: 5...180))),
                rest: .seconds(Int64(chance.whole(in: 10...120))),
                nightlyOnMax: .seconds(Int64(chance.whole(in: 60...900))),
                preAlarm: .seconds(Int64(chance.whole(in: 0...20))),
                silenceFor: .seconds(Int64(chance.whole(in: 1...1_200))),
                quietHours: chance.chance(1, in: 3)
                    ? WeekSchedule(spans: [.init(start: 7_200, end: 7_320)]) : .never,
                falseAlarmBudget: chance.whole(in: 0...4),
                panicBreaksQuietHours: chance.chance(1, in: 2),
                panicBreaksSilence: chance.chance(1, in: 2)))
        for index in policy.cameras.indices {
            policy.cameras[index].incidents.zoneHours = [.init(zone: 2, openHours: .never)]
        }
        if chance.chance(1, in: 2) { policy[.covered] = .siren }
        if chance.chance(1, in: 2) { policy[.presence] = .sirenAfterHours }
        return policy
    }
}

private func < (left: (Interval, Int), right: (Interval, Int)) -> Bool {
    left.0 != right.0 ? left.0 < right.0 : left.1 < right.1
}
