import Detectors
import Frames

/// People who walk past a camera of 640 × 480, each with a face of his own: ten pictures a second.
public final class FaceEvening {
    public struct Walker: Sendable {
        /// Whose face it is.
        public var seed: UInt64
        /// Where his head goes, in pixels.
        public var from: (x: Int, y: Int)
        public var to: (x: Int, y: Int)
        /// Of his head.
        public var height: Int
        /// When he is in the picture.
        public var milliseconds: Range<Int>

        public init(
            seed: UInt64, from: (x: Int, y: Int), to: (x: Int, y: Int), height: Int,
            milliseconds: Range<Int>
        ) {
            self.seed = seed
            (self.from, self.to) = (from, to)
            self.height = height
            self.milliseconds = milliseconds
        }

        fileprivate func head(at time: Int) -> (x: Int, y: Int)? {
            guard milliseconds.contains(time) else { return nil }
            let (gone, whole) = (time - milliseconds.lowerBound, milliseconds.count)
            return (
                from.x + (to.x - from.x) * gone / whole, from.y + (to.y - from.y) * gone / whole
            )
        }
    }

    public static let width = 640
    public static let height = 480
    /// Milliseconds.
    public static let period = 100

    public let walkers: [Walker]
    private let faces: [RenderedFace]
    private let room = Frame(width: width, height: height)
    private let frame = Frame(width: width, height: height)
    private var random: SplitMix64

    /// - Parameter seed: of the room, and of what the sensor adds.
    public init(_ walkers: [Walker], seed: UInt64) {
        self.walkers = walkers
        faces = walkers.map { RenderedFace(seed: $0.seed) }
        random = SplitMix64(seed: seed)
        VenueRoom.paint(into: room, seed: seed)
    }

    /// What the camera delivers then; valid until it is asked for another.
    public func picture(at time: Int) -> Frame {
        frame.copy(from: room)
        let canvas = Canvas(frame: frame)
        for (walker, face) in zip(walkers, faces) {
            guard let head = walker.head(at: time) else { continue }
            let body = walker.height * 7 / 10
            canvas.capsule(
                from: .init(x: head.x, y: head.y + walker.height / 2 + body),
                to: .init(x: head.x, y: Self.height), radius: body,
                .init(luma: UInt8(40 + walker.seed % 120), blue: 134, red: 122))
            face.draw(into: frame, x: head.x, y: head.y, height: walker.height)
        }
        rustle()
        frame.capturedAt = .zero + .milliseconds(Int64(time))
        frame.sequence = UInt32(time / Self.period)
        return frame
    }

    /// No two pictures of a sensor are alike, and no ten pixels of two evenings.
    private func rustle() {
        for y in 0..<Self.height {
            let row = frame.luma.row(y)
            for x in stride(from: 0, to: Self.width, by: 8) {
                let bits = random.next()
                for part in 0..<8 { row[x + part] &+= UInt8(bits >> (8 * UInt64(part)) & 15) }
            }
        }
    }

    /// Where the middle of his head is, in pixels; nil where he is not there.
    public func head(of index: Int, at time: Int) -> (x: Int, y: Int)? {
        walkers[index].head(at: time)
    }

    /// Who is there, as a network for people would box them.
    public func boxes(at time: Int) -> [PersonBox] {
        walkers.compactMap { walker in
            guard let head = walker.head(at: time) else { return nil }
            func perMille(_ pixels: Int, of side: Int) -> UInt16 {
                UInt16(min(max(pixels, 0), side) * 1000 / side)
            }
            let half = walker.height * 7 / 10
            let (left, right) = (
                perMille(head.x - half, of: Self.width), perMille(head.x + half, of: Self.width)
            )
            let top = perMille(head.y - walker.height * 55 / 100, of: Self.height)
            return PersonBox(
                region: Region(x: left, y: top, width: right - left, height: 1000 - top),
                score: .perMille(850),
                head: .init(
                    x: perMille(head.x, of: Self.width),
                    y: perMille(head.y, of: Self.height)), moved: .one)
        }
    }
}
