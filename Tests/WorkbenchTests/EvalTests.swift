import Foundation
import Incidents
import Testing
import Text

@testable import Workbench

/// Labelled footage that may stand beside the clone; nothing in the product knows of it.
private enum Footage {
    static let folder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("shared/data").path

    /// False, and one plain line, where the footage or ffmpeg is not there.
    static func isThere(_ name: String) -> Bool {
        let missing = [folder + "/" + name, "/usr/bin/ffmpeg"]
            .first { !FileManager.default.fileExists(atPath: $0) }
        if let missing { print("skipped: \(missing) is not there") }
        return missing == nil
    }
}

@Test(.enabled(if: Footage.isThere("tamper/labels.json")))
func tamperingIsSeenInTimeAndNothingElseIsTakenForIt() throws {
    var tally = TamperTally()
    let folder = LabelledFolder(folder: Footage.folder + "/tamper", split: "val", scores: nil)
    for label in try folder.labels() {
        tally.add(label, try EvaluatedClip.decide(Footage.folder + "/tamper/" + label.file))
    }
    #expect(tally.tamperCount == 12 && tally.negativeCount == 8)
    #expect(tally.detected >= 11, "\(tally.table())")
    #expect(tally.falseAlarms <= 1, "\(tally.table())")
}

@Test(.enabled(if: Footage.isThere("people/clips/val")))
func nobodyTampersInOrdinaryFootage() throws {
    for folder in ["people/clips/val", "fights/val/noFight"] {
        let path = Footage.folder + "/" + folder
        for name in try FileManager.default.contentsOfDirectory(atPath: path).sorted() {
            // The two longest take a minute without optimisation; `kuzet eval quiet` takes them too.
            let size = try FileManager.default.attributesOfItem(atPath: path + "/" + name)[.size]
            guard let byteCount = size as? Int, byteCount < 400_000 else { continue }
            let clip = try EvaluatedClip.decide(path + "/" + name)
            #expect(clip.frameCount > 0)
            #expect(clip.tamper == nil, "\(name): \(clip.confirmed)")
        }
    }
}

struct TamperTallyTests {
    private func label(_ kind: String, _ tamper: Int, onset: String) throws -> Label {
        let text = """
            {"file":"a.mp4","split":"x","kind":"\(kind)","tamper":\(tamper),"onset_s":\(onset)}
            """
        return Label(file: "a.mp4", split: "x", members: try JSONValue.read(Array(text.utf8)))
    }

    private func clip(_ alarms: (Incident.Kind, Int64)...) -> EvaluatedClip {
        EvaluatedClip(confirmed: alarms.map { ($0.0, .milliseconds($0.1)) }, frameCount: 100)
    }

    @Test func anAlarmCountsFromTheOnsetToFiveSecondsLater() throws {
        for (at, isDetected) in [(4_999, 0), (5_000, 1), (10_000, 1), (10_001, 0)] as [(Int64, Int)]
        {
            var tally = TamperTally()
            tally.add(try label("cover", 1, onset: "5.0"), clip((.covered, at)))
            #expect(tally.detected == isDetected && tally.tamperCount == 1)
        }
    }

    @Test func onlyTheFirstAlarmCounts() throws {
        var tally = TamperTally()
        tally.add(try label("cover", 1, onset: "5.0"), clip((.turned, 3_000), (.covered, 6_000)))
        #expect(tally.detected == 0)
    }

    @Test func darknessIsNoFalseAlarmAndGlareIs() throws {
        var tally = TamperTally()
        tally.add(try label("lights_dim", 0, onset: "null"), clip((.dark, 8_000), (.blind, 9_000)))
        #expect(tally.falseAlarms == 0 && tally.negativeCount == 1)
        tally.add(try label("none", 0, onset: "null"), clip((.glare, 8_000)))
        #expect(tally.falseAlarms == 1 && tally.negativeCount == 2)
    }

    @Test func namesSteerNoTerminal() throws {
        var tally = TamperTally()
        tally.add(try label("a\\u001b[2Jb", 1, onset: "5.0"), clip())
        #expect(tally.table().contains("a [2Jb "))
        #expect(!tally.table().unicodeScalars.contains("\u{1B}"))
        let error = WorkbenchError(.badData, "labels a\u{1B}[2J\n: read")
        #expect(error.description == "labels a [2J : read")
    }

    @Test func theScoreLineIsTheContracts() throws {
        let cover = try label("cover", 1, onset: "5.0")
        #expect(
            TamperTally.scoreLine(cover, clip((.covered, 6_250)))
                == #"{"file":"a.mp4","alarmAt":6.250,"kind":"covered"}"#)
        #expect(
            TamperTally.scoreLine(cover, clip())
                == #"{"file":"a.mp4","alarmAt":null,"kind":null}"#)
    }

    @Test func theReportIsJSON() throws {
        var tally = TamperTally()
        tally.add(try label("cover", 1, onset: "5.0"), clip((.covered, 7_250)))
        let report = try JSONValue.read(Array(tally.json(split: "x").utf8))
        #expect(report["task"]?.string == "tamper" && report["split"]?.string == "x")
        #expect(report["items"]?.thousandths == 1_000)
        #expect(report["metrics"]?["detected"]?.thousandths == 1_000)
        #expect(report["metrics"]?["medianDelaySeconds"]?.thousandths == 2_250)
        #expect(
            report["metrics"]?["kinds"]?["cover"]?["called"]?["covered"]?.thousandths == 1_000)
    }
}
