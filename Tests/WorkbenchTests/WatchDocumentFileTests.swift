import Cryptography
import Frames
import Linux
import Testing
import Text
import Watchlist

@testable import Workbench

/// What an authority does on its own computer, file by file, and what a board makes of it.
@Suite struct WatchDocumentFileTests {
    private static let start: Int64 = 1_750_000_000

    private static func template(_ seed: UInt64) throws -> FaceTemplate {
        var random = SplitMix64(seed: seed)
        return try #require(
            FaceTemplate((0..<FaceTemplate.count).map { _ in Int8(random.whole(in: -128...127)) }))
    }

    private static func list(_ numbers: [UInt32], version: UInt64 = 1) throws -> WatchedList {
        WatchedList(
            ListHeader(
                issuer: WatchDocumentFile.nobody, sealingKey: WatchDocumentFile.nobody,
                devices: ["bar", "hall"], version: version, issued: start,
                expires: start + 30 * 86_400, needsSetClock: false,
                model: [UInt8](repeating: 7, count: 32)),
            entries: try numbers.map { number in
                WatchEntry(
                    WatchNotice(
                        number: number, category: .missing, isChild: number == 2,
                        reference: "case \"\(number)\"", reason: "a red jacket", law: "law",
                        from: start, until: start + 86_400),
                    templates: [try template(UInt64(number))])
            })
    }

    private static func withFolder(_ body: (String) throws -> Void) throws {
        let folder = "/tmp/kuzet-watchlist-\(Process.pid)-\(Clocks.monotonicNanoseconds())"
        try Files.makeFolder(folder)
        defer {
            for name in (try? Files.names(in: folder)) ?? [] {
                try? Files.remove("\(folder)/\(name)")
            }
            try? Files.removeFolder(folder)
        }
        try body(folder)
    }

    private static func error(_ body: () throws -> Void) -> String? {
        do {
            try body()
            return nil
        } catch {
            return "\(error)"
        }
    }

    @Test func aDraftIsReadAsItWasWritten() throws {
        try Self.withFolder { folder in
            let list = try Self.list([1, 2, 9])
            let path = folder + "/draft.json"
            try WatchDocumentFile.write(Array(WatchlistDraft.text(list).utf8), to: path)
            #expect(try WatchlistDraft.read(path) == list)
        }
    }

    @Test(
        arguments: [
            ("\"number\":2", "\"number\":1", "entry 1: number: 1 after 1, ascending wanted"),
            ("\"child\":true", "\"child\":7", "entry 2: child: true or false was expected"),
            ("\"answer\":\"tell\"", "\"answer\":\"lamp\"", "entry 1: answer: lamp for one who"),
            ("\"reason\"", "\"raeson\"", "entry 1: raeson: no such name"),
            ("\"law\":\"law\"", "\"law\":\"\"", "entry 1: law: 0 bytes of UTF-8, 1 ... 128 wanted"),
            ("\"clock\":\"any\"", "\"clock\":\"maybe\"", "clock: set or any was expected"),
            ("kuzet-watchlist-draft-1", "draft", "format: kuzet-watchlist-draft-1 was expected"),
            ("\"category\":\"missing\"", "\"category\":\"rich\"", "wanted or missing or barred")
        ])
    func whatIsWrongWithADraftIsSaidWithWhere(old: String, new: String, said: String) throws {
        try Self.withFolder { folder in
            let text = WatchlistDraft.text(try Self.list([1, 2]))
            let range = try #require(text.range(of: old))
            let path = folder + "/draft.json"
            let wrong = text.replacingCharacters(range, with: new)
            try WatchDocumentFile.write(Array(wrong.utf8), to: path)
            let error = try #require(Self.error { _ = try WatchlistDraft.read(path) })
            #expect(error.hasPrefix("\(path): read: "))
            #expect(error.range(of: said) != nil, "\(error)")
        }
    }

    @Test func noDocumentIsWrittenOverSecrets() throws {
        try Self.withFolder { folder in
            let path = folder + "/city.key"
            let key = try WatchlistKey.make(path)
            #expect(throws: WorkbenchError.self) {
                try WatchDocumentFile.write([1, 2, 3], to: path)
            }
            #expect(try WatchlistKey.read(path).signing.publicKey == key.signing.publicKey)
            try WatchDocumentFile.write([1, 2, 3], to: folder + "/list")
            try WatchDocumentFile.write([4], to: folder + "/list")
            #expect(try Files.read(folder + "/list", byteCountMax: 16) == [4])
        }
    }

    @Test func aKeyIsForItsOwnerAndNeverOverwritten() throws {
        try Self.withFolder { folder in
            let path = folder + "/police.key"
            let made = try WatchlistKey.make(path)
            #expect(try Files.facts(path).permissions == 0o600)
            let read = try WatchlistKey.read(path)
            #expect(read.signing.publicKey == made.signing.publicKey)
            #expect(read.opening.publicKey == made.opening.publicKey)
            #expect(throws: WorkbenchError.self) { try WatchlistKey.make(path) }
            try WatchDocumentFile.write(Array("secret".utf8), to: folder + "/no.key")
            #expect(throws: WorkbenchError.self) { try WatchlistKey.read(folder + "/no.key") }
        }
    }

    @Test func whatIsSignedAndRevokedIsWhatABoardTakes() throws {
        try Self.withFolder { folder in
            let (old, new) = (folder + "/1.kzw", folder + "/2.kzw")
            let key = try WatchlistKey.make(folder + "/police.key")
            let packed = WatchDocumentFile.packed(try Self.list([1, 2, 9]))
            try WatchDocumentFile.write(packed, to: old)
            // Nobody signed it: no difference is made from it, and nothing revoked in it.
            #expect(throws: WorkbenchError.self) { try WatchDocumentFile.readSignedList(old) }
            for version in 1...16 as ClosedRange<UInt64> {
                let other = WatchDocumentFile.packed(try Self.list([1], version: version))
                let report = try WatchDocument.read(other).report
                #expect(report.range(of: "nobody has signed it yet") != nil)
            }
            let (list, _) = try WatchDocumentFile.readList(old)
            try WatchDocumentFile.write(WatchDocumentFile.signed(list, by: key).bytes, to: old)

            var state = WatchState(
                device: "bar", model: [UInt8](repeating: 7, count: 32),
                authorities: [
                    ListAuthority(
                        name: "police", key: key.signing.publicKey, lists: [.missing],
                        authorises: [.missing])
                ])
            let now = WatchTime(seconds: Self.start, isSet: true)
            let verify: WatchState.Verify = { PublicKey.verify($0, of: $1, by: $2) }
            let first = try Files.read(old, byteCountMax: 1 << 20)
            #expect(try state.admit(first, at: now, verifiedBy: verify).added == [1, 2, 9])

            let next = try WatchDocumentFile.revoked(
                [2], in: old, version: 5, issued: Self.start + 60, by: key)
            try WatchDocumentFile.write(next.bytes, to: new)
            let difference = try WatchDocumentFile.difference(from: old, to: new)
            let admission = try state.admit(difference.bytes, at: now, verifiedBy: verify)
            #expect(admission.removed == [2] && admission.version == 5)
            #expect(admission.document == next.bytes)
        }
    }

    @Test func aSlipInRevokingIsRefused() throws {
        try Self.withFolder { folder in
            let path = folder + "/1.kzw"
            let key = try WatchlistKey.make(folder + "/police.key")
            let other = try WatchlistKey.make(folder + "/venue.key")
            let signed = WatchDocumentFile.signed(try Self.list([1, 2], version: 4), by: key)
            try WatchDocumentFile.write(signed.bytes, to: path)
            func revoke(_ numbers: [UInt32], _ version: UInt64, by key: WatchlistKey) -> String? {
                Self.error {
                    _ = try WatchDocumentFile.revoked(
                        numbers, in: path, version: version, issued: Self.start, by: key)
                }
            }
            #expect(revoke([3], 5, by: key) == "\(path): revoke: entry 3: none has this number")
            #expect(revoke([2], 4, by: key) == "\(path): revoke: version 4, above 4 wanted")
            #expect(revoke([2], 5, by: other) == "\(path): revoke: another key signed it")
            #expect(revoke([2], 5, by: key) == nil)
        }
    }

    @Test func aReportSaysWhoseSignatureItIs() throws {
        try Self.withFolder { folder in
            let key = try WatchlistKey.make(folder + "/police.key")
            let list = try Self.list([1, 2])
            let fingerprint = PublicKey.fingerprint(key.signing.publicKey)
            let signed = WatchDocumentFile.signed(list, by: key)
            #expect(signed.report.range(of: "signature    by \(fingerprint)\n") != nil)
            let unsigned = try WatchDocument.read(WatchDocumentFile.packed(list))
            #expect(unsigned.report.range(of: "nobody has signed it yet") != nil)
            guard case .list(var changed, let signature) = signed else { return }
            changed.entries.removeLast()
            let forged = WatchDocument.list(changed, signature: signature)
            #expect(forged.report.range(of: "NOT RIGHT") != nil)
            for document in [signed, unsigned, forged] {
                let value = try JSONValue.read(Array(document.json.utf8))
                #expect(value["version"]?.thousandths == 1000)
            }
        }
    }

    @Test func aFindIsOpenedForItsIncidentOnly() throws {
        try Self.withFolder { folder in
            let key = try WatchlistKey.make(folder + "/police.key")
            let bound = Array("6b75-17".utf8)
            let sealed = try #require(
                Sealing.seal([1, 2, 3], to: key.opening.publicKey, bound: bound))
            try WatchDocumentFile.write(sealed, to: folder + "/find")
            let path = folder + "/find"
            #expect(try WatchDocumentFile.opened(path, bound: bound, by: key) == [1, 2, 3])
            #expect(throws: WorkbenchError.self) {
                try WatchDocumentFile.opened(path, bound: [], by: key)
            }
        }
    }
}

extension String {
    fileprivate func range(of part: String) -> Range<String.Index>? {
        firstRange(of: part)
    }

    fileprivate func replacingCharacters(
        _ range: Range<String.Index>, with text: String
    ) -> String {
        String(self[..<range.lowerBound]) + text + String(self[range.upperBound...])
    }
}
