import Frames

/// Boxes of one look after another become tracks: who is who, from look to look.
///
/// Each look in two rounds: sure boxes first, to whoever they fit best over all; then faint boxes,
/// only to those who were there already, because somebody half hidden still gives a faint box, and
/// nobody at all gives one too. What is left of the sure boxes may be somebody who suddenly ran or
/// fell, or somebody new.
///
/// Times are those at which pictures were taken; 1 to 10 looks a second are followed alike. After a
/// step back in time, or a gap of more than 3 s, everybody is somebody else.
///
/// Integers only; all memory is taken at the start; the same looks give the same tracks everywhere.
///
/// - Limits: 64 boxes a look, 64 tracks. When all are taken, a new one takes the place of the one
///   that is longest unseen; where all are seen, it is left out and counted in `refusedCount`.
/// - Source: Zhang et al., "ByteTrack: multi-object tracking by associating every detection box",
///   ECCV 2022, for the rounds; Kuhn 1955 for the assignment.
public final class Tracker {
    /// Scores that decide, and how long is waited.
    public struct Settings: Hashable, Sendable {
        /// A box from here on may belong to anybody, and begin somebody new.
        public var sure = Q15.perMille(500)
        /// A box from here on may continue somebody who was there.
        public var faint = Q15.perMille(200)
        /// Two boxes over each other that reach this are enough to be counted; otherwise three.
        public var high = Q15.perMille(700)
        /// Somebody is waited for behind something.
        public var unseenMax = Interval.milliseconds(2_500)
        /// Somebody at the picture's edge has left.
        public var edgeUnseenMax = Interval.milliseconds(800)

        public init() {}
    }

    /// A longer gap between looks ends every track.
    public static let gapMax = Interval.seconds(3)
    public static let trackCountMax = 64

    public let settings: Settings
    let shape: PictureShape
    private(set) var tracks: [Track]
    /// When the last look was taken; nil before the first.
    public private(set) var takenAt: Instant?
    /// Whether the last look came after a jump, and nobody in it is known.
    public private(set) var hasJumped = false
    /// How many were somebody since the start; the last number given.
    public private(set) var lastNumber: UInt32 = 0
    /// People for whom there was no place.
    public private(set) var refusedCount: UInt64 = 0

    private let assignment = Assignment(costMax: Tracker.costMax)
    /// Which boxes of the last look were judged.
    private(set) var suppression = BoxSuppression()
    /// The boxes of this look, surest first, and what of them is given away.
    private var boxes: [Candidate] = []
    private var rows: [Int] = []
    private var columns: [Int] = []

    private struct Candidate {
        var box: TrackBox
        var head: TrackPoint
        var score: Q15
        var moved: Q15?
        var isFurniture: Bool
        var isGiven: Bool
    }

    static let costMax: Int32 = 1000

    /// - Parameters: the pictures' size in pixels, for their shape.
    public init(width: Int, height: Int, settings: Settings = Settings()) {
        shape = PictureShape(width: width, height: height)
        self.settings = settings
        tracks = Array(repeating: Track(), count: Self.trackCountMax)
        boxes.reserveCapacity(PersonBox.countMax)
        rows.reserveCapacity(Self.trackCountMax)
        columns.reserveCapacity(PersonBox.countMax)
    }

    /// Forgets everybody; numbers go on.
    public func forget() {
        for slot in tracks.indices { tracks[slot] = Track() }
        takenAt = nil
    }

    /// Everybody who is confirmed, in the order of their places.
    public var people: [TrackedPerson] {
        tracks.indices.compactMap { person(at: $0) }
    }

    /// Who is followed in a place, 0 ..< `trackCountMax`; nil where nobody is, or nobody sure.
    public func person(at slot: Int) -> TrackedPerson? {
        let track = tracks[slot]
        guard track.isConfirmed, let takenAt else { return nil }
        return TrackedPerson(
            number: track.number, region: shape.region(track.box), head: shape.corner(track.head),
            age: takenAt - track.bornAt, isSeen: track.isSeen, unseenFor: takenAt - track.seenAt,
            score: track.score,
            isFurniture: track.isFurniture)
    }

    /// Takes in one look.
    ///
    /// - Parameters:
    ///   - found: in any order; they are suppressed here. An empty look is a look.
    ///   - takenAt: when the picture was taken. The same time again is no look, and passed over.
    ///   - isFurniture: whether a box is of something that never moves.
    /// - Returns: whether it was a look.
    @discardableResult
    public func take(
        _ found: UnsafeBufferPointer<PersonBox>, takenAt: Instant,
        isFurniture: (PersonBox) -> Bool = { _ in false }
    ) -> Bool {
        let elapsed: Interval
        if let last = self.takenAt {
            guard takenAt != last else { return false }
            let gap = takenAt - last
            hasJumped = gap < .zero || gap > Self.gapMax
            if hasJumped { forget() }
            elapsed = hasJumped ? .zero : gap
        } else {
            (elapsed, hasJumped) = (.zero, true)
        }
        self.takenAt = takenAt
        collect(found, isFurniture)
        for slot in tracks.indices where tracks[slot].state != .free {
            tracks[slot].predict(elapsed)
        }
        match(takenAt, .sureBoxes)
        match(takenAt, .faintBoxes)
        match(takenAt, .newcomers)
        match(takenAt, .startled)
        endWhoIsGone(takenAt)
        beginNew(takenAt)
        return true
    }

    @discardableResult
    public func take(_ found: [PersonBox], takenAt: Instant) -> Bool {
        found.withUnsafeBufferPointer { take($0, takenAt: takenAt) }
    }

    private func collect(
        _ found: UnsafeBufferPointer<PersonBox>, _ isFurniture: (PersonBox) -> Bool
    ) {
        suppression.suppress(found, scoreMin: settings.faint)
        boxes.removeAll(keepingCapacity: true)
        for index in suppression.kept {
            let box = found[index]
            let place = shape.box(box.region)
            boxes.append(
                Candidate(
                    box: place, head: box.head.map(shape.point) ?? shape.head(of: place),
                    score: box.score, moved: box.moved, isFurniture: isFurniture(box),
                    isGiven: false))
        }
    }

    // MARK: Who is who

    private enum Round {
        /// Sure boxes, to everybody who is confirmed.
        case sureBoxes
        /// Faint boxes, to whoever of them is left and was there a moment ago.
        case faintBoxes
        /// What is left of the sure ones, to whoever is not confirmed yet.
        case newcomers
        /// What is left of those, to whoever stood here at the last look and may have begun to run
        /// or fallen down; only where nobody else comes into question.
        case startled
    }

    private func match(_ now: Instant, _ round: Round) {
        rows.removeAll(keepingCapacity: true)
        columns.removeAll(keepingCapacity: true)
        for slot in tracks.indices where isWaiting(tracks[slot], now, round) { rows.append(slot) }
        for index in boxes.indices where !boxes[index].isGiven {
            let isSure = boxes[index].score >= settings.sure
            if isSure == (round != .faintBoxes) { columns.append(index) }
        }
        guard !rows.isEmpty, !columns.isEmpty else { return }
        assignment.begin(rowCount: rows.count, columnCount: columns.count)
        for (row, slot) in rows.enumerated() {
            for (column, index) in columns.enumerated() {
                let cost = Fit.cost(
                    tracks[slot], boxes[index].box, at: now, Self.reach(of: round))
                if let cost { assignment[row, column] = cost }
            }
        }
        if round == .startled { keepOnlyPairs() }
        assignment.solve()
        for (row, slot) in rows.enumerated() {
            guard let column = assignment.column(of: row) else { continue }
            give(columns[column], to: slot, now)
        }
    }

    /// Whoever may be one of two, or a box that may be of one of two, stays alone.
    private func keepOnlyPairs() {
        for row in rows.indices {
            let fit = columns.indices.count { assignment[row, $0] < Self.costMax }
            for column in columns.indices where assignment[row, column] < Self.costMax {
                let rivals = rows.indices.count { assignment[$0, column] < Self.costMax }
                if fit > 1 || rivals > 1 { assignment.forbid(row, column) }
            }
        }
        assignment.removeForbidden()
    }

    private static func reach(of round: Round) -> Fit.Reach {
        switch round {
        case .sureBoxes, .newcomers: .usual
        case .faintBoxes: .close
        case .startled: .far
        }
    }

    private func isWaiting(_ track: Track, _ now: Instant, _ round: Round) -> Bool {
        guard track.state != .free, track.seenAt != now else { return false }
        switch round {
        case .sureBoxes: return track.isConfirmed
        case .faintBoxes:
            return track.isConfirmed && now - track.seenAt <= Self.recently
        case .startled:
            // Slower than a third of his height in a second, and here at the last look.
            return track.isConfirmed && track.missedCount == 0 && track.boxCount >= 8
                && track.speed * 3 < track.box.reach
        case .newcomers: return track.state == .tentative
        }
    }

    /// A faint box says little about somebody who was not seen for longer.
    private static let recently = Interval.milliseconds(1_200)

    private func give(_ index: Int, to slot: Int, _ now: Instant) {
        boxes[index].isGiven = true
        let found = boxes[index]
        let isInPlace = tracks[slot].box.overlap(found.box) >= 300
        tracks[slot].correct(found.box, head: found.head, score: found.score, at: now)
        tracks[slot].moved = found.moved
        noteFurniture(found.isFurniture, slot)
        guard tracks[slot].state == .tentative else { return }
        let isSure =
            tracks[slot].boxCount >= 3
            || isInPlace && found.score >= settings.high && tracks[slot].best >= settings.high
        if isSure {
            lastNumber &+= 1
            (tracks[slot].state, tracks[slot].number) = (.confirmed, lastNumber)
        }
    }

    /// Three looks make it furniture, and three that it is not: one who walks past is not taken
    /// for what stands there.
    private func noteFurniture(_ isFurniture: Bool, _ slot: Int) {
        let count = tracks[slot].furnitureCount + (isFurniture ? 1 : -1)
        tracks[slot].furnitureCount = min(max(count, 0), 6)
        tracks[slot].isFurniture =
            tracks[slot].isFurniture
            ? tracks[slot].furnitureCount > 2 : tracks[slot].furnitureCount >= 3
    }

    // MARK: Who comes and who goes

    private func endWhoIsGone(_ now: Instant) {
        for slot in tracks.indices where tracks[slot].state != .free && tracks[slot].seenAt != now {
            tracks[slot].missedCount += 1
            if isGone(tracks[slot], now) { tracks[slot] = Track() }
        }
    }

    private func isGone(_ track: Track, _ now: Instant) -> Bool {
        let unseen = now - track.seenAt
        if track.state == .tentative { return track.missedCount >= 2 || unseen > .seconds(1) }
        let box = track.box
        if box.x < 0 || box.x > shape.right || box.y < 0 || box.y > shape.bottom { return true }
        // Within a tenth of its own size of an edge, and on the way there.
        let near = box.reach / 10
        let isLeaving =
            box.left < near && track.velocityX <= 0
            || box.right > shape.right - near && track.velocityX >= 0
            || box.bottom > shape.bottom - near && track.velocityY >= 0
        return unseen > (isLeaving ? settings.edgeUnseenMax : settings.unseenMax)
    }

    private func beginNew(_ now: Instant) {
        for index in boxes.indices where !boxes[index].isGiven {
            let found = boxes[index]
            guard found.score >= settings.sure, !isKnown(found.box, now) else { continue }
            guard let slot = place() else {
                refusedCount &+= 1
                continue
            }
            tracks[slot] = Track()
            tracks[slot].state = .tentative
            tracks[slot].box = found.box
            tracks[slot].head = found.head
            (tracks[slot].score, tracks[slot].best) = (found.score, found.score)
            tracks[slot].moved = found.moved
            (tracks[slot].boxCount, tracks[slot].settled) = (1, 1)
            (tracks[slot].bornAt, tracks[slot].seenAt) = (now, now)
            tracks[slot].furnitureCount = found.isFurniture ? 1 : 0
        }
    }

    /// A second box of somebody who has one.
    private func isKnown(_ box: TrackBox, _ now: Instant) -> Bool {
        for track in tracks where track.isConfirmed && track.seenAt == now {
            if track.box.overlap(box) > 700 { return true }
        }
        return false
    }

    private func place() -> Int? {
        var (longest, since) = (-1, Instant.distantFuture)
        for slot in tracks.indices {
            if tracks[slot].state == .free { return slot }
            if tracks[slot].missedCount > 0, tracks[slot].seenAt < since {
                (longest, since) = (slot, tracks[slot].seenAt)
            }
        }
        return longest >= 0 ? longest : nil
    }
}

/// How well a box fits a track.
enum Fit {
    /// How far somebody may be from where he was expected.
    enum Reach {
        case usual
        /// Over his own place.
        case close
        /// As far as one can run, or beside his own feet.
        case far
    }

    /// 0 ..< `Tracker.costMax`; nil where it cannot be the same person.
    ///
    /// Both the distance from where somebody was expected and what the boxes share count: overlap
    /// alone fails at one look a second, where nobody's boxes overlap, and distance alone in a
    /// crowd. How far somebody may be from where he was expected grows with the time since he was
    /// seen, and is measured in his own height.
    static func cost(_ track: Track, _ found: TrackBox, at now: Instant, _ reach: Reach) -> Int32? {
        let milliseconds = Int(min(max((now - track.seenAt).milliseconds, 0), 3_000))
        let expected = track.box
        let (size, other) = (expected.reach, found.reach)
        // Whoever falls is half as high a second later; nobody is twice as big.
        guard size * 5 < other * 11, other * 5 < size * 11 else { return nil }
        // Per mille of a height: at once, and more for each second.
        let spread = track.boxCount >= 3 ? 500 : track.boxCount == 2 ? 900 : 1_700
        let allowed =
            reach == .far
            ? 350 + 2_300 * milliseconds / 1000 : 220 + spread * milliseconds / 1000
        let gate = size * allowed / 1000
        let dx = found.x - expected.x
        var dy = found.y - expected.y
        // Whoever falls stays with his feet where they were.
        if reach == .far { dy = min(abs(dy), abs(found.bottom - expected.bottom)) }
        // Down counts twice: people move across a picture faster than down it, and who stands
        // lower is somebody nearer.
        let distance = squareRoot(dx * dx + 4 * dy * dy)
        guard distance < gate else { return nil }
        let overlap = expected.overlap(found)
        if reach == .close && overlap < 300 { return nil }
        let unlike = abs(size - other) * 1000 / max(size, other)
        // At most 400, 400, 500 and 250: whoever was not seen for long comes after whoever was here
        // just now, and somebody of another size, who is at another distance, after one of the same.
        let cost =
            distance * 400 / gate + (1000 - overlap) * 400 / 1000 + unlike / 2
            + min(milliseconds, 2_000) / 8
        return Int32(min(cost, Int(Tracker.costMax) - 1))
    }
}
