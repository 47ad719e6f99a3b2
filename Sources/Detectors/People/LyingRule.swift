import Frames

/// Somebody whose box has become wide and low, and who does not get up.
///
/// A box at least a quarter wider than high, at most 0.7 of the height it had upright, in one place,
/// for `dwell` after it was upright, or for `appearedDwell` where nobody saw it upright (whoever
/// falls is often lost for a second, and found as somebody new).
///
/// - Limits: whoever lies along the line of sight has a box that is not wide, and is not found; nor
///   whoever the network does not box when he lies. Somebody on a bench or on the grass lies, too:
///   dwell, zone and `appearedDwell` are the venue's. Boxes that the picture cuts, or that somebody
///   nearer hides, are not judged.
struct LyingRule: Sendable {
    private struct Posture: Sendable {
        var number: UInt32 = 0
        var evidence = Evidence()
        var score = Q15.zero
        /// Cannot be judged at this look: neither for nor against.
        var isHidden = false
        /// Where he lay down.
        var place = TrackPoint()
        var wasUpright = false
        var box = TrackBox()
    }

    private let settings: PeopleSettings.Lying?
    private var postures: [Posture]

    /// Width by height; per mille.
    private static let ramp = Ramp(none: 950, half: 1_250, full: 1_800)
    private static let uprightMin = Interval.seconds(1)

    init(_ settings: PeopleSettings.Lying?) {
        self.settings = settings
        postures = Array(repeating: Posture(), count: Tracker.trackCountMax)
    }

    mutating func forget() {
        for slot in postures.indices { postures[slot] = Posture() }
    }

    mutating func look(_ look: PeopleLook) {
        guard settings != nil else { return }
        for slot in look.tracks.indices {
            let track = look.tracks[slot]
            if track.number != postures[slot].number || !look.isThere(slot) {
                postures[slot] = Posture()
                postures[slot].number = track.number
            }
            if look.isThere(slot) { judge(slot, track, look) }
        }
    }

    private mutating func judge(_ slot: Int, _ track: Track, _ look: PeopleLook) {
        let (box, past, shape) = (track.box, look.pasts[slot], look.ground.shape)
        let edge = 4 * TrackBox.unit
        let isCut =
            box.left < edge || box.top < edge || box.right > shape.right - edge
            || box.bottom > shape.bottom - edge
        postures[slot].isHidden = isCut || !track.isSeen || isBehind(slot, look)
        guard !postures[slot].isHidden else { return }
        postures[slot].box = box
        if past.uprightFor >= Self.uprightMin { postures[slot].wasUpright = true }
        let isLow =
            !postures[slot].wasUpright || box.height * 10 <= past.uprightHeight * 7
        postures[slot].score =
            isLow ? Self.ramp(box.width * 1000 / max(box.height, 1)) : .zero
        // Whoever has moved by half of himself crawls, or walks stooped.
        let place = TrackPoint(x: box.x, y: box.y)
        if place.distance(to: postures[slot].place) * 2 > box.reach {
            postures[slot].place = place
            postures[slot].evidence.forget()
        }
    }

    /// Whether somebody nearer hides part of him.
    private func isBehind(_ slot: Int, _ look: PeopleLook) -> Bool {
        let box = look.tracks[slot].box
        for other in look.tracks.indices where other != slot && look.isThere(other) {
            let nearer = look.tracks[other].box
            if nearer.bottom > box.bottom && nearer.cover(box) > 300 { return true }
        }
        return false
    }

    mutating func update(
        _ elapsed: Interval, zones: [PeopleZone], shape: PictureShape,
        into sightings: inout [Sighting]
    ) {
        guard let settings else { return }
        for slot in postures.indices where postures[slot].number != 0 {
            let posture = postures[slot]
            guard let dwell = posture.wasUpright ? settings.dwell : settings.appearedDwell
            else { continue }
            if !posture.isHidden {
                postures[slot].evidence.update(posture.score, elapsed: elapsed, needed: dwell)
            }
            guard postures[slot].evidence.isShown else { continue }
            sightings.append(
                Sighting(
                    kind: .lying, zone: PeopleZone.number(at: posture.box.foot, in: zones),
                    score: posture.score, region: shape.region(posture.box),
                    subject: .track(posture.number)))
        }
    }
}
