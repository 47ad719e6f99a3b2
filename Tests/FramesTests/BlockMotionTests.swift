import Frames
import Testing

@Test(arguments: [(16, 16), (17, 33), (31, 20), (48, 32), (65, 47)])
func everySizeOfMotionMatchesReference(width: Int, height: Int) {
    for range in [1, 4, 7, 15] {
        for content in Picture.Content.allCases {
            let now = Picture(width, height, stride: width + 3, content, seed: 1)
            let before = Picture(width, height, stride: width + 6, .noise, seed: 2)
            expectEqualVectors(now.view, before.view, range)
            // Many shifts as good as each other: the nearest wins.
            let alike = Picture(width, height, content, seed: 2)
            expectEqualVectors(now.view, alike.view, range)
        }
        let (now, before) = shifted(width, height, by: (2, -1))
        expectEqualVectors(now.view, before.view, range)
    }
}

private func expectEqualVectors(_ now: PlaneView, _ before: PlaneView, _ range: Int) {
    let fast = BlockMotion(width: now.width, height: now.height, range: range)
    let slow = BlockMotion(width: now.width, height: now.height, range: range)
    fast.match(now, before: before)
    slow.matchReference(now, before: before)
    let first = fast.vectors.indices.first { fast.vectors[$0] != slow.vectors[$0] }
    #expect(first == nil, "block \(first ?? -1) of \(now.width)×\(now.height), ± \(range)")
}

/// Two windows on one random picture: what is at (x, y) now was at (x + dx, y + dy) before.
private func shifted(
    _ width: Int, _ height: Int, by offset: (dx: Int, dy: Int)
) -> (now: Plane, before: Plane) {
    let world = Picture(width + 16, height + 16, .random, seed: 77).view
    let (now, before) = (Plane(width: width, height: height), Plane(width: width, height: height))
    for y in 0..<height {
        for x in 0..<width {
            now[x, y] = world.row(y + 8)[x + 8]
            before[x, y] = world.row(y + 8 - offset.dy)[x + 8 - offset.dx]
        }
    }
    return (now, before)
}

@Test func aShiftedPictureHasItsShiftInEveryBlockThatCanSeeIt() {
    let (now, before) = shifted(64, 48, by: (3, -2))
    let motion = BlockMotion(width: 64, height: 48, range: 4)
    motion.matchReference(now.view, before: before.view)
    let inner = motion.vectors[motion.columns + 1]
    #expect(inner.dx == 3 && inner.dy == -2 && inner.difference == 0)
    #expect(inner.stillDifference > 10_000)
    // The top row cannot look above the picture.
    #expect(motion.vectors[1].dy >= 0)
}

@Test func aBlockThatHardlyChangesIsNotSearched() {
    let (now, before) = shifted(16, 16, by: (0, 0))
    before[0, 0] = now[0, 0] &+ 100
    let motion = BlockMotion(width: 16, height: 16, range: 4, stillDifferenceMax: 255)
    motion.matchReference(now.view, before: before.view)
    let vector = motion.vectors[0]
    #expect(vector.dx == 0 && vector.dy == 0 && vector.difference == vector.stillDifference)
    #expect(vector.difference == 100 || vector.difference == 156)
}

@Test func theLeastDifferenceThatIsSearchedIsOneMoreThanTheLimit() {
    let (now, before) = shifted(32, 32, by: (1, 0))
    let probe = BlockMotion(width: 32, height: 32, range: 1)
    probe.match(now.view, before: before.view)
    let still = probe.vectors[0].stillDifference
    for (limit, dx) in [(still, Int8(0)), (still - 1, Int8(1))] {
        let motion = BlockMotion(width: 32, height: 32, range: 1, stillDifferenceMax: limit)
        motion.match(now.view, before: before.view)
        #expect(motion.vectors[0].dx == dx)
        motion.matchReference(now.view, before: before.view)
        #expect(motion.vectors[0].dx == dx)
    }
}

@Test func aFlatPictureStaysStillHoweverBrightItBecomes() {
    let (dark, bright) = (Picture(32, 32, .black), Picture(32, 32, .white))
    let motion = BlockMotion(width: 32, height: 32, range: 7)
    motion.matchReference(bright.view, before: dark.view)
    for vector in motion.vectors {
        #expect(vector.dx == 0 && vector.dy == 0 && vector.difference == 65_280)
    }
}

@Test func blocksThatOverlapMatchReference() {
    let (now, before) = shifted(65, 47, by: (-2, 3))
    for step in [1, 5, 8, 15] {
        let fast = BlockMotion(width: 65, height: 47, range: 5, step: step)
        let slow = BlockMotion(width: 65, height: 47, range: 5, step: step)
        #expect(fast.columns == (49 + step - 1) / step + 1)
        #expect(fast.rows == (31 + step - 1) / step + 1)
        let last = fast.rectangle(column: fast.columns - 1, row: fast.rows - 1)
        #expect(last == Rectangle(x: 49, y: 31, width: 16, height: 16))
        fast.match(now.view, before: before.view)
        slow.matchReference(now.view, before: before.view)
        let first = fast.vectors.indices.first { fast.vectors[$0] != slow.vectors[$0] }
        #expect(first == nil, "block \(first ?? -1), step \(step)")
    }
}

@Test func theLastBlockLiesWholeInThePicture() {
    let motion = BlockMotion(width: 160, height: 120)
    #expect(motion.columns == 10 && motion.rows == 8)
    #expect(
        motion.rectangle(column: 9, row: 7) == Rectangle(x: 144, y: 104, width: 16, height: 16))
}
