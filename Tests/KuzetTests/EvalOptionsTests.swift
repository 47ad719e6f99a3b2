import ArgumentParser
import Testing

@testable import kuzet

@Suite struct EvalOptionsTests {
    private func isTaken(_ arguments: String) -> Bool {
        (try? EvalCommand.parseAsRoot(arguments.split(separator: " ").map(String.init))) != nil
    }

    @Test func tracksAreOfAFolderOrOfTheRenderedHall() {
        for (arguments, isGood) in [
            ("tracks a --split val", true), ("tracks a --split val --scores b --json", true),
            ("tracks --rendered 1", true), ("tracks --rendered 1 --minutes 60", true),
            ("tracks", false), ("tracks a", false), ("tracks --split val", false),
            ("tracks a --split val --rendered 1", false),
            ("tracks --rendered 1 --split val", false),
            ("tracks --rendered -1", false), ("tracks --rendered 1 --scores b", false),
            ("tracks --rendered 1 --minutes 61", false)
        ] {
            #expect(isTaken(arguments) == isGood, "\(arguments)")
        }
    }

    @Test func outputsNamingOneFileAreRefused() {
        for (arguments, isGood) in [
            ("fights a --split val --scores b --errors b", false),
            ("fights a --split val --features b --errors ./b", false),
            ("fights a --split val --scores b --features b", false),
            ("fights a --split val --scores b --features c --errors d", true),
            ("people a --split val --scores b --errors b", false),
            ("crowd a --split val --scores ./b --errors b", false)
        ] {
            #expect(isTaken(arguments) == isGood, "\(arguments)")
        }
    }

    @Test func errorsAreDrawnOfPeopleCrowdsAndFights() {
        for task in ["people", "crowd", "fights"] {
            #expect(isTaken("\(task) a --split val --errors b.html --scores c"), "\(task)")
        }
        #expect(!isTaken("tamper a --split val --errors b.html"))
        #expect(isTaken("venue --minutes 1440") && !isTaken("venue --minutes 1441"))
        #expect(!isTaken("venue --minutes 0"))
    }

    @Test func everydayIsAllScenesAndKeepsNone() {
        for (arguments, isGood) in [
            ("rendered moshPit --minutes 10 --seed 301", true), ("rendered mosh", false),
            ("rendered everyday --minutes 37 --json", true),
            ("rendered everyday --out a.y4m", false), ("rendered birthday --out a.y4m", true)
        ] {
            #expect(isTaken(arguments) == isGood, "\(arguments)")
        }
    }

    @Test func streamsAreOfAFolderAndOfQuietOnes() {
        for (arguments, isGood) in [
            ("streams a --split val", true),
            ("streams a --split val --quiet b --quiet c --scores d --json --seed 2", true),
            ("streams a", false), ("streams a --split val --lead 4", false),
            ("streams a --split val --lead 600", true)
        ] {
            #expect(isTaken(arguments) == isGood, "\(arguments)")
        }
    }
}
