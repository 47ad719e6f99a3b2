import Detectors
import Frames
import Incidents
import Records

/// What people say of incidents makes a camera more cautious, or less: always by a record, always
/// within the limits of `Caution`.
extension Appliance {
    /// What the ledger tells of earlier lives goes on.
    mutating func takeUpCaution(_ past: LedgerPast) {
        caution = past.caution.followed(by: caution)
        for index in watches.indices {
            cautionInForce[index] = past.caution.toldSteps(of: UInt8(index))
        }
        weighCaution(.time)
        for index in trackers.indices { applyCaution(to: index) }
        if let words = cautionWords { log(.notice, words) }
    }

    mutating func judge(_ judgement: Judgement, by actor: String) {
        record(.judged(judgement, by: actor))
        if judgement.verdict == .nothing, caution.isBeyondReach(judgement.identity) {
            log(
                .notice,
                "incident \(judgement.identity): it scored more than caution can ask for: a privacy "
                    + "mask over the place, or weights trained on it, make an end of it")
        }
        weighCaution(.judged(judgement.identity))
    }

    /// Puts a camera back, whatever was said of it up to now.
    mutating func resetCaution(of camera: UInt8, by actor: String) {
        change(camera, to: 0, .reset(by: actor))
        weighCaution(.time)
    }

    /// Cameras by name, or by their number as lists print it.
    func camera(called name: String) -> UInt8? {
        let index = policy.cameras.firstIndex { $0.name == name } ?? Int(name)
        guard let index, policy.cameras.indices.contains(index), index < watches.count else {
            return nil
        }
        return UInt8(index)
    }

    /// Brings what is in force into line with what the records say.
    mutating func weighCaution(_ cause: CautionChange.Cause) {
        for index in watches.indices {
            let camera = UInt8(index)
            let steps = caution.steps(of: camera)
            if steps != cautionInForce[index] { change(camera, to: steps, cause) }
        }
    }

    private mutating func change(_ camera: UInt8, to steps: Int, _ cause: CautionChange.Cause) {
        let index = Int(camera)
        let before = cautionInForce[index]
        cautionInForce[index] = steps
        applyCaution(to: index)
        let change = CautionChange(
            camera: camera, from: UInt8(before), to: UInt8(steps),
            fightScore: fightScore(index), cause: cause)
        record(.cautioned(change))
        log(.notice, change.words(camera: name(camera)))
    }

    private mutating func applyCaution(to index: Int) {
        let incidents = incidentPolicy(index)
        trackers[index]?.policy = incidents
    }

    /// What a fight must score on a camera now.
    private func fightScore(_ index: Int) -> Q15 {
        let rule = incidentPolicy(index)[.fight]
        return max(rule.enterScore, rule.confirmScore)
    }

    /// Which cameras are cautious now, for people; nil where none is.
    public var cautionWords: String? {
        let cautious = watches.indices.filter { cautionInForce[$0] > 0 }
        guard !cautious.isEmpty else { return nil }
        return cautious.map { index in
            "camera \(name(UInt8(index))): caution \(cautionInForce[index]) of "
                + "\(Caution.stepCountMax), a fight from \(fightScore(index).perMille) on"
        }.joined(separator: "; ")
    }
}
