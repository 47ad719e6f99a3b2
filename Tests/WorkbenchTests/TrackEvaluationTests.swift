import Foundation
import Frames
import Simulation
import Testing
import Text

@testable import Workbench

@Suite struct TrackTruthTests {
    private func read(_ text: String, split: String = "val") throws -> [TrackTruth] {
        let folder = NSTemporaryDirectory() + "kuzet-tracks-\(UUID())"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try text.write(toFile: folder + "/tracks.json", atomically: true, encoding: .utf8)
        return try TrackTruth.read(folder: folder, split: split)
    }

    private func complaint(_ text: String) -> String {
        do {
            _ = try read(text)
            return "none"
        } catch {
            return "\(error)"
        }
    }

    private func one(_ frames: String, fps: String = "10", width: String = "100") -> String {
        #"{"file":"a.mp4","split":"val","fps":\#(fps),"width":\#(width),"height":100,"per_frame":\#(frames)}"#
    }

    @Test func boxesBecomePerMilleAndTimesFrames() throws {
        let truth = try #require(try read(one("[[[7,10,20,30.5,100]],[],[[7,0,0,1,1]]]")).first)
        #expect(truth.file == "a.mp4")
        let first = try #require(truth.people(at: .zero))
        #expect(first.count == 1 && first[0].person == 7_000)
        #expect(first[0].box == Region(x: 100, y: 200, width: 205, height: 800))
        // Each frame holds from half a frame before it to half a frame after it.
        #expect(truth.people(at: .milliseconds(49))?.count == 1)
        #expect(truth.people(at: .milliseconds(50))?.isEmpty == true)
        #expect(truth.people(at: .milliseconds(249))?.count == 1)
        #expect(truth.people(at: .milliseconds(250)) == nil)
        #expect(truth.people(at: .milliseconds(-1)) == nil)
    }

    @Test func splitsAreChosenAndAListIsReadToo() throws {
        let two = "[\(one("[]")),\(one("[]").replacingOccurrences(of: "val", with: "train"))]"
        #expect(try read(two).count == 1)
        #expect(try read(two, split: "train").count == 1)
        #expect(throws: WorkbenchError.self) { try read(two, split: "test") }
    }

    /// What lies outside is cut off, and nothing of it overflows.
    @Test func boxesOutsideAndHugeNumbersDoNoHarm() throws {
        let frames = """
            [[[999999999999999,-50,-50,50,50],[2,200,200,300,300],[3,50,50,40,60],\
            [4,-999999999999999,-999999999999999,999999999999999,999999999999999]]]
            """
        let people = try #require(try read(one(frames)).first?.people(at: .zero))
        #expect(people.map(\.person) == [999_999_999_999_999_000, 4_000])
        #expect(people[0].box == Region(x: 0, y: 0, width: 500, height: 500))
        #expect(people[1].box == .whole)
        #expect(complaint(one("[[[9999999999999999,0,0,1,1]]]")).contains("more than 15 digits"))
    }

    @Test func whatIsNoTruthIsRefusedWithItsPlace() {
        for (text, cause) in [
            ("[", "a value was expected"), ("[]", "it has only"), ("7", "it has no file"),
            (one("[]", fps: "0"), "fps is no whole number of 1 to 1000"),
            (one("[]", fps: "-10"), "fps is no whole number"),
            (one("[]", fps: "12.5"), "fps is no whole number"),
            (one("[]", width: "0"), "width is no whole number"),
            (one("[]", width: "99999999"), "width is no whole number"),
            (one("7"), "no per_frame"),
            (one("[[],[[1,0,0,9]]]"), "frame 1: a box is no list"),
            (one("[[[1,0,0,9,9,9]]]"), "frame 0: a box is no list"),
            (one(#"[[[1,0,0,"9",9]]]"#), "frame 0: a box is no list"),
            (one("[[[1.5,0,0,9,9]]]"), "frame 0: a box is no list"),
            (one("[[[1,0,0,9,9],[1,5,5,9,9]]]"), "person 1 stands twice")
        ] {
            #expect(complaint(text).contains(cause), "\(text): \(complaint(text))")
        }
    }

    /// Checked and paired one by one, a crowd in one frame would take hours.
    @Test func framesHaveAsManyPeopleAsCanBePaired() throws {
        func crowd(_ count: Int) -> String {
            let boxes = (0..<count).map { "[\($0),0,0,9,9]" }.joined(separator: ",")
            return one("[[],[\(boxes)]]")
        }
        let full = try #require(try read(crowd(500)).first)
        #expect(full.people(at: .milliseconds(100))?.count == 500)
        #expect(complaint(crowd(501)).contains("frame 1 has 501 people; allowed are 500 at most"))
        #expect(complaint(one("[[],7]")).contains("frame 1 is 7.000; allowed is a list of boxes"))
        // One who lies outside stands there too.
        #expect(complaint(one("[[[1,200,0,300,9],[1,0,0,9,9]]]")).contains("person 1 stands twice"))
    }

    @Test func aMissingFileOrRecordingIsSaid() throws {
        let nowhere = LabelledFolder(folder: "/nonexistent", split: "val", scores: nil)
        #expect {
            try TrackEvaluation.measure(nowhere)
        } throws: {
            "\($0)".contains("tracks /nonexistent/tracks.json: read")
        }
        let folder = NSTemporaryDirectory() + "kuzet-tracks-\(UUID())"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try one("[[]]").write(toFile: folder + "/tracks.json", atomically: true, encoding: .utf8)
        #expect {
            try TrackEvaluation.measure(LabelledFolder(folder: folder, split: "val", scores: nil))
        } throws: {
            "\($0)".contains(folder + "/a.mp4")
        }
    }
}

@Suite struct TrackEvaluationTests {
    private func box(_ left: Int) -> Region {
        Region(x: UInt16(left), y: 300, width: 100, height: 300)
    }

    /// One person for so many looks, followed in all of them, by two tracks or one.
    private func figures(looks: Int, isSwitched: Bool) -> TrackFigures {
        TrackFigures(
            (0..<looks).map { look in
                TrackFigures.Look(
                    truth: [(1, box(0))],
                    found: [(isSwitched && look * 2 >= looks ? 2 : 1, box(0))])
            })
    }

    /// 10 boxes followed rightly and 30 half: 2 · (10 + 15) of 80 boxes are explained. HOTA by true
    /// boxes: (10 · 1 + 30 · 0.707) / 40.
    @Test func recordingsCountByTheirBoxes() throws {
        let clips = [
            TrackEvaluation.Clip(
                file: "a", ours: figures(looks: 10, isSwitched: false),
                plain: figures(looks: 10, isSwitched: true)),
            TrackEvaluation.Clip(
                file: "b", ours: figures(looks: 30, isSwitched: true),
                plain: figures(looks: 30, isSwitched: true))
        ]
        let report = try JSONValue.read(Array(TrackEvaluation(clips).json(split: "x").utf8))
        let metrics = try #require(report["metrics"])
        #expect(metrics["idF1"]?.thousandths == 625)
        #expect(metrics["hota"]?.thousandths == 780)
        #expect(metrics["switches"]?.thousandths == 500)
        #expect(metrics["lost"]?.thousandths == 0)
        #expect(metrics["overlap"]?["idF1"]?.thousandths == 500)
        #expect(metrics["overlap"]?["switches"]?.thousandths == 1_000)
        // Drawn again and again, either recording is now and then the only one.
        #expect(metrics["idF1Interval"]?.array?.map(\.thousandths) == [500, 1_000])
        #expect(report["clips"]?.array?.count == 2 && report["items"]?.thousandths == 2_000)
        let steering = TrackEvaluation.Clip(
            file: "a\u{1B}[2J", ours: clips[0].ours, plain: clips[0].plain)
        #expect(TrackEvaluation([steering]).table().hasPrefix("a [2J\n"))
        let alone = TrackEvaluation([clips[0]])
        #expect(alone.table().contains("1 recording, 1 person; behind them"))
        #expect(alone.json(split: "x").contains("\"idF1Interval\":[null,null]"))
    }

    /// 17 of 21 boxes: 0.8095…, once for the recording and once for all.
    @Test func oneNumberIsToldInOneWay() throws {
        let figures = TrackFigures(
            (0..<21).map { look in
                TrackFigures.Look(
                    truth: [(1, box(0))], found: [(1, box(look < 17 ? 0 : 500))])
            })
        let table = TrackEvaluation([
            TrackEvaluation.Clip(file: "a", ours: figures, plain: figures)
        ]).table()
        #expect(table.contains("ours     IDF1 0.810, HOTA "), "\(table)")
        #expect(table.contains("recall 0.810, precision 0.810, 0 switches, 1 person in 1 track,"))
        #expect(table.contains("IDF1".padded(33) + "0.810"), "\(table)")
        #expect(!table.contains("0.809"))
    }

    @Test func inTheRenderedHallPeopleAreFollowedBetterThanByOverlap() throws {
        let evaluation = try TrackEvaluation.rendered(seed: 1, minutes: 2)
        let report = try JSONValue.read(Array(evaluation.json(split: "rendered").utf8))
        let clip = try #require(report["clips"]?.array?.first)
        func number(_ side: String, _ name: String) -> Int { clip[side]?[name]?.thousandths ?? 0 }
        #expect(number("tracks", "idF1") >= 650, "\(evaluation.table())")
        #expect(number("tracks", "idF1") * 4 >= number("overlap", "idF1") * 5)
        #expect(number("tracks", "switches") * 3 <= number("overlap", "switches"))
        #expect(number("tracks", "precision") >= 950 && number("tracks", "people") >= 12_000)
    }
}
