import Frames

/// Where one can be in the hall, and what one does there.
struct HallPlace {
    enum Kind {
        case seat
        case bar
        case floor
        /// Before the tables, where nobody is by himself.
        case open
    }

    var kind: Kind
    var x: Int
    var z: Int

    /// The middles of the tables.
    static let tables = [
        (x: -2_800, z: 6_900), (x: -6_000, z: 13_800), (x: -1_800, z: 14_200), (x: 2_600, z: 13_800)
    ]

    /// Nobody sits straight behind another. At most six dance and five stand at the bar, apart from
    /// each other: none of it is a gathering of eight.
    static let all: [HallPlace] = {
        var places: [HallPlace] = []
        for table in tables {
            for (x, z) in [(-500, -400), (500, -400), (-1_050, 300), (1_050, 300)] {
                places.append(HallPlace(kind: .seat, x: table.x + x, z: table.z + z))
            }
        }
        for index in 0..<5 {
            places.append(HallPlace(kind: .bar, x: 5_200 + 800 * index, z: 14_600))
        }
        for index in 0..<6 {
            let (column, row) = (index % 3, index / 3)
            places.append(
                HallPlace(
                    kind: .floor, x: 1_300 + 1_700 * column + 500 * row, z: 8_000 + 2_200 * row))
        }
        for index in 0..<5 {
            places.append(HallPlace(kind: .open, x: -4_400 + 1_000 * index, z: 10_000))
        }
        // Each between two of the row before it, as the camera sees them.
        for index in 0..<5 {
            places.append(HallPlace(kind: .open, x: -4_368 + 1_120 * index, z: 11_200))
        }
        return places
    }()
}

/// Somebody in the hall.
struct HallPerson {
    let number: Int
    private(set) var x: Int
    private(set) var z: Int
    private(set) var isWalking = false
    private(set) var isLeaving = false
    private(set) var isGone = false
    /// Which of `HallPlace.all` is his, from when he sets out for it.
    var place: Int?
    /// He goes on at this time.
    var until = 0
    /// He goes to so many places yet.
    var stops: Int
    private var goal = (x: 0, z: 0)
    /// Millimetres a second.
    private let speed: Int
    let height: Int
    private var doing = VenuePerson.Activity.standing
    private var figure: VenuePerson

    init(number: Int, x: Int, z: Int, stops: Int, _ random: inout SplitMix64) {
        (self.number, self.x, self.z, self.stops) = (number, x, z, stops)
        speed = random.whole(in: 700...1_500)
        height = random.whole(in: 1_550...1_900)
        figure = VenuePerson(x: 0, depth: 0, activity: .standing, random: &random)
    }

    mutating func walk(to place: HallPlace, place index: Int) {
        self.place = index
        (goal, isWalking) = ((place.x, place.z), true)
    }

    mutating func leave(toX x: Int, z: Int) {
        (goal, isWalking, isLeaving) = ((x, z), true, true)
    }

    /// He is there at once.
    mutating func arrive(at place: HallPlace) {
        (x, z, isWalking) = (place.x, place.z, false)
        switch place.kind {
        case .seat: doing = .sitting
        case .bar, .open: doing = .standing
        case .floor: doing = .dancing
        }
    }

    /// - Returns: whether he is where he wanted to be.
    mutating func advance(milliseconds: Int) -> Bool {
        if isWalking {
            let (dx, dz) = (goal.x - x, goal.z - z)
            let (way, step) = (Self.root(dx * dx + dz * dz), speed * milliseconds / 1000)
            if way > step {
                (x, z) = (x + dx * step / way, z + dz * step / way)
            } else if isLeaving {
                isGone = true
            } else if let place {
                arrive(at: HallPlace.all[place])
            }
        }
        figure.follow(isWalking ? .walking(toX: 0, toDepth: 0) : doing, milliseconds: milliseconds)
        return !isWalking
    }

    func distanceSquared(to other: HallPerson) -> Int {
        (x - other.x) * (x - other.x) + (z - other.z) * (z - other.z)
    }

    /// The sides of his box, in tenths of per mille of the picture.
    var edges: HallEdges {
        let isSitting = !isWalking && doing == .sitting
        let isDancing = !isWalking && doing == .dancing
        let foot = HallEdges.row(of: 0, at: z)
        let high = HallEdges.down * height / z * (isSitting ? 77 : 100) / 100
        let wide = HallEdges.across * height / z * (isDancing ? 36 : 30) / 100
        let middle = 5_000 + HallEdges.across * x / z
        return HallEdges(
            left: middle - wide / 2, top: foot - high, right: middle + wide / 2, bottom: foot)
    }

    func draw(on canvas: Canvas, at milliseconds: Int) {
        let (width, height) = (canvas.frame.width, canvas.frame.height)
        let edges = edges
        figure.draw(
            on: canvas,
            foot: .init(
                x: (edges.left + edges.right) / 2 * width / 10_000,
                y: edges.bottom * height / 10_000),
            tall: HallEdges.down * self.height / z * height / 10_000, at: milliseconds,
            facing: x < goal.x ? 1 : -1)
    }

    /// Rounded down.
    private static func root(_ square: Int) -> Int {
        guard square > 0 else { return 0 }
        var (root, next) = (square, (square + 1) / 2)
        while next < root { (root, next) = (next, (next + square / next) / 2) }
        return root
    }
}

/// The sides of a box, in tenths of per mille of the picture, wherever they lie.
struct HallEdges: Hashable {
    var left: Int
    var top: Int
    var right: Int
    var bottom: Int

    /// The focal length in the picture's width and height, tenths of per mille.
    static let across = 8_000
    static let down = 10_667
    private static let cameraHeight = 3_000

    /// Of what is so high above the floor.
    static func row(of height: Int, at z: Int) -> Int {
        3_000 + down * (cameraHeight - height) / z
    }

    /// What of it lies in the picture; nil where that is hardly anything.
    var region: Region? {
        func perMille(_ value: Int) -> Int { min(max((value + 5) / 10, 0), 1000) }
        let (left, right) = (perMille(left), perMille(right))
        let (top, bottom) = (perMille(top), perMille(bottom))
        guard right - left >= 8, bottom - top >= 20 else { return nil }
        return Region(
            x: UInt16(left), y: UInt16(top), width: UInt16(right - left),
            height: UInt16(bottom - top))
    }
}
