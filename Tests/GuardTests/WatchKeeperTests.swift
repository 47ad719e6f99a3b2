import Cryptography
import Detectors
import Frames
import Linux
import Records
import Station
import Store
import Synchronization
import Testing
import Watchlist

@testable import Guard

/// Documents for looking at faces, from an order to the cameras, and over a restart.
@Suite struct WatchKeeperTests {
    private final class Desk: Sendable {
        let news = Mutex<[WatchNews]>([])
        let galleries = Mutex<[WatchGallery?]>([])

        var words: [String] { news.withLock { $0.flatMap(\.words) } }
        /// Whom cameras compare with now.
        var numbers: [UInt32] {
            galleries.withLock { ($0.last ?? nil)?.listed.map(\.notice.number) ?? [] }
        }
    }

    private let folder: LedgerFolder
    private let signing: SigningKey
    private let sealing: SealingKey
    private let now = Clocks.wallMilliseconds() / 1000

    init() throws {
        let path = "/tmp/kuzet-watch-\(Process.pid)-\(Clocks.monotonicNanoseconds())"
        folder = LedgerFolder(path)
        signing = try #require(SigningKey.newSecret().flatMap { SigningKey(secret: $0) })
        sealing = try #require(SealingKey.newSecret().flatMap { SealingKey(secret: $0) })
        // A ledger that was opened once has the board's key.
        _ = try SQLiteLedger(
            directory: path,
            stamp: Stamp(
                boot: BootID(high: 1, low: 2), monotonic: .zero, wallMilliseconds: 0,
                trust: .unset))
    }

    private func keeper(
        _ desk: Desk, lists: Set<WatchNotice.Category> = [.wanted],
        authorises: Set<WatchNotice.Category> = [.wanted]
    ) throws -> WatchKeeper {
        let keeper = try WatchKeeper(
            folder, device: "bar",
            authorities: [
                ListAuthority(
                    name: "city", key: signing.publicKey, lists: lists, authorises: authorises)
            ], boot: BootID(high: 1, low: 2),
            post: { cause in
                if case .watched(let news) = cause { desk.news.withLock { $0.append(news) } }
            }, compare: { gallery in desk.galleries.withLock { $0.append(gallery) } })
        try keeper.start()
        return keeper
    }

    private func list(
        _ version: UInt64, _ numbers: [UInt32], expires: Int64 = 86_400,
        category: WatchNotice.Category = .wanted
    ) -> [UInt8] {
        let entries = numbers.map { number in
            WatchEntry(
                WatchNotice(
                    number: number, category: category, reference: "case \(number)", law: "a law",
                    from: now - 100, until: now + 3_600),
                templates: [FaceTemplate([Int8](repeating: Int8(number), count: 256))].compactMap {
                    $0
                })
        }
        let list = WatchedList(
            ListHeader(
                issuer: signing.publicKey, sealingKey: sealing.publicKey, devices: ["bar"],
                version: version, issued: now - 10, expires: now + expires, needsSetClock: false,
                model: WatchKeeper.model), entries: entries)
        return WatchDocument.list(
            list, signature: signing.sign(WatchDocument.message(list))
        ).bytes
    }

    private func right(_ version: UInt64, _ categories: Set<WatchNotice.Category>) -> [UInt8] {
        let right = WatchAuthorisation(
            issuer: signing.publicKey, version: version, authority: "City", person: "A. Judge",
            law: "a law", place: "the bar", devices: ["bar"], categories: categories,
            issued: now - 10, from: now - 10, until: now + 86_400)
        return WatchDocument.authorisation(
            right, signature: signing.sign(WatchDocument.message(right))
        ).bytes
    }

    private func order(_ name: String) -> Order {
        Order(actor: name, authority: .technician, action: .watch(document: []))
    }

    private func eventually(_ holds: () -> Bool) -> Bool {
        for _ in 0..<200 {
            if holds() { return true }
            Clocks.sleep(milliseconds: 50)
        }
        return false
    }

    @Test func nobodyIsLookedForWithoutBothAListAndARight() throws {
        let desk = Desk()
        let keeper = try keeper(desk)
        keeper.take(list(1, [3, 5]), order("Marat"))
        #expect(
            eventually { desk.words.contains { $0.contains("watch list 1 of city: 2 entries") } })
        #expect(desk.numbers.isEmpty)
        keeper.take(right(1, [.wanted]), order("Marat"))
        #expect(eventually { desk.numbers == [3, 5] })
        let news = try #require(desk.news.withLock { $0.last })
        #expect(news.order?.actor == "Marat" && news.refusal == nil)
        guard case .entries(let words) = news.watching else {
            Issue.record("\(news.watching)")
            return
        }
        #expect(words.hasPrefix("2 entries; wanted at the bar, by A. Judge of City, under a law"))
        // Revoked: whoever is not on the next list is not looked for within a second.
        keeper.take(list(2, [5]), order("Marat"))
        #expect(eventually { desk.numbers == [5] })
        // Withdrawn.
        keeper.take(right(2, []), order("Marat"))
        #expect(eventually { desk.numbers.isEmpty })
        #expect(eventually { desk.news.withLock { $0.last?.watching == .nobody } })
    }

    @Test func whatIsRefusedIsSaidWithItsRuleAndEntryAndChangesNothing() throws {
        let desk = Desk()
        let keeper = try keeper(desk)
        keeper.take(list(5, [3]), order("a"))
        keeper.take(right(1, [.wanted]), order("a"))
        #expect(eventually { desk.numbers == [3] })
        var forged = list(6, [9])
        forged[20] ^= 1
        for (name, document, part) in [
            ("forged", forged, ""), ("older", list(4, [9]), "version"),
            ("barred", list(7, [9], category: .barred), "entry 9"), ("none", [1, 2, 3], "")
        ] {
            keeper.take(document, order(name))
            #expect(
                eventually { desk.news.withLock { $0.contains { $0.order?.actor == name } } },
                "\(name)")
            let news = desk.news.withLock { $0.first { $0.order?.actor == name } }
            #expect(news?.refusal?.contains(part) ?? false, "\(name): \(news?.refusal ?? "taken")")
            #expect(news?.words.first?.hasSuffix("brought by \(name)") ?? false)
        }
        #expect(desk.numbers == [3])
    }

    @Test func whatWasTakenOverHoldsOverARestartAndIsUnreadableOnTheDisk() throws {
        let desk = Desk()
        let keeper = try keeper(desk)
        keeper.take(list(5, [3]), order("a"))
        keeper.take(right(1, [.wanted]), order("a"))
        #expect(eventually { desk.numbers == [3] })
        let watch = folder.path + "/watch"
        let template = [UInt8](repeating: 3, count: 64)
        let names = try Files.names(in: watch)
        #expect(names.contains("floors") && names.count == 3)
        for name in names {
            let bytes = try Files.read(watch + "/" + name, byteCountMax: 1 << 20)
            #expect(!bytes.contains(template) && !bytes.contains(Array("case 3".utf8)))
            #expect(try Files.facts(watch + "/" + name).permissions & 0o077 == 0)
        }
        let later = Desk()
        let next = try self.keeper(later)
        #expect(eventually { later.numbers == [3] })
        // The floor holds, too.
        next.take(list(4, [9]), order("older"))
        #expect(eventually { later.news.withLock { $0.contains { $0.refusal != nil } } })
        #expect(later.numbers == [3])
    }

    @Test func aFileThatWasChangedIsSaidAndNobodyIsLookedForByIt() throws {
        let desk = Desk()
        let keeper = try keeper(desk)
        keeper.take(list(5, [3]), order("a"))
        keeper.take(right(1, [.wanted]), order("a"))
        #expect(eventually { desk.numbers == [3] })
        let watch = folder.path + "/watch"
        let name = try #require(try Files.names(in: watch).first { $0.hasPrefix("list-") })
        var bytes = try Files.read(watch + "/" + name, byteCountMax: 1 << 20)
        bytes[bytes.count / 2] ^= 1
        try Files.replace(watch + "/" + name, with: bytes)
        let later = Desk()
        _ = try self.keeper(later)
        #expect(eventually { later.words.contains { $0.contains("damaged") } })
        #expect(later.numbers.isEmpty)
    }

    @Test func whoIsOverIsWipedByTimeAlone() throws {
        let desk = Desk()
        let keeper = try keeper(desk)
        keeper.take(right(1, [.wanted]), order("a"))
        // Without a clock that is set, time goes on from what was issued.
        keeper.take(list(5, [3], expires: -7), order("a"))
        #expect(
            eventually { desk.numbers == [3] || desk.words.contains { $0.contains("over since") } })
        #expect(eventually { desk.numbers.isEmpty && !desk.words.isEmpty })
        // Nor does it begin anew, now or after a restart.
        let later = Desk()
        let next = try self.keeper(later)
        next.take(list(5, [3], expires: -7), order("again"))
        #expect(
            eventually {
                later.news.withLock { $0.contains { $0.refusal?.contains("over since") ?? false } }
            })
        #expect(later.numbers.isEmpty)
    }

    @Test func whereNobodyMayAskAnyMoreNothingIsKept() throws {
        let desk = Desk()
        let keeper = try keeper(desk)
        keeper.take(list(5, [3]), order("a"))
        keeper.take(right(1, [.wanted]), order("a"))
        #expect(eventually { desk.numbers == [3] })
        let without = try WatchKeeper(
            folder, device: "bar", authorities: [], boot: BootID(high: 1, low: 2), post: { _ in },
            compare: { _ in })
        try without.start()
        #expect(eventually { (try? Files.names(in: folder.path + "/watch")) == [] })
    }

    @Test func withoutAnAuthorityEverythingIsRefused() throws {
        let desk = Desk()
        let keeper = try WatchKeeper(
            folder, device: "bar", authorities: [], boot: BootID(high: 1, low: 2),
            post: { cause in
                if case .watched(let news) = cause { desk.news.withLock { $0.append(news) } }
            }, compare: { gallery in desk.galleries.withLock { $0.append(gallery) } })
        try keeper.start()
        keeper.take(list(1, [3]), order("a"))
        #expect(desk.news.withLock { $0.first?.refusal?.contains("knows no authority") ?? false })
        #expect(desk.galleries.withLock { $0.isEmpty })
    }
}
