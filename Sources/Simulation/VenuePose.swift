/// How a body is held: offsets in pixels, down and to the right.
struct VenuePose {
    var sway = 0
    var bob = 0
    /// Both feet off the floor by so much.
    var lift = 0
    var legs = 0
    /// From the neck across, from the foot up.
    var leftHand: (x: Int, y: Int)
    var rightHand: (x: Int, y: Int)
}

extension VenuePerson {
    /// - Parameters:
    ///   - facing: 1 to the right, -1 to the left.
    ///   - part: per mille of the body's height in pixels.
    func pose(at milliseconds: Int, facing: Int, part: (Int) -> Int) -> VenuePose {
        // 1024 is a full turn: two beats a second when dancing, one stride a second walking.
        let beat = milliseconds * 2 * 1024 / 1000 + rhythm
        let stride = Turn.sine(gait * 1024 / 900 + rhythm)
        var pose = VenuePose(
            leftHand: (-part(90), part(-470)), rightHand: (part(90), part(-470)))
        pose.sway = part(6) * Turn.sine(milliseconds * 1024 / 4000 + rhythm) / 256
        switch activity {
        case .standing, .away:
            break
        case .sitting:
            // Nobody sits quite still: they lean to and fro, talk with their hands, and drink.
            let (lean, talk) = (milliseconds * 1024 / 17_000, milliseconds * 1024 / 5_300)
            pose.sway = part(35) * Turn.sine(lean + rhythm) / 256
            pose.bob = part(230)
            pose.legs = part(60)
            pose.leftHand = (-part(60), part(-620))
            pose.rightHand = (
                part(60), part(-620) - part(150) * max(Turn.sine(talk + rhythm), 0) / 256
            )
        case .hugging where isClose:
            let pat = part(40) * Turn.sine(milliseconds * 1024 / 600 + rhythm) / 256
            pose.sway = part(25) * Turn.sine(milliseconds * 1024 / 2500) / 256
            pose.leftHand = (facing * part(170), part(-720))
            pose.rightHand = (facing * part(190), part(-640) + pat)
        case .walking, .roaming, .hugging:
            pose.legs = part(120) * stride / 256
            pose.leftHand.x += pose.legs
            pose.rightHand.x -= pose.legs
        case .fleeing, .chasing:
            pose.legs = part(200) * stride / 256
            pose.leftHand = (part(170) * stride / 256, part(-600))
            pose.rightHand = (-part(170) * stride / 256, part(-600))
        case .dancing:
            pose.sway = part(55) * Turn.sine(beat / 2) / 256
            pose.bob = part(28) * Turn.sine(beat) / 256
            pose.legs = part(40) * Turn.sine(beat / 2 + 256) / 256
            pose.leftHand = (-part(150), part(-700) + part(200) * Turn.sine(beat) / 256)
            pose.rightHand = (part(150), part(-700) - part(200) * Turn.sine(beat + 200) / 256)
        case .waving:
            let wave = part(110) * Turn.sine(milliseconds * 1024 / 700 + rhythm) / 256
            pose.sway = wave / 4
            pose.leftHand = (-part(90) + wave, part(-1080))
            pose.rightHand = (part(90) + wave, part(-1080))
        case .jumping:
            pose.lift = part(130) * max(Turn.sine(beat), 0) / 256
            pose.bob = part(30) * max(-Turn.sine(beat), 0) / 256
            pose.leftHand = (-part(120), part(-900))
            pose.rightHand = (part(120), part(-900))
        case .shoving:
            let push = max(0, Turn.sine(lunge * 1024 / 900))
            pose.leftHand = (facing * (part(120) + part(180) * push / 256), part(-700))
            pose.rightHand = (facing * (part(120) + part(160) * push / 256), part(-650))
            pose.sway = facing * part(60) * push / 256
        case .fighting:
            let swing = Turn.sine(milliseconds * 3 * 1024 / 1000 + rhythm)
            let other = Turn.sine(milliseconds * 4 * 1024 / 1000 + 3 * rhythm)
            pose.leftHand = (facing * (part(60) + part(230) * max(swing, -60) / 256), part(-760))
            pose.rightHand = (facing * (part(60) + part(230) * max(other, -60) / 256), part(-640))
            pose.sway = part(70) * swing / 256
            pose.legs = part(130) * other / 256
            pose.bob = part(40) * other / 256
        case .threatening, .backingOff: confront(&pose, at: milliseconds, facing, stride, part)
        case .moshing, .trailing, .leading, .cheering:
            revel(&pose, at: milliseconds, facing, stride, part)
        case .toasting, .clapping, .blowing, .filming:
            celebrate(&pose, at: milliseconds, facing, part)
        case .carrying, .fetching: carry(&pose, facing, stride, part)
        case .playing, .catching:
            // In short steps, arms out; who counts or rests hops on the spot.
            let run = pause > 0 ? 0 : Turn.sine(gait * 1024 / 520 + rhythm)
            pose.legs = part(190) * run / 256
            pose.leftHand = (-part(150) + part(120) * run / 256, -part(620))
            pose.rightHand = (part(150) + part(120) * run / 256, -part(620))
            pose.sway = part(60) * run / 256
            pose.lift = part(60) * max(Turn.sine(milliseconds * 1024 / 450 + rhythm), 0) / 256
        }
        return pose
    }
}
