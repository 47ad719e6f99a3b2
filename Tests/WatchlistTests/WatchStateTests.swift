import Frames
import Testing

@testable import Watchlist

@Suite struct WatchStateTests {
    private static func list(
        _ version: UInt64 = 1,
        _ entries: [WatchEntry] = [Sample.entry(1), Sample.entry(2, .missing)],
        devices: [String] = [], issued: Int64 = Sample.start, needsSetClock: Bool = false
    ) -> WatchedList {
        WatchedList(
            Sample.header(version, devices: devices, issued: issued, needsSetClock: needsSetClock),
            entries: entries)
    }

    @Test func nobodyIsLookedForWithoutAnAuthorisation() throws {
        var board = try #require(Board())
        try board.admit(board.police.document(Self.list()))
        #expect(board.numbers() == [])
        try board.admit(board.court.document(Sample.authorisation(1, [.missing])))
        #expect(board.numbers() == [2])
        try board.admit(board.court.document(Sample.authorisation(2)))
        #expect(board.numbers() == [1, 2])
        // Withdrawn again.
        let admission = try board.admit(board.court.document(Sample.authorisation(3, [])))
        #expect(board.numbers() == [])
        #expect(
            admission.words
                == "watch authorisation 3 of court: nobody at the bar, by A. Person of court, "
                + "under law 94-V, 2025-06-15T15:06:40Z to 2025-09-23T15:06:40Z")
    }

    @Test func anAuthorisationHoldsFromThenToThen() throws {
        var board = try #require(Board())
        try board.admit(board.police.document(Self.list()))
        let later = Sample.authorisation(from: Sample.start + 2 * Sample.day, days: 3)
        try board.admit(board.court.document(later))
        #expect(board.numbers(at: Sample.time(1)) == [])
        #expect(board.state.nextChange(after: Sample.time(0)) == Sample.time(2).seconds)
        #expect(board.numbers(at: Sample.time(2)) == [1, 2])
        #expect(board.state.nextChange(after: Sample.time(2)) == Sample.time(5).seconds)
        #expect(board.numbers(at: Sample.time(5)) == [])
        #expect(board.state.end(at: Sample.time(5)) == [.authorisation(by: "court", version: 1)])
    }

    @Test func onlyWhatItsOwnerSignedIsAdmitted() throws {
        let board = try #require(Board())
        let bytes = board.police.document(Self.list())
        #expect(
            board.refusal(board.stranger.document(Self.list()))?.rule
                == .unknownKey(board.stranger.key.publicKey))
        var random = SplitMix64(seed: 1)
        for _ in 0..<200 {
            var changed = bytes
            changed[random.whole(in: 0...bytes.count - 1)] ^= 1 << UInt8(random.whole(in: 0...7))
            #expect(board.refusal(changed) != nil)
        }
        // Another authority's key under the same content is another document.
        var swapped = bytes
        swapped.replaceSubrange(
            bytes.count - 96..<bytes.count - 64, with: board.venue.key.publicKey)
        #expect(board.refusal(swapped)?.rule == .signature(by: "venue"))
    }

    /// Zeros are a point of the curve, of order 4: for one message in four, zeros are a signature.
    @Test func aKeyOfZerosIsNobodys() throws {
        let zeros = [UInt8](repeating: 0, count: 32)
        var state = WatchState(
            device: "bar", model: Sample.model,
            authorities: [
                ListAuthority(name: "zeros", key: zeros, lists: [.wanted], authorises: [.wanted])
            ])
        for version in 1...16 as ClosedRange<UInt64> {
            var list = Self.list(version)
            list.header.issuer = zeros
            let bytes = WatchDocument.list(list, signature: zeros + zeros).bytes
            #expect(throws: WatchRefusal.self) {
                try state.admit(bytes, at: Sample.time(), verifiedBy: Sample.verify)
            }
        }
        #expect(state.lists.isEmpty)
    }

    @Test func aVenueMayBarAndNeverWant() throws {
        var board = try #require(Board())
        try board.admit(board.venue.document(Self.list(1, [Sample.entry(3, .barred)])))
        for category in [WatchNotice.Category.wanted, .missing] {
            let bytes = board.venue.document(
                Self.list(2, [Sample.entry(3, .barred), Sample.entry(8, category)]))
            let refusal = try #require(board.refusal(bytes))
            #expect(
                refusal.description
                    == "watch list 2 of venue: admit: entry 8: category: venue lists \(category), "
                    + "may list barred")
        }
        #expect(
            board.refusal(board.venue.document(Sample.authorisation(1, [.wanted, .barred])))?.rule
                == .mayNotAuthorise(by: "venue", [.wanted, .barred], may: [.barred]))
        #expect(board.refusal(board.police.document(Sample.authorisation(1, []))) != nil)
        try board.admit(board.venue.document(Sample.authorisation(1, [.barred])))
        #expect(board.numbers() == [3])
    }

    @Test func whatIsForAnotherBoardOrNetworkIsRefused() throws {
        var board = try #require(Board())
        #expect(
            board.refusal(board.police.document(Self.list(devices: ["arena", "hall"])))?.rule
                == .otherDevice(wanted: ["arena", "hall"], own: "bar"))
        try board.admit(board.police.document(Self.list(devices: ["arena", "bar"])))
        #expect(board.refusal(board.court.document(Sample.authorisation(devices: ["hall"]))) != nil)
        var other = Self.list(2)
        other.header.model[0] = 1
        #expect(
            board.refusal(board.police.document(other))?.rule
                == .otherModel(found: other.header.model, own: Sample.model))
    }

    @Test func noVersionGoesBackNotEvenAfterARestart() throws {
        var board = try #require(Board())
        let (old, new) = (board.police.document(Self.list(4)), board.police.document(Self.list(5)))
        try board.admit(new)
        #expect(board.refusal(old)?.rule == .version(found: 4, floor: 5))
        // The same once more changes nothing; another of the same version is refused.
        let again = try board.admit(new)
        #expect(again.isKnown && again.document == nil)
        #expect(again.words == "watch list 5 of police: held already")
        #expect(
            board.refusal(board.police.document(Self.list(5, [])))?.rule
                == .version(found: 5, floor: 5))

        let kept = try WatchFloors(canonicalBytes: board.state.floors.canonicalBytes)
        #expect(kept == board.state.floors)
        board.restart()
        #expect(board.state.lists.isEmpty)
        #expect(board.refusal(old)?.rule == .version(found: 4, floor: 5))
        // What was kept at rest comes back.
        let back = try board.admit(new)
        #expect(!back.isKnown && board.state.lists.count == 1)
    }

    @Test func expiryEndsAListForEver() throws {
        var board = try #require(Board())
        let bytes = board.police.document(Self.list())
        try board.admit(bytes)
        try board.admit(board.court.document(Sample.authorisation()))
        #expect(board.numbers(at: Sample.time(29)) == [1, 2])
        #expect(board.numbers(at: Sample.time(30)) == [])
        #expect(board.state.end(at: Sample.time(30)) == [.list(by: "police", version: 1)])
        #expect(board.state.lists.isEmpty)
        // A clock set back brings nothing back: the floor of time goes with the board.
        board.restart()
        var clock = WatchClock(latest: board.state.floors.latest, at: .zero)
        let now = clock.now(Instant(nanoseconds: 5), clock: Sample.start)
        #expect(
            board.refusal(bytes, at: now)?.rule
                == .expired(until: Sample.time(30).seconds, now: Sample.time(30).seconds))
    }

    @Test func withoutAClockADocumentsIssueIsTheLeastThatHasBeen() throws {
        var board = try #require(Board())
        var clock = WatchClock(latest: 0, at: .zero)
        let unset = clock.now(.zero, clock: nil)
        let admission = try board.admit(board.police.document(Self.list()), at: unset)
        clock.learn(admission.issued)
        try board.admit(board.court.document(Sample.authorisation()), at: unset)
        let span = 30 * Sample.day * 1_000_000_000
        let last = clock.now(Instant(nanoseconds: span - 1_000_000_000), clock: nil)
        #expect(board.numbers(at: last) == [1, 2])
        let over = clock.now(Instant(nanoseconds: span), clock: nil)
        #expect(board.numbers(at: over) == [])
        #expect(board.state.floors.latest == Sample.start)
    }

    @Test func aListThatNeedsASetClockHoldsOnlyWithOne() throws {
        var board = try #require(Board())
        try board.admit(board.police.document(Self.list(needsSetClock: true)))
        try board.admit(board.court.document(Sample.authorisation()))
        #expect(board.numbers(at: Sample.time(1, isSet: false)) == [])
        #expect(board.numbers(at: Sample.time(1)) == [1, 2])
    }

    @Test func aDocumentFromTheFutureIsRefusedByASetClockOnly() throws {
        let board = try #require(Board())
        let ahead = board.police.document(
            Self.list(issued: Sample.start + Sample.day + 1))
        #expect(
            board.refusal(ahead)?.rule
                == .issuedLater(
                    issued: Sample.start + Sample.day + 1, now: Sample.start))
        #expect(board.refusal(ahead, at: Sample.time(isSet: false)) == nil)
        #expect(
            board.refusal(board.police.document(Self.list(issued: Sample.start + Sample.day)))
                == nil)
    }

    @Test func anEntryThatIsOverIsWipedAndTheRestHolds() throws {
        var board = try #require(Board())
        let short = Sample.entry(1, until: Sample.start + 2 * Sample.day)
        try board.admit(board.police.document(Self.list(1, [short, Sample.entry(2, .missing)])))
        try board.admit(board.court.document(Sample.authorisation()))
        #expect(board.state.nextChange(after: Sample.time()) == Sample.time(2).seconds)
        #expect(board.numbers(at: Sample.time(2)) == [2])
        #expect(board.state.end(at: Sample.time(2)) == [.entry(by: "police", number: 1)])
        #expect(board.state.lists[0].list.entries.map(\.number) == [2])
        #expect(board.state.end(at: Sample.time(2)) == [])
    }

    @Test func moreThanABoardHoldsIsRefused() throws {
        var board = try #require(Board())
        func many(_ count: Int, _ category: WatchNotice.Category) -> WatchedList {
            let template = Sample.template(1)
            return Self.list(
                1,
                (1...count).map { number in
                    var entry = Sample.entry(UInt32(number), category)
                    entry.templates = [template]
                    return entry
                })
        }
        try board.admit(board.police.document(many(6000, .wanted)))
        #expect(
            board.refusal(board.venue.document(many(4001, .barred)))?.rule
                == .tooManyInAll(what: "entries", found: 10_001, max: 10_000))
        #expect(board.refusal(board.venue.document(many(4000, .barred))) == nil)
    }

    @Test func aRefusalLeavesEverythingAsItWas() throws {
        var board = try #require(Board())
        try board.admit(board.police.document(Self.list(2)))
        let before = board.state
        for bytes in [
            [], board.police.document(Self.list(1)), board.stranger.document(Self.list(9)),
            board.police.document(Self.list(3, devices: ["hall"]))
        ] {
            #expect(throws: WatchRefusal.self) { try board.admit(bytes) }
        }
        #expect(board.state.lists == before.lists && board.state.floors == before.floors)
    }
}
