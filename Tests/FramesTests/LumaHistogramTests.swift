import Frames
import Testing

@Test(arguments: tailWidths)
func everyTailLengthOfTheHistogramMatchesReference(width: Int) {
    let (fast, slow) = (
        UnsafeMutableBufferPointer<UInt32>.allocate(capacity: 256),
        UnsafeMutableBufferPointer<UInt32>.allocate(capacity: 256)
    )
    defer {
        fast.deallocate()
        slow.deallocate()
    }
    fast.initialize(repeating: 7)
    slow.initialize(repeating: 8)
    for content in Picture.Content.allCases {
        let luma = Picture(width, 4, stride: width + 2, content)
        let mask = Picture(width, 4, .sparse)
        for view in [nil, mask.view] {
            LumaHistogram.count(luma.view, within: view, into: fast)
            LumaHistogram.countReference(luma.view, within: view, into: slow)
            #expect(fast.indices.allSatisfy { fast[$0] == slow[$0] })
        }
    }
}

@Test func theHistogramCountsWhatTheMaskShows() {
    let bins = UnsafeMutableBufferPointer<UInt32>.allocate(capacity: 256)
    defer { bins.deallocate() }
    bins.initialize(repeating: 9)
    let mask = plane([[1, 0, 1, 1]])
    LumaHistogram.countReference(plane([[5, 5, 255, 5]]).view, within: mask.view, into: bins)
    #expect(bins[5] == 2 && bins[255] == 1 && bins[0] == 0)
}
