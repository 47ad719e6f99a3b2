import Frames
import Testing

@Test(arguments: tailWidths)
func everyTailLengthOfTheDifferenceMatchesReference(width: Int) {
    for threshold: UInt8 in [0, 1, 25, 254, 255] {
        for content in Picture.Content.allCases {
            let a = Picture(width, 3, stride: width + 1, content, seed: 5)
            let b = Picture(width, 3, stride: width + 4, .random, seed: 6)
            let mask = Picture(width, 3, .sparse, seed: UInt64(threshold))
            for view in [nil, mask.view] {
                let (fast, slow) = (Plane(width: width, height: 3), Plane(width: width, height: 3))
                let counts = (
                    MaskedDifference.differ(
                        a.view, b.view, by: threshold, within: view, into: fast),
                    MaskedDifference.differReference(
                        a.view, b.view, by: threshold, within: view, into: slow)
                )
                #expect(counts.0 == counts.1)
                #expect(mismatch(fast, slow) == nil)
            }
        }
    }
}

@Test(arguments: tailWidths)
func everyTailLengthOfAnAbsoluteDifferenceMatchesReference(width: Int) {
    for content in Picture.Content.allCases {
        let a = Picture(width, 3, stride: width + 1, content, seed: 5)
        let b = Picture(width, 3, stride: width + 4, .random, seed: 6)
        let (fast, slow) = (Plane(width: width, height: 3), Plane(width: width, height: 3))
        AbsoluteDifference.differ(a.view, b.view, into: fast)
        AbsoluteDifference.differReference(a.view, b.view, into: slow)
        #expect(mismatch(fast, slow) == nil)
    }
}

@Test(arguments: tailWidths + [4_079, 4_080, 4_081, 8_200])
func everyTailLengthOfACountMatchesReference(width: Int) {
    for content in Picture.Content.allCases {
        let mask = Picture(width, 2, stride: width + 9, content, seed: 8)
        let zone = Picture(width, 2, .sparse, seed: 9)
        #expect(MaskCount.count(mask.view) == MaskCount.countReference(mask.view))
        #expect(
            MaskCount.count(mask.view, within: zone.view)
                == MaskCount.countReference(mask.view, within: zone.view))
    }
}

@Test func onlyMoreThanTheThresholdCountsAndOnlyWithinTheMask() {
    let (a, b) = (plane([[10, 10, 200, 200]]), plane([[20, 21, 189, 189]]))
    let result = Plane(width: 4, height: 1)
    let mask = plane([[1, 1, 255, 0]])
    let count = MaskedDifference.differReference(
        a.view, b.view, by: 10, within: mask.view, into: result)
    #expect(count == 2)
    #expect(mismatch(result, plane([[0, 255, 255, 0]])) == nil)
    #expect(MaskCount.countReference(result.view) == 2)
    #expect(MaskCount.countReference(result.view, within: plane([[9, 9, 0, 9]]).view) == 1)
}
