import Frames
import Testing

@testable import Camera

private func y4m(_ header: String, pictures: [[UInt8]]) -> [UInt8] {
    Array("YUV4MPEG2 \(header)\n".utf8) + pictures.flatMap { Array("FRAME\n".utf8) + $0 }
}

private func read(_ bytes: [UInt8]) throws -> [Picture] {
    let recording = try #require(try Recording.open(stream(bytes)))
    return try pictures(of: recording)
}

@Suite struct Y4MReaderTests {
    @Test func lumaAndPairedChromaComeOutOf420() throws {
        let luma: [UInt8] = Array(0..<12)
        let pictures = try read(
            y4m("W4 H3 F10:1 C420jpeg", pictures: [luma + [50, 51, 52, 53] + [60, 61, 62, 63]]))
        #expect(pictures.count == 1)
        #expect(pictures[0].luma == luma)
        #expect(pictures[0].chroma == [50, 60, 51, 61, 52, 62, 53, 63])
    }

    /// Spelled out, because Swift 6.0 cannot type a table of sums inside a macro.
    static let layouts: [(String, Int)] = [
        ("420", 6), ("420mpeg2", 6), ("420paldv", 6), ("422", 8), ("444", 12), ("411", 8),
        ("410", 6), ("440", 8), ("mono", 4), ("444alpha", 16), ("420p10", 12), ("422p12", 16),
        ("444p16", 24), ("mono10", 8), ("mono16", 8)
    ]

    @Test(arguments: layouts)
    func everyLayoutTakesExactlyItsBytes(name: String, byteCount: Int) throws {
        let bytes = [UInt8](repeating: 0, count: byteCount)
        let whole = y4m("W2 H2 F25:1 C\(name)", pictures: [bytes, bytes])
        #expect(try read(whole).count == 2)
        #expect(complaint { _ = try read(whole.dropLast()) }?.contains("cut short") == true)
    }

    @Test func theTopEightOfMoreBitsAreKept() throws {
        let samples: [UInt16] = [0x3FF, 0x200, 0x004, 0x003]
        let bytes = samples.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
        let pictures = try read(y4m("W4 H1 Cmono10", pictures: [bytes]))
        #expect(pictures[0].luma == [255, 128, 1, 0])
        #expect(pictures[0].chroma.allSatisfy { $0 == 128 })
    }

    @Test func timesFollowTheStatedRateWithoutDrift() throws {
        let blank: [UInt8] = [0]
        let pictures = try read(
            y4m("W1 H1 F30000:1001 Cmono", pictures: Array(repeating: blank, count: 4)))
        #expect(pictures.map(\.time.nanoseconds) == [0, 33_366_666, 66_733_333, 100_100_000])
        #expect(pictures.map(\.sequence) == [0, 1, 2, 3])
        let hour = try #require(FrameRate(checked: 30000, per: 1001)).time(of: 108_000)
        #expect(hour.nanoseconds == 3_603_600_000_000)
    }

    @Test(arguments: [
        ("W0 H2", "size"), ("W99999 H2", "size"), ("W16384 H16384", "size"), ("H2", "size"),
        ("W-4 H2", "size"), ("W99999999999999999999 H2", "size"), ("W2 H2 F25", "no fraction"),
        ("W2 H2 F0:1", "impossible"), ("W2 H2 F-1:1", "impossible"),
        ("W2 H2 F2000000000:1", "impossible"), ("W2 H2 C421", "unknown"),
        ("W2 H2 C420p99", "unknown"), ("W2 H2 Cmono999999999999999999999", "unknown")
    ])
    func impossibleHeadersAreRefusedByName(header: String, word: String) {
        let words = complaint { _ = try read(y4m(header, pictures: [])) }
        #expect(words?.hasPrefix("recording test: read the Y4M header: ") == true)
        #expect(words?.contains(word) == true, "\(words ?? "no error")")
    }

    @Test func aHeaderWithoutEndIsNotReadForEver() {
        let endless = Array("YUV4MPEG2 ".utf8) + [UInt8](repeating: 65, count: 1 << 20)
        #expect(complaint { _ = try read(endless) }?.contains("more than 4096 bytes") == true)
    }

    @Test func aStrangerBetweenPicturesIsNamedWithItsPlace() {
        let bytes = y4m("W2 H1 Cmono", pictures: [[1, 2]]) + Array("BLAH\n".utf8)
        #expect(
            complaint { _ = try read(bytes) }
                == "recording test: read picture 1: no FRAME before byte 35")
    }

    @Test func anUnknownRateIsTakenAsTwentyFive() throws {
        let pictures = try read(y4m("W1 H1 F0:0 Cmono", pictures: [[0], [0]]))
        #expect(pictures[1].time == .zero + .milliseconds(40))
    }
}
