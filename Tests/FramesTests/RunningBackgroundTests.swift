import Frames
import Testing

private typealias Sensitivity = RunningBackground.Sensitivity
private typealias Learning = RunningBackground.Learning
private typealias Light = RunningBackground.Light

private let lights = [
    Light.unchanged, Light(gain: 300, offset: -2_000), Light(gain: 1, offset: .max),
    Light(gain: .max, offset: .min), Light(gain: 200, offset: 1_234), Light(gain: 257, offset: 0)
]
private let sensitivities = [
    Sensitivity.usual,
    Sensitivity(floor: 0, inverseDeviations: .one, deviationMax: .max),
    Sensitivity(floor: .max, inverseDeviations: .one, deviationMax: 0),
    Sensitivity(floor: 256, inverseDeviations: Q15(rawValue: 3_000), deviationMax: 900)
]
private let learnings = [
    Learning.usual, .frozen, .fast, Learning(rate: .one, foregroundRate: .zero),
    Learning(rate: .zero, foregroundRate: .one), Learning(rate: .one, foregroundRate: .one)
]

@Test(arguments: tailWidths)
func everyTailLengthOfTheBackgroundMatchesReference(width: Int) {
    let contents: [Picture.Content] = [.random, .noise, .black, .white, .checkered, .random]
    for (index, light) in lights.enumerated() {
        let learning = learnings[(index + width) % learnings.count]
        let sensitivity = sensitivities[(index + width / 3) % sensitivities.count]
        let mask = index % 2 == 0 ? Picture(width, 2, stride: width + 2, .sparse) : nil
        let (fast, slow) = pair(width, 2)
        for (round, content) in contents.enumerated() {
            let luma = Picture(width, 2, stride: width + 7, content, seed: UInt64(round + width))
            absorbBoth(fast, slow, luma, light, sensitivity, learning, mask)
        }
    }
}

@Test func everyCombinationOfSettingsMatchesReferenceOverManyFrames() {
    for light in lights {
        for sensitivity in sensitivities {
            for learning in learnings {
                let (fast, slow) = pair(21, 3)
                for seed in 1...6 {
                    let content: Picture.Content = seed % 3 == 0 ? .noise : .random
                    let luma = Picture(21, 3, content, seed: UInt64(seed))
                    absorbBoth(fast, slow, luma, light, sensitivity, learning, nil)
                }
            }
        }
    }
}

@Test func aWideRowIsCountedPastWhatAByteHolds() {
    let (fast, slow) = pair(8_200, 1)
    let (black, white) = (Picture(8_200, 1, .black), Picture(8_200, 1, .white))
    fast.begin(with: black.view)
    slow.begin(with: black.view)
    absorbBoth(fast, slow, white, .unchanged, .usual, .frozen, nil)
    let foreground = Plane(width: 8_200, height: 1)
    #expect(fast.absorb(white.view, learning: .frozen, foreground: foreground) == 8_200)
}

private func pair(_ width: Int, _ height: Int) -> (RunningBackground, RunningBackground) {
    let first = Picture(width, height, .random, seed: 99)
    let backgrounds = (
        RunningBackground(width: width, height: height),
        RunningBackground(width: width, height: height)
    )
    backgrounds.0.begin(with: first.view)
    backgrounds.1.begin(with: first.view)
    return backgrounds
}

private func absorbBoth(
    _ fast: RunningBackground, _ slow: RunningBackground, _ luma: Picture, _ light: Light,
    _ sensitivity: Sensitivity, _ learning: Learning, _ mask: Picture?
) {
    let (width, height) = (fast.width, fast.height)
    let (a, b) = (Plane(width: width, height: height), Plane(width: width, height: height))
    let counts = (
        fast.absorb(
            luma.view, light: light, sensitivity: sensitivity, learning: learning,
            within: mask?.view, foreground: a),
        slow.absorbReference(
            luma.view, light: light, sensitivity: sensitivity, learning: learning,
            within: mask?.view, foreground: b)
    )
    #expect(counts.0 == counts.1)
    #expect(mismatch(a, b) == nil)
    #expect(fast.stateHash == slow.stateHash)
    fast.draw(into: a)
    slow.drawReference(into: b)
    #expect(mismatch(a, b) == nil)
}

@Test func oneStepMovesMeanAndDeviationByTheirRate() {
    let background = RunningBackground(width: 1, height: 1)
    background.begin(with: plane([[100]]).view, deviation: 512)
    let half = Learning(rate: Q15(rawValue: 1 << 14), foregroundRate: .zero)
    let seen = plane([[104]])
    let foreground = Plane(width: 1, height: 1)
    // |d| = 4 code values is below the floor of 12: background, so both move half way.
    let count = background.absorbReference(seen.view, learning: half, foreground: foreground)
    #expect(count == 0 && foreground[0, 0] == 0)
    #expect(background.meanRawValue(0, 0) == 102 << 8)
    #expect(background.deviationRawValue(0, 0) == 512 + (1_024 - 512) / 2)
}

@Test func aDifferenceCountsOnlyAboveBothFloorAndDeviations() {
    // k = 4, floor = 12: with a deviation of 2 the floor decides, with 5 the deviations do.
    let sensitivity = Sensitivity(
        floor: 12 << 8, inverseDeviations: Q15(rawValue: 8_192), deviationMax: 20 << 8)
    func isForeground(_ x: UInt8, deviation: Int16) -> Bool {
        let background = RunningBackground(width: 1, height: 1)
        background.begin(with: plane([[100]]).view, deviation: deviation << 8)
        return background.absorbReference(
            plane([[x]]).view, sensitivity: sensitivity, learning: .frozen,
            foreground: Plane(width: 1, height: 1)) == 1
    }
    #expect(!isForeground(112, deviation: 2) && isForeground(113, deviation: 2))
    #expect(!isForeground(88, deviation: 2) && isForeground(87, deviation: 2))
    #expect(!isForeground(120, deviation: 5) && isForeground(121, deviation: 5))
}

@Test func frozenLearningChangesNothing() {
    let background = RunningBackground(width: 40, height: 4)
    background.begin(with: Picture(40, 4, .random).view)
    let before = background.stateHash
    let foreground = Plane(width: 40, height: 4)
    background.absorb(
        Picture(40, 4, .white).view, learning: .frozen, foreground: foreground)
    #expect(background.stateHash == before)
}

@Test func aMaskedPixelIsNeverForegroundButIsLearnt() {
    let background = RunningBackground(width: 2, height: 1)
    background.begin(with: plane([[0, 0]]).view)
    let foreground = Plane(width: 2, height: 1)
    let count = background.absorbReference(
        plane([[200, 200]]).view, learning: .usual, within: plane([[0, 1]]).view,
        foreground: foreground)
    #expect(count == 1 && foreground[0, 0] == 0 && foreground[1, 0] == 255)
    #expect(background.meanRawValue(0, 0) > background.meanRawValue(1, 0))
}

@Test func gainAndOffsetTakeAChangeOfLightBack() {
    let background = RunningBackground(width: 1, height: 1)
    background.begin(with: plane([[100]]).view)
    let foreground = Plane(width: 1, height: 1)
    // Half the light and 5 more: 2 · (55 − 5) = 100.
    let count = background.absorbReference(
        plane([[55]]).view, light: Light(gain: 512, offset: -10 << 8), learning: .frozen,
        foreground: foreground)
    #expect(count == 0)
    #expect(
        background.absorbReference(
            plane([[55]]).view, learning: .frozen, foreground: foreground) == 1)
}

@Test func relightMovesTheMeanAndClampsIt() {
    let background = RunningBackground(width: 3, height: 1)
    background.begin(with: plane([[0, 100, 255]]).view)
    background.relight(Light(gain: 384, offset: 256))
    #expect(background.meanRawValue(0, 0) == 256)
    #expect(background.meanRawValue(1, 0) == 151 << 8)
    #expect(background.meanRawValue(2, 0) == 65_535)
}

@Test func aStillSceneIsLearntFromAnywhereToWithinAnEighth() {
    let background = RunningBackground(width: 2, height: 1)
    background.begin(with: plane([[0, 255]]).view)
    let learning = Learning(rate: Q15(rawValue: 512), foregroundRate: Q15(rawValue: 512))
    let foreground = Plane(width: 2, height: 1)
    for _ in 0..<1_000 {
        background.absorb(plane([[90, 90]]).view, learning: learning, foreground: foreground)
    }
    for x in 0..<2 {
        #expect(abs(background.meanRawValue(x, 0) - 90 << 8) <= 32)
    }
    #expect(foreground[0, 0] == 0 && foreground[1, 0] == 0)
}

@Test func aSceneThatMovesKeepsWhatItLearnedAndTakesTheRestFromThePicture() {
    let (width, height, side, columns) = (37, 21, 8, 5)
    let (before, after) = (
        RunningBackground(width: width, height: height),
        RunningBackground(width: width, height: height)
    )
    let learned = Picture(width, height, .random, seed: 3)
    let now = Picture(width, height, .random, seed: 4)
    let mask = Picture(width, height, .ramp)
    let kinds: [(Int16, Int16)] = [(0, 0), (3, 0), (-3, 0), (0, 2), (5, -4), (-40, 0), (0, 40)]
    let shifts = (0..<15).map { kinds[$0 * 3 % 7] }.map { RunningBackground.Shift(dx: $0, dy: $1) }
    before.begin(with: learned.view, deviation: 77)
    shifts.withUnsafeBufferPointer {
        after.take(
            before, shifts: $0, side: side, filling: now.view, within: mask.view,
            deviation: 1_000)
    }
    var keptCount = 0
    for y in 0..<height {
        for x in 0..<width {
            let shift = shifts[y / side * columns + x / side]
            let (fromX, fromY) = (x + Int(shift.dx), y + Int(shift.dy))
            let isInside = (0..<width).contains(fromX) && (0..<height).contains(fromY)
            let isKept =
                isInside && mask.view.row(y)[x] != 0 && mask.view.row(fromY)[fromX] != 0
            let expected = isKept ? learned.view.row(fromY)[fromX] : now.view.row(y)[x]
            keptCount += isKept ? 1 : 0
            #expect(after.meanRawValue(x, y) == Int(expected) << 8)
            #expect(after.deviationRawValue(x, y) == (isKept ? 77 : 1_000))
        }
    }
    #expect(keptCount > 100)
}
