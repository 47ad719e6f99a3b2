import Foundation
import Linux
import Testing

@testable import Workbench

@Suite struct LabelledFolderTests {
    /// Runs `work` in a folder with these lists, the files that they name, and "out" beside them.
    private func within(
        labels: String? = nil, tracks: String? = nil, _ work: (String) throws -> Void
    ) throws {
        let folder = NSTemporaryDirectory() + "kuzet-labels-\(UUID())"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for (name, text) in [("labels.json", labels), ("tracks.json", tracks)] {
            try text?.write(toFile: folder + "/" + name, atomically: true, encoding: .utf8)
        }
        for name in ["a.jpg", "b.jpg", "out"] {
            try name.write(toFile: folder + "/" + name, atomically: true, encoding: .utf8)
        }
        try work(folder)
    }

    private func complaint(_ work: () throws -> Void) -> String {
        do {
            try work()
            return "none"
        } catch {
            return "\(error)"
        }
    }

    private static let two = """
        [{"file":"a.jpg","split":"val","boxes":[]},{"file":"b.jpg","split":"train","boxes":[]}]
        """
    private static let track = """
        {"file":"a.jpg","split":"val","fps":10,"width":9,"height":9,"per_frame":[]}
        """

    /// By whatever name: labels made by hand, and recordings, cannot be had back.
    @Test func noOutputTakesThePlaceOfWhatIsRead() throws {
        try within(labels: Self.two, tracks: Self.track) { folder in
            try FileManager.default.linkItem(
                atPath: folder + "/a.jpg", toPath: folder + "/other-name.jpg")
            let inputs = [
                "labels.json", "tracks.json", "a.jpg", "b.jpg", "other-name.jpg", "./labels.json"
            ]
            func contents() throws -> [Data] {
                try inputs.map { try Data(contentsOf: URL(fileURLWithPath: folder + "/" + $0)) }
            }
            let before = try contents()
            for name in inputs {
                let path = folder + "/" + name
                let refusal = "\(path): write: it is what is read; name another file"
                let scored = LabelledFolder(folder: folder, split: "val", scores: path)
                let plain = LabelledFolder(folder: folder, split: "val", scores: nil)
                let attempts: [() throws -> Void] = [
                    { _ = try TamperTally.measure(scored) },
                    { _ = try PeopleFigures.measure(scored, errors: nil) },
                    { _ = try PeopleFigures.measure(plain, errors: path) },
                    { _ = try CrowdFigures.measure(plain, errors: path) },
                    {
                        _ = try FightEvaluation(plain, features: path, errors: nil, heldOut: nil)
                            .run()
                    },
                    {
                        _ = try FightEvaluation(plain, features: nil, errors: path, heldOut: nil)
                            .run()
                    }
                ]
                for (index, attempt) in attempts.enumerated() {
                    #expect(complaint(attempt) == refusal, "\(name), \(index)")
                }
                // The list of tracks does not name b.jpg.
                guard name != "b.jpg" else { continue }
                #expect(
                    complaint { _ = try TrackEvaluation.measure(scored) } == refusal, "\(name)")
            }
            #expect(try contents() == before)
            // Held-out scores are read too, and what is read by nobody may be replaced.
            let out = folder + "/out"
            let other = LabelledFolder(folder: folder, split: "val", scores: out)
            #expect(try other.labels().map(\.file) == ["a.jpg"])
            #expect(throws: WorkbenchError.self) { try other.labels(reading: [out]) }
        }
    }

    @Test func scoresThatCannotBeFinishedLeaveTheOldOnes() throws {
        try within(labels: Self.two) { folder in
            let out = folder + "/out"
            let other = LabelledFolder(folder: folder, split: "val", scores: out)
            #expect(throws: Errno.self) {
                try other.decideEach(try other.labels()) { _, _ in throw Errno.busy }
            }
            #expect(try String(contentsOfFile: out, encoding: .utf8) == "out")
            try other.decideEach(try other.labels()) { label, _ in label.file }
            #expect(try String(contentsOfFile: out, encoding: .utf8) == "a.jpg\n")
        }
    }

    @Test func twoOutputsAreOneFileByAnyName() throws {
        try within { folder in
            for (one, other, areOne) in [
                ("out", "./out", true), ("new", "new", true), ("new", "./new", true),
                ("new", "other", false), ("out", "a.jpg", false), ("out", "new", false)
            ] {
                #expect(
                    LabelledFolder.areOneFile(folder + "/" + one, folder + "/" + other) == areOne,
                    "\(one), \(other)")
            }
            #expect(!LabelledFolder.areOneFile("/dev/null", "/dev/null"))
        }
    }
}
