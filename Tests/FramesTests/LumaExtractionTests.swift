import Frames
import Testing

@Test(arguments: tailWidths)
func everyWidthOfYUYVMatchesReference(width: Int) {
    for height in [1, 2, 3, 4] {
        let bytes = LumaExtraction.widthInBytes(ofYUYV: width)
        let source = Picture(bytes, height, stride: bytes + 3, .random, seed: UInt64(width))
        let (fast, slow) = (
            Frame(width: width, height: height), Frame(width: width, height: height)
        )
        LumaExtraction.unpack(yuyv: source.view, into: fast)
        LumaExtraction.lumaReference(ofYUYV: source.view, into: slow.luma)
        LumaExtraction.chromaReference(ofYUYV: source.view, into: slow.chroma)
        #expect(mismatch(fast.luma, slow.luma) == nil)
        #expect(mismatch(fast.chroma, slow.chroma) == nil)
    }
}

@Test(arguments: tailWidths)
func everyWidthOfNV12IsCopiedFromAnyStride(width: Int) {
    let chromaWidth = LumaExtraction.widthInBytes(ofNV12Chroma: width)
    let luma = Picture(width, 5, stride: width + 13, .random, seed: 3)
    let chroma = Picture(chromaWidth, 3, stride: chromaWidth + 1, .random, seed: 4)
    let (fast, slow) = (Frame(width: width, height: 5), Frame(width: width, height: 5))
    LumaExtraction.unpack(nv12Luma: luma.view, chroma: chroma.view, into: fast)
    LumaExtraction.copyReference(luma.view, into: slow.luma)
    LumaExtraction.copyReference(chroma.view, into: slow.chroma)
    #expect(mismatch(fast.luma, slow.luma) == nil)
    #expect(mismatch(fast.chroma, slow.chroma) == nil)
}

@Test func yuyvIsLumaAtEvenBytesAndChromaAveragedOverTwoRowsRoundedUp() {
    let source = plane([
        [10, 100, 20, 200, 30, 101, 40, 201],
        [11, 103, 21, 203, 31, 102, 41, 255],
        [12, 7, 22, 8, 32, 9, 42, 11]
    ])
    let frame = Frame(width: 4, height: 3)
    LumaExtraction.lumaReference(ofYUYV: source.view, into: frame.luma)
    LumaExtraction.chromaReference(ofYUYV: source.view, into: frame.chroma)
    let luma = plane([[10, 20, 30, 40], [11, 21, 31, 41], [12, 22, 32, 42]])
    #expect(mismatch(frame.luma, luma) == nil)
    #expect(mismatch(frame.chroma, plane([[102, 202, 102, 228], [7, 8, 9, 11]])) == nil)
}
