import Frames
import Linux
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

    @Test func timeNeverRunsBack() throws {
        let jpegs = try flatPictures(count: 2)
        let clusters = [
            MatroskaFile.cluster(milliseconds: 900, [MatroskaFile.block(jpegs[0])]),
            MatroskaFile.cluster(milliseconds: 100, [MatroskaFile.block(jpegs[1])])
        ]
        #expect(
            times(try pictures(of: open(MatroskaFile.whole(clusters: clusters)))) == [900, 900])
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
        for cut in [1, jpegs[2].count / 2, jpegs[2].count + 5] {
            let recording = try open(Array(whole.dropLast(cut)))
            #expect(try pictures(of: recording).count == 2)
            #expect(recording.notices.first?.contains("cut short at byte") == true, "\(cut)")
        }
    }

    @Test func damageIsAnErrorWithItsPlace() throws {
        let jpeg = try flatPictures(count: 1)[0]
        let header = MatroskaFile.whole(clusters: [])
        let cases: [([UInt8], String)] = [
            (
                MatroskaFile.whole(
                    clusters: [MatroskaFile.cluster(milliseconds: 0, [MatroskaFile.block(jpeg)])],
                    isOfUnknownLength: true) + [0, 0, 0, 0], "no element starts at byte"
            ),
            (
                MatroskaFile.whole(
                    tracks: Array(repeating: MatroskaFile.track(codec: "x"), count: 33),
                    clusters: []), "more than 32 tracks"
            ),
            (Array(header.prefix(20)), "cut short"),
            (
                MatroskaFile.whole(
                    clusters: [MatroskaFile.cluster(milliseconds: 0, [[0xA3, 0x83, 1, 2, 3]])]),
                "a block without a length"
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
        let other = try pictures(
            of: Recording(try FFmpegReader(path: path, object: "recording a")))
        #expect(own.count == 10)
        #expect(times(own) == times(other))
        let worst = zip(own, other).map { pair in
            zip(pair.0.luma, pair.1.luma).map { abs(Int($0) - Int($1)) }.max() ?? 0
        }.max()
        #expect((worst ?? 255) <= 2, "two decoders differ by rounding only")
    }
}
