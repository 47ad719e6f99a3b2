import Frames

/// How people move who celebrate, carry, play, or threaten.
extension VenuePerson {
    /// Out of reach, and with a lunge every other second that stops short.
    mutating func threaten(
        _ other: Int, _ milliseconds: Int, _ others: [VenuePerson], _ random: inout SplitMix64
    ) {
        guard others.indices.contains(other) else { return }
        let opponent = others[other]
        let side = opponent.x > x ? 1 : -1
        lunge += milliseconds
        if lunge > 1_100 + rhythm { lunge = 0 }
        let depth = opponent.depth + random.whole(in: -12...12)
        let from = (x, self.depth)
        _ = go(
            opponent.x - side * (isLunging ? 680 : 900), depth,
            (isLunging ? 26 : 12) * milliseconds / 10)
        heading = side
        if abs(x - from.0) > 12 { gait += milliseconds }
    }

    var isLunging: Bool { lunge < 320 }

    mutating func backOff(from other: Int, _ milliseconds: Int, _ others: [VenuePerson]) {
        guard others.indices.contains(other) else { return }
        let opponent = others[other]
        let side = opponent.x > x ? 1 : -1
        let gap = abs(opponent.x - x)
        // Before the others.
        depth += min(max(2_800 - depth, -milliseconds), milliseconds) / 2
        guard gap < 760 || gap > 940 else { return }
        let step = (gap < 760 ? -20 : 8) * milliseconds / 10
        x = min(max(x + side * step, 700), 3_600)
        heading = side
        gait += milliseconds
    }

    mutating func mosh(
        _ toX: Int, _ toDepth: Int, _ milliseconds: Int, _ others: [VenuePerson],
        _ random: inout SplitMix64
    ) {
        gait += 2 * milliseconds
        lunge += milliseconds
        var isBumped = false
        for other in others where other.number != number {
            let (dx, dd) = (x - other.x, depth - other.depth)
            guard abs(dx) < 190, abs(dd) < 200 else { continue }
            // Thrown back, and off again another way.
            x += (dx < 0 ? -1 : 1) * random.whole(in: 40...150)
            depth += (dd < 0 ? -1 : 1) * random.whole(in: 20...90)
            isBumped = true
            break
        }
        if isBumped { lunge = 0 }
        let isThere = go(toX, toDepth, (14 + rhythm / 128) * milliseconds / 10)
        guard isThere || isBumped else { return }
        let (x, depth) = Venue.inThePit(&random)
        activity = .moshing(toX: x, toDepth: depth)
    }

    /// As if on a rope of a forearm's length.
    mutating func trail(_ ahead: Int, _ milliseconds: Int, _ others: [VenuePerson]) {
        guard others.indices.contains(ahead) else { return }
        let front = others[ahead]
        let (dx, dd) = (x - front.x, depth - front.depth)
        // Within an eighth of the true distance.
        let way = max(abs(dx), abs(dd)) + min(abs(dx), abs(dd)) / 2
        let rope = 340
        guard way > rope else { return }
        _ = go(
            front.x + dx * rope / way, front.depth + dd * rope / way, 14 * milliseconds / 10)
        if abs(dx) > 40 { heading = dx < 0 ? 1 : -1 }
        gait += milliseconds
    }

    mutating func carry(_ toX: Int, _ toDepth: Int, _ milliseconds: Int) {
        guard pause <= 0 else {
            pause -= milliseconds
            return
        }
        gait += milliseconds
        guard go(toX, toDepth, 10 * milliseconds / 10) else { return }
        chairs[chair].isHeld = false
        chairs[chair].x = x + heading * 160
        chairs[chair].depth = depth
        chair = (chair + 1) % chairs.count
        pause = 1_200
        activity = .fetching
    }

    mutating func fetch(_ milliseconds: Int, _ random: inout SplitMix64) {
        guard pause <= 0 else {
            pause -= milliseconds
            return
        }
        gait += milliseconds
        let goal = chairs[chair]
        let side = goal.x > x ? 1 : -1
        guard abs(goal.x - x) <= 200, go(x, goal.depth, 14 * milliseconds / 10) else {
            _ = go(goal.x - side * 160, goal.depth, 14 * milliseconds / 10)
            return
        }
        heading = side
        chairs[chair].isHeld = true
        pause = 900
        let (x, depth) = Venue.anywhere(&random)
        activity = .carrying(toX: x, toDepth: depth)
    }

    mutating func play(
        _ toX: Int, _ toDepth: Int, _ milliseconds: Int, _ others: [VenuePerson],
        _ random: inout SplitMix64
    ) {
        let catcher = others.first { $0.activity == .catching }
        if let catcher, catcher.caught(among: others) == number {
            activity = .catching
            pause = 1_500
            return
        }
        guard pause <= 0 else {
            pause -= milliseconds
            return
        }
        gait += milliseconds
        let isThere = go(toX, toDepth, (15 + rhythm / 120) * milliseconds / 10)
        if let catcher, distance(to: catcher) < 700, acted > 700 {
            // To the one of two places that is further from who is to catch.
            let (one, other) = (Venue.anywhere(&random), Venue.anywhere(&random))
            let isOne = abs(one.x - catcher.x) > abs(other.x - catcher.x)
            activity = .playing(
                toX: isOne ? one.x : other.x, toDepth: isOne ? one.depth : other.depth)
        } else if isThere {
            let (x, depth) = Venue.anywhere(&random)
            activity = .playing(toX: x, toDepth: depth)
            pause = random.whole(in: -10...8) * 100
        }
    }

    mutating func catchSomebody(
        _ milliseconds: Int, _ others: [VenuePerson], _ random: inout SplitMix64
    ) {
        if others.indices.contains(number), others[number].caught(among: others) != nil {
            let (x, depth) = Venue.anywhere(&random)
            activity = .playing(toX: x, toDepth: depth)
            return
        }
        guard pause <= 0 else {
            pause -= milliseconds
            return
        }
        gait += milliseconds
        guard let prey = nearest(among: others) else { return }
        _ = go(prey.x, prey.depth, 25 * milliseconds / 10)
    }

    private func nearest(among others: [VenuePerson]) -> VenuePerson? {
        others.filter { if case .playing = $0.activity { true } else { false } }
            .min { distance(to: $0) < distance(to: $1) }
    }

    /// The number of whoever this child touches; both decide by the same moment.
    private func caught(among others: [VenuePerson]) -> Int? {
        guard pause <= 0, let prey = nearest(among: others), distance(to: prey) < 240 else {
            return nil
        }
        return prey.number
    }

    private func distance(to other: VenuePerson) -> Int {
        max(abs(x - other.x), abs(depth - other.depth))
    }

    /// What is in their hands, over the body.
    func drawHeld(
        on canvas: Canvas, fist: Canvas.Point, foot: Canvas.Point, tall: Int, facing: Int
    ) {
        func part(_ perMille: Int) -> Int { perMille * tall / 1000 }
        switch activity {
        case .toasting:
            canvas.capsule(
                from: .init(x: fist.x, y: fist.y - part(25)),
                to: .init(x: fist.x, y: fist.y - part(80)), radius: max(part(20), 1),
                .init(luma: 226, blue: 118, red: 136))
        case .filming:
            canvas.fill(
                Rectangle(
                    x: fist.x - part(30), y: fist.y - part(105), width: max(part(60), 1),
                    height: max(part(110), 1)),
                .init(luma: 28))
        case .carrying where chairs.indices.contains(chair):
            let paint = chairs[chair].paint
            if pause > 0 {
                VenueChair.draw(
                    on: canvas, foot: .init(x: foot.x + facing * part(190), y: foot.y),
                    tall: tall, side: facing, up: 1, paint)
            } else if isOverhead {
                // Its seat on the head, its legs in the air.
                VenueChair.draw(
                    on: canvas, foot: .init(x: foot.x, y: foot.y - part(1_250)), tall: tall,
                    side: facing, up: -1, paint)
            } else {
                VenueChair.draw(
                    on: canvas,
                    foot: .init(x: foot.x + facing * part(170), y: foot.y - part(280)),
                    tall: tall, side: facing, up: 1, paint)
            }
        default: break
        }
    }

    /// One before the chest, the other overhead.
    var isOverhead: Bool { chair % 2 == 1 }
}
