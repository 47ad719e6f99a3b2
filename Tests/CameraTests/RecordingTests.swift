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
        #expect(complaint { _ = try Recording.open("/tmp") }?.contains("it is a folder") == true)
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

    @Test func aMissingDecoderIsNamedWithWhatToInstall() {
        let words = complaint {
            _ = try FFmpegReader(path: "/tmp/a.mp4", object: "recording a.mp4", program: "nosuch")
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

    @Test func timesNeverOverflow() {
        let rate = FrameRate(checked: 1, per: FrameRate.termMax)
        #expect(rate?.time(of: .max).nanoseconds == .max)
    }
}
