import Frames
import Testing

@Test(arguments: tailWidths)
func everyTailLengthOfComponentsMatchesReferenceAndFloodFill(width: Int) {
    for content in Picture.Content.allCases {
        for seed in 1...3 {
            let mask = Picture(width, 9, stride: width + 2, content, seed: UInt64(seed))
            expectSameComponents(mask.view)
        }
    }
}

@Test func denseNoiseMatchesFloodFill() {
    var chance = Chance(seed: 4)
    for density in 1...9 {
        let mask = Plane(width: 50, height: 40)
        for y in 0..<40 {
            for x in 0..<50 {
                mask[x, y] = chance.next() % 10 < density ? 1 : 0
            }
        }
        expectSameComponents(mask.view)
    }
}

private func expectSameComponents(_ mask: PlaneView) {
    let (width, height) = (mask.width, mask.height)
    let fast = ConnectedComponents(width: width, height: height, componentCountMax: 2_000)
    let slow = ConnectedComponents(width: width, height: height, componentCountMax: 2_000)
    fast.find(in: mask)
    slow.findReference(in: mask)
    let filled = floodFill(mask)
    #expect(Array(fast.found) == filled)
    #expect(Array(slow.found) == filled)
    #expect(fast.lostPixelCount == 0 && fast.leftOutCount == 0)
}

/// Another way to the same answer: fill from every pixel not yet seen, in raster order.
private func floodFill(_ mask: PlaneView) -> [Component] {
    var isSeen = [Bool](repeating: false, count: mask.width * mask.height)
    var components: [Component] = []
    for start in isSeen.indices {
        guard !isSeen[start], mask.row(start / mask.width)[start % mask.width] != 0 else {
            continue
        }
        var pixels: [(x: Int, y: Int)] = []
        var pending = [start]
        isSeen[start] = true
        while let next = pending.popLast() {
            let (x, y) = (next % mask.width, next / mask.width)
            pixels.append((x, y))
            for ny in max(y - 1, 0)...min(y + 1, mask.height - 1) {
                for nx in max(x - 1, 0)...min(x + 1, mask.width - 1) {
                    let index = ny * mask.width + nx
                    if !isSeen[index], mask.row(ny)[nx] != 0 {
                        isSeen[index] = true
                        pending.append(index)
                    }
                }
            }
        }
        components.append(component(of: pixels))
    }
    // Equal areas keep their order: an index breaks the tie.
    return components.enumerated()
        .sorted { ($1.element.area, $0.offset) < ($0.element.area, $1.offset) }
        .map(\.element)
}

private func component(of pixels: [(x: Int, y: Int)]) -> Component {
    let (xs, ys) = (pixels.map(\.x), pixels.map(\.y))
    let (left, top) = (xs.min()!, ys.min()!)
    return Component(
        bounds: Rectangle(
            x: left, y: top, width: xs.max()! - left + 1, height: ys.max()! - top + 1),
        area: pixels.count, centroidX: xs.reduce(0, +) * 256 / pixels.count,
        centroidY: ys.reduce(0, +) * 256 / pixels.count)
}

@Test func diagonalsTouchAndArmsThatMeetLaterAreOne() {
    let mask = plane([
        [1, 0, 0, 0, 1, 0, 9],
        [0, 1, 0, 1, 0, 0, 0],
        [0, 0, 1, 0, 0, 0, 0]
    ])
    let components = ConnectedComponents(width: 7, height: 3)
    components.findReference(in: mask.view)
    #expect(components.count == 2)
    #expect(components.found[0].area == 5)
    #expect(components.found[0].bounds == Rectangle(x: 0, y: 0, width: 5, height: 3))
    #expect(components.found[0].centroidX == 2 * 256)
    #expect(components.found[0].centroidY == 4 * 256 / 5)
    components.find(in: mask.view, areaMin: 2)
    #expect(components.count == 1)
}

@Test func whenComponentsDoNotFitTheSmallestAreLeftOutAndCounted() {
    let mask = plane([[1, 0, 1, 1, 0, 1, 1, 1, 0, 1, 0, 1, 1]])
    let components = ConnectedComponents(width: 13, height: 1, componentCountMax: 2)
    components.find(in: mask.view)
    #expect(components.found.map(\.area) == [3, 2])
    #expect(components.found[1].bounds.x == 2)
    #expect(components.leftOutCount == 3)
}

@Test func whenLabelsRunOutLaterRunsAreLostAndCounted() {
    let mask = plane([[1, 0, 1, 0, 1, 1], [1, 0, 0, 0, 1, 1]])
    let components = ConnectedComponents(width: 6, height: 2, labelCountMax: 2)
    components.find(in: mask.view)
    #expect(components.found.map(\.area) == [2, 1])
    #expect(components.lostPixelCount == 4)
    components.find(in: plane([[0, 0, 0, 0, 0, 1], [0, 0, 0, 0, 0, 0]]).view)
    #expect(components.count == 1 && components.lostPixelCount == 0)
}
