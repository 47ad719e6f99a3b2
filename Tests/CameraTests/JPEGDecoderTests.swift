import CJPEG
import Frames
import Testing

@testable import Camera

/// A picture without edges, which JPEG keeps nearly as it is.
private func smooth(width: Int, height: Int) -> Frame {
    let frame = Frame(width: width, height: height)
    for y in 0..<height {
        for x in 0..<width { frame.luma[x, y] = UInt8(40 + 120 * x / width + 60 * y / height) }
    }
    for y in 0..<frame.chroma.height {
        for x in 0..<frame.chroma.width { frame.chroma[x, y] = x % 2 == 0 ? 100 : 160 }
    }
    return frame
}

@Suite struct JPEGDecoderTests {
    @Test(arguments: [(64, 48), (65, 47), (1, 1), (17, 3), (640, 480), (2, 1000)])
    func whatIsEncodedComesBackNearlyTheSame(width: Int, height: Int) throws {
        let frame = smooth(width: width, height: height)
        let decoded = Frame(width: width, height: height)
        let bytes = try encoded(frame, quality: 95)
        let isWhole = try bytes.withUnsafeBytes {
            try JPEGDecoder().decode($0, denominator: 1, into: decoded)
        }
        #expect(isWhole)
        let worst = zip(samples(of: frame.luma), samples(of: decoded.luma)).map {
            abs(Int($0) - Int($1))
        }.max()
        #expect((worst ?? 0) <= 6)
        let worstChroma = zip(samples(of: frame.chroma), samples(of: decoded.chroma)).map {
            abs(Int($0) - Int($1))
        }.max()
        #expect((worstChroma ?? 0) <= 6)
    }

    @Test(arguments: [1, 2, 4, 8])
    func scalesAreRoundedUpAndKeepTheMean(denominator: Int) throws {
        let frame = smooth(width: 101, height: 77)
        let (width, height) = (
            (101 + denominator - 1) / denominator, (77 + denominator - 1) / denominator
        )
        let decoded = Frame(width: width, height: height)
        let bytes = try encoded(frame, quality: 95)
        let isWhole = try bytes.withUnsafeBytes {
            try JPEGDecoder().decode($0, denominator: denominator, into: decoded)
        }
        #expect(isWhole)
        func mean(_ plane: Plane) -> Int {
            samples(of: plane).reduce(0) { $0 + Int($1) } / (plane.width * plane.height)
        }
        #expect(abs(mean(frame.luma) - mean(decoded.luma)) <= 3)
    }

    @Test func greyPicturesHaveNoColour() throws {
        let decoded = Frame(width: 32, height: 32)
        decoded.chroma.fill(9)
        let bytes = try encoded(smooth(width: 32, height: 32), quality: 90, isGrey: true)
        let isWhole = try bytes.withUnsafeBytes {
            try JPEGDecoder().decode($0, denominator: 1, into: decoded)
        }
        #expect(isWhole)
        #expect(samples(of: decoded.chroma).allSatisfy { $0 == 128 })
    }

    @Test func aHeaderOfABombCostsNothing() throws {
        var bytes = try encoded(smooth(width: 64, height: 48), quality: 80)
        let start = try #require(
            bytes.indices.dropLast().first { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xC0 })
        // Height and width stand three bytes behind the marker's length.
        bytes.replaceSubrange(start + 5..<start + 9, with: [0xFF, 0xDC, 0xFF, 0xDC])
        let decoder = try JPEGDecoder()
        let size = bytes.withUnsafeBytes { decoder.measure($0) }
        #expect(size?.width == 65_500 && size?.height == 65_500)
        let frame = Frame(width: 64, height: 48)
        #expect(!bytes.withUnsafeBytes { decoder.decode($0, denominator: 1, into: frame) })
        #expect(decoder.complaint == "the picture is larger than any camera's")
    }

    @Test func everyCutAndEveryFlippedByteIsSurvived() throws {
        let whole = try encoded(smooth(width: 48, height: 32), quality: 70)
        let decoder = try JPEGDecoder()
        let frame = Frame(width: 48, height: 32)
        for count in 0..<whole.count {
            let isWhole = whole[..<count].withUnsafeBytes {
                decoder.decode($0, denominator: 1, into: frame)
            }
            // Only the two bytes of the end marker may be missing without harm.
            #expect(!isWhole || count >= whole.count - 2)
        }
        for index in whole.indices {
            var bytes = whole
            bytes[index] ^= 0xFF
            _ = bytes.withUnsafeBytes { decoder.decode($0, denominator: 1, into: frame) }
        }
        // And then works as ever.
        #expect(whole.withUnsafeBytes { decoder.decode($0, denominator: 1, into: frame) })
    }

    @Test func aResultThatDoesNotFitIsRefusedWithoutOverrun() throws {
        let codec = try #require(kuzet_jpeg_create())
        defer { kuzet_jpeg_destroy(codec) }
        let frame = smooth(width: 64, height: 48)
        let whole = try encoded(frame, quality: 80)
        for capacity in [1, 100, whole.count - 1, whole.count + 1] {
            var bytes = [UInt8](repeating: 0xAA, count: whole.count + 16)
            var count = 0
            let result = kuzet_jpeg_encode(
                codec, frame.luma.base, frame.luma.stride, frame.chroma.base, frame.chroma.stride,
                64, 48, 80, &bytes, capacity, &count)
            #expect(bytes[capacity...].allSatisfy { $0 == 0xAA })
            if capacity > whole.count {
                #expect(result == 0 && count == whole.count)
                let isSame = Array(bytes[..<count]) == whole
                #expect(isSame)
            } else {
                #expect(result == -1 && count == 0)
                #expect(String(cString: kuzet_jpeg_text(codec)) == "the result does not fit")
            }
        }
    }

    @Test func impossibleWishesAreRefused() throws {
        let codec = try #require(kuzet_jpeg_create())
        defer { kuzet_jpeg_destroy(codec) }
        let luma: [UInt8] = [0]
        func encodes(stride: Int, width: UInt32, height: UInt32, quality: Int32) -> Bool {
            var bytes: [UInt8] = [0]
            var count = 0
            return kuzet_jpeg_encode(
                codec, luma, stride, nil, 0, width, height, quality, &bytes, 1, &count) == 0
        }
        #expect(!encodes(stride: 1, width: 0, height: 1, quality: 80))
        #expect(!encodes(stride: 1, width: 1, height: 1, quality: 101))
        #expect(!encodes(stride: 0, width: 1, height: 1, quality: 80))
        #expect(!encodes(stride: 1 << 40, width: 1 << 20, height: 1, quality: 80))
        func decodes(byteCount: Int, denominator: UInt32) -> Bool {
            var target: [UInt8] = [0]
            return kuzet_jpeg_decode(
                codec, luma, byteCount, denominator, 1, 1, &target, 1, nil, 0) == 0
        }
        #expect(!decodes(byteCount: 1, denominator: 3))
        #expect(!decodes(byteCount: 0, denominator: 1))
    }
}
