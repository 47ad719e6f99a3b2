import Frames
import Linux
import Testing

@testable import Camera

@Suite struct KuzetRecordingTests {
    private func written(_ frames: [Frame]) throws -> [UInt8] {
        let scratch = try Scratch()
        let path = scratch.path + "/a.kzr"
        let writer = try KuzetWriter(path: path, width: frames[0].width, height: frames[0].height)
        for frame in frames { try writer.append(frame) }
        try writer.finish()
        return try Files.read(path, byteCountMax: 1 << 24)
    }

    private func open(_ bytes: [UInt8]) throws -> Recording {
        try #require(try Recording.open(stream(bytes)))
    }

    @Test(arguments: [(64, 48), (65, 47), (1, 1), (640, 480)])
    func whatIsWrittenComesBackBitForBit(width: Int, height: Int) throws {
        let frames = (0..<3).map {
            patterned(width: width, height: height, seed: $0 + 7, isGrey: $0 == 1)
        }
        frames[2].capturedAt = Instant(nanoseconds: .max)
        let recording = try open(try written(frames))
        #expect(try pictures(of: recording) == frames.map(Picture.init))
        #expect(recording.counts.delivered == 3)
        #expect(recording.notices.isEmpty)
    }

    @Test func greyPicturesTakeNoRoomForColour() throws {
        let grey = try written([patterned(width: 64, height: 48, seed: 1, isGrey: true)])
        #expect(grey.count == 24 + 20 + 64 * 48 + 4)
    }

    @Test func aTailThatWasCutOffIsToldAndCostsOnlyTheLastPicture() throws {
        let whole = try written((0..<3).map { patterned(width: 16, height: 8, seed: $0) })
        for cut in [1, 4, 5, 100, 200] {
            let recording = try open(Array(whole.dropLast(cut)))
            #expect(try pictures(of: recording).count == 2)
            #expect(recording.notices.count == 1)
            #expect(recording.notices.first?.contains("the 2 pictures before it are whole") == true)
        }
    }

    @Test func oneWrongBitAnywhereInAPictureKeepsItFromBeingShown() throws {
        let whole = try written((0..<2).map { patterned(width: 16, height: 8, seed: $0) })
        let first = 24
        for offset in [first + 5, first + 9, first + 20, first + 100, first + 20 + 192] {
            var bytes = whole
            bytes[offset] ^= 1
            let recording = try open(bytes)
            #expect(try pictures(of: recording).map(\.sequence) == [1])
            #expect(recording.counts.damaged == 1)
            #expect(
                recording.notices == [
                    "recording test: 1 damaged pictures were left out: "
                        + "picture 0: its checksum is wrong"
                ])
        }
    }

    @Test func aPictureThatDoesNotStartWhereItMustEndsTheReading() throws {
        var bytes = try written([patterned(width: 16, height: 8, seed: 0)])
        bytes[24] ^= 1
        #expect(
            complaint { _ = try pictures(of: open(bytes)) }
                == "recording test: read picture 0: no picture starts at byte 24; "
                + "the file is damaged")
    }

    @Test func anAbsurdSizeIsRefusedBeforeMemoryIsTaken() throws {
        var header = Array("KUZETREC".utf8)
        header.append(littleEndian: UInt16(1))
        header.append(littleEndian: UInt16(0))
        header.append(littleEndian: UInt32.max)
        header.append(littleEndian: UInt32.max)
        var sum = Checksum()
        header.withUnsafeBytes { sum.add($0) }
        header.append(littleEndian: sum.value)
        #expect(complaint { _ = try open(header) }?.contains("4294967295×4294967295") == true)
    }

    @Test func aNewerVersionIsToldApart() throws {
        var bytes = try written([patterned(width: 2, height: 2, seed: 0)])
        bytes[8] = 2
        var sum = Checksum()
        bytes[..<20].withUnsafeBytes { sum.add($0) }
        bytes.replaceSubrange(
            20..<24, with: withUnsafeBytes(of: sum.value.littleEndian, Array.init))
        #expect(complaint { _ = try open(bytes) }?.contains("it has version 2") == true)
    }

    @Test func anotherSizeThanTheHeadersIsNotAppended() throws {
        let scratch = try Scratch()
        let writer = try KuzetWriter(path: scratch.path + "/a.kzr", width: 4, height: 4)
        let frame = patterned(width: 8, height: 4, seed: 0)
        #expect(complaint { try writer.append(frame) }?.contains("8×4, the recording 4×4") == true)
    }

    @Test func checksumIsTheOneOfTheStandard() {
        var sum = Checksum()
        Array("123456789".utf8).withUnsafeBytes { sum.add($0) }
        #expect(sum.value == 0xCBF4_3926)
    }
}
