import Detectors
import Frames
import Station

/// A camera that looks at the hall, on a clock that only it moves: five pictures a second, as often as
/// networks look.
public final class HallCamera: FrameSource {
    public private(set) var hall: Hall
    public private(set) var counts = FrameCounts()
    private let frame: Frame
    private let room: Frame
    private let light = VenueLight()
    private var random: SplitMix64
    private let end: Int

    public static let step = 200

    /// - Parameters:
    ///   - width: of the picture in pixels, a multiple of 4 from 64 on; its height is three quarters.
    public init(width: Int, minutes: Int, hall: Hall) {
        self.hall = hall
        end = minutes * 60_000
        let height = width * 3 / 4 & ~1
        frame = Frame(width: width, height: height)
        room = Frame(width: width, height: height)
        random = SplitMix64(seed: 0x6E6F_6973)
        paint()
    }

    public func next(timeout: Interval) -> FrameEvent {
        guard hall.milliseconds < end else { return .ended }
        hall.advance(milliseconds: Self.step)
        draw()
        frame.sequence &+= 1
        frame.capturedAt = .zero + .milliseconds(Int64(hall.milliseconds))
        counts.delivered += 1
        return .frame(frame)
    }

    /// A wall behind a floor, which becomes darker towards it.
    private func paint() {
        let canvas = Canvas(frame: room)
        let (width, height) = (room.width, room.height)
        let horizon = HallEdges.row(of: 0, at: 16_000) * height / 10_000
        canvas.fill(
            Rectangle(x: 0, y: 0, width: width, height: horizon),
            .init(luma: 148, blue: 124, red: 132))
        for y in horizon..<height {
            canvas.fill(
                Rectangle(x: 0, y: y, width: width, height: 1),
                .init(
                    luma: UInt8(80 + 50 * (y - horizon) / (height - horizon)), blue: 120, red: 136))
        }
        let bar = HallEdges.row(of: 1_100, at: 15_200) * height / 10_000
        canvas.fill(
            Rectangle(x: width * 76 / 100, y: bar, width: width, height: max(horizon - bar + 2, 2)),
            .init(luma: 58, blue: 116, red: 142))
    }

    private func draw() {
        frame.copy(from: room)
        let canvas = Canvas(frame: frame)
        // From behind to before, so that the nearer hide the farther.
        var people = hall.people.sorted { $0.z > $1.z }[...]
        for table in HallPlace.tables.sorted(by: { $0.z > $1.z }) {
            while let person = people.first, person.z >= table.z {
                person.draw(on: canvas, at: hall.milliseconds)
                people.removeFirst()
            }
            drawTable(on: canvas, x: table.x, z: table.z)
        }
        for person in people { person.draw(on: canvas, at: hall.milliseconds) }
        light.shine(on: frame, at: hall.milliseconds, random: &random)
    }

    private func drawTable(on canvas: Canvas, x: Int, z: Int) {
        let (width, height) = (frame.width, frame.height)
        func column(_ x: Int) -> Int { (5_000 + HallEdges.across * x / z) * width / 10_000 }
        let top = HallEdges.row(of: 750, at: z) * height / 10_000
        let foot = HallEdges.row(of: 0, at: z) * height / 10_000
        let wood = Canvas.Paint(luma: 70, blue: 114, red: 144)
        let thick = max((foot - top) / 10, 1)
        canvas.fill(
            Rectangle(x: column(x), y: top, width: thick, height: foot - top), wood)
        canvas.capsule(
            from: .init(x: column(x - 450), y: top), to: .init(x: column(x + 450), y: top),
            radius: thick, wood)
    }
}

/// What a network that errs says of who is there: some are missed, some made up, all are a little off.
public struct ErringBoxes {
    /// Of those who are to be seen well.
    public var missedPerMille = 100
    /// For each person there.
    public var falsePerMille = 50
    /// Of a box's height, at each side, at most; about half of that is usual.
    public var jitterPerMille = 60
    private var random: SplitMix64

    public init(seed: UInt64) {
        random = SplitMix64(seed: seed ^ 0x626F_7865_73)
    }

    public mutating func boxes(of seen: [Hall.Seen]) -> [PersonBox] {
        var boxes: [PersonBox] = []
        for person in seen {
            guard person.isFindable, !random.chance(missedPerMille, in: 1000),
                person.isPlain || random.chance(1, in: 2)
            else { continue }
            // Whoever is hidden by more than half gives a faint box.
            let score = random.whole(in: person.isPlain ? 550...950 : 220...480)
            if let box = jittered(person.box) {
                boxes.append(PersonBox(region: box, score: .perMille(score)))
            }
        }
        for _ in 0..<max(seen.count, 1) where random.chance(falsePerMille, in: 1000) {
            let height = random.whole(in: 80...400)
            let region = Region(
                x: UInt16(random.whole(in: 0...850)), y: UInt16(random.whole(in: 200...550)),
                width: UInt16(height * 4 / 10), height: UInt16(height))
            boxes.append(
                PersonBox(region: region, score: .perMille(random.whole(in: 300...800))))
        }
        return boxes
    }

    private mutating func jittered(_ box: Region) -> Region? {
        let most = Int(box.height) * 10 * jitterPerMille / 2_000
        // Two throws: small errors are more frequent than large ones.
        func off() -> Int { random.whole(in: -most...most) + random.whole(in: -most...most) }
        let (left, top) = (Int(box.x) * 10, Int(box.y) * 10)
        return HallEdges(
            left: left + off() / 2, top: top + off(),
            right: left + Int(box.width) * 10 + off() / 2,
            bottom: top + Int(box.height) * 10 + off()
        ).region
    }
}
