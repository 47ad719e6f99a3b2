import Frames
import Station
import Testing

@testable import Simulation

private func camera(_ cues: [(VenueScript.Cue, Int)], seconds: Int = 4, seed: UInt64 = 1)
    -> VenueCamera
{
    var script = VenueScript(seconds: seconds)
    for (cue, at) in cues { script.add(cue, at: at) }
    return VenueCamera(
        width: 128, height: 96, framesPerSecond: 10, script: script, seed: seed)
}

/// FNV-1a over the visible samples of every frame to come.
private func hash(_ camera: VenueCamera) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    while true {
        switch camera.next(timeout: .zero) {
        case .frame(let frame):
            for plane in [frame.luma, frame.chroma] {
                for y in 0..<plane.height {
                    for x in 0..<plane.width {
                        hash = (hash ^ UInt64(plane[x, y])) &* 0x100_0000_01b3
                    }
                }
            }
        case .ended: return hash
        case .lost, .restored, .waiting: hash = (hash ^ 255) &* 0x100_0000_01b3
        }
    }
}

private func meanLuma(_ frame: Frame) -> Int {
    var sum = 0
    for y in 0..<frame.height { for x in 0..<frame.width { sum += Int(frame.luma[x, y]) } }
    return sum / (frame.width * frame.height)
}

@Test func sameSeedDrawsTheSameEveningAndAnotherSeedAnother() {
    func evening(_ seed: UInt64) -> UInt64 {
        hash(
            VenueCamera(
                width: 96, height: 72, framesPerSecond: 4,
                script: .evening(seconds: 30, seed: seed), seed: seed))
    }
    #expect(evening(7) == evening(7))
    #expect(evening(7) != evening(8))
}

@Test func handOverTheLensLeavesNextToNoLight() {
    let camera = camera([(.handOverLens(true), 1000)])
    var lumas: [Int] = []
    while case .frame(let frame) = camera.next(timeout: .zero) { lumas.append(meanLuma(frame)) }
    #expect(lumas[5] > 60)
    #expect(lumas[25] < 40)
}

@Test func frozenPictureRepeatsEveryBitWhileTheClockGoesOn() {
    let camera = camera([(.guestsArrive(3), 0), (.pictureFreezes(true), 1500)])
    var pictures: [UInt64] = []
    var times: [Int64] = []
    while case .frame(let frame) = camera.next(timeout: .zero) {
        var hash: UInt64 = 0
        for y in 0..<frame.height {
            for x in 0..<frame.width { hash = hash &* 31 &+ UInt64(frame.luma[x, y]) }
        }
        pictures.append(hash)
        times.append(frame.capturedAt.nanoseconds)
    }
    #expect(pictures[5] != pictures[6])
    #expect(Set(pictures[20..<40]).count == 1)
    #expect(Set(times).count == 40)
}

@Test func pulledCableIsLostOnceThenWaitsThenComesBack() {
    let camera = camera([(.cable(pulled: true), 1000), (.cable(pulled: false), 2000)])
    var lost = 0
    var restored = 0
    var waited = 0
    loop: while true {
        switch camera.next(timeout: .zero) {
        case .lost: lost += 1
        case .restored: restored += 1
        case .waiting: waited += 1
        case .frame: continue
        case .ended: break loop
        }
    }
    #expect((lost, restored) == (1, 1))
    #expect(waited == 9)
    #expect(camera.counts.lost == 1)
    #expect(camera.counts.delivered == 29)
}

@Test func everyActFitsInTheEveningThatWasAskedFor() {
    for seconds in [1, 10, 30, 90, 600] {
        let script = VenueScript.evening(seconds: seconds, seed: 3)
        #expect(script.cues.dropFirst().allSatisfy { $0.at < seconds * 1000 })
        #expect(script.cues.map(\.at) == script.cues.map(\.at).sorted())
    }
}

@Test func sineIsWithinItsStatedError() {
    // Reference points of sin(2π · angle / 1024) in Q8, from a table.
    for (angle, exact) in [(0, 0), (128, 181), (256, 256), (384, 181), (512, 0), (640, -181)] {
        #expect(abs(Turn.sine(angle) - exact) <= 1, "sine of \(angle)")
    }
    #expect(Turn.cosine(0) == 256)
    #expect(Turn.sine(-256) == -256)
}

@Test func halfTheLightIsHalfThePictureAndNotABlackOne() {
    let camera = camera([(.houseLights(target: 128, perSecond: 1000), 1000)])
    var lumas: [Int] = []
    while case .frame(let frame) = camera.next(timeout: .zero) { lumas.append(meanLuma(frame)) }
    #expect(abs(lumas[25] * 2 - lumas[5]) <= 4)
}

@Test func fogDrawsEverythingTowardsItsOwnGrey() {
    let camera = camera([(.fog(256), 0)])
    var contrasts: [Int] = []
    while case .frame(let frame) = camera.next(timeout: .zero) {
        let mean = meanLuma(frame)
        var sum = 0
        for y in 0..<frame.height {
            for x in 0..<frame.width { sum += abs(Int(frame.luma[x, y]) - mean) }
        }
        contrasts.append(sum / (frame.width * frame.height))
    }
    #expect(contrasts[39] * 3 < contrasts[0] * 2)
}
