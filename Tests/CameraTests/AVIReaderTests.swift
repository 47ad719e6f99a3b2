import Frames
import Testing

@testable import Camera

@Suite struct AVIReaderTests {
    private func open(_ bytes: [UInt8]) throws -> Recording {
        try #require(try Recording.open(stream(bytes)))
    }

    private func values(_ pictures: [Picture]) -> [UInt8] { pictures.map { $0.luma[100] } }

    @Test func picturesComeInOrderWithTheirTimes() throws {
        let chunks = try flatPictures(count: 3).map { AVIFile.chunk("00dc", $0) }
        let recording = try open(AVIFile.whole(chunks: chunks))
        #expect(recording.width == 64 && recording.height == 48)
        let shown = try pictures(of: recording)
        #expect(values(shown) == [40, 60, 80])
        #expect(shown.map { $0.time.nanoseconds / 1_000_000 } == [0, 100, 200])
        #expect(recording.notices.isEmpty)
    }

    @Test func soundGroupsAndTheNextPartAreReadPast() throws {
        let jpegs = try flatPictures(count: 3)
        let bytes =
            AVIFile.whole(
                streams: [AVIFile.stream(kind: "auds", codec: "\0\0\0\0"), AVIFile.stream()],
                chunks: [
                    AVIFile.chunk("00wb", [1, 2, 3]), AVIFile.chunk("01dc", jpegs[0]),
                    AVIFile.list(
                        "rec ", AVIFile.chunk("01dc", jpegs[1]) + AVIFile.chunk("00wb", [9]))
                ])
            + AVIFile.list(
                "AVIX", AVIFile.list("movi", AVIFile.chunk("01db", jpegs[2])), in: "RIFF")
        let shown = try Recording.open(stream(bytes)).map { try pictures(of: $0) }
        #expect(shown.map(values) == [40, 60, 80])
    }

    @Test func aDroppedPictureKeepsItsTime() throws {
        let two = try flatPictures(count: 2)
        let chunks = [
            AVIFile.chunk("00dc", two[0]), AVIFile.chunk("00dc", []), AVIFile.chunk("00dc", two[1])
        ]
        let shown = try pictures(of: open(AVIFile.whole(chunks: chunks)))
        #expect(shown.map { $0.time.nanoseconds / 1_000_000 } == [0, 200])
    }

    @Test func aDamagedPictureIsCountedAndTheNextOneShown() throws {
        let jpegs = try flatPictures(count: 3)
        var chunks = jpegs.map { AVIFile.chunk("00dc", $0) }
        chunks[1] = AVIFile.chunk("00dc", Array(jpegs[1].prefix(jpegs[1].count / 2)))
        chunks.append(AVIFile.chunk("00dc", [1, 2, 3]))
        chunks.append(
            AVIFile.chunk("00dc", try flatPictures(count: 1, width: 128, height: 96)[0]))
        let recording = try open(AVIFile.whole(chunks: chunks))
        #expect(values(try pictures(of: recording)) == [40, 80])
        #expect(recording.counts.damaged == 3)
    }

    @Test func aTailThatWasCutOffIsTold() throws {
        let chunks = try flatPictures(count: 2).map { AVIFile.chunk("00dc", $0) }
        let whole = AVIFile.whole(chunks: chunks)
        let recording = try open(Array(whole.dropLast(24 + 100)))
        #expect(try pictures(of: recording).count == 1)
        #expect(recording.notices.first?.contains("cut short at byte") == true)
    }

    @Test func anotherCodecIsLeftToOthers() throws {
        let bytes = AVIFile.whole(streams: [AVIFile.stream(codec: "H264")], chunks: [])
        #expect(try Recording.open(stream(bytes)) == nil)
    }

    @Test func liesAboutLengthsCostNoMemory() throws {
        let jpeg = try flatPictures(count: 1)[0]
        let lies: [([UInt8], String)] = [
            (
                AVIFile.whole(chunks: [AVIFile.chunk("00dc", jpeg, statedCount: .max)]),
                "4294967295 bytes"
            ),
            (
                AVIFile.whole(chunks: [AVIFile.chunk("00dc", jpeg, statedCount: 60 << 20)]),
                "there is no picture"
            ),
            (
                AVIFile.whole(
                    streams: [AVIFile.list("strl", AVIFile.chunk("strh", [], statedCount: .max))],
                    chunks: []), "a stream header of 4294967295 bytes"
            ),
            (
                AVIFile.whole(
                    streams: Array(repeating: AVIFile.stream(codec: "H264"), count: 17), chunks: []),
                "more than 16 streams"
            ),
            (AVIFile.whole(chunks: [AVIFile.chunk("00dc", [1, 2])]), "it is no JPEG"),
            (AVIFile.whole(chunks: []), "there is no picture"),
            (Array(AVIFile.whole(chunks: []).prefix(40)), "cut short")
        ]
        for (bytes, words) in lies {
            let said = complaint { _ = try open(bytes) }
            #expect(said?.contains(words) == true, "\(said ?? "no error")")
        }
    }

    @Test func largePicturesAreDecodedNoLargerThanDetectorsLook() throws {
        let chunk = AVIFile.chunk(
            "00dc", try flatPictures(count: 1, width: 1920, height: 1080)[0])
        let recording = try open(AVIFile.whole(chunks: [chunk]))
        #expect(recording.width == 960 && recording.height == 540)
        #expect(try pictures(of: recording).count == 1)
    }
}
