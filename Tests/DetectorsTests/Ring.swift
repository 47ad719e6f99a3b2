import Frames

/// A drawn room in which two people move: a picture for any millisecond, in integers, so that the
/// same scene can be filmed at any rate.
final class Ring {
    enum Scene: CaseIterable {
        /// Nobody moves.
        case stand
        /// Both cross the room, each at a steady pace.
        case walk
        /// They stand close, and their limbs and bodies fly.
        case brawl
    }

    let frame: Frame
    private let room: Plane
    private let scene: Scene

    init(_ scene: Scene, width: Int = 320, height: Int = 240) {
        self.scene = scene
        frame = Frame(width: width, height: height)
        room = Plane(width: width, height: height)
        for y in 0..<height {
            for x in 0..<width {
                room[x, y] = UInt8(80 + Ring.hash(x / 12, y / 12) % 60)
            }
        }
    }

    /// The scene as it is after so many milliseconds.
    func film(at milliseconds: Int) -> Frame {
        frame.luma.base.update(from: room.base, count: room.stride * room.height)
        let (width, height) = (frame.width, frame.height)
        for person in 0..<2 {
            var x = width * (2 + person) / 5
            var y = height / 2
            if scene == .walk {
                let way = milliseconds * width / 8000
                x = person == 0 ? width / 10 + way : width * 9 / 10 - way
            }
            if scene == .brawl {
                x += Ring.jolt(milliseconds, person, 0) * width / 320
                y += Ring.jolt(milliseconds, person, 1) * height / 480
            }
            draw(x, y, width / 12, height / 3, person)
            for limb in 0..<4 where scene == .brawl {
                let reach = Ring.jolt(milliseconds, person, 2 + limb) * width / 200
                let drop = Ring.jolt(milliseconds, person, 6 + limb) * height / 240
                let side = limb % 2 == 0 ? -width / 24 : width / 16
                draw(x + side + reach, y + limb * height / 16 + drop, width / 20, height / 12, limb)
            }
        }
        frame.capturedAt = .zero + .milliseconds(Int64(milliseconds))
        return frame
    }

    /// −20 ... 20: new goals every 230 ms, reached in a straight line.
    private static func jolt(_ milliseconds: Int, _ person: Int, _ limb: Int) -> Int {
        let (beat, part) = (milliseconds / 230, milliseconds % 230)
        let from = hash(beat, person * 16 + limb) % 41 - 20
        let to = hash(beat + 1, person * 16 + limb) % 41 - 20
        return from + (to - from) * part / 230
    }

    private func draw(_ left: Int, _ top: Int, _ width: Int, _ height: Int, _ shade: Int) {
        for y in max(top, 0)..<max(min(top + height, frame.height), max(top, 0)) {
            for x in max(left, 0)..<max(min(left + width, frame.width), max(left, 0)) {
                let cloth = Ring.hash((x - left) / 5, (y - top) / 5 + shade * 100) % 90
                frame.luma[x, y] = UInt8(120 + cloth + shade * 10)
            }
        }
    }

    private static func hash(_ a: Int, _ b: Int) -> Int {
        var mixed = UInt64(truncatingIfNeeded: a &* 1_000_003 &+ b) &* 0x9E37_79B9_7F4A_7C15
        mixed ^= mixed >> 29
        mixed = mixed &* 0xBF58_476D_1CE4_E5B9
        return Int(mixed >> 40)
    }
}
