import Frames

/// The world before the lens: a room, its lamps and its guests, drawn in integers from one seed.
public struct Venue {
    /// The heads of whoever stands behind the bar, above the counter; per mille of the picture.
    public static let behindBar = Polygon(corners: [
        .init(x: 20, y: 250), .init(x: 300, y: 250), .init(x: 300, y: 430), .init(x: 20, y: 430)
    ])
    public static let danceFloor = Polygon(corners: [
        .init(x: 330, y: 480), .init(x: 960, y: 480), .init(x: 990, y: 990), .init(x: 250, y: 990)
    ])

    private var script: VenueScript
    private var nextCue = 0
    var random: SplitMix64
    var people: [VenuePerson] = []
    var light = VenueLight()
    private let room: Frame
    /// The world where the camera looks elsewhere; nothing is drawn in it until then.
    private let beyond: Frame
    private let world: Frame
    private var mount = VenueMount()
    var milliseconds = 0
    /// How far a hand has come over the lens, Q8.
    private var hand = 0
    private var isHandComing = false
    private(set) var isFrozen = false
    private(set) var isCablePulled = false
    private var barGuest: Int?
    /// Two who have to do with each other.
    private var pair: (Int, Int)?
    /// Where people gather.
    var table: VenueTable?

    static let personCountMax = 24

    public init(width: Int, height: Int, script: VenueScript, seed: UInt64) {
        self.script = script
        random = SplitMix64(seed: seed)
        room = Frame(width: width, height: height)
        script.ground.paint(into: room, seed: seed)
        beyond = Frame(width: width, height: height)
        let neighbour = script.ground == .room ? VenueGround.carPark : .room
        neighbour.paint(into: beyond, seed: seed)
        world = Frame(width: width, height: height)
    }

    var isOver: Bool { milliseconds >= script.seconds * 1000 }

    /// Moves the world on.
    mutating func advance(milliseconds step: Int) {
        milliseconds += step
        while nextCue < script.cues.count, script.cues[nextCue].at <= milliseconds {
            perform(script.cues[nextCue].cue)
            nextCue += 1
        }
        light.advance(milliseconds: step)
        mount.advance(milliseconds: step)
        // A hand needs 0.6 s to cover the lens.
        hand = min(max(hand + (isHandComing ? 1 : -1) * step * 256 / 600, 0), 256)
        let before = people
        for index in people.indices {
            people[index].advance(milliseconds: step, others: before, random: &random)
        }
    }

    private mutating func perform(_ cue: VenueScript.Cue) {
        switch cue {
        case .guestsArrive(let count):
            arrive(count)
        case .childrenArrive(let count):
            let first = people.count
            arrive(count)
            for index in first..<people.count {
                people[index].size = random.whole(in: 520...720)
            }
        case .everybodyDances: everybody { _ in .dancing }
        case .everybodyStands: everybody { _ in .standing }
        case .everybodyWaves: everybody { _ in .waving }
        case .everybodyJumps: everybody { _ in .jumping }
        case .everybodyRoams:
            everybody { random in
                let (x, depth) = Venue.anywhere(&random)
                return .roaming(toX: x, toDepth: depth)
            }
        case .everybodyGathers: gather()
        case .everybodyToasts: aroundTheTable { _ in .toasting }
        case .everybodySings: sing()
        case .candlesAreBlownOut: blowOut()
        case .everybodyCheers:
            table?.hasFlames = false
            aroundTheTable { _ in .cheering }
        case .pitOpens: openPit()
        case .congaStarts: startConga()
        case .chairsAreSet: setChairs()
        case .chairsAreCarried: carryChairs()
        case .childrenPlay: playTag()
        case .threatStarts:
            pairUp {
                .threatening($0)
            } and: {
                .backingOff($0)
            }
        case .flash: light.flash = 150
        case .guestGoesBehindBar:
            guard !people.isEmpty else { return }
            let guest = random.whole(in: 0...people.count - 1)
            barGuest = guest
            people[guest].activity = .walking(toX: 330, toDepth: 120)
        case .guestLeavesBar:
            guard let guest = barGuest else { return }
            people[guest].activity = .walking(
                toX: random.whole(in: 1600...3200), toDepth: random.whole(in: 900...2400))
            barGuest = nil
        case .shovingStarts:
            pairUp {
                .shoving($0)
            } and: {
                .shoving($0)
            }
        case .fightStarts:
            pairUp {
                .fighting($0)
            } and: {
                .fighting($0)
            }
        case .chaseStarts:
            let (x, depth) = Venue.anywhere(&random)
            pairUp {
                .chasing($0)
            } and: { _ in
                .fleeing(toX: x, toDepth: depth)
            }
        case .hugStarts:
            pairUp {
                .hugging($0)
            } and: {
                .hugging($0)
            }
        case .fightEnds:
            guard let (one, other) = pair else { return }
            people[one].activity = .walking(toX: 4096, toDepth: 500)
            people[other].activity = .walking(toX: 1400, toDepth: 1500)
            pair = nil
        case .hugEnds:
            guard let (one, other) = pair else { return }
            for index in [one, other] {
                let (x, depth) = Venue.anywhere(&random)
                people[index].activity = .walking(toX: x, toDepth: depth)
            }
            pair = nil
        case .houseLights(let target, let perSecond):
            light.houseTarget = target
            light.fadePerSecond = perSecond
        case .spots(let count): light.spotCount = min(count, 4)
        case .strobe(let isOn): light.isStrobing = isOn
        case .fog(let target): light.fogTarget = min(max(target, 0), 256)
        case .handOverLens(let isComing): isHandComing = isComing
        case .pictureFreezes(let isFrozen): self.isFrozen = isFrozen
        case .cable(let isPulled): isCablePulled = isPulled
        case .aimMoves(let aim, let during): mount.move(to: aim, during: during)
        case .aimSways(let amplitude, let period): mount.sway(by: amplitude, period: period)
        }
    }

    private mutating func arrive(_ count: Int) {
        for _ in 0..<min(count, Venue.personCountMax - people.count) {
            let toX = random.whole(in: 1300...3700)
            let toDepth = random.whole(in: 900...3000)
            people.append(
                VenuePerson(
                    x: 4096, depth: random.whole(in: 300...1400),
                    activity: .walking(toX: toX, toDepth: toDepth), random: &random))
            people[people.count - 1].number = people.count - 1
        }
    }

    private mutating func everybody(
        does activity: (inout SplitMix64) -> VenuePerson.Activity
    ) {
        for index in people.indices where index != barGuest {
            people[index].activity = activity(&random)
        }
    }

    /// Both are told who the other is.
    private mutating func pairUp(
        _ one: (Int) -> VenuePerson.Activity, and other: (Int) -> VenuePerson.Activity
    ) {
        if pair == nil, people.count >= 2 {
            let first = random.whole(in: 0...people.count - 1)
            let second = (first + random.whole(in: 1...people.count - 1)) % people.count
            pair = (first, second)
        }
        guard let (first, second) = pair else { return }
        people[first].activity = one(second)
        people[second].activity = other(first)
    }

    /// Head to foot in pixels, of a grown-up who stands there.
    static func tall(at depth: Int, inHeight height: Int) -> Int {
        height * (300 + 330 * depth / 4096) / 1000
    }

    static func foot(x: Int, depth: Int, inWidth width: Int, height: Int) -> Canvas.Point {
        let spread = width * (650 + 350 * depth / 4096) / 1000
        return .init(
            x: width / 2 + (x - 2048) * spread / 4096,
            y: height * (470 + 500 * depth / 4096) / 1000)
    }

    /// Somewhere on the floor, before the bar.
    static func anywhere(_ random: inout SplitMix64) -> (x: Int, depth: Int) {
        (random.whole(in: 1300...3700), random.whole(in: 900...3000))
    }

    /// Draws the world as it is now; the same world gives the same picture.
    mutating func draw(into frame: Frame) {
        let aim = mount.aim(at: milliseconds)
        if aim == .asMounted {
            drawWorld(into: frame)
        } else {
            drawWorld(into: world)
            aim.look(at: world, beyond: beyond, into: frame)
        }
        if hand > 0 { drawHand(on: Canvas(frame: frame)) }
        light.shine(on: frame, at: milliseconds, random: &random)
    }

    private func drawWorld(into frame: Frame) {
        frame.copy(from: room)
        let canvas = Canvas(frame: frame)
        var isBarDrawn = script.ground != .room
        for thing in things().sorted(by: { $0.depth < $1.depth }) {
            if !isBarDrawn, thing.depth > 400 {
                VenueRoom.paintBar(on: canvas)
                isBarDrawn = true
            }
            switch thing.what {
            case .person(let index):
                people[index].draw(on: canvas, at: milliseconds, facing: facing(index))
            case .chair(let chair): chair.draw(on: canvas)
            case .table(let table): table.draw(on: canvas, at: milliseconds)
            }
        }
        if !isBarDrawn { VenueRoom.paintBar(on: canvas) }
    }

    private enum Thing {
        case person(Int)
        case chair(VenueChair)
        case table(VenueTable)
    }

    private func things() -> [(depth: Int, what: Thing)] {
        var things = people.indices.map { (people[$0].depth, Thing.person($0)) }
        for person in people {
            for chair in person.chairs where !chair.isHeld {
                things.append((chair.depth, .chair(chair)))
            }
        }
        if let table { things.append((table.depth, .table(table))) }
        return things
    }

    private func facing(_ index: Int) -> Int {
        switch people[index].activity {
        case .shoving(let other), .fighting(let other), .hugging(let other),
            .threatening(let other), .backingOff(let other):
            return people.indices.contains(other) && people[other].x < people[index].x ? -1 : 1
        case .standing, .sitting, .walking, .roaming, .fleeing, .chasing, .dancing, .waving,
            .jumping, .away:
            return 1
        case .moshing, .trailing, .leading, .toasting, .carrying, .fetching, .playing, .catching,
            .clapping, .blowing, .cheering, .filming:
            return people[index].heading
        }
    }

    /// Skin so near the lens that it is all but black.
    private func drawHand(on canvas: Canvas) {
        let width = canvas.frame.width
        let height = canvas.frame.height
        let edge = width - (width + width / 4) * hand / 256
        let skin = Canvas.Paint(luma: 22, blue: 122, red: 138)
        canvas.fill(Rectangle(x: edge, y: 0, width: 2 * width, height: height), skin)
        for finger in 0..<4 {
            let y = height * (1 + 2 * finger) / 8
            canvas.capsule(
                from: .init(x: edge - width / 6, y: y), to: .init(x: edge + width / 4, y: y),
                radius: height / 9, .init(luma: 26, blue: 122, red: 140))
        }
    }
}
