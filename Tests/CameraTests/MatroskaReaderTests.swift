import Frames
import Linux
import Seeds
import Testing

@testable import Camera

@Suite struct MatroskaReaderTests {
    private func open(_ bytes: [UInt8]) throws -> Recording {
        try #require(try Recording.open(stream(bytes)))
    }

    private func values(_ pictures: [Picture]) -> [UInt8] { pictures.map { $0.luma[100] } }
    private func times(_ pictures: [Picture]) -> [Int64] {
        pictures.map { $0.time.nanoseconds / 1_000_000 }
    }

    @Test(arguments: [false, true])
    func picturesComeInOrderWithTheirTimes(isLive: Bool) throws {
        let jpegs = try flatPictures(count: 3)
        let recording = try open(
            MatroskaFile.whole(
                tracks: [MatroskaFile.track(), MatroskaFile.track(number: 2, kind: 2)],
                clusters: [
                    MatroskaFile.cluster(
                        milliseconds: 0,
                        [
                            MatroskaFile.block(jpegs[0]),
                            MatroskaFile.block([1, 2], track: 2),
                            MatroskaFile.block(jpegs[1], milliseconds: 33)
                        ], isOfUnknownLength: isLive),
                    MatroskaFile.cluster(
                        milliseconds: 500, [MatroskaFile.block(jpegs[2], milliseconds: -100)],
                        isOfUnknownLength: isLive)
                ], isOfUnknownLength: isLive))
        let shown = try pictures(of: recording)
        #expect(values(shown) == [40, 60, 80])
        #expect(times(shown) == [0, 33, 400])
        #expect(recording.notices.isEmpty)
    }

    private func cluster(_ milliseconds: UInt16, _ jpegs: [[UInt8]]) -> [UInt8] {
        MatroskaFile.cluster(milliseconds: milliseconds, jpegs.map { MatroskaFile.block($0) })
    }

    @Test func smallStepsBackAreWaitedOutAndLargeOnesAreTold() throws {
        let jpegs = try flatPictures(count: 6)
        let stated: [UInt16] = [9000, 9100, 9060, 9200, 400, 500]
        let recording = try open(
            MatroskaFile.whole(clusters: zip(stated, jpegs).map { cluster($0, [$1]) }))
        #expect(times(try pictures(of: recording)) == [9000, 9100, 9100, 9200, 400, 500])
        #expect(
            recording.notices == [
                "recording test: times go back at picture 4 of those shown, "
                    + "from 9.200 s to 0.400 s: taken as a pause of unknown length"
            ])
    }

    @Test(arguments: [0x02, 0x04, 0x06] as [UInt8])
    func severalPicturesInOneBlockAreAllShown(lacing: UInt8) throws {
        let jpegs = try flatPictures(count: 4)
            .map { lacing == 0x04 ? $0 + [UInt8](repeating: 0, count: 900 - $0.count) : $0 }
        var lace: [UInt8] = [3]
        switch lacing {
        case 0x02:
            for jpeg in jpegs.dropLast() {
                lace += [UInt8](repeating: 255, count: jpeg.count / 255)
                lace.append(UInt8(jpeg.count % 255))
            }
        case 0x06:
            // Lengths of two bytes; differences, of which 0x1FFF is zero.
            lace += [0x40 | UInt8(jpegs[0].count >> 8), UInt8(jpegs[0].count & 0xFF)]
            for (before, jpeg) in zip(jpegs, jpegs.dropFirst().dropLast()) {
                let number = 0x4000 + 0x1FFF + jpeg.count - before.count
                lace += [UInt8(number >> 8), UInt8(number & 0xFF)]
            }
        default: break
        }
        let block = MatroskaFile.block(
            lace + jpegs.flatMap { $0 }, milliseconds: 5, flags: 0x80 | lacing)
        // 40 ms a picture.
        let track = MatroskaFile.track(
            extra: MatroskaFile.element(0x23E383, [0x02, 0x62, 0x5A, 0x00]))
        let recording = try open(
            MatroskaFile.whole(
                tracks: [track],
                clusters: [
                    MatroskaFile.cluster(
                        milliseconds: 100, [block, MatroskaFile.block(jpegs[0], milliseconds: 300)])
                ]))
        let shown = try pictures(of: recording)
        #expect(values(shown) == [40, 60, 80, 100, 40])
        #expect(times(shown) == [105, 145, 185, 225, 400])
        #expect(recording.notices.isEmpty)
    }

    @Test func checksumsGapsGroupsAndASecondFileBehindTheFirstAreReadPast() throws {
        let jpegs = try flatPictures(count: 3)
        let void = MatroskaFile.element(0xEC, [1, 2, 3])
        let sum = MatroskaFile.element(0xBF, [1, 2, 3, 4])
        let block = MatroskaFile.block(jpegs[1], milliseconds: 40)
        let group = MatroskaFile.element(
            0xA0, [0xA1] + block.dropFirst() + MatroskaFile.element(0x9B, [40]))
        let clusters = [
            void + MatroskaFile.cluster(milliseconds: 0, [sum, MatroskaFile.block(jpegs[0]), group])
        ]
        let recording = try open(
            MatroskaFile.whole(clusters: clusters)
                + MatroskaFile.whole(clusters: [cluster(2000, [jpegs[2]])]))
        let shown = try pictures(of: recording)
        #expect(values(shown) == [40, 60, 80])
        #expect(times(shown) == [0, 40, 2000])
        #expect(recording.notices.isEmpty)
    }

    @Test(arguments: [false, true])
    func oneWrongByteCostsAtMostItsPicture(isLive: Bool) throws {
        // All bytes of names and lengths, and each fifth of the pictures.
        let jpeg = TestJPEG.without(0xC4, try TestJPEG(sampling: (2, 2)).bytes())
        let block = MatroskaFile.block(jpeg)
        let whole = MatroskaFile.whole(
            clusters: [
                MatroskaFile.cluster(
                    milliseconds: 0, Array(repeating: block, count: 4), isOfUnknownLength: isLive)
            ], isOfUnknownLength: isLive)
        let start = whole.count - 4 * block.count
        for index in 0..<3 * block.count where index % block.count < 10 || index % 5 == 0 {
            for flip: UInt8 in index % block.count < 10 ? [0x01, 0x08, 0x20, 0xFF] : [0xFF] {
                var bytes = whole
                bytes[start + index] ^= flip
                let shown = (try? pictures(of: open(bytes)).count) ?? 0
                #expect(shown >= 3, "byte \(index) by \(flip)")
            }
        }
    }

    @Test func otherContainersOfTheSamePicturesShowTheSameAtTheSameTimes() throws {
        let jpegs = try (0..<8).map {
            try encoded(patterned(width: 64, height: 48, seed: $0), quality: 80)
        }
        let avi = try pictures(
            of: open(AVIFile.whole(chunks: jpegs.map { AVIFile.chunk("00dc", $0) })))
        let blocks = jpegs.indices.map {
            MatroskaFile.block(jpegs[$0], milliseconds: Int16(100 * $0))
        }
        let matroska = try pictures(
            of: open(
                MatroskaFile.whole(
                    clusters: [MatroskaFile.cluster(milliseconds: 0, blocks)])))
        let y4m = try pictures(
            of: open(
                Array("YUV4MPEG2 W64 H48 F10:1 Cmono\n".utf8)
                    + avi.flatMap { Array("FRAME\n".utf8) + $0.luma }))
        #expect(avi == matroska)
        #expect(avi.map(\.luma) == y4m.map(\.luma) && avi.map(\.time) == y4m.map(\.time))
    }

    @Test func bytesTakenOffEveryPictureAreGivenBack() throws {
        let jpegs = try flatPictures(count: 2)
        let stripped = MatroskaFile.element(
            0x6D80,
            MatroskaFile.element(
                0x6240,
                MatroskaFile.element(
                    0x5034,
                    MatroskaFile.element(0x4254, [3])
                        + MatroskaFile.element(0x4255, Array(jpegs[0][..<4])))))
        let recording = try open(
            MatroskaFile.whole(
                tracks: [MatroskaFile.track(extra: stripped)],
                clusters: [
                    MatroskaFile.cluster(
                        milliseconds: 0, jpegs.map { MatroskaFile.block(Array($0.dropFirst(4))) })
                ]))
        #expect(values(try pictures(of: recording)) == [40, 60])
    }

    @Test func compressedAndOtherTracksAreLeftToOthers() throws {
        let compressed = MatroskaFile.element(
            0x6D80, MatroskaFile.element(0x6240, MatroskaFile.element(0x5034, [])))
        for track in [
            MatroskaFile.track(codec: "V_MPEG4/ISO/AVC"), MatroskaFile.track(kind: 2),
            MatroskaFile.track(extra: compressed)
        ] {
            let bytes = MatroskaFile.whole(
                tracks: [track], clusters: [MatroskaFile.cluster(milliseconds: 0, [])])
            #expect(try Recording.open(stream(bytes)) == nil)
        }
    }

    @Test func aTailThatWasCutOffIsTold() throws {
        let jpegs = try flatPictures(count: 3)
        let whole = MatroskaFile.whole(
            clusters: [MatroskaFile.cluster(milliseconds: 0, jpegs.map { MatroskaFile.block($0) })],
            isOfUnknownLength: true)
        for cut in [1, jpegs[2].count / 2] + (1...9).map({ jpegs[2].count + $0 }) {
            let recording = try open(Array(whole.dropLast(cut)))
            #expect(try pictures(of: recording).count == 2)
            #expect(recording.notices.first?.contains("cut short at byte") == true, "\(cut)")
        }
    }

    @Test func damageBehindThePicturesIsTold() throws {
        let whole = MatroskaFile.whole(
            clusters: [cluster(0, try flatPictures(count: 1))], isOfUnknownLength: true)
        let recording = try open(whole + [UInt8](repeating: 0, count: 20))
        #expect(try pictures(of: recording).count == 1)
        #expect(
            recording.notices == [
                "recording test: 1 damaged place was passed over, at byte \(whole.count)"
            ])
    }

    @Test func headersThatCannotBeReadAreErrorsWithTheirPlace() throws {
        let header = MatroskaFile.whole(clusters: [])
        let cases: [([UInt8], String)] = [
            (
                MatroskaFile.whole(
                    tracks: Array(repeating: MatroskaFile.track(codec: "x"), count: 33),
                    clusters: []), "more than 32 tracks"
            ),
            (Array(header.prefix(20)), "cut short"),
            (
                MatroskaFile.whole(
                    clusters: [MatroskaFile.cluster(milliseconds: 0, [[0xA3, 0x83, 1, 2, 3]])]),
                "there is no picture in it; 1 damaged place was passed over, at byte"
            )
        ]
        for (bytes, words) in cases {
            let said = complaint { _ = try pictures(of: open(bytes)) }
            #expect(said?.contains(words) == true, "\(said ?? "no error")")
        }
    }

    @Test(.enabled(if: Files.exists("/usr/bin/ffmpeg")), arguments: ["avi", "mkv"])
    func whatAnotherProgramWritesIsRead(container: String) throws {
        let scratch = try Scratch()
        let path = scratch.path + "/a." + container
        let child = try Child([
            "ffmpeg", "-v", "error", "-nostdin", "-f", "lavfi", "-i",
            "testsrc=size=320x240:rate=10", "-t", "1",
            "-pix_fmt", "yuvj420p", "-c:v", "mjpeg", "-q:v", "2", path
        ])
        #expect(try child.wait() == .exited(0))
        let bytes = try Files.read(path, byteCountMax: 1 << 24)
        let own = try pictures(of: open(bytes))
        let file = try FileDescriptor.open(path, .readOnly)
        let other = try pictures(of: Recording(FFmpegReader(file, object: "recording a")))
        #expect(own.count == 10)
        #expect(times(own) == times(other))
        let worst = zip(own, other).map { pair in
            zip(pair.0.luma, pair.1.luma).map { abs(Int($0) - Int($1)) }.max() ?? 0
        }.max()
        #expect((worst ?? 255) <= 2, "two decoders differ by rounding only")
    }
}
