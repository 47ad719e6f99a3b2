import Frames
import Seeds
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

    @Test func aDamagedPictureIsCountedWithItsReasonAndTheNextOneShown() throws {
        let jpegs = try flatPictures(count: 3)
        var chunks = jpegs.map { AVIFile.chunk("00dc", $0) }
        chunks[1] = AVIFile.chunk("00dc", Array(jpegs[1].prefix(jpegs[1].count / 2)))
        chunks.append(AVIFile.chunk("00dc", [1, 2, 3, 4]))
        chunks.append(AVIFile.chunk("00dc", [5, 6, 7, 8]))
        let recording = try open(AVIFile.whole(chunks: chunks))
        #expect(values(try pictures(of: recording)) == [40, 80])
        #expect(recording.counts.damaged == 3)
        let notice = try #require(recording.notices.first)
        #expect(notice.hasPrefix("recording test: 3 damaged pictures were left out: picture 1: "))
        #expect(notice.hasSuffix("; 2 from picture 3 on: no start of a JPEG in it"), "\(notice)")
    }

    @Test func aBrokenFirstPictureIsLeftOutAsAnyOther() throws {
        let jpegs = try flatPictures(count: 3)
        for junk in [[0xA8, 0x0A, 1, 2], Array(jpegs[0].prefix(200)), [0xFF, 0xD8, 0xFF, 0xD9]] {
            let recording = try open(
                AVIFile.whole(chunks: ([junk] + jpegs).map { AVIFile.chunk("00dc", $0) }))
            let shown = try pictures(of: recording)
            #expect(values(shown) == [40, 60, 80])
            #expect(shown.first?.time == .zero + .milliseconds(100))
            #expect(recording.counts.damaged == 1)
        }
    }

    @Test func aRecordingOfWhichNothingCanBeShownIsRefusedWithTheReason() throws {
        let picture = try TestJPEG(isArithmetic: true).bytes()
        let chunks = Array(repeating: AVIFile.chunk("00dc", picture), count: 12)
        do {
            _ = try open(AVIFile.whole(chunks: chunks))
            Issue.record("it opened")
        } catch let error as CameraError {
            #expect(error.kind == .badData)
            #expect(
                error.cause
                    == "not one of its 12 pictures can be shown: "
                    + "12 from picture 0 on: arithmetic-coded pictures are not taken")
        }
    }

    @Test func picturesOfAnotherSizeAreShownAndTold() throws {
        let sizes = try [(64, 48), (128, 96), (128, 96)].map {
            AVIFile.chunk("00dc", try flatPictures(count: 1, width: $0.0, height: $0.1)[0])
        }
        let recording = try open(AVIFile.whole(chunks: sizes))
        #expect(recording.width == 64)
        #expect(try pictures(of: recording).map(\.luma.count) == [64 * 48, 128 * 96, 128 * 96])
        #expect(recording.counts.damaged == 0)
        #expect(
            recording.notices == [
                "recording test: from picture 1 on they have 128×96 instead of 64×48: "
                    + "detectors begin anew there"
            ])
    }

    // MARK: Damage

    @Test func chunksWithoutTheirPaddingAreRead() throws {
        let odd = try flatPictures(count: 4).map { $0.count % 2 == 1 ? $0 : $0 + [0] }
        let chunks = odd.map { Array("00dc".utf8) + AVIFile.little(UInt32($0.count)) + $0 }
        let recording = try open(AVIFile.whole(chunks: chunks))
        #expect(values(try pictures(of: recording)) == [40, 60, 80, 100])
        #expect(recording.notices.isEmpty)
    }

    @Test func aLengthThatIsALieCostsNoOtherPicture() throws {
        let jpegs = try flatPictures(count: 5)
        for stated in [3, 100, 601, 700, 1500, 2001, 60 << 20, UInt32.max] {
            var chunks = jpegs.map { AVIFile.chunk("00dc", $0) }
            chunks[1] = AVIFile.chunk("00dc", jpegs[1], statedCount: stated)
            let recording = try open(AVIFile.whole(chunks: chunks))
            #expect(values(try pictures(of: recording)) == [40, 60, 80, 100, 120], "\(stated)")
            #expect(recording.notices.first?.contains("damaged place") == true)
        }
    }

    @Test func oneWrongByteCostsAtMostItsPicture() throws {
        // All bytes of names and lengths, and each fifth of the pictures.
        let jpeg = TestJPEG.without(0xC4, try TestJPEG(sampling: (2, 2)).bytes())
        let whole = AVIFile.whole(chunks: Array(repeating: AVIFile.chunk("00dc", jpeg), count: 4))
        let start = try #require(
            whole.indices.dropLast(4).first { whole[$0..<$0 + 4].elementsEqual("00dc".utf8) })
        let stride = AVIFile.chunk("00dc", jpeg).count
        for index in 0..<3 * stride where index % stride < 8 || index % 5 == 0 {
            for flip: UInt8 in index % stride < 8 ? [0x01, 0x08, 0x20, 0xFF] : [0xFF] {
                var bytes = whole
                bytes[start + index] ^= flip
                let shown = try pictures(of: open(bytes)).count
                #expect(shown >= 3, "byte \(index) by \(flip)")
            }
        }
    }

    @Test func aHoleInTheFileIsPassedOver() throws {
        let chunks = try flatPictures(count: 6).map { AVIFile.chunk("00dc", $0) }
        let whole = AVIFile.whole(chunks: chunks)
        let hole = chunks[0].count + 300
        let start = try #require(
            whole.indices.dropLast(4).first { whole[$0..<$0 + 4].elementsEqual("00dc".utf8) })
        for length in [50, 600, 1300] {
            var bytes = whole
            bytes.replaceSubrange(
                start + hole..<start + hole + length, with: [UInt8](repeating: 0, count: length))
            let shown = values(try pictures(of: open(bytes)))
            #expect(shown.first == 40 && shown.suffix(2) == [120, 140], "\(shown)")
        }
    }

    @Test func manyLiesCostNoMoreThanTheFilesLength() throws {
        // Each length reaches to the end, so that each picture is read with all that follow.
        let chunk = Array("00dc".utf8) + AVIFile.little(40 << 20) + [0xFF, 0xD8, 0xFF, 0xD9]
        var bytes = AVIFile.whole(chunks: [])
        bytes.replaceSubrange(4..<8, with: AVIFile.little(0))
        bytes += (0..<20_000).flatMap { _ in chunk }
        let said = complaint { _ = try open(bytes) }
        #expect(said?.contains("not one of its 20000 pictures") == true, "\(said ?? "none")")
    }

    @Test func whatTheRecorderDidNotFillInIsFilledIn() throws {
        let jpegs = try flatPictures(count: 2).map { AVIFile.chunk("00dc", $0) }
        // No length of the file, and no rate of the stream: 20 pictures a second in the header.
        var bytes = AVIFile.whole(chunks: jpegs)
        bytes.replaceSubrange(4..<8, with: AVIFile.little(0))
        let common = try #require(
            bytes.indices.dropLast(4).first { bytes[$0..<$0 + 4].elementsEqual("avih".utf8) })
        bytes.replaceSubrange(common + 8..<common + 12, with: AVIFile.little(50_000))
        let stream = try #require(
            bytes.indices.dropLast(4).first { bytes[$0..<$0 + 4].elementsEqual("strh".utf8) })
        for rate in [AVIFile.little(0), AVIFile.little(4_000_000_000)] {
            bytes.replaceSubrange(stream + 32..<stream + 36, with: rate)
            let shown = try pictures(of: open(bytes))
            #expect(shown.map { $0.time.nanoseconds / 1_000_000 } == [0, 50])
        }
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
        let lies: [([UInt8], String)] = [
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
            (AVIFile.whole(chunks: [AVIFile.chunk("00dc", [1, 2])]), "no start of a JPEG in it"),
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
