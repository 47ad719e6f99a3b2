import Frames
import Testing

@Test(arguments: tailWidths)
func everyTailLengthOfTheGradientMatchesReference(width: Int) {
    for height in [1, 2, 3, 5] {
        for content in Picture.Content.allCases {
            let luma = Picture(width, height, stride: width + 2, content)
            let fast = Plane(width: width, height: height)
            let slow = Plane(width: width, height: height, filledWith: 3)
            GradientMap.draw(luma.view, into: fast)
            GradientMap.drawReference(luma.view, into: slow)
            #expect(mismatch(fast, slow) == nil)
        }
    }
}

@Test func theGradientAddsBothDirectionsAndClamps() {
    let luma = plane([[0, 40, 0, 0], [10, 99, 30, 255], [0, 7, 255, 0], [0, 0, 0, 0]])
    let result = Plane(width: 4, height: 4, filledWith: 9)
    GradientMap.drawReference(luma.view, into: result)
    let expected = plane([[0, 0, 0, 0], [0, 53, 255, 0], [0, 255, 37, 0], [0, 0, 0, 0]])
    #expect(mismatch(result, expected) == nil)
}
