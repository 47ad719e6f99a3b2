import Camera
import Frames
import Linux
import Simulation
import Station
import Testing
import Text

@testable import Workbench

/// Pictures of given sizes, ten a second.
private final class Sizes: FrameSource {
    let counts = FrameCounts()
    private var sizes: [(Int, Int)]
    private var time = Instant.zero

    init(_ sizes: [(Int, Int)]) {
        self.sizes = sizes
    }

    func next(timeout: Interval) -> FrameEvent {
        guard !sizes.isEmpty else { return .ended }
        let (width, height) = sizes.removeFirst()
        let frame = Frame(width: width, height: height)
        frame.capturedAt = time
        time = time + .milliseconds(100)
        return .frame(frame)
    }
}

@Suite struct ReplayRunTests {
    @Test func picturesTooSmallToDecideAreLeftOutAndTold() throws {
        let replayed = ReplayRun()
        try replayed.run(
            Sizes([(160, 120), (16, 16), (160, 120), (32, 32)]), detection: .standard)
        #expect(replayed.frameCount == 2)
        #expect(
            replayed.notices == [
                "picture 1: decide: pictures of 16×16 are too small: ask for 64×48 or more; "
                    + "such pictures were left out"
            ])
        #expect(throws: CameraError.self) {
            try ReplayRun().run(Sizes([(16, 16), (32, 32)]), detection: .standard)
        }
    }

    @Test func aSizeThatChangesIsDecidedOn() throws {
        let replayed = ReplayRun()
        try replayed.run(
            Sizes(Array(repeating: (64, 48), count: 3) + [(128, 96), (128, 96)]),
            detection: .standard)
        #expect(replayed.frameCount == 5)
    }

    @Test func whatAPersonShouldKnowStandsInTheLastLineAndOnlyThen() throws {
        let path = "/tmp/kuzet-replay-\(Process.pid)-\(UInt64.random(in: 0...UInt64.max)).kzr"
        defer { try? Files.remove(path) }
        let writer = try KuzetWriter(path: path, width: 64, height: 48)
        for _ in 0..<3 { try writer.append(Frame(width: 64, height: 48)) }
        try writer.finish()
        func lastLine() throws -> String {
            let replayed = ReplayRun()
            try replayed.run(try Recording.open(path), detection: .standard)
            return try #require(
                replayed.report(isJSON: true).split(separator: "\n").last.map(String.init))
        }
        #expect(try lastLine().hasSuffix("\"}") && !lastLine().contains("notices"))
        // Three pictures at one time: one look of each network.
        #expect(
            try lastLine().hasPrefix(
                "{\"frames\":3,\"incidents\":0,\"looks\":{\"people\":{\"begun\":1,\"skipped\":0},"
                    + "\"crowd\":{\"begun\":1,\"skipped\":0}},\"digest\":\""))
        var bytes = try Files.read(path, byteCountMax: 1 << 20)
        bytes[100] ^= 1
        try Files.replace(path, with: bytes)
        #expect(
            try lastLine().hasSuffix(
                ",\"notices\":[\"recording \(path): 1 damaged pictures were left out: "
                    + "picture 0: its checksum is wrong\"]}"))
    }

    @Test func drawingAPageChangesNothingThatIsDecided() throws {
        func replayed(_ title: String?) throws -> ReplayRun {
            let run = ReplayRun(plotting: title)
            try run.run(
                VenueCamera(
                    width: 160, height: 120, framesPerSecond: 5,
                    script: .scene(.crowd, seconds: 4, seed: 3, on: .room), seed: 3),
                detection: .standard)
            return run
        }
        let (plain, drawn) = (try replayed(nil), try replayed("<&>"))
        #expect(plain.digest == drawn.digest && plain.page() == nil)
        #expect(plain.report(isJSON: false).contains("\nlooks: people ") || plain.incidents.isEmpty)
        let page = try #require(drawn.page())
        #expect(page.contains("<h2>How many people</h2>") && page.contains("class='between'"))
        #expect(page.contains("<div class=\"strip\">") && page.contains("data:image/jpeg;base64,"))
        #expect(page.contains("<title>&lt;&amp;&gt;</title>") && page.contains("people 2"))
        let rest = page.split(separator: "http://www.w3.org/2000/svg").joined()
        #expect(!rest.contains("http:") && !rest.contains("https:") && !rest.contains("url("))
    }

    @Test func columnsNeverGrowTogether() {
        for length in 0...40 {
            let cell = String(repeating: "9", count: length).padded(12)
            #expect(cell.hasSuffix(" ") && cell.count == max(12, length + 1))
        }
    }
}
