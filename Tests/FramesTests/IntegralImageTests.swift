import Testing

@testable import Frames

@Test(arguments: tailWidths)
func everyTailLengthOfTheIntegralMatchesReference(width: Int) {
    for content in Picture.Content.allCases {
        let luma = Picture(width, 7, stride: width + 3, content)
        let fast = IntegralImage(width: width, height: 7)
        let slow = IntegralImage(width: width, height: 7)
        fast.compute(luma.view)
        slow.computeReference(luma.view)
        #expect(hash(fast) == hash(slow))
    }
}

private func hash(_ image: IntegralImage) -> UInt64 {
    var hash = StableHash()
    image.hash(into: &hash)
    return hash.value
}

@Test func anyRectangleIsTheSumOfItsPixels() {
    let luma = plane([[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 255]])
    let image = IntegralImage(width: 4, height: 3)
    image.computeReference(luma.view)
    let block = Rectangle(x: 1, y: 1, width: 2, height: 2)
    #expect(image.sum(in: block) == 6 + 7 + 10 + 11)
    #expect(image.squareSum(in: block) == 36 + 49 + 100 + 121)
    // (4 · 306 − 34²) / 16 = 4.25
    #expect(image.variance(in: block) == 4)
    #expect(image.sum(in: Rectangle(x: 0, y: 0, width: 4, height: 3)) == 321)
    #expect(image.sum(in: Rectangle(x: 3, y: 2, width: 1, height: 1)) == 255)
    #expect(image.variance(in: Rectangle(x: 2, y: 2, width: 0, height: 1)) == 0)
}

@Test func squaresThatWrapStillGiveEverySmallRectangle() {
    // 300 × 300 · 65 025 is beyond 2³².
    let white = Picture(300, 300, .white)
    let image = IntegralImage(width: 300, height: 300)
    image.compute(white.view)
    let corner = Rectangle(x: 100, y: 44, width: 200, height: 256)
    #expect(image.squareSum(in: corner) == 200 * 256 * 65_025)
    #expect(image.variance(in: corner) == 0)
}
