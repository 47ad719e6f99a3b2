import Frames
import Testing

@testable import Watchlist

@Suite struct ListDifferenceTests {
    private static func list(_ version: UInt64, _ entries: [WatchEntry]) -> WatchedList {
        WatchedList(Sample.header(version), entries: entries)
    }

    @Test func aDifferenceLeadsToTheWholeList() throws {
        var random = SplitMix64(seed: 5)
        for _ in 0..<200 {
            func some() -> [WatchEntry] {
                (1...12).filter { _ in random.chance(1, in: 2) }.map {
                    Sample.entry(UInt32($0), random.chance(1, in: 2) ? .wanted : .missing)
                }
            }
            let (base, list) = (Self.list(1, some()), Self.list(2, some()))
            let difference = try #require(ListDifference(from: base, to: list))
            #expect(try difference.applied(to: base.entries) == list)
        }
    }

    @Test func revocationIsADifferenceThatRemoves() throws {
        var board = try #require(Board())
        let base = Self.list(1, (1...5).map { Sample.entry($0) })
        var list = base
        list.header.version = 2
        list.entries.removeAll { $0.number == 3 }
        try board.admit(board.police.document(base))
        try board.admit(board.court.document(Sample.authorisation()))
        #expect(board.numbers() == [1, 2, 3, 4, 5])

        let bytes = try #require(board.police.difference(from: base, to: list))
        #expect(bytes.count < 400)
        let admission = try board.admit(bytes)
        #expect(board.numbers() == [1, 2, 4, 5])
        #expect(admission.removed == [3] && admission.added == [] && admission.changed == [])
        #expect(admission.words == "watch list 2 of police: 4 entries, 0 new, 0 changed, 1 gone")
        // What is kept is the whole list, as if it had come whole.
        #expect(admission.document == board.police.document(list))
        #expect(try board.admit(bytes).isKnown)
    }

    @Test func anotherBaseIsRefusedWithBothVersions() throws {
        var board = try #require(Board())
        let lists = (1...3).map { Self.list($0, [Sample.entry(UInt32($0))]) }
        let bytes = try #require(board.police.difference(from: lists[1], to: lists[2]))
        #expect(board.refusal(bytes)?.rule == .otherBase(wanted: 2, held: nil))
        try board.admit(board.police.document(lists[0]))
        #expect(
            board.refusal(bytes)?.description
                == "difference to watch list 3 of police: admit: base: version 2 wanted, "
                + "version 1 held: send the whole list")
    }

    @Test func noChangedDifferenceIsAdmitted() throws {
        var board = try #require(Board())
        let base = Self.list(1, [Sample.entry(1), Sample.entry(2)])
        let list = Self.list(2, [Sample.entry(2), Sample.entry(3)])
        try board.admit(board.police.document(base))
        let bytes = try #require(board.police.difference(from: base, to: list))
        #expect(board.refusal(bytes) == nil)
        for index in bytes.indices {
            var changed = bytes
            changed[index] ^= 1
            #expect(board.refusal(changed) != nil, "byte \(index)")
        }
        // Made from another list of the same version.
        let other = Self.list(1, [Sample.entry(1), Sample.entry(4)])
        let forked = try #require(board.police.difference(from: other, to: list))
        #expect(board.refusal(forked)?.entry == 4)
    }

    @Test func anEntryThatIsOverMayGoAndMayNotBeMissed() throws {
        var board = try #require(Board())
        let short = Sample.entry(1, until: Sample.start + 2 * Sample.day)
        let base = Self.list(1, [short, Sample.entry(2)])
        try board.admit(board.police.document(base))
        _ = board.state.end(at: Sample.time(3))
        let without = Self.list(2, [Sample.entry(2), Sample.entry(3)])
        let with = Self.list(2, [short, Sample.entry(2), Sample.entry(3)])
        let fitting = try #require(board.police.difference(from: base, to: without))
        let missing = try #require(board.police.difference(from: base, to: with))
        #expect(board.refusal(fitting, at: Sample.time(3)) == nil)
        #expect(board.refusal(missing, at: Sample.time(3))?.rule == .baseIsOver(wiped: [1]))
    }

    @Test func listsOfTwoIssuersHaveNoDifference() {
        var other = Self.list(2, [])
        other.header.issuer[0] = 9
        #expect(ListDifference(from: Self.list(1, []), to: other) == nil)
    }
}
