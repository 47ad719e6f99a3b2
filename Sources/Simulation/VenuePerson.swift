import Frames

/// Somebody in the venue: where they are, what they are doing, and how that looks.
struct VenuePerson {
    enum Activity: Hashable {
        case standing
        /// On a chair.
        case sitting
        case walking(toX: Int, toDepth: Int)
        /// On and on, from one place to the next.
        case roaming(toX: Int, toDepth: Int)
        /// The same, as fast as they can.
        case fleeing(toX: Int, toDepth: Int)
        /// After the person of that index.
        case chasing(Int)
        case dancing
        /// Both arms high above the head.
        case waving
        /// Up and down, as before a stage.
        case jumping
        /// Arms around the person of that index.
        case hugging(Int)
        /// Close quarters with the person of that index: pushing once a second.
        case shoving(Int)
        /// The same, with fists.
        case fighting(Int)
        /// Before the person of that index: a raised fist, a finger, lunges that stop short.
        case threatening(Int)
        /// Gives way to the person of that index, and comes back.
        case backingOff(Int)
        /// In a mosh pit: at a run, shoulder first, into whoever is there.
        case moshing(toX: Int, toDepth: Int)
        /// Hands on the shoulders of the person of that index, in step.
        case trailing(Int)
        /// At the head of them.
        case leading(toX: Int, toDepth: Int)
        /// Talks, raises a glass with all others, and drinks.
        case toasting
        /// A chair in both hands.
        case carrying(toX: Int, toDepth: Int)
        /// On the way to the next chair.
        case fetching
        /// A child at tag: away from whoever is to catch.
        case playing(toX: Int, toDepth: Int)
        /// The child who is to catch.
        case catching
        /// To a song.
        case clapping
        /// Candles out, bent over the table.
        case blowing
        /// Both arms up, and some jump.
        case cheering
        /// Holds up a telephone.
        case filming
        /// Gone; not drawn.
        case away
    }

    /// Across the floor, 0 ... 4096 from left to right, and from the back wall to the camera.
    var x: Int
    var depth: Int
    var activity: Activity { didSet { if activity != oldValue { acted = 0 } } }
    /// Per mille of a grown-up.
    var size = 1000
    /// Of all who are there.
    var number = 0
    /// 1 to the right, -1 to the left: where this person went or was turned last.
    var heading = 1
    /// What this person moves about.
    var chairs: [VenueChair] = []
    let top: Canvas.Paint
    let trousers: Canvas.Paint
    let skin: Canvas.Paint
    /// Each person keeps a rhythm of their own, 0 ... 1023.
    let rhythm: Int
    /// Milliseconds of steps taken, so that legs move only while walking.
    var gait = 0
    /// Milliseconds of the activity.
    private(set) var acted = 0
    /// Near enough to hold the other.
    private(set) var isClose = false
    var lunge = 0
    /// Milliseconds that a stoop, or a pause, still takes.
    var pause = 0
    /// Of `chairs`: the one in hand, or to be fetched.
    var chair = 0

    init(x: Int, depth: Int, activity: Activity, random: inout SplitMix64) {
        self.x = x
        self.depth = depth
        self.activity = activity
        top = .init(
            luma: UInt8(random.whole(in: 30...215)), blue: UInt8(random.whole(in: 95...165)),
            red: UInt8(random.whole(in: 95...165)))
        trousers = .init(
            luma: UInt8(random.whole(in: 25...110)), blue: UInt8(random.whole(in: 120...150)),
            red: UInt8(random.whole(in: 115...130)))
        skin = .init(luma: UInt8(random.whole(in: 110...190)), blue: 112, red: 150)
        rhythm = random.whole(in: 0...1023)
    }

    /// Walks at 1 400 floor units a second, lunges at thrice that.
    mutating func advance(
        milliseconds: Int, others: [VenuePerson], random: inout SplitMix64
    ) {
        acted += milliseconds
        switch activity {
        case .standing, .sitting, .dancing, .waving, .jumping, .away, .toasting, .clapping,
            .blowing, .cheering, .filming:
            break
        case .threatening(let other): threaten(other, milliseconds, others, &random)
        case .backingOff(let other): backOff(from: other, milliseconds, others)
        case .moshing(let toX, let toDepth):
            mosh(toX, toDepth, milliseconds, others, &random)
        case .trailing(let ahead): trail(ahead, milliseconds, others)
        case .leading(let toX, let toDepth):
            // From side to side of the room, so that the line is one.
            if go(toX, toDepth, 8 * milliseconds / 10) {
                let side = x < 2_500 ? 3_300...3_900 : 1_100...1_700
                activity = .leading(
                    toX: random.whole(in: side), toDepth: random.whole(in: 900...3_000))
            }
            gait += milliseconds
        case .carrying(let toX, let toDepth): carry(toX, toDepth, milliseconds)
        case .fetching: fetch(milliseconds, &random)
        case .playing(let toX, let toDepth):
            play(toX, toDepth, milliseconds, others, &random)
        case .catching: catchSomebody(milliseconds, others, &random)
        case .walking(let toX, let toDepth):
            if go(toX, toDepth, 14 * milliseconds / 10) { activity = .standing }
            gait += milliseconds
        case .roaming(let toX, let toDepth):
            // In a crowd nobody is as fast as alone, and everybody has a pace of their own.
            if go(toX, toDepth, (3 + rhythm / 256) * milliseconds / 10) {
                let (x, depth) = Venue.anywhere(&random)
                activity = .roaming(toX: x, toDepth: depth)
            }
            gait += milliseconds / 2
        case .fleeing(let toX, let toDepth):
            if go(toX, toDepth, 28 * milliseconds / 10) {
                let (x, depth) = Venue.anywhere(&random)
                activity = .fleeing(toX: x, toDepth: depth)
            }
            gait += milliseconds * 2
        case .chasing(let other):
            guard others.indices.contains(other) else { break }
            let ahead = others[other]
            // An arm's length behind.
            let toX = ahead.x + (ahead.x > x ? -250 : 250)
            _ = go(toX, ahead.depth, 27 * milliseconds / 10)
            gait += milliseconds * 2
        case .hugging(let other):
            guard others.indices.contains(other) else { break }
            let toX = others[other].x + (others[other].x > x ? -130 : 130)
            isClose = abs(toX - x) <= 20 && abs(others[other].depth - depth) <= 20
            guard !isClose else { break }
            _ = go(toX, others[other].depth, milliseconds)
            gait += milliseconds
        case .shoving(let other), .fighting(let other):
            guard others.indices.contains(other) else { break }
            let isFight = if case .fighting = activity { true } else { false }
            let opponent = others[other]
            let reach = isFight ? 230 : 330
            let gap = opponent.x - x
            let step = (isFight ? 42 : 24) * milliseconds / 10
            // Push in, recoil, circle: never two frames alike.
            lunge += milliseconds
            if lunge > (isFight ? 350 : 900) {
                lunge = 0
                x += (gap > 0 ? -1 : 1) * random.whole(in: step...(3 * step))
            }
            if abs(gap) > reach { x += gap > 0 ? step : -step }
            depth += min(max(opponent.depth - depth, -step), step)
            depth += random.whole(in: -step / 3...max(step / 3, 1))
            gait += milliseconds
        }
        x = min(max(x, 0), 4096)
        depth = min(max(depth, 0), 4096)
    }

    /// Somebody else says where this person is; only the legs are moved here.
    mutating func follow(_ activity: Activity, milliseconds: Int) {
        self.activity = activity
        if case .walking = activity { gait += milliseconds }
    }

    /// - Returns: whether that is where this person now stands.
    mutating func go(_ toX: Int, _ toDepth: Int, _ step: Int) -> Bool {
        if toX != x { heading = toX > x ? 1 : -1 }
        x += min(max(toX - x, -step), step)
        depth += min(max(toDepth - depth, -step), step)
        return x == toX && depth == toDepth
    }

    /// Head to foot in pixels where this person stands.
    func tall(inHeight height: Int) -> Int {
        Venue.tall(at: depth, inHeight: height) * size / 1000
    }

    func foot(inWidth width: Int, height: Int) -> Canvas.Point {
        Venue.foot(x: x, depth: depth, inWidth: width, height: height)
    }

    func draw(on canvas: Canvas, at milliseconds: Int, facing: Int) {
        draw(
            on: canvas, foot: foot(inWidth: canvas.frame.width, height: canvas.frame.height),
            tall: tall(inHeight: canvas.frame.height), at: milliseconds, facing: facing)
    }

    /// - Parameter tall: head to foot in pixels, of somebody who stands.
    func draw(
        on canvas: Canvas, foot: Canvas.Point, tall: Int, at milliseconds: Int, facing: Int
    ) {
        guard activity != .away else { return }
        func part(_ perMille: Int) -> Int { perMille * tall / 1000 }
        let pose = pose(at: milliseconds, facing: facing, part: part)
        let (sway, bob, lift) = (pose.sway, pose.bob - pose.lift, pose.lift)
        let hip = Canvas.Point(x: foot.x + sway / 2, y: foot.y - part(470) + bob)
        let neck = Canvas.Point(x: foot.x + sway, y: foot.y - part(800) + bob)
        let limb = max(part(34), 1)
        for side in [-1, 1] {
            let knee = Canvas.Point(
                x: hip.x + side * (part(30) + pose.legs / 2),
                y: foot.y - part(240) + pose.bob / 2 - lift)
            let sole = Canvas.Point(
                x: foot.x + side * (part(45) + pose.legs), y: foot.y - lift)
            canvas.capsule(from: hip, to: knee, radius: limb + limb / 3, trousers)
            canvas.capsule(from: knee, to: sole, radius: limb, trousers)
        }
        canvas.capsule(from: hip, to: neck, radius: max(part(85), 2), top)
        for (side, hand) in [(-1, pose.leftHand), (1, pose.rightHand)] {
            let shoulder = Canvas.Point(x: neck.x + side * part(80), y: neck.y + part(20))
            let fist = Canvas.Point(x: neck.x + hand.x, y: foot.y + hand.y + bob)
            let elbow = Canvas.Point(
                x: (shoulder.x + fist.x) / 2 + side * part(40),
                y: (shoulder.y + fist.y) / 2 + part(20))
            canvas.capsule(from: shoulder, to: elbow, radius: limb, top)
            canvas.capsule(from: elbow, to: fist, radius: limb, skin)
        }
        // A child's head is larger for its body.
        let larger = (1000 - size) / 12
        let head = Canvas.Point(x: neck.x + sway / 4, y: neck.y - part(105 + larger))
        canvas.capsule(from: head, to: head, radius: max(part(72 + larger), 2), skin)
        let hand = facing < 0 ? pose.leftHand : pose.rightHand
        let fist = Canvas.Point(x: neck.x + hand.x, y: foot.y + hand.y + bob)
        drawHeld(on: canvas, fist: fist, foot: foot, tall: tall, facing: facing)
    }
}
