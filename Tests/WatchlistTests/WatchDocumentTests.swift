import Frames
import Testing

@testable import Watchlist

@Suite struct WatchDocumentTests {
    private let signature = [UInt8](repeating: 5, count: 64)

    private var list: WatchedList {
        var child = Sample.entry(9, .missing, templates: 8)
        child.notice.isChild = true
        child.notice.reason = ""
        var lit = Sample.entry(4)
        lit.notice.answer = .lamp
        lit.notice.reference = "дело 17"
        return WatchedList(
            Sample.header(3, devices: ["bar", "hall"], needsSetClock: true),
            entries: [lit, Sample.entry(5, .barred, templates: 2), child])
    }

    private var documents: [WatchDocument] {
        var next = list
        next.header.version = 4
        next.entries.remove(at: 1)
        next.entries.append(Sample.entry(12))
        let difference = ListDifference(from: list, to: next)
        return [
            .list(list, signature: signature),
            .authorisation(Sample.authorisation(), signature: signature)
        ] + (difference.map { [.difference($0, signature: signature)] } ?? [])
    }

    @Test func everyDocumentIsReadAsItWasWritten() throws {
        #expect(documents.count == 3)
        for document in documents {
            let bytes = document.bytes
            let read = try WatchDocument.read(bytes)
            #expect(read == document)
            #expect(read.bytes == bytes)
        }
    }

    /// What a version means never changes: these bytes are read for ever.
    @Test func anAuthorisationIsTheseBytes() {
        var short = Sample.authorisation(2, [.wanted, .barred])
        (short.authority, short.person, short.law, short.place) = ("a", "p", "l", "b")
        let bytes = WatchDocument.authorisation(short, signature: signature).bytes
        var wanted: [UInt8] = Array("KZWA".utf8) + [1, 0, 0, 0, 0, 0, 0, 0, 2]
        for letter in "aplb".utf8 { wanted += [0, 1, letter] }
        wanted += [1, 0, 3] + Array("bar".utf8) + [0b101]
        wanted += [0, 0, 0, 0, 0x68, 0x4E, 0xE1, 0x80] + [0, 0, 0, 0, 0x68, 0x4E, 0xE1, 0x80]
        wanted += [0, 0, 0, 0, 0x68, 0xD2, 0xB7, 0x80]
        wanted += [UInt8](repeating: 1, count: 32) + signature
        #expect(bytes == wanted)
        #expect(
            WatchDocument.message(short)
                == Array("kuzet-watchlist-1\n".utf8) + wanted.dropLast(64))
    }

    @Test func noBeginningOfADocumentIsOne() {
        for document in documents {
            let bytes = document.bytes
            for count in Array(0..<120) + Array(stride(from: 120, to: bytes.count, by: 37)) {
                #expect(throws: WatchProblem.self) {
                    try WatchDocument.read(Array(bytes.prefix(count)))
                }
            }
            #expect(throws: WatchProblem.self) { try WatchDocument.read(bytes + [0]) }
        }
    }

    /// Whatever is accepted is canonical: it gives the same bytes again.
    @Test func changedBytesAreRefusedOrReadAsThemselves() {
        var random = SplitMix64(seed: 3)
        var acceptedCount = 0
        for document in documents {
            let bytes = document.bytes
            for _ in 0..<3000 {
                var changed = bytes
                // Headers and counts are where harm is done.
                for _ in 0...random.whole(in: 0...3) {
                    let reach = random.chance(1, in: 2) ? min(220, bytes.count) : bytes.count
                    changed[random.whole(in: 0...reach - 1)] = UInt8(random.whole(in: 0...255))
                }
                if random.chance(1, in: 5) { changed.removeLast(random.whole(in: 0...60)) }
                guard let read = try? WatchDocument.read(changed) else { continue }
                acceptedCount += 1
                #expect(read.bytes == changed)
            }
        }
        #expect(acceptedCount > 100)
    }

    @Test func aCountThatTheBytesDoNotBearOutAllocatesNothing() {
        var bytes = Array(documents[0].bytes.prefix(5))
        bytes += [UInt8](repeating: 9, count: 32) + [0]
        bytes += [0, 0, 0, 0, 0, 0, 0, 1] + [UInt8](repeating: 0, count: 16) + [0]
        bytes += [UInt8](repeating: 7, count: 32)
        let frame = [UInt8](repeating: 0, count: 96)
        #expect(throws: WatchProblem(.tooShort(field: "entries", wanted: 2_870_000, left: 0))) {
            try WatchDocument.read(bytes + [0, 0, 0x27, 0x10] + frame)
        }
        #expect(
            throws: WatchProblem(.count(field: "entries", found: 10_001, wanted: 0...10_000))
        ) {
            try WatchDocument.read(bytes + [0, 0, 0x27, 0x11] + frame)
        }
        #expect(throws: WatchProblem(.byteCount(found: 10_485_761, max: 10_485_760))) {
            try WatchDocument.read([UInt8](repeating: 0, count: 10_485_761))
        }
    }

    @Test func theLargestListFits() throws {
        let template = Sample.template(1)
        let whole = WatchedList(
            Sample.header(),
            entries: (1...10_000).map { (number: Int) in
                var entry = Sample.entry(1)
                entry.notice.number = UInt32(number)
                entry.notice.reference = String(repeating: "r", count: 64)
                entry.notice.reason = String(repeating: "s", count: 256)
                entry.notice.law = String(repeating: "l", count: 128)
                entry.templates = [template, template]
                return entry
            })
        #expect(whole.problem == nil)
        let bytes = WatchDocument.list(whole, signature: signature).bytes
        #expect(bytes.count <= WatchDocument.byteCountMax)
        #expect(try WatchDocument.read(bytes).bytes.count == bytes.count)
    }

    private func problem(_ change: (inout WatchedList) -> Void) -> WatchProblem? {
        var changed = list
        change(&changed)
        // Whoever packs is told, and whoever reads all the same.
        let bytes = WatchDocument.list(changed, signature: signature).bytes
        #expect(throws: WatchProblem.self) { try WatchDocument.read(bytes) }
        return changed.problem
    }

    @Test func whatAnEntryMayNotSayIsRefusedByRuleAndEntry() {
        #expect(problem { $0.entries[2].notice.answer = .lamp } == .init(.lampForMissing, entry: 9))
        #expect(
            problem { $0.entries[0].notice.isChild = true }
                == .init(.childOnlyMissing(.wanted), entry: 4))
        #expect(
            problem { $0.entries[1].notice.number = 4 }
                == .init(.order(field: "number", found: "4", after: "4"), entry: 4))
        #expect(problem { $0.entries[0].notice.number = 0 }?.entry == 0)
        #expect(
            problem { $0.entries[1].notice.reference = "" }
                == .init(.text(field: "reference", byteCount: 0, wanted: 1...64), entry: 5))
        #expect(
            problem { $0.entries[1].notice.law = String(repeating: "l", count: 129) }
                == .init(.text(field: "law", byteCount: 129, wanted: 1...128), entry: 5))
        #expect(
            problem { $0.entries[1].notice.reason = "look\u{1B}[2J" }
                == .init(.notPrintable(field: "reason"), entry: 5))
        #expect(
            problem { $0.entries[1].notice.reason = "\u{202E}koool" }
                == .init(.notPrintable(field: "reason"), entry: 5))
        #expect(problem { $0.entries[1].notice.until = Sample.start }?.entry == 5)
        #expect(
            problem { $0.entries[1].notice.until = Sample.start + 2000 * Sample.day }
                == .init(.tooLong(field: "entry", days: 2000, daysMax: 1827), entry: 5))
        #expect(
            problem {
                $0.entries[1].notice.from = 5
                $0.entries[1].notice.until = 10
            } == .init(.overBeforeIssued(until: 10, issued: Sample.start), entry: 5))
        #expect(problem { $0.entries[1].templates = [] }?.entry == 5)
        #expect(problem { $0.entries[2].templates.append(Sample.template(1)) }?.entry == 9)
    }

    @Test func whatAListMayNotSayIsRefused() {
        #expect(problem { $0.header.version = 0 } != nil)
        #expect(problem { $0.header.expires = $0.header.issued } != nil)
        #expect(
            problem { $0.header.expires = $0.header.issued + 367 * Sample.day }
                == .init(.tooLong(field: "list", days: 367, daysMax: 366)))
        #expect(
            problem { $0.header.devices = ["hall", "bar"] }
                == .init(.order(field: "devices", found: "bar", after: "hall")))
        #expect(problem { $0.header.devices = ["bar", "bar"] } != nil)
        #expect(problem { $0.header.devices = [""] } != nil)
        #expect(problem { $0.header.issued = -1 } != nil)
        #expect(problem { $0.header.expires = .max } != nil)
    }

    @Test func everyRefusalNamesDocumentAttemptAndCause() {
        let refusal = WatchRefusal("watch list 7 of venue", .init(.lampForMissing, entry: 12))
        #expect(
            refusal.description
                == "watch list 7 of venue: admit: entry 12: answer: lamp for one who is missing, "
                + "tell wanted")
        #expect(
            WatchRule.version(found: 3, floor: 5).description
                == "version: 3, above 5 wanted: it would be a step back")
        #expect(
            WatchRule.expired(until: 0, now: 86_400).description
                == "until: over since 1970-01-01T00:00:00Z, it is 1970-01-02T00:00:00Z")
    }
}
