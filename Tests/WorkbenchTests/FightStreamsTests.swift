import Camera
import Foundation
import Frames
import Incidents
import Simulation
import Testing
import Text

@testable import Workbench

/// A folder of small recordings, removed by whoever asked.
private struct Clips {
    let folder = NSTemporaryDirectory() + "kuzet-streams-\(UUID())"

    init() throws {
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: false)
    }

    func remove() { try? FileManager.default.removeItem(atPath: folder) }

    /// Pictures of one brightness each, ten a second.
    func write(_ name: String, width: Int = 64, height: Int = 48, lumas: [UInt8]) throws {
        let file = try Y4MFile(
            path: folder + "/" + name, width: width, height: height, framesPerSecond: 10)
        let frame = Frame(width: width, height: height)
        for luma in lumas {
            for y in 0..<height { for x in 0..<width { frame.luma[x, y] = luma } }
            try file.append(frame)
        }
        try file.finish()
    }

    /// A second and a half of a scene, from second `from` on.
    func write(_ name: String, scene: VenueScript.Scene, from: Int, width: Int = 64) throws {
        let file = try Y4MFile(
            path: folder + "/" + name, width: width, height: width * 3 / 4, framesPerSecond: 10)
        let camera = VenueCamera(
            width: width, height: width * 3 / 4, framesPerSecond: 10,
            script: .scene(scene, seconds: from + 2, seed: 3), seed: 3)
        var count = 0
        while case .frame(let frame) = camera.next(timeout: .zero) {
            count += 1
            if count > from * 10, count <= from * 10 + 15 { try file.append(frame) }
        }
        try file.finish()
    }

    /// - Parameter entries: file, label and scene.
    func label(_ entries: [(String, String, Int)]) throws {
        let items = entries.map {
            #"{"file":"\#($0.0)","split":"val","label":"\#($0.1)","scene":\#($0.2)}"#
        }
        try "[\(items.joined(separator: ","))]".write(
            toFile: folder + "/labels.json", atomically: true, encoding: .utf8)
    }
}

@Suite struct JoinedClipsTests {
    @Test func clipsRunToAndFroAndGoOnWhereTheyStopped() throws {
        let clips = try Clips()
        defer { clips.remove() }
        try clips.write("a.y4m", lumas: [10, 20, 30])
        try clips.write("b.y4m", width: 128, height: 96, lumas: [90, 100])
        let quiet = try HeldClip(clips.folder + "/a.y4m", longest: .seconds(30))
        let fight = try HeldClip(
            clips.folder + "/b.y4m", longest: .seconds(30), size: (width: 64, height: 48))
        let joined = JoinedClips([
            (quiet, .milliseconds(600)), (fight, .milliseconds(300)),
            (quiet, .milliseconds(200))
        ])
        var lumas: [UInt8] = []
        var times: [Int64] = []
        while case .frame(let frame) = joined.next(timeout: .zero) {
            #expect(frame.width == 64 && frame.height == 48)
            lumas.append(frame.luma[5, 5])
            times.append((frame.capturedAt - Instant.zero).milliseconds)
        }
        #expect(lumas == [10, 20, 30, 20, 10, 20, 90, 100, 90, 30, 20])
        #expect(times == (0..<11).map { $0 * 100 })
        #expect(joined.starts.map { ($0 - Instant.zero).milliseconds } == [0, 600, 900])
        #expect((joined.end - Instant.zero).milliseconds == 1_100)
        #expect(quiet.length.milliseconds == 300)
    }

    @Test func whatComesLaterIsLeftOut() throws {
        let clips = try Clips()
        defer { clips.remove() }
        try clips.write("a.y4m", lumas: [UInt8](repeating: 9, count: 20))
        let clip = try HeldClip(clips.folder + "/a.y4m", longest: .seconds(1))
        #expect(clip.length.milliseconds == 1_000)
    }

    @Test func whoMovesIsNotInTheEmptiedClip() throws {
        let clips = try Clips()
        defer { clips.remove() }
        try clips.write("a.y4m", lumas: [50, 50, 50, 50, 50, 50, 200, 200])
        let clip = try HeldClip(clips.folder + "/a.y4m", longest: .seconds(30))
        let emptied = clip.emptied(seed: 1)
        var lumas: [UInt8] = []
        for _ in 0..<30 {
            let (picture, lasts) = emptied.next()
            lumas.append(picture.luma[9, 9])
            #expect(lasts.milliseconds == 100)
        }
        // Never still, and never as bright as what passed.
        #expect(lumas.allSatisfy { (46...54).contains($0) } && Set(lumas).count > 3)
    }

    @Test func onePictureIsNoClip() throws {
        let clips = try Clips()
        defer { clips.remove() }
        try clips.write("a.y4m", lumas: [10])
        let path = clips.folder + "/a.y4m"
        do {
            _ = try HeldClip(path, longest: .seconds(30))
            Issue.record("it was taken")
        } catch {
            #expect("\(error)" == "recording \(path): join: it has one picture only")
        }
    }
}

@Suite struct StreamFiguresTests {
    private func incident(_ kind: Incident.Kind, at: Int64, until: Int64? = nil) -> Incident {
        var incident = Incident(
            ordinal: 1, camera: 0, kind: kind, zone: 0, openedAt: Instant.zero + .milliseconds(at))
        incident.confirmedAt = Instant.zero + .milliseconds(at)
        incident.closedAt = until.map { Instant.zero + .milliseconds($0) }
        return incident
    }

    /// 20 s of quiet, 6 of a fight, 10 of quiet.
    private func stream(_ incidents: Incident...) -> FightStream {
        FightStream(
            incidents, onset: Instant.zero + .seconds(20), fightEnd: Instant.zero + .seconds(26),
            end: Instant.zero + .seconds(36))
    }

    @Test func delaysCountFromTheOnset() {
        let told = stream(incident(.fight, at: 22_500), incident(.aggression, at: 21_900))
        #expect(told.amber == .told(.milliseconds(1_900)))
        #expect(told.red == .told(.milliseconds(2_500)))
        #expect(told.falseAmbers == 0 && told.falseReds == 0)
        #expect(told.quietLength.milliseconds == 28_000)
        // Red is more than amber.
        #expect(stream(incident(.fight, at: 23_000)).amber == .told(.seconds(3)))
    }

    @Test func whatIsOnBeforeIsNotToldAndIsFalse() {
        let early = stream(incident(.aggression, at: 15_000, until: 21_000))
        #expect(early.amber == .onBefore && early.red == .missed && early.falseAmbers == 1)
        #expect(stream(incident(.aggression, at: 9_000, until: 12_000)).amber == .missed)
    }

    @Test func twoSecondsAfterTheEndCountForTheFight() {
        #expect(stream(incident(.fight, at: 27_999)).red == .told(.milliseconds(7_999)))
        let late = stream(incident(.fight, at: 28_000))
        #expect(late.red == .missed && late.falseReds == 1)
    }

    @Test func aCameraTakenForTurnedIsCounted() {
        #expect(stream(incident(.turned, at: 23_000)).impairment == .turned)
        #expect(stream(incident(.turned, at: 27_000)).impairment == nil)
        #expect(stream(incident(.fight, at: 23_000)).impairment == nil)
    }

    @Test func nineInTenOfThoseTold() {
        let answers = (1...10).map { FightStream.Answer.told(.seconds(Int64($0))) }
        let row = StreamFigures.Row(answers + [.missed, .onBefore])
        #expect(row.told == 10 && row.count == 12 && row.onBefore == 1)
        #expect(row.median == .seconds(6) && row.ninetieth == .seconds(9))
        #expect(StreamFigures.Row([.missed]).median == nil)
        #expect(StreamFigures.Row([.told(.seconds(2))]).ninetieth == .seconds(2))
    }
}

@Suite struct FightStreamsTests {
    private func streams(_ clips: Clips, quiet: [String] = [], scores: String? = nil)
        -> FightStreams
    {
        FightStreams(
            LabelledFolder(folder: clips.folder, split: "val", scores: scores), quiet: quiet,
            leadSeconds: 5, seed: 1)
    }

    private func complaint(_ streams: FightStreams) -> String {
        do {
            _ = try streams.run()
            return "none"
        } catch {
            return "\(error)"
        }
    }

    @Test func everyFightIsMeasuredInTheMidstOfItsOwnCamerasQuiet() throws {
        let clips = try Clips()
        defer { clips.remove() }
        try clips.write("quiet.y4m", scene: .standing, from: 9, width: 128)
        try clips.write("other.y4m", scene: .standing, from: 12)
        try clips.write("fight.y4m", scene: .fighting, from: 12)
        try clips.label([
            ("quiet.y4m", "noFight", 7), ("other.y4m", "dance", 8), ("fight.y4m", "fight", 7)
        ])
        let scores = clips.folder + "/scores.jsonl"
        let figures = try streams(clips, scores: scores).run()
        let stream = try #require(figures.streams.first)
        #expect(figures.streams.count == 1 && stream.lead == .own)
        #expect(stream.quiet.hasSuffix("/quiet.y4m") && stream.file == "fight.y4m")
        #expect(stream.falseAmbers == 0 && stream.falseReds == 0)
        let lines = try String(contentsOfFile: scores, encoding: .utf8)
        let line = try JSONValue.read(Array(lines.utf8))
        #expect(line["file"]?.string == "fight.y4m" && line["amberBefore"] == .boolean(false))
        let all = try JSONValue.read(Array(figures.json(split: "val").utf8))
        #expect(all["task"]?.string == "streams" && all["items"]?.thousandths == 1_000)
        #expect(all["metrics"]?["leads"]?["own"]?["items"]?.thousandths == 1_000)
        #expect(figures.table().split(separator: "\n").count == 8)
    }

    @Test func withoutFightsOrQuietNothingIsMeasured() throws {
        let clips = try Clips()
        defer { clips.remove() }
        let name = "labels \(clips.folder)/labels.json"
        try clips.label([("a.y4m", "noFight", 1)])
        #expect(
            complaint(streams(clips)) == "\(name): choose fights of split val: there is none")
        try clips.label([("a.y4m", "fight", 1), ("b.y4m", "blow", 2), ("c.y4m", "hug", 2)])
        #expect(
            complaint(streams(clips))
                == "\(name): choose quiet clips of split val: there are fewer than two; "
                + "name a folder that has some with --quiet")
        let more = try Clips()
        defer { more.remove() }
        try more.label([("d.y4m", "quiet", 1)])
        // The list is there, its recordings are not: the first that is opened is named.
        #expect(
            complaint(streams(clips, quiet: [more.folder]))
                .hasPrefix("recording \(clips.folder)/a.y4m: "))
    }
}
