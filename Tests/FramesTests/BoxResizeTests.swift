import Frames
import Testing

private let sizes: [(from: (Int, Int), to: (Int, Int))] = [
    ((640, 480), (160, 120)), ((640, 480), (320, 240)), ((640, 360), (160, 120)),
    ((37, 29), (16, 12)), ((16, 12), (37, 29)), ((33, 3), (33, 3)), ((1, 1), (5, 4)),
    ((5, 4), (1, 1)), ((48, 30), (16, 10)), ((100, 7), (99, 6)), ((1920, 27), (160, 9))
]

@Test(arguments: sizes.indices)
func everyRatioMatchesReference(index: Int) {
    let (from, to) = sizes[index]
    for content in Picture.Content.allCases {
        expectEqual(from, to, content)
    }
}

@Test(arguments: tailWidths)
func everyTargetWidthOfHalfAndQuarterMatchesReference(width: Int) {
    for height in [1, 3] {
        expectEqual((2 * width, 2 * height), (width, height), .random)
        expectEqual((4 * width, 4 * height), (width, height), .random)
        expectEqual((4 * width, 4 * height), (width, height), .white)
        expectEqual((2 * width, 4 * height), (width, height), .random)
        expectEqual((3 * width, 3 * height), (width, height), .random)
        expectEqual((width, 5), (7, 2), .random)
    }
}

private func expectEqual(_ from: (Int, Int), _ to: (Int, Int), _ content: Picture.Content) {
    let source = Picture(from.0, from.1, stride: from.0 + 5, content, seed: UInt64(from.0))
    let resize = BoxResize(
        fromWidth: from.0, fromHeight: from.1, toWidth: to.0, toHeight: to.1)
    let fast = Plane(width: to.0, height: to.1)
    let slow = Plane(width: to.0, height: to.1, filledWith: 1)
    resize.resize(source.view, into: fast)
    resize.resizeReference(source.view, into: slow)
    #expect(mismatch(fast, slow) == nil)
}

@Test func threePixelsBecomeTwoByAreaAndAHalfRoundsUp() {
    // Output 0 covers pixel 0 and half of pixel 1: (2·10 + 21) / 3 = 13.67; output 1 likewise,
    // (21 + 2·30) / 3 = 27.
    let resize = BoxResize(fromWidth: 3, fromHeight: 1, toWidth: 2, toHeight: 1)
    let target = Plane(width: 2, height: 1)
    resize.resizeReference(plane([[10, 21, 30]]).view, into: target)
    #expect(mismatch(target, plane([[14, 27]])) == nil)

    let halve = BoxResize(fromWidth: 2, fromHeight: 1, toWidth: 1, toHeight: 1)
    let one = Plane(width: 1, height: 1)
    halve.resizeReference(plane([[3, 4]]).view, into: one)
    #expect(one[0, 0] == 4)
}

@Test func growingRepeatsPixelsAndMixesAtTheSeam() {
    let resize = BoxResize(fromWidth: 2, fromHeight: 1, toWidth: 3, toHeight: 2)
    let target = Plane(width: 3, height: 2)
    resize.resizeReference(plane([[10, 21]]).view, into: target)
    #expect(mismatch(target, plane([[10, 16, 21], [10, 16, 21]])) == nil)
}
