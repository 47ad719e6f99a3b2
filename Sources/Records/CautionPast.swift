import Frames
import Incidents

/// How cautious each camera is, by what people said of what it told: learnt from the records, in an
/// earlier life or in this one. The same records give the same caution.
///
///     none: one doubt more    real: four fewer    three and a half days of running: one fewer
///
/// Two doubts are a step of `Caution`, so a camera that errs twice a week stays as it is. What scored
/// more than caution can ask for raises none: it would cost fights, and that alarm come all the same.
///
/// What is judged is an **occasion**: confirmed incidents of one camera that overlap, for a fight is
/// hardly ever told without aggression. It was real if any of them was. A later judgement takes back
/// what the earlier one of the same occasion did; the same again changes nothing.
///
/// - Limits: 0 ... `doubtCountMax` doubts, whatever is said. The newest `occasionCountMax` occasions of
///   a camera can be judged: what is said of older ones is on record, and no more.
public struct CautionPast: Hashable, Sendable {
    private struct Member: Hashable, Sendable {
        var identity: IncidentIdentity
        var isOpen = true
        var verdict: Judgement.Verdict?
    }

    private struct Occasion: Hashable, Sendable {
        var members: [Member]
        var verdict: Judgement.Verdict?
        /// What its verdict did to the camera's doubts.
        var effect = 0
        var peak = Q15.zero

        var isOpen: Bool { members.contains { $0.isOpen } }
    }

    private struct Camera: Hashable, Sendable {
        /// The oldest first.
        var occasions: [Occasion] = []
        var doubts = 0
        /// Of all running that was learnt: when a doubt last went by itself, or the first came.
        var since = Interval.zero
        /// As the last record of a change tells.
        var told = 0
    }

    public static let occasionCountMax = 512
    /// A longer one is judged in parts.
    public static let memberCountMax = 16
    public static let doubtsOfAStep = 2
    public static let doubtCountMax = doubtsOfAStep * Caution.stepCountMax
    /// What `real` takes away.
    public static let doubtsOfReal = 4
    /// So much running takes one away.
    public static let patience = Interval.seconds(84 * 3_600)

    private var cameras: [UInt8: Camera] = [:]
    private var running = RunningTime()
    private var now = Interval.zero

    public init() {}

    /// Steps of `Caution` that hold at the last record learnt.
    public func steps(of camera: UInt8) -> Int {
        guard let camera = cameras[camera] else { return 0 }
        return Self.eased(camera, now).doubts / Self.doubtsOfAStep
    }

    /// Whether it scored more than caution can ask for, so that a "none" changes nothing.
    public func isBeyondReach(_ identity: IncidentIdentity) -> Bool {
        cameras.values.contains { camera in
            camera.occasions.contains { occasion in
                occasion.peak > Caution.reach
                    && occasion.members.contains { $0.identity == identity }
            }
        }
    }

    /// What the last record about it told.
    public func toldSteps(of camera: UInt8) -> Int { cameras[camera]?.told ?? 0 }

    // MARK: Learning

    public mutating func learn(_ record: LedgerRecord) {
        guard RunningTime.counts(record) else { return }
        now = now + running.pass(to: record.stamp)
        switch record.body {
        case .started:
            // Of what was open before no end will be told by its own life.
            for camera in cameras.keys { close(camera) { _ in true } }
        case .incident(let incident) where incident.kind.row.heedsCaution:
            learn(incident, IncidentIdentity(boot: record.stamp.boot, ordinal: incident.ordinal))
        case .judged(let judgement, _):
            judged(judgement)
        case .cautioned(let change):
            cameras[change.camera, default: Camera()].told = Int(change.to)
            if case .reset = change.cause { reset(change.camera) }
        default:
            break
        }
    }

    private mutating func learn(_ incident: Incident, _ identity: IncidentIdentity) {
        let camera = incident.camera
        switch incident.state {
        case .suspected: break
        case .confirmed:
            var all = cameras[camera, default: Camera()]
            let last = all.occasions.count - 1
            if last >= 0, all.occasions[last].isOpen,
                all.occasions[last].members.count < Self.memberCountMax
            {
                all.occasions[last].members.append(Member(identity: identity))
            } else {
                all.occasions.append(Occasion(members: [Member(identity: identity)]))
            }
            if all.occasions.count > Self.occasionCountMax { all.occasions.removeFirst() }
            cameras[camera] = all
        case .closed: close(camera) { $0 == identity }
        }
        guard incident.state != .suspected, var all = cameras.removeValue(forKey: camera) else {
            return
        }
        // Whatever is older is closed: another occasion begins only when the last one is over.
        for index in all.occasions.indices.suffix(2)
        where all.occasions[index].members.contains(where: { $0.identity == identity }) {
            all.occasions[index].peak = max(all.occasions[index].peak, incident.peakScore)
        }
        cameras[camera] = all
    }

    private mutating func close(_ camera: UInt8, where isMeant: (IncidentIdentity) -> Bool) {
        guard var all = cameras.removeValue(forKey: camera) else { return }
        defer { cameras[camera] = all }
        for index in all.occasions.indices.suffix(2) {
            for place in all.occasions[index].members.indices
            where isMeant(all.occasions[index].members[place].identity) {
                all.occasions[index].members[place].isOpen = false
            }
        }
    }

    private mutating func judged(_ judgement: Judgement) {
        // In order, so that a senseless ledger, with one name twice, is learnt the same everywhere.
        for number in cameras.keys.sorted() {
            guard let camera = cameras[number] else { continue }
            let place = camera.occasions.lastIndex { occasion in
                occasion.members.contains { $0.identity == judgement.identity }
            }
            guard let place else { continue }
            cameras[number] = judged(judgement, camera, place)
            return
        }
    }

    private func judged(_ judgement: Judgement, _ camera: Camera, _ place: Int) -> Camera {
        var camera = Self.eased(camera, now)
        var occasion = camera.occasions[place]
        for index in occasion.members.indices
        where occasion.members[index].identity == judgement.identity {
            occasion.members[index].verdict = judgement.verdict
        }
        let verdict: Judgement.Verdict =
            occasion.members.contains { $0.verdict == .real } ? .real : .nothing
        if verdict != occasion.verdict {
            if camera.doubts == 0 { camera.since = now }
            let without = Self.limited(camera.doubts - occasion.effect)
            camera.doubts = Self.limited(without + Self.effect(verdict, of: occasion))
            occasion.effect = camera.doubts - without
            occasion.verdict = verdict
        }
        camera.occasions[place] = occasion
        return camera
    }

    /// What was said up to now has had its effect.
    private mutating func reset(_ number: UInt8) {
        guard var camera = cameras.removeValue(forKey: number) else { return }
        (camera.doubts, camera.since) = (0, now)
        for index in camera.occasions.indices { camera.occasions[index].effect = 0 }
        cameras[number] = camera
    }

    private static func effect(_ verdict: Judgement.Verdict, of occasion: Occasion) -> Int {
        switch verdict {
        case .nothing: occasion.peak > Caution.reach ? 0 : 1
        case .real: -doubtsOfReal
        }
    }

    private static func limited(_ doubts: Int) -> Int { min(max(doubts, 0), doubtCountMax) }

    /// What time takes back.
    private static func eased(_ camera: Camera, _ now: Interval) -> Camera {
        var camera = camera
        while camera.doubts > 0, now - camera.since >= patience {
            camera.doubts -= 1
            camera.since = camera.since + patience
        }
        return camera
    }

    /// The same, with what `later` learnt of the life that came after: nobody could judge in it yet.
    public func followed(by later: CautionPast) -> CautionPast {
        var all = self
        for camera in all.cameras.keys { all.close(camera) { _ in true } }
        (all.running, all.now) = (later.running, now + later.now)
        for (number, camera) in later.cameras {
            all.cameras[number, default: Camera()].occasions += camera.occasions
        }
        return all
    }
}
