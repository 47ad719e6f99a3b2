import Frames

/// Somebody in the venue: where they are, what they are doing, and how that looks.
struct VenuePerson {
    enum Activity: Hashable {
        case standing
        case walking(toX: Int, toDepth: Int)
        case dancing
        /// Close quarters with the person of that index: pushing once a second.
        case shoving(Int)
        /// The same, with fists.
        case fighting(Int)
        /// Gone; not drawn.
        case away
    }

    /// Across the floor, 0 ... 4096 from left to right, and from the back wall to the camera.
    var x: Int
    var depth: Int
    var activity: Activity
    let top: Canvas.Paint
    let trousers: Canvas.Paint
    let skin: Canvas.Paint
    /// Each person keeps a rhythm of their own, 0 ... 1023.
    let rhythm: Int
    /// Milliseconds of steps taken, so that legs move only while walking.
    private var gait = 0
    private var lunge = 0

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
        switch activity {
        case .standing, .dancing, .away:
            break
        case .walking(let toX, let toDepth):
            let step = 14 * milliseconds / 10
            x += min(max(toX - x, -step), step)
            depth += min(max(toDepth - depth, -step), step)
            gait += milliseconds
            if x == toX && depth == toDepth { activity = .standing }
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

    /// Head to foot in pixels where this person stands.
    func tall(inHeight height: Int) -> Int { height * (300 + 330 * depth / 4096) / 1000 }

    func foot(inWidth width: Int, height: Int) -> Canvas.Point {
        let spread = width * (650 + 350 * depth / 4096) / 1000
        return .init(
            x: width / 2 + (x - 2048) * spread / 4096,
            y: height * (470 + 500 * depth / 4096) / 1000)
    }

    func draw(on canvas: Canvas, at milliseconds: Int, facing: Int) {
        guard activity != .away else { return }
        let foot = foot(inWidth: canvas.frame.width, height: canvas.frame.height)
        let tall = tall(inHeight: canvas.frame.height)
        func part(_ perMille: Int) -> Int { perMille * tall / 1000 }
        // 1024 is a full turn: two beats a second when dancing, one stride a second walking.
        let beat = milliseconds * 2 * 1024 / 1000 + rhythm
        let stride = gait * 1024 / 900 + rhythm

        var sway = part(6) * Turn.sine(milliseconds * 1024 / 4000 + rhythm) / 256
        var bob = 0
        var legs = 0
        var leftHand = (x: -part(90), y: part(-470))
        var rightHand = (x: part(90), y: part(-470))
        switch activity {
        case .standing, .away:
            break
        case .walking:
            legs = part(120) * Turn.sine(stride) / 256
            leftHand.x += legs
            rightHand.x -= legs
        case .dancing:
            sway = part(55) * Turn.sine(beat / 2) / 256
            bob = part(28) * Turn.sine(beat) / 256
            legs = part(40) * Turn.sine(beat / 2 + 256) / 256
            leftHand = (-part(150), part(-700) + part(200) * Turn.sine(beat) / 256)
            rightHand = (part(150), part(-700) - part(200) * Turn.sine(beat + 200) / 256)
        case .shoving:
            let push = max(0, Turn.sine(lunge * 1024 / 900))
            leftHand = (facing * (part(120) + part(180) * push / 256), part(-700))
            rightHand = (facing * (part(120) + part(160) * push / 256), part(-650))
            sway = facing * part(60) * push / 256
        case .fighting:
            let swing = Turn.sine(milliseconds * 3 * 1024 / 1000 + rhythm)
            let other = Turn.sine(milliseconds * 4 * 1024 / 1000 + 3 * rhythm)
            leftHand = (facing * (part(60) + part(230) * max(swing, -60) / 256), part(-760))
            rightHand = (facing * (part(60) + part(230) * max(other, -60) / 256), part(-640))
            sway = part(70) * swing / 256
            legs = part(130) * other / 256
            bob = part(40) * other / 256
        }

        let hip = Canvas.Point(x: foot.x + sway / 2, y: foot.y - part(470) + bob)
        let neck = Canvas.Point(x: foot.x + sway, y: foot.y - part(800) + bob)
        let limb = max(part(34), 1)
        for side in [-1, 1] {
            let knee = Canvas.Point(
                x: hip.x + side * (part(30) + legs / 2), y: foot.y - part(240) + bob / 2)
            let sole = Canvas.Point(x: foot.x + side * (part(45) + legs), y: foot.y)
            canvas.capsule(from: hip, to: knee, radius: limb + limb / 3, trousers)
            canvas.capsule(from: knee, to: sole, radius: limb, trousers)
        }
        canvas.capsule(from: hip, to: neck, radius: max(part(85), 2), top)
        for (side, hand) in [(-1, leftHand), (1, rightHand)] {
            let shoulder = Canvas.Point(x: neck.x + side * part(80), y: neck.y + part(20))
            let fist = Canvas.Point(x: neck.x + hand.x, y: foot.y + hand.y + bob)
            let elbow = Canvas.Point(
                x: (shoulder.x + fist.x) / 2 + side * part(40),
                y: (shoulder.y + fist.y) / 2 + part(20))
            canvas.capsule(from: shoulder, to: elbow, radius: limb, top)
            canvas.capsule(from: elbow, to: fist, radius: limb, skin)
        }
        let head = Canvas.Point(x: neck.x + sway / 4, y: neck.y - part(105))
        canvas.capsule(from: head, to: head, radius: max(part(72), 2), skin)
    }
}
