import Frames

/// Who walks over a line on the floor, in which direction, and how many have.
///
///     left ──over it by a tenth of a height──▶ right, not sure ──0.4 s, or three tenths──▶ right
///
/// Who dithers on the line stays on the side from which he came. Who walks around its end changes
/// sides without crossing. Where somebody vanishes just behind the line he has crossed it.
///
/// - Limits: only boxes count, no predictions: who is hidden while he crosses is counted when he
///   is seen again as the same track, and not at all as another. Feet that are hidden by a
///   counter lie too high: draw the line where floor is seen.
struct LineRule: Sendable {
    private struct Side: Hashable, Sendable {
        var number: UInt32 = 0
        /// −1 left, 1 right, 0 not known yet.
        var side = 0
        /// Where he was when he was last sure to be on that side.
        var foot = TrackPoint()
        /// Since when he is on the other side, having crossed.
        var crossedAt: Instant?
        var box = TrackBox()
    }

    private struct DrawnLine: Sendable {
        let from: TrackPoint
        let to: TrackPoint
        let alarm: PeopleSettings.Line.Alarm
    }

    private let lines: [DrawnLine]
    /// By place and line.
    private var sides: [Side]
    private(set) var ins: [UInt32]
    private(set) var outs: [UInt32]
    /// Of each line: what is shown, and for how much longer.
    private var shown: [(left: Interval, number: UInt32, box: TrackBox)]

    private static let settleTime = Interval.milliseconds(400)
    private static let showTime = Interval.seconds(2)

    init(_ settings: PeopleSettings, shape: PictureShape) {
        lines = settings.lines.prefix(PeopleSettings.lineCountMax).map {
            DrawnLine(from: shape.point($0.from), to: shape.point($0.to), alarm: $0.alarm)
        }
        sides = Array(repeating: Side(), count: lines.count * Tracker.trackCountMax)
        ins = Array(repeating: 0, count: lines.count)
        outs = ins
        shown = lines.map { _ in (.zero, 0, TrackBox()) }
    }

    /// After a jump: counters stay.
    mutating func forget() {
        for index in sides.indices { sides[index] = Side() }
        for index in shown.indices { shown[index].left = .zero }
    }

    mutating func look(_ look: PeopleLook) {
        for slot in look.tracks.indices {
            let track = look.tracks[slot]
            for line in lines.indices {
                let index = slot * lines.count + line
                if sides[index].number != track.number {
                    // He has gone. Out of sight behind the line is over it.
                    if sides[index].crossedAt != nil { cross(index, line) }
                    sides[index] = Side()
                    sides[index].number = track.number
                }
                guard track.isConfirmed, track.isSeen, !track.isFurniture else { continue }
                step(index, line, track.box, look.takenAt)
            }
        }
    }

    private mutating func step(_ index: Int, _ line: Int, _ box: TrackBox, _ now: Instant) {
        let drawn = lines[line]
        let (dx, dy) = (drawn.to.x - drawn.from.x, drawn.to.y - drawn.from.y)
        let length = squareRoot(dx * dx + dy * dy)
        guard length > 0 else { return }
        let foot = box.foot
        // How far right of the line, as seen along it. Products below 2⁵⁸.
        let off = (dx * (foot.y - drawn.from.y) - dy * (foot.x - drawn.from.x)) / length
        let margin = box.reach / 10
        let side = off > margin ? 1 : off < -margin ? -1 : 0
        if sides[index].side == 0 || side == sides[index].side {
            if side != 0 { (sides[index].side, sides[index].foot) = (side, foot) }
            sides[index].crossedAt = nil
            return
        }
        guard side != 0 else {
            // On the line itself: a crossing is neither taken back nor confirmed.
            return
        }
        guard meets(drawn, sides[index].foot, foot, margin) else {
            (sides[index].side, sides[index].foot) = (side, foot)
            sides[index].crossedAt = nil
            return
        }
        let since = sides[index].crossedAt ?? now
        (sides[index].crossedAt, sides[index].box) = (since, box)
        if now - since >= Self.settleTime || abs(off) > 3 * margin {
            cross(index, line)
            (sides[index].side, sides[index].foot) = (side, foot)
            sides[index].crossedAt = nil
        }
    }

    /// Whether the way from one side to the other leads over the line, and not past its ends.
    ///
    /// Cannot overflow: coordinates below 2²⁸, products below 2⁵⁸, divided before the next one.
    private func meets(
        _ line: DrawnLine, _ before: TrackPoint, _ after: TrackPoint, _ margin: Int
    ) -> Bool {
        let (dx, dy) = (line.to.x - line.from.x, line.to.y - line.from.y)
        let length = squareRoot(dx * dx + dy * dy)
        func off(_ point: TrackPoint) -> Int {
            (dx * (point.y - line.from.y) - dy * (point.x - line.from.x)) / length
        }
        func along(_ point: TrackPoint) -> Int {
            (dx * (point.x - line.from.x) + dy * (point.y - line.from.y)) / length
        }
        let (one, other) = (off(before), off(after))
        guard one != other else { return false }
        let (start, end) = (along(before), along(after))
        let at = start + (end - start) * one / (one - other)
        return at >= -margin && at <= length + margin
    }

    private mutating func cross(_ index: Int, _ line: Int) {
        let isIn = sides[index].side < 0
        if isIn { ins[line] &+= 1 } else { outs[line] &+= 1 }
        switch lines[line].alarm {
        case .none: return
        case .goingIn: guard isIn else { return }
        case .goingOut: guard !isIn else { return }
        case .both: break
        }
        shown[line] = (Self.showTime, sides[index].number, sides[index].box)
    }

    /// - Note: the subject is the line, from 1, and the measure who crossed it: several who follow
    ///   each other over one line are one incident.
    mutating func update(
        _ elapsed: Interval, zones: [PeopleZone], shape: PictureShape,
        into sightings: inout [Sighting]
    ) {
        for line in shown.indices where shown[line].left > .zero {
            let event = shown[line]
            shown[line].left = max(event.left - elapsed, .zero)
            sightings.append(
                Sighting(
                    kind: .lineCrossed, zone: PeopleZone.number(at: event.box.foot, in: zones),
                    score: .perMille(900), region: shape.region(event.box),
                    subject: .entry(UInt32(line + 1)), measure: .track(event.number)))
        }
    }
}
