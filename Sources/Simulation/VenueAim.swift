import Frames

/// Where the simulated camera looks, from where it was mounted.
public struct VenueAim: Hashable, Sendable {
    /// 1/256 of a pixel of a picture 320 wide: 1024 is four such pixels.
    public var right: Int
    public var down: Int
    /// Radians, Q16: 1144 is a degree. A few degrees at most.
    public var roll: Int
    /// How much of the world a pixel shows, Q16: 64 881 is closer by a hundredth.
    public var scale: Int

    public init(right: Int = 0, down: Int = 0, roll: Int = 0, scale: Int = 65_536) {
        self.right = right
        self.down = down
        self.roll = roll
        self.scale = scale
    }

    static let asMounted = VenueAim()

    /// The part of the way to `aim`, Q8.
    func towards(_ aim: VenueAim, _ part: Int) -> VenueAim {
        func between(_ from: Int, _ to: Int) -> Int { from + (to - from) * part / 256 }
        return VenueAim(
            right: between(right, aim.right), down: between(down, aim.down),
            roll: between(roll, aim.roll), scale: between(scale, aim.scale))
    }

    /// Draws what is seen of `world` into `frame`, interpolated; what lies beside it is `beyond`.
    /// All three are of one size.
    ///
    /// Cannot overflow: coordinates in Q16 stay below 2¹⁴ · 2¹⁶ · 2.
    func look(at world: Frame, beyond: Frame, into frame: Frame) {
        let (width, height) = (frame.width, frame.height)
        let (centreX, centreY) = (width / 2, height / 2)
        let (right, down) = (right * width * 256 / 320, down * width * 256 / 320)
        for y in 0..<height {
            let row = frame.luma.row(y)
            for x in 0..<width {
                let (fromX, fromY) = (x - centreX, y - centreY)
                let worldX = centreX << 16 + fromX * scale - fromY * roll + right
                let worldY = centreY << 16 + fromY * scale + fromX * roll + down
                row[x] = Self.sample(world.luma, beyond.luma, worldX >> 8, worldY >> 8)
                guard x & 1 == 0, y & 1 == 0 else { continue }
                let (column, line) = (worldX >> 17, worldY >> 17)
                let isInside = column >= 0 && column < width / 2 && line >= 0 && line < height / 2
                let from = (isInside ? world : beyond).chroma
                let source = from.row(min(max(line, 0), from.height - 1))
                let place = isInside ? column : (column % (width / 2) + width / 2) % (width / 2)
                let colour = frame.chroma.row(y / 2)
                colour[x] = source[2 * place]
                colour[x + 1] = source[2 * place + 1]
            }
        }
    }

    /// - Parameters: x and y in Q8 pixels.
    private static func sample(_ world: Plane, _ beyond: Plane, _ x: Int, _ y: Int) -> UInt8 {
        let (left, top) = (x >> 8, y >> 8)
        let (partX, partY) = (x & 255, y & 255)
        guard left >= 0, left + 1 < world.width, top >= 0, top + 1 < world.height else {
            let (width, height) = (beyond.width, beyond.height)
            return beyond[(left % width + width) % width, (top % height + height) % height]
        }
        let (above, below) = (world.row(top), world.row(top + 1))
        let upper = Int(above[left]) * (256 - partX) + Int(above[left + 1]) * partX
        let lower = Int(below[left]) * (256 - partX) + Int(below[left + 1]) * partX
        return UInt8((upper * (256 - partY) + lower * partY + 32_768) >> 16)
    }
}

/// A camera that moves: from one aim to another, and to and fro about it.
struct VenueMount {
    private var from = VenueAim.asMounted
    private var to = VenueAim.asMounted
    private var passed = 0
    private var during = 1
    /// To either side; units of `VenueAim.right`.
    private var sway = 0
    private var period = 1000

    mutating func move(to aim: VenueAim, during milliseconds: Int) {
        (from, to, passed, during) = (
            from.towards(to, passed * 256 / during), aim, 0, max(milliseconds, 1)
        )
    }

    mutating func sway(by amplitude: Int, period milliseconds: Int) {
        (sway, period) = (amplitude, max(milliseconds, 1))
    }

    mutating func advance(milliseconds step: Int) {
        passed = min(passed + step, during)
    }

    /// A pole bends most one way, and a little across at another pace.
    func aim(at milliseconds: Int) -> VenueAim {
        var aim = from.towards(to, passed * 256 / during)
        aim.right += sway * Turn.sine(milliseconds * 1024 / period) / 256
        aim.down += sway * Turn.sine(milliseconds * 1024 * 5 / (period * 7)) / 768
        return aim
    }
}
