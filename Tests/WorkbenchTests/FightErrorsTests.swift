import Detectors
import Foundation
import Frames
import Simulation
import Testing
import Text

@testable import Workbench

@Suite struct FightErrorsTests {
    /// Three seconds of guests who stand about, as a recording; removed by whoever asked.
    private func record() throws -> String {
        let path = NSTemporaryDirectory() + "kuzet-errors-\(getpid()).y4m"
        let file = try Y4MFile(path: path, width: 64, height: 48, framesPerSecond: 10)
        let camera = VenueCamera(
            width: 64, height: 48, framesPerSecond: 10,
            script: .scene(.standing, seconds: 3, seed: 1), seed: 1)
        while case .frame(let frame) = camera.next(timeout: .zero) { try file.append(frame) }
        try file.finish()
        return path
    }

    private func label(_ label: String) throws -> Label {
        let text = #"{"file":"a<b.y4m","split":"x","label":"\#(label)","scene":7}"#
        return Label(file: "a<b.y4m", split: "x", members: try JSONValue.read(Array(text.utf8)))
    }

    @Test func onlyWhatIsWrongIsShownWithPicturesAndScores() throws {
        let path = try record()
        defer { try? FileManager.default.removeItem(atPath: path) }
        var clip = FightClip(file: "a<b.y4m")
        try clip.decide(path, try LookNetworks(), keepsNumbers: false) { _ in }
        var errors = FightErrors()
        try errors.add(clip, at: path, label: try label("noFight"))
        #expect(errors.html(title: "x").contains("0 of 1 recordings"))
        try errors.add(clip, at: path, label: try label("fight"))
        let page = errors.html(title: "x")
        #expect(page.contains("1 of 2 recordings") && page.contains("were missed: 1"))
        #expect(page.contains("a&lt;b.y4m") && !page.contains("a<b.y4m"))
        #expect(page.components(separatedBy: "data:image/jpeg;base64,").count == 5)
        #expect(page.components(separatedBy: "<path class='score'").count == 2)
        #expect(!page.contains("http://") && !page.contains("https://"))
    }

    @Test func heldOutScoresStandWhereTheDetectorsOwnStood() throws {
        let path = try record()
        let scores = path + ".jsonl"
        defer {
            try? FileManager.default.removeItem(atPath: path)
            try? FileManager.default.removeItem(atPath: scores)
        }
        var clip = FightClip(file: "a")
        try clip.decide(path, try LookNetworks(), keepsNumbers: false) { _ in }
        let at = try #require(clip.decisions.last).at
        let late = secondsText(at + .milliseconds(1))
        let text = "{\"file\":\"a\",\"at\":\(late),\"score\":0.75}\n"
        try text.write(toFile: scores, atomically: true, encoding: .utf8)
        try HeldOutScores(scores).replace(in: &clip)
        #expect(clip.score == .perMille(750))
        #expect(clip.decisions.dropLast().allSatisfy { $0.score == .zero })
    }
}
