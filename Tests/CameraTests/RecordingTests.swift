import Frames
import Linux
import Testing

@testable import Camera

@Suite struct RecordingTests {
    @Test func anEmptyFileIsCalledEmpty() throws {
        let scratch = try Scratch()
        let path = try scratch.file("empty.y4m", [])
        #expect(
            complaint { _ = try Recording.open(path) }
                == "recording \(path): recognise: it is empty")
    }

    @Test func aFileThatIsNotThereIsUnavailable() {
        do {
            _ = try Recording.open("/nonexistent/a.y4m")
            Issue.record("it opened")
        } catch let error as CameraError {
            #expect(error.kind == .unavailable)
            #expect(error.cause == "no such file or directory (ENOENT)")
        } catch {
            Issue.record("\(error)")
        }
    }

    @Test func aFolderIsNoRecording() {
        #expect(
            complaint { _ = try Recording.open("/tmp") }?.contains("not a regular file") == true)
    }

    @Test func pipesDeliverWhatFilesDo() throws {
        let (reading, writing) = try FileDescriptor.pipe()
        let bytes = Array("YUV4MPEG2 W200 H200 Cmono\nFRAME\n".utf8)
        let luma = (0..<40_000).map { UInt8(truncatingIfNeeded: $0 / 3) }
        let whole = bytes + luma + Array("FRAME\n".utf8) + luma
        try Threads.start("feeder") {
            for start in stride(from: 0, to: whole.count, by: 777) {
                try? writing.writeAll(Array(whole[start..<min(start + 777, whole.count)]))
            }
            try? writing.close()
        }
        let recording = try #require(
            try Recording.open(ByteStream(reading, object: "recording pipe")))
        let shown = try pictures(of: recording)
        #expect(shown.count == 2)
        #expect(shown.allSatisfy { $0.luma == luma })
    }

    @Test func aHeaderWithoutPicturesIsRefused() {
        for header in ["YUV4MPEG2 W8 H8 Cmono\n", "YUV4MPEG2 W8 H8 F10:1\n"] {
            let words = complaint { _ = try Recording.open(stream(Array(header.utf8))) }
            #expect(words == "recording test: read: there is no picture in it")
        }
    }

    @Test func aMissingDecoderIsNamedWithWhatToInstall() throws {
        let scratch = try Scratch()
        let file = try FileDescriptor.open(try scratch.file("a.mp4", [1]), .readOnly)
        let words = complaint {
            _ = try FFmpegReader(file, object: "recording a.mp4", program: "nosuch")
        }
        #expect(words?.contains("apt install ffmpeg") == true, "\(words ?? "no error")")
    }

    @Test(.enabled(if: Files.exists("/usr/bin/ffmpeg")))
    func rubbishIsRefusedInTheDecodersWords() throws {
        let scratch = try Scratch()
        let path = try scratch.file("rubbish.mp4", (0..<5000).map { UInt8($0 * 7 % 251) })
        let words = complaint { _ = try Recording.open(path) }
        #expect(words?.hasPrefix("recording \(path): decode through ffmpeg: ") == true)
    }

    @Test(.enabled(if: Files.exists("/usr/bin/ffmpeg")))
    func anotherContainerGoesThroughTheDecoder() throws {
        let scratch = try Scratch()
        let path = scratch.path + "/a.mp4"
        let child = try Child([
            "ffmpeg", "-v", "error", "-nostdin", "-f", "lavfi", "-i",
            "testsrc=size=160x120:rate=10", "-t", "1", "-c:v", "mpeg4", path
        ])
        #expect(try child.wait() == .exited(0))
        let recording = try Recording.open(path)
        #expect(recording.width == 160 && recording.height == 120)
        let shown = try pictures(of: recording)
        #expect(shown.count == 10)
        #expect(
            shown.map { $0.time.nanoseconds / 1_000_000 }
                == Array(stride(from: 0, to: 1000, by: 100)))
        #expect(recording.notices.isEmpty)
    }

    private func ffmpeg(_ arguments: [String]) throws {
        let child = try Child(["ffmpeg", "-v", "error", "-nostdin", "-y"] + arguments)
        #expect(try child.wait() == .exited(0), "\(arguments)")
    }

    @Test(.enabled(if: Files.exists("/usr/bin/ffmpeg")))
    func nothingButTheNamedFileIsOpenedWhateverItSays() throws {
        let scratch = try Scratch()
        let other = scratch.path + "/other.ts"
        try ffmpeg([
            "-f", "lavfi", "-i", "testsrc=size=160x120:rate=10", "-t", "1", "-c:v", "mpeg2video",
            other
        ])
        #expect(try pictures(of: Recording.open(other)).count >= 10)
        var lists: [(String, String)] = []
        for name in ["other.ts", "file:" + other, "subfile,,start,0,end,99999,,:" + other] {
            lists.append(("list.mp4", "ffconcat version 1.0\nfile '\(name)'\n"))
            lists.append(
                (
                    "list.m3u8",
                    "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n\(name)\n#EXT-X-ENDLIST\n"
                ))
            lists.append(
                (
                    "list.mpd",
                    """
                    <?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" \
                    type="static" mediaPresentationDuration="PT1S"><Period>\
                    <AdaptationSet mimeType="video/mp2t"><Representation id="1" bandwidth="9">\
                    <SegmentList><SegmentURL media="\(name)"/></SegmentList>\
                    </Representation></AdaptationSet></Period></MPD>
                    """
                ))
        }
        for (name, list) in lists {
            let path = try scratch.file(name, Array(list.utf8))
            #expect(throws: CameraError.self, "\(list)") { _ = try Recording.open(path) }
        }
    }

    @Test(.enabled(if: Files.exists("/usr/bin/ffmpeg")))
    func aNameIsNeverAnOptionAProtocolOrAPattern() throws {
        let scratch = try Scratch()
        let whole = scratch.path + "/a.mkv"
        try ffmpeg([
            "-f", "lavfi", "-i", "testsrc=size=160x120:rate=10", "-t", "1", "-c:v", "mpeg4", whole
        ])
        let bytes = try Files.read(whole, byteCountMax: 1 << 24)
        for name in ["-i.mkv", "concat:a|b", "http:x.mkv", "fd:", "a%03d.mkv", "a b'\".mkv", "*"] {
            let path = try scratch.file(name, bytes)
            #expect(try pictures(of: Recording.open(path)).count == 10, "\(name)")
        }
    }

    @Test(
        .enabled(if: Files.exists("/usr/bin/ffmpeg")),
        arguments: [
            "yuyv422", "uyvy422", "nv12", "nv21", "yuv440p", "yuv410p", "yuva420p", "gray",
            "yuv420p10le", "yuv422p10be",
            "rgb24", "bgr0", "rgba", "gbrp", "bgra64le"
        ])
    func everyLayoutThatCanBeConvertedIsDecided(layout: String) throws {
        let scratch = try Scratch()
        let path = scratch.path + "/a.nut"
        // A slope from 60 to 187, in luma that every layout holds.
        try ffmpeg([
            "-f", "lavfi", "-i", "color=size=128x96:rate=10", "-frames:v", "2", "-vf",
            "format=gray,geq=lum='60+X',scale=out_range=tv,format=yuv444p,scale=in_range=tv,"
                + "format=\(layout)", "-c:v", "rawvideo", path
        ])
        let shown = try pictures(of: Recording.open(path))
        #expect(shown.count == 2)
        let row = try #require(shown.first).luma[128 * 40..<128 * 41]
        let steps = zip(row, row.dropFirst()).map { Int($1) - Int($0) }
        #expect(steps.allSatisfy { (-3...5).contains($0) }, "\(Array(row))")
        let rise = Int(row.last ?? 0) - Int(row.first ?? 0)
        #expect((95...135).contains(rise), "\(rise)")
    }

    @Test func theFirstMeaningfulWordsOfTheDecoderAreTold() {
        let said = [
            (
                "[cache @ 0x55e6fb780240] Inner protocol failed to seekback end : -38\n"
                    + "    Last message repeated 4 times\n"
                    + "[mov,mp4 @ 0x7f2a] moov atom not found\n"
                    + "cache:pipe:0: Invalid data found when processing input\n",
                "moov atom not found"
            ),
            (
                "fd:: Invalid data found when processing input\n",
                "Invalid data found when processing input"
            ),
            (
                "[out#0 @ 0x5] [y4m @ 0x6] yuv4mpeg can only handle yuv444p\n"
                    + "Error initializing output stream 0:0 -- \n",
                "yuv4mpeg can only handle yuv444p"
            )
        ]
        for (text, words) in said { #expect(Complaints.first(of: text) == words) }
        #expect(Complaints.first(of: "    Last message repeated 2 times\n") == nil)
    }

    @Test func timesNeverOverflow() {
        let rate = FrameRate(checked: 1, per: FrameRate.termMax)
        #expect(rate?.time(of: .max).nanoseconds == .max)
    }
}
