import Frames
import Incidents
import Testing
import Text

@testable import Workbench

@Suite struct RenderedEverydayTests {
    private let clip = EvaluatedClip(
        confirmed: [
            (.aggression, .seconds(12)), (.strobe, .seconds(20)), (.aggression, .seconds(90))
        ], frameCount: 1_800, length: .seconds(180))

    @Test func ratesAreOfAnHourAndByKind() {
        #expect(
            RenderedEveryday.row("moshPit", clip)
                == "moshPit           180.000              0.000   40.000      strobe 20.000")
        #expect(RenderedEveryday.row("all", EvaluatedClip()).hasSuffix("0.000   0.000       -"))
    }

    @Test func linesAreJSON() throws {
        let line = try JSONValue.read(Array(RenderedEveryday.json("moshPit", clip).utf8))
        #expect(line["perHour"]?["aggression"]?.thousandths == 40_000)
        #expect(line["incidents"]?.array?.count == 3)
        let last = RenderedEveryday.json(clip, sceneCount: 13, seed: 301)
        let metrics = try JSONValue.read(Array(last.utf8))["metrics"]
        #expect(metrics?["fights"]?.thousandths == 0 && metrics?["others"]?.thousandths == 1_000)
        #expect(metrics?["perHour"]?["fight"]?.thousandths == 0)
    }
}
