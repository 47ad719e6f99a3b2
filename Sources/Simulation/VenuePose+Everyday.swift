/// How bodies are held by those who celebrate, carry, or threaten. The right hand is meant for the
/// side that faces; where that is the left one, hands are swapped.
extension VenuePerson {
    func confront(
        _ pose: inout VenuePose, at milliseconds: Int, _ facing: Int, _ stride: Int,
        _ part: (Int) -> Int
    ) {
        let shake = Turn.sine(milliseconds * 1024 / 420 + rhythm)
        pose.legs = part(50) + part(70) * stride / 256
        if case .backingOff = activity {
            pose.sway = -facing * part(50)
            pose.leftHand = (facing * part(150), -part(740))
            pose.rightHand = (facing * part(185), -part(650) + part(20) * shake / 256)
            return
        }
        pose.sway = facing * part(isLunging ? 110 : 35)
        // Three seconds a finger, three seconds a fist.
        if acted / 3_000 % 2 == 0 {
            pose.rightHand = (
                facing * (part(isLunging ? 170 : 270) + part(80) * shake / 256), -part(770)
            )
            pose.leftHand = (-facing * part(110), -part(490))
        } else {
            pose.rightHand = (facing * part(60), -part(1_050) + part(80) * shake / 256)
            pose.leftHand = (facing * part(190), -part(660))
        }
        if facing < 0 { swap(&pose.leftHand, &pose.rightHand) }
    }

    func revel(
        _ pose: inout VenuePose, at milliseconds: Int, _ facing: Int, _ stride: Int,
        _ part: (Int) -> Int
    ) {
        // All in one step: two beats a second.
        let beat = milliseconds * 1024 / 500
        switch activity {
        case .moshing:
            let swing = Turn.sine(milliseconds * 1024 / 380 + rhythm)
            let other = Turn.sine(milliseconds * 1024 / 530 + 3 * rhythm)
            pose.legs = part(150) * stride / 256
            pose.sway = part(80) * other / 256 + (lunge < 250 ? facing * part(60) : 0)
            pose.lift = part(50) * max(swing, 0) / 256
            pose.leftHand = (
                -part(140) - part(110) * swing / 256, -part(730) - part(120) * other / 256
            )
            pose.rightHand = (
                part(140) - part(110) * other / 256, -part(730) + part(120) * swing / 256
            )
        case .trailing, .leading:
            // Three steps, and a kick.
            let kicks = milliseconds / 500 % 4 == 3
            pose.legs =
                kicks ? facing * part(210) * Turn.sine(beat / 2) / 256 : part(80) * stride / 256
            pose.sway = part(35) * Turn.sine(beat / 2) / 256
            pose.bob = part(22) * Turn.sine(beat) / 256
            if activity.isLeading {
                pose.leftHand = (-part(150), -part(980) + part(130) * Turn.sine(beat) / 256)
                pose.rightHand = (part(150), -part(980) - part(130) * Turn.sine(beat) / 256)
            } else {
                pose.leftHand = (facing * part(180), -part(790))
                pose.rightHand = (facing * part(215), -part(760))
            }
        default:
            let wave = Turn.sine(milliseconds * 1024 / 560 + rhythm)
            pose.sway = part(20) * wave / 256
            pose.leftHand = (-part(130) + part(60) * wave / 256, -part(1_040))
            pose.rightHand = (part(130) + part(60) * wave / 256, -part(1_040))
            if rhythm > 600 { pose.lift = part(90) * max(wave, 0) / 256 }
        }
    }

    func celebrate(
        _ pose: inout VenuePose, at milliseconds: Int, _ facing: Int, _ part: (Int) -> Int
    ) {
        switch activity {
        case .toasting: toast(&pose, facing, part)
        case .clapping:
            // Nobody claps quite in time.
            let clap = abs(Turn.sine(milliseconds * 1024 / 1_000 + rhythm / 8))
            let hands = part(18) + part(120) * clap / 256
            pose.sway = part(30) * Turn.sine(milliseconds * 1024 / 2_000) / 256
            pose.leftHand = (facing * part(90) - hands, -part(700))
            pose.rightHand = (facing * part(90) + hands, -part(700))
        case .blowing:
            let bow = Self.ramp(acted, from: 300, to: 900)
            pose.sway = facing * part(190) * bow / 256
            pose.bob = part(130) * bow / 256
            pose.leftHand = (-facing * part(60), -part(560))
            pose.rightHand = (facing * part(80), -part(560))
            if facing < 0 { swap(&pose.leftHand, &pose.rightHand) }
        default:
            let shake = Turn.sine(milliseconds * 1024 / 900 + rhythm)
            pose.leftHand = (facing * part(70), -part(820))
            pose.rightHand = (facing * part(120) + part(8) * shake / 256, -part(900))
            if facing < 0 { swap(&pose.leftHand, &pose.rightHand) }
        }
    }

    /// Talk for 4 s, glasses high and together for 3, a sip, and again.
    private func toast(_ pose: inout VenuePose, _ facing: Int, _ part: (Int) -> Int) {
        let now = (acted + rhythm / 4) % 11_000
        let high =
            Self.ramp(now, from: 4_000, to: 4_500) - Self.ramp(now, from: 7_000, to: 7_400)
        let sip = Self.ramp(now, from: 7_400, to: 7_900) - Self.ramp(now, from: 9_300, to: 9_800)
        let talk = Turn.sine(acted * 1024 / 2_900 + rhythm) * (256 - high) / 256
        let clink = high == 256 ? Turn.sine(acted * 1024 / 340 + rhythm) : 0
        pose.sway = facing * part(60) * high / 256
        pose.rightHand = (
            facing * (part(110) + part(170) * high / 256 - part(50) * sip / 256)
                + part(25) * clink / 256,
            -part(640) - part(490) * high / 256 - part(220) * sip / 256 + part(30) * talk / 256
        )
        pose.leftHand = (-facing * part(100), -part(480) - part(25) * talk / 256)
        // Some cheer with both.
        if rhythm > 700 { pose.leftHand.y -= part(560) * high / 256 }
        if facing < 0 { swap(&pose.leftHand, &pose.rightHand) }
    }

    func carry(
        _ pose: inout VenuePose, _ facing: Int, _ stride: Int, _ part: (Int) -> Int
    ) {
        if pause > 0 {
            pose.bob = part(150)
            pose.sway = facing * part(110)
            pose.leftHand = (facing * part(90), -part(560))
            pose.rightHand = (facing * part(120), -part(540))
            return
        }
        pose.legs = part(110) * stride / 256
        guard case .carrying = activity else {
            pose.leftHand.x += pose.legs
            pose.rightHand.x -= pose.legs
            return
        }
        if isOverhead {
            pose.leftHand = (-part(120), -part(1_000))
            pose.rightHand = (part(120), -part(1_000))
        } else {
            pose.leftHand = (facing * part(110), -part(560))
            pose.rightHand = (facing * part(250), -part(600))
        }
    }

    /// 0 before, 256 after, and straight between.
    private static func ramp(_ now: Int, from: Int, to: Int) -> Int {
        min(max((now - from) * 256 / (to - from), 0), 256)
    }
}

extension VenuePerson.Activity {
    var isLeading: Bool { if case .leading = self { true } else { false } }
}
