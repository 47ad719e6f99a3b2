import CJPEG
import Frames
import Linux
import Seeds
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

/// Decodes at the full size or 1/2, 1/4, 1/8 of it, the smallest that is at least `wanted`.
private func decode(
    _ bytes: [UInt8], _ decoder: JPEGDecoder? = nil, wanted: (Int, Int) = (16_384, 16_384),
    into frame: inout Frame?
) throws -> JPEGDecoder.Outcome {
    let decoder = try decoder ?? JPEGDecoder()
    return bytes.withUnsafeBytes { decoder.decode($0, wanted: wanted, into: &frame) }
}

@Suite struct JPEGDecoderTests {
    @Test(arguments: [(64, 48), (65, 47), (1, 1), (17, 3), (640, 480), (2, 1000)])
    func whatIsEncodedComesBackNearlyTheSame(width: Int, height: Int) throws {
        let frame = smooth(width: width, height: height)
        var shown: Frame?
        #expect(try decode(encoded(frame, quality: 95), into: &shown) == .whole)
        let decoded = try #require(shown)
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
        var shown: Frame?
        let outcome = try decode(
            encoded(frame, quality: 95), wanted: (width, height), into: &shown)
        #expect(outcome == .whole)
        let decoded = try #require(shown)
        #expect(decoded.width == width && decoded.height == height)
        func mean(_ plane: Plane) -> Int {
            samples(of: plane).reduce(0) { $0 + Int($1) } / (plane.width * plane.height)
        }
        #expect(abs(mean(frame.luma) - mean(decoded.luma)) <= 3)
    }

    @Test func greyPicturesHaveNoColour() throws {
        var shown: Frame? = Frame(width: 32, height: 32)
        shown?.chroma.fill(9)
        let bytes = try encoded(smooth(width: 32, height: 32), quality: 90, isGrey: true)
        #expect(try decode(bytes, into: &shown) == .whole)
        #expect(try samples(of: #require(shown).chroma).allSatisfy { $0 == 128 })
    }

    /// The same picture that claims to have another size.
    private func resized(_ bytes: [UInt8], _ size: [UInt8]) throws -> [UInt8] {
        var bytes = bytes
        let start = try #require(
            bytes.indices.dropLast().first {
                bytes[$0] == 0xFF && [0xC0, 0xC2].contains(bytes[$0 + 1])
            })
        // Height and width stand three bytes behind the marker's length.
        bytes.replaceSubrange(start + 5..<start + 9, with: size)
        return bytes
    }

    @Test func aHeaderOfABombCostsNothing() throws {
        let bytes = try resized(
            encoded(smooth(width: 64, height: 48), quality: 80), [0xFF, 0xDC, 0xFF, 0xDC])
        let decoder = try JPEGDecoder()
        let size = bytes.withUnsafeBytes { decoder.measure($0) }
        #expect(size?.width == 65_500 && size?.height == 65_500)
        for (before, words) in [
            (
                nil,
                "the size is 65500×65500; allowed is "
                    + "at most 16384 on a side and 7680×4320 in all"
            ), (Frame(width: 64, height: 48), "the picture is larger than any camera's")
        ] {
            var frame = before
            #expect(try decode(bytes, decoder, into: &frame) == .refused(words))
            #expect(frame === before)
        }
    }

    @Test func everyCutAndEveryFlippedByteIsSurvived() throws {
        let whole = try encoded(smooth(width: 48, height: 32), quality: 70)
        let decoder = try JPEGDecoder()
        var frame: Frame?
        for count in 0..<whole.count {
            let outcome = try decode(Array(whole[..<count]), decoder, into: &frame)
            // Only the two bytes of the end marker may be missing without harm.
            #expect((outcome == .whole) == (count >= whole.count - 2), "\(count)")
        }
        for index in whole.indices {
            var bytes = whole
            bytes[index] ^= 0xFF
            _ = try decode(bytes, decoder, into: &frame)
        }
        // And then works as ever.
        #expect(try decode(whole, decoder, into: &frame) == .whole)
        #expect(frame?.width == 48)
    }

    // MARK: As cameras send them

    private static let kinds: [TestJPEG] = {
        var kinds: [TestJPEG] = []
        for color in TestJPEG.Color.allCases {
            for isProgressive in [false, true] {
                kinds.append(TestJPEG(color: color, width: 65, isProgressive: isProgressive))
                kinds.append(
                    TestJPEG(
                        color: color, height: 47, sampling: (1, 1), isProgressive: isProgressive,
                        restartInterval: 3))
            }
            kinds.append(TestJPEG(color: color, sampling: (2, 1), isApart: true))
        }
        for sampling in [(1, 2), (4, 1), (2, 1), (3, 1), (1, 4)] {
            kinds.append(TestJPEG(width: 97, height: 50, sampling: sampling))
        }
        return kinds
    }()

    private func worst(_ kind: TestJPEG, _ frame: Frame?) throws -> Int {
        let frame = try #require(frame)
        #expect(frame.width == kind.width && frame.height == kind.height)
        return zip(kind.luma, samples(of: frame.luma)).map { abs(Int($0) - Int($1)) }.max() ?? 0
    }

    @Test(arguments: kinds) func everyKindGivesTheSameLuma(kind: TestJPEG) throws {
        var frame: Frame?
        #expect(try decode(kind.bytes(), into: &frame) == .whole)
        #expect(try worst(kind, frame) <= 4)
        let chroma = samples(of: try #require(frame).chroma)
        #expect(chroma.allSatisfy { abs(Int($0) - 128) <= 3 })
    }

    @Test(arguments: kinds) func noKindNeedsItsEndMarkerOrCleanSurroundings(kind: TestJPEG) throws {
        let whole = try kind.bytes()
        var plain: Frame?
        #expect(try decode(whole, into: &plain) == .whole)
        let luma = samples(of: try #require(plain).luma)
        let unended = Array(whole.dropLast(2))
        let start = Array(whole.prefix(2))
        for bytes in [
            unended, unended + [UInt8](repeating: 0, count: 40),
            [0xA8, 0x0A, 0xFF, 0x00, 0x12] + whole, start + whole, start + start + unended,
            whole + [0xFF, 0xD8, 0x00, 0xFF], whole + whole
        ] {
            var frame: Frame?
            #expect(try decode(bytes, into: &frame) == .whole)
            let isSame = samples(of: try #require(frame).luma) == luma
            #expect(isSame)
        }
    }

    @Test(arguments: kinds.filter { $0.isProgressive || $0.isApart })
    func ofSeveralScansNoneMayBeMissing(kind: TestJPEG) throws {
        let segments = TestJPEG.segments(try kind.bytes())
        let scans = segments.indices.filter { segments[$0].marker == 0xDA }
        for scan in scans.dropFirst() {
            // Broken off where a scan would begin: nothing that is there is wrong.
            var frame: Frame?
            let bytes = segments[..<scan].flatMap(\.bytes)
            guard case .refused(let cause) = try decode(bytes, into: &frame) else {
                Issue.record("\(kind) is taken with \(scan) segments")
                continue
            }
            #expect(cause.hasSuffix("missing"), "\(cause)")
        }
    }

    @Test func aPictureBrokenOffBeforeAnotherBeginsIsPassedOver() throws {
        let whole = try TestJPEG().bytes()
        for count in [20, whole.count / 3, whole.count - 30] {
            var frame: Frame?
            // With the size known, and not.
            #expect(try decode(Array(whole[..<count]) + whole, into: &frame) == .whole, "\(count)")
            #expect(try decode(Array(whole[..<count]) + whole, into: &frame) == .whole, "\(count)")
        }
    }

    @Test func aThumbnailIsNeverTakenForThePicture() throws {
        let thumbnail = try TestJPEG(width: 16, height: 16).bytes()
        let whole = try TestJPEG().bytes()
        let count = UInt16(thumbnail.count + 2)
        let note: [UInt8] =
            [0xFF, 0xE1, UInt8(count >> 8), UInt8(count & 0xFF)] + thumbnail
        let noted = whole.prefix(2) + note + whole.dropFirst(2)
        var frame: Frame?
        #expect(try decode(Array(noted), into: &frame) == .whole)
        #expect(frame?.width == 64)
        var broken: Frame?
        let outcome = try decode(Array(noted.dropLast(200)), into: &broken)
        #expect(outcome != .whole && broken == nil)
    }

    @Test func theUsualHuffmanTablesMayBeLeftOut() throws {
        let whole = try TestJPEG(restartInterval: 2).bytes()
        let bare = TestJPEG.without(0xC4, whole)
        #expect(bare.count < whole.count - 400)
        var frame: Frame?
        #expect(try decode(bare, into: &frame) == .whole)
        #expect(try worst(TestJPEG(), frame) <= 4)
    }

    @Test func whatIsNotTakenIsRefusedInWords() throws {
        var twelve = try TestJPEG(color: .grey).bytes()
        let start = try #require(
            twelve.indices.dropLast().first { twelve[$0] == 0xFF && twelve[$0 + 1] == 0xC0 })
        twelve[start + 4] = 12
        let cases = [
            (try TestJPEG(isArithmetic: true).bytes(), "arithmetic"), (twelve, "12"),
            (Array("GIF89a, not a JPEG".utf8), "no start of a JPEG"), ([], "no bytes")
        ]
        for (bytes, words) in cases {
            var frame: Frame?
            guard case .refused(let cause) = try decode(bytes, into: &frame) else {
                Issue.record("\(words) is taken")
                continue
            }
            #expect(cause.contains(words), "\(cause)")
            #expect(frame == nil)
        }
    }

    @Test func aCutInTheLastRowOfBlocksIsShownAsTheRowAboveIt() throws {
        let kind = TestJPEG(width: 128, height: 160)
        let whole = try kind.bytes()
        var plain: Frame?
        var cut: Frame?
        _ = try decode(whole, into: &plain)
        #expect(try decode(Array(whole.dropLast(12)), into: &cut) == .mended)
        let (full, mended) = (try #require(plain).luma, try #require(cut).luma)
        for y in 0..<160 {
            let isSame = (0..<128).allSatisfy { mended[$0, y] == full[$0, min(y, 143)] }
            #expect(isSame, "row \(y)")
        }
        // Half of it is not shown, and of a picture with few rows none may be missing.
        #expect(try decode(Array(whole.prefix(whole.count * 3 / 4)), into: &cut) != .mended)
        let small = try TestJPEG().bytes()
        var frame: Frame?
        guard case .refused = try decode(Array(small.dropLast(12)), into: &frame) else {
            Issue.record("a third of a picture is made up")
            return
        }
    }

    @Test func scansThatRepeatWithoutEndAreRefused() throws {
        let segments = TestJPEG.segments(try TestJPEG(isProgressive: true).bytes())
        let first = try #require(segments.firstIndex { $0.marker == 0xDA })
        func bytes(_ count: Int) -> [UInt8] {
            segments[..<first].flatMap(\.bytes)
                + (0..<count).flatMap { _ in segments[first].bytes }
                + segments[(first + 1)...].flatMap(\.bytes)
        }
        var frame: Frame?
        #expect(
            try decode(bytes(1000), into: &frame) == .refused("more than 64 scans of 64×48"))
        // The larger the picture, the fewer.
        let large = try resized(bytes(40), [0x10, 0x00, 0x10, 0x00])
        guard case .refused(let cause) = try decode(large, wanted: (512, 512), into: &frame) else {
            Issue.record("it is taken")
            return
        }
        #expect(cause.contains("scans of 4096×4096") || cause.contains("emory"), "\(cause)")
    }

    @Test func aProgressiveHeaderTakesNoMemoryThatItsPictureDoesNotNeed() throws {
        let bytes = try resized(
            TestJPEG(sampling: (1, 1), isProgressive: true).bytes(), [0x10, 0xE0, 0x1E, 0x00])
        let before = Process.residentByteCount()
        var frame: Frame?
        guard case .refused = try decode(bytes, wanted: (640, 360), into: &frame) else {
            Issue.record("it is taken")
            return
        }
        // The coefficients of 7680×4320 would take 199 MB.
        #expect(Process.residentByteCount() - before < 96 << 20)
    }

    @Test func anotherSizeGetsAFrameOfItsOwnWhenItIsWhole() throws {
        let decoder = try JPEGDecoder()
        var frame: Frame?
        let small = try TestJPEG().bytes()
        let large = try TestJPEG(width: 256, height: 192).bytes()
        #expect(try decode(small, decoder, wanted: (128, 96), into: &frame) == .whole)
        let first = try #require(frame)
        let broken = try decode(
            Array(large.prefix(large.count / 2)), decoder, wanted: (128, 96), into: &frame)
        #expect(broken != .whole && frame === first)
        #expect(try decode(large, decoder, wanted: (128, 96), into: &frame) == .whole)
        #expect(frame?.width == 128 && decoder.denominator == 2)
        #expect(try decode(small, decoder, wanted: (128, 96), into: &frame) == .whole)
        #expect(frame?.width == 64 && decoder.denominator == 1)
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
