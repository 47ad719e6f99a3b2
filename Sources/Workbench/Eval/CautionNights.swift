import Detectors
import Frames
import Incidents
import Records
import Station
import Text

/// Thirty nights of cameras whose alarms people judge, beside the same nights without: what `Caution`
/// is worth, and what it costs.
///
/// The appliance is the real one, with a new life every day that knows no more than the ledger. What
/// its cameras score is drawn, from scores of weights that never saw the recording
/// (`heldOutPerMille` of `Sources/Models/fights/opinion.json`).
package struct CautionNights {
    /// What a camera looks at.
    package enum Scene: String, CaseIterable, Sendable {
        /// Four lively scenes a night.
        case bar = "quiet bar"
        /// Sixty.
        case dance = "dance floor"
        /// Something that is taken for a fight six times a night, always by about the same score, of
        /// 780 to 880.
        case corner = "bad corner"
        /// The same from 920 on, beyond the limit.
        case beyond = "hopeless corner"
        /// As the bar, but somebody calls every alarm "none", fights too.
        case hostile = "bar, all called none"
    }

    /// Sums over venues.
    package struct Tally: Hashable, Sendable {
        /// By night: confirmed incidents where nobody fought.
        package var falseFights = [Int](repeating: 0, count: CautionNights.nightCount)
        package var falseAlarms = [Int](repeating: 0, count: CautionNights.nightCount)
        /// All fights that there were, those that were red, and those that were amber at least.
        package var fights = 0
        package var red = 0
        package var amber = 0
        /// Sum of the steps after the last night.
        package var steps = 0
        package var stepsMost = 0
    }

    package static let nightCount = 30
    /// Each per hundred: what is judged, and how much of that is wrong.
    static let judgedShare = 70
    static let wrongShare = 5
    /// Fights of a camera in ten nights.
    static let fightsInTenNights = 3

    private let seed: UInt64
    private let venues: Int

    package init(venues: Int, from seed: UInt64) {
        (self.venues, self.seed) = (venues, seed)
    }

    /// - Parameter isJudged: whether anybody says anything.
    package func run(_ scene: Scene, isJudged: Bool) -> Tally {
        var tally = Tally()
        for venue in 0..<venues {
            let plan = CautionPlan(scene, seed: seed &+ UInt64(venue))
            var life = CautionLife(isJudged ? plan : plan.unjudged)
            life.run(into: &tally)
        }
        return tally
    }

    // MARK: For people

    private static let heading = [
        "camera", "judged", "red 1-5", "6-10", "11-20", "21-30", "red or amber", "fights",
        "red", "red or amber", "caution"
    ]
    private static let bands = [0..<5, 5..<10, 10..<20, 20..<30]

    package func text() -> String {
        var rows = [Self.heading]
        for scene in Scene.allCases {
            for isJudged in [false, true] {
                rows.append(row(scene, isJudged, run(scene, isJudged: isJudged)))
            }
        }
        return "\(venues) venues, seed \(seed), \(Self.nightCount) nights; of alarms "
            + "\(Self.judgedShare) % are judged after 1 to 3 days, \(Self.wrongShare) % of them "
            + "wrongly; false alarms a night of one camera, then fights of all\n"
            + Self.table(rows)
    }

    private static func table(_ rows: [[String]]) -> String {
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            row.indices.map { column in
                column == 0
                    ? row[column].padded(widths[column])
                    : row[column].rightAligned(widths[column] + 2)
            }.joined()
        }.joined(separator: "\n")
    }

    private func row(_ scene: Scene, _ isJudged: Bool, _ tally: Tally) -> [String] {
        let nightly = Self.bands.map { band in
            Self.hundredths(tally.falseFights[band].reduce(0, +), of: band.count * venues)
        }
        let amber = Self.hundredths(
            tally.falseAlarms.reduce(0, +), of: Self.nightCount * venues)
        return [scene.rawValue, isJudged ? "yes" : "no"] + nightly + [
            amber, "\(tally.fights)", "\(tally.red)", "\(tally.amber)",
            Self.hundredths(tally.steps, of: venues)
        ]
    }

    /// One line for each camera, judged and not.
    package func json() -> String {
        Scene.allCases.flatMap { scene in
            [false, true].map { isJudged in
                let tally = run(scene, isJudged: isJudged)
                return "{\"camera\":\"\(scene.rawValue)\",\"judged\":\(isJudged),"
                    + "\"venues\":\(venues),\"falseFights\":\(tally.falseFights),"
                    + "\"falseAlarms\":\(tally.falseAlarms),\"fights\":\(tally.fights),"
                    + "\"red\":\(tally.red),\"amber\":\(tally.amber),"
                    + "\"steps\":\(tally.steps),\"stepsMost\":\(tally.stepsMost)}"
            }
        }.joined(separator: "\n")
    }

    static func hundredths(_ sum: Int, of count: Int) -> String {
        let hundredths = (sum * 100 + count / 2) / max(count, 1)
        let digits = hundredths % 100
        return "\(hundredths / 100).\(digits < 10 ? "0" : "")\(digits)"
    }
}

/// What happens before one camera in thirty nights, and who says what of it; drawn before it is known
/// what the appliance makes of it.
struct CautionPlan: Sendable {
    struct Happening: Sendable {
        /// Minutes since noon.
        var minute: Int
        var score: Q15
        var isFight: Bool
        /// What somebody will say of it, if it is an alarm, and how many days later.
        var verdict: Judgement.Verdict?
        var delay: Int
    }

    /// In order of time, by night.
    private(set) var nights: [[Happening]] = []

    init(_ scene: CautionNights.Scene, seed: UInt64) {
        var chance = SplitMix64(seed: seed)
        let corner =
            scene == .beyond ? chance.whole(in: 920...960) : chance.whole(in: 780...880)
        for _ in 0..<CautionNights.nightCount {
            var scores = Self.others(scene, corner, &chance)
            let quietCount = scores.count
            if chance.chance(CautionNights.fightsInTenNights, in: 10) {
                scores.append(Self.draw(Self.fightScores, &chance))
            }
            // Eight hours from eight in the evening, never within two minutes of each other.
            var minutes: Set<Int> = []
            while minutes.count < scores.count { minutes.insert(2 * chance.whole(in: 240...479)) }
            var order = minutes.sorted()
            var night: [Happening] = []
            for (index, score) in scores.enumerated() {
                let isFight = index >= quietCount
                let isJudged = chance.chance(CautionNights.judgedShare, in: 100)
                let isWrong = chance.chance(CautionNights.wrongShare, in: 100)
                var verdict: Judgement.Verdict? =
                    isJudged ? (isFight != isWrong ? .real : .nothing) : nil
                if scene == .hostile { verdict = .nothing }
                night.append(
                    Happening(
                        minute: order.remove(at: chance.whole(in: 0...(order.count - 1))),
                        score: .perMille(score), isFight: isFight, verdict: verdict,
                        delay: chance.whole(in: 1...3)))
            }
            nights.append(night.sorted { $0.minute < $1.minute })
        }
    }

    /// The same where nobody says anything.
    var unjudged: CautionPlan {
        var plan = self
        for night in plan.nights.indices {
            for index in plan.nights[night].indices { plan.nights[night][index].verdict = nil }
        }
        return plan
    }

    private static func others(
        _ scene: CautionNights.Scene, _ corner: Int, _ chance: inout SplitMix64
    ) -> [Int] {
        switch scene {
        case .bar, .hostile: (0..<4).map { _ in draw(otherScores, &chance) }
        case .dance: (0..<60).map { _ in draw(otherScores, &chance) }
        case .corner, .beyond: (0..<6).map { _ in corner + chance.whole(in: -30...30) }
        }
    }

    private static func draw(_ scores: [Int], _ chance: inout SplitMix64) -> Int {
        scores[chance.whole(in: 0...(scores.count - 1))]
    }

    private static func read(_ text: String) -> [Int] {
        text.split(whereSeparator: { $0 == " " || $0 == "\n" }).compactMap { Int($0) }
    }

    /// `heldOutPerMille` of 100 fights.
    static let fightScores = read(
        """
        43 74 147 161 180 186 187 228 234 263 291 304 319 355 363 390 391 397 424 439 493 521 530
        540 545 578 583 587 623 652 663 681 697 700 726 727 755 758 760 764 767 777 802 803 815
        828 829 833 836 846 849 860 864 866 873 873 873 875 875 887 898 901 911 912 928 929 929
        931 931 937 938 938 939 946 947 948 956 959 962 963 966 966 970 971 974 974 976 977 977
        977 981 985 985 986 987 988 989 989 989 993
        """)

    /// The same of the 100 clips without one.
    static let otherScores = read(
        """
        0 0 1 1 1 1 2 2 2 2 3 3 4 4 4 5 6 6 6 7 7 8 9 10 10 10 10 11 11 12 12 13 15 16 17 17 18 19
        20 20 24 24 26 27 29 30 30 32 33 33 35 38 39 43 61 63 71 81 81 85 87 89 91 92 103 108 108
        111 114 116 129 134 139 158 181 184 198 218 219 220 240 241 243 261 269 273 291 312 338
        471 510 547 572 611 613 616 683 687 865 944
        """)
}

/// One camera's thirty nights: a life of the appliance for each day, from noon to noon, that ends as
/// if the power failed.
struct CautionLife {
    private struct Due {
        var day: Int
        var judgement: Judgement
    }

    private let plan: CautionPlan
    private var ledger: [LedgerRecord] = []
    private var past = LedgerPast()
    private var due: [Due] = []
    private var appliance = CautionLife.appliance(0, LedgerPast())
    private var now = Instant.zero
    private var effects: [Effect] = []

    init(_ plan: CautionPlan) {
        self.plan = plan
    }

    mutating func run(into tally: inout CautionNights.Tally) {
        for (day, night) in plan.nights.enumerated() {
            begin(day)
            for each in due where each.day == day {
                let order = Order(
                    actor: "Marat", authority: .technician, action: .judge(each.judgement))
                tell(.ordered(order))
            }
            for hour in 1...24 {
                for each in night where each.minute / 60 == hour - 1 {
                    happen(each, day, &tally)
                }
                wait(until: .seconds(Int64(hour) * 3_600))
            }
            tally.stepsMost = max(tally.stepsMost, past.caution.steps(of: 0))
        }
        tally.steps += past.caution.steps(of: 0)
    }

    private static func appliance(_ day: Int, _ past: LedgerPast) -> Appliance {
        var policy = StationPolicy(cameras: [CameraPolicy(name: "hall")])
        // Nothing is decided while nothing happens, and nobody is to be told of it.
        policy.decisionTimeout = .seconds(86_400)
        return Appliance(policy: policy, boot: BootID(high: 7, low: UInt64(day)), past: past)
    }

    private mutating func begin(_ day: Int) {
        appliance = Self.appliance(day, past)
        now = .zero
        tell(.tick)
    }

    private mutating func wait(until length: Interval) {
        now = max(now, .zero + length)
        tell(.tick)
    }

    /// Three seconds of it, then long enough nothing for the cool-down.
    private mutating func happen(
        _ each: CautionPlan.Happening, _ day: Int, _ tally: inout CautionNights.Tally
    ) {
        wait(until: .seconds(Int64(each.minute) * 60))
        let before = ledger.count
        var sightings: [Sighting] = []
        for kind in [Sighting.Kind.aggression, .fight]
        where each.score >= (kind == .fight ? FightDetector.fightMin : FightDetector.aggressionMin)
        {
            sightings.append(Sighting(kind: kind, zone: 0, score: each.score, region: .whole))
        }
        guard !sightings.isEmpty else {
            if each.isFight { tally.fights += 1 }
            return
        }
        for _ in 0..<30 { decide(sightings, after: .milliseconds(100)) }
        for _ in 0..<10 { decide([], after: .milliseconds(1_900)) }
        let confirmed = ledger[before...].compactMap { record -> (Incident, BootID)? in
            guard case .incident(let incident) = record.body, incident.state == .confirmed else {
                return nil
            }
            return (incident, record.stamp.boot)
        }
        let isRed = confirmed.contains { $0.0.kind == .fight }
        if each.isFight {
            tally.fights += 1
            tally.red += isRed ? 1 : 0
            tally.amber += confirmed.isEmpty ? 0 : 1
        } else {
            tally.falseFights[day] += isRed ? 1 : 0
            tally.falseAlarms[day] += confirmed.isEmpty ? 0 : 1
        }
        guard let verdict = each.verdict, let (incident, boot) = confirmed.last else { return }
        due.append(
            Due(
                day: day + each.delay,
                judgement: Judgement(
                    identity: IncidentIdentity(boot: boot, ordinal: incident.ordinal),
                    verdict: verdict)))
    }

    private mutating func decide(_ sightings: [Sighting], after length: Interval) {
        now = now + length
        tell(.decided(camera: 0, capturedAt: now, sightings: sightings))
    }

    private mutating func tell(_ cause: Event.Cause) {
        effects.removeAll(keepingCapacity: true)
        appliance.step(Event(at: now, cause: cause), into: &effects)
        var count = 0
        for effect in effects {
            guard case .record(let record) = effect else { continue }
            ledger.append(record)
            past.learn(record)
            count += 1
        }
        if count > 0 { tell(.recordsKept(count: count)) }
    }
}
