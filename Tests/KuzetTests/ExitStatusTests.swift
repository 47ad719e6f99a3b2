import ArgumentParser
import Camera
import Configuration
import Testing

@testable import Workbench
@testable import kuzet

@Suite struct ExitStatusTests {
    private func status(of error: some Error) -> Int32? {
        do {
            try orExit { throw error }
        } catch let exit as ExitCode {
            return exit.rawValue
        } catch {
            return nil
        }
        return 0
    }

    @Test func everyKindOfErrorEndsWithTheStatusThatSaysSo() {
        #expect(status(of: ConfigurationError(file: "a.toml", message: "open: none")) == 78)
        let camera = { (kind: CameraError.Kind) in
            CameraError(kind: kind, object: "a", attempt: "b", cause: "c")
        }
        #expect(status(of: camera(.badData)) == 65)
        #expect(status(of: camera(.unavailable)) == 69)
        #expect(status(of: WorkbenchError(.badData, "labels a: read: no JSON")) == 65)
        #expect(status(of: WorkbenchError(.unavailable, "a: write: no space")) == 69)
    }

    @Test func workThatSucceedsGivesWhatItGives() throws {
        #expect(try orExit { 7 } == 7)
    }

    @Test func theCommandsAreThoseThatScriptsAndUnitsCall() {
        let names = Kuzet.configuration.subcommands.map { $0.configuration.commandName ?? "" }
        #expect(
            names == [
                "run", "demo", "config", "calibrate", "eval", "doctor", "incidents", "people",
                "watchlist", "lines", "record", "replay", "infer", "models", "bench", "selftest",
                "simulate"
            ])
    }
}
