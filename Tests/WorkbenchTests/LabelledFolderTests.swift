import Foundation
import Linux
import Testing
import Text

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
                        _ = try FightEvaluation(
                            plain, features: path, moments: nil, errors: nil, heldOut: nil
                        )
                        .run()
                    },
                    {
                        _ = try FightEvaluation(
                            plain, features: nil, moments: nil, errors: path, heldOut: nil
                        )
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

    private func people(_ entry: String) -> String {
        complaint {
            try within(labels: "[{\"file\":\"a.jpg\",\"split\":\"x\"},\(entry)]") { folder in
                _ = try LabelledFolder(folder: folder, split: "val", scores: nil)
                    .labels(PeopleFigures.fault)
            }
        }
    }

    private func crowd(_ members: String) -> String {
        complaint {
            let entry = "[{\"file\":\"a.jpg\",\"split\":\"val\"\(members)}]"
            try within(labels: entry) { folder in
                _ = try LabelledFolder(folder: folder, split: "val", scores: nil)
                    .labels(CrowdFigures.fault)
            }
        }
    }

    /// They would count as nobody, and networks as wrong.
    @Test func labelsThatCannotBeReadAreNotNobody() {
        func boxes(_ text: String) -> String {
            people("{\"file\":\"a.jpg\",\"split\":\"val\",\"boxes\":\(text)}")
        }
        for text in ["[]", "[[0.5,0.5,1,1]]", "[[0,1,0.001,0.001]]", "[[1.004,-0.004,1.01,0.2]]"] {
            #expect(boxes(text) == "none", "\(text)")
        }
        for text in [
            "7", "[7]", "[[0.5,0.5,1]]", "[[0.5,0.5,1,1,1]]", "[[0.5,0.5,1,\"1\"]]",
            "[[320,240,64,48]]", "[[0.5,0.5,0,1]]", "[[0.5,0.5,1,-0.005]]", "[[0.5,-0.02,1,1]]"
        ] {
            #expect(boxes(text).contains("labels.json: read entry [1], a.jpg: boxes"), "\(text)")
        }
        #expect(
            boxes("[[0.5,0.5,0.1,0.1],[320,240,64,-48.25]]").hasSuffix(
                "boxes[1] is [320.000,240.000,64.000,-48.250]; allowed is [cx,cy,w,h] with 0 to 1 "
                    + "of the picture, w and h from 0.001"))
        #expect(
            people("{\"file\":\"a.jpg\",\"split\":\"val\"}").contains("boxes is not there"))
        for entry in ["7", "{}", "{\"split\":\"val\"}", "{\"file\":7,\"split\":\"val\"}"] {
            #expect(people(entry).contains("read entry [1]: file is "), "\(entry)")
        }
        #expect(
            people("{\"file\":\"b.jpg\",\"split\":1}").hasSuffix(
                "read entry [1], b.jpg: split is 1.000; allowed is a text"))
        for members in [",\"count\":0", ",\"count\":999999", ",\"boxes\":[]"] {
            #expect(crowd(members) == "none", "\(members)")
        }
        for members in [
            "", ",\"boxes\":7", ",\"count\":-1", ",\"count\":1000000", ",\"count\":\"9\"",
            ",\"count\":-1,\"boxes\":[]"
        ] {
            #expect(crowd(members).contains("a.jpg: count is "), "\(members)")
        }
        #expect(crowd(",\"count\":-0.5").contains("count is -0.500; allowed is a number of 0 to"))
    }

    /// Real labels, where they stand beside the clone, are taken as they are.
    @Test func realLabelsAreTaken() throws {
        let data = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("shared/data").path
        let nothing: (JSONValue) -> String? = { _ in nil }
        for (name, fault) in [
            ("people", PeopleFigures.fault), ("people-cameras", PeopleFigures.fault),
            ("crowd", CrowdFigures.fault), ("crowd-above", CrowdFigures.fault),
            ("fights", nothing), ("tamper", nothing), ("everyday", nothing), ("falls", nothing)
        ] as [(String, (JSONValue) -> String?)] {
            guard FileManager.default.fileExists(atPath: "\(data)/\(name)/labels.json") else {
                print("skipped: \(data)/\(name)/labels.json is not there")
                continue
            }
            for split in ["train", "val"] {
                let folder = LabelledFolder(folder: "\(data)/\(name)", split: split, scores: nil)
                #expect(try !folder.labels(fault).isEmpty, "\(name), \(split)")
            }
        }
    }

    /// As a picture that is not there.
    @Test func aListThatIsNotThereIsNoBadData() throws {
        func kind(_ work: () throws -> Void) -> WorkbenchError.Kind? {
            do {
                try work()
                return nil
            } catch {
                return (error as? WorkbenchError)?.kind
            }
        }
        try within(labels: "[", tracks: "[") { folder in
            for (path, expected) in [(folder, .badData), ("/none", .unavailable)]
                as [(String, WorkbenchError.Kind)]
            {
                let labelled = LabelledFolder(folder: path, split: "val", scores: nil)
                #expect(kind { _ = try labelled.labels() } == expected)
                #expect(kind { _ = try TrackEvaluation.measure(labelled) } == expected)
                #expect(kind { _ = try HeldOutScores(path + "/labels.json") } == expected)
            }
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
