import Cryptography
import Frames
import Linux
import Testing

@testable import Store

@Suite struct DeviceKeyTests {
    /// One life, from start to an orderly stop.
    ///
    /// - Returns: what it found, and whether its past may not tell all.
    private func live(
        _ folder: TestFolder, _ second: Int64
    ) throws -> (findings: [String], isPastIncomplete: Bool) {
        let ledger = try SQLiteLedger(directory: folder.path, stamp: Story.stamp(second))
        try ledger.append([Story.operated("x", second)])
        return (ledger.findings, ledger.past.isIncomplete)
    }

    private func verify(_ folder: TestFolder) throws -> VerificationReport {
        try LedgerVerifier.verify(LedgerReader(directory: folder.path))
    }

    private func secret(_ folder: TestFolder) -> String { folder.path + "/key/device.secret" }

    @Test func theFirstStartMakesAKeyThatOnlyItsOwnerCanReadAndLaterOnesUseIt() throws {
        let folder = try TestFolder()
        #expect(try live(folder, 1).findings.isEmpty)
        #expect(try live(folder, 2).findings.isEmpty)
        #expect(try Files.facts(secret(folder)).permissions == 0o600)
        #expect(try Files.facts(folder.path + "/key").permissions == 0o700)
        let report = try verify(folder)
        #expect(report.keys.map(\.checkpointCount) == [2])
        #expect(report.isValid && report.notes.isEmpty)
        let bytes = try Files.read(secret(folder), byteCountMax: 100)
        #expect(Array(bytes[32...]) == report.keys[0].publicKey)
    }

    @Test(arguments: [0, 63, 64, 65])
    func aDamagedKeyIsSetAsideAndTheLedgerSaysSo(byteCount: Int) throws {
        let folder = try TestFolder()
        _ = try live(folder, 1)
        try Files.replace(secret(folder), with: [UInt8](repeating: 7, count: byteCount))
        let (findings, isPastIncomplete) = try live(folder, 2)
        #expect(findings.count == 2)
        #expect(
            findings[0]
                == "key: open: damaged; set aside as key/device.secret.damaged-1")
        #expect(try live(folder, 3).findings.isEmpty)
        let report = try verify(folder)
        #expect(report.isValid)
        #expect(report.keys.map(\.first) == [2, 6])
        let print = PublicKey.fingerprint(report.keys[1].publicKey)
        #expect(findings[1].hasSuffix("a new one is made, with fingerprint \(print)"))
        #expect(
            report.notes.last == "record 6: from here on another key signs: fingerprint \(print)")
        // A siren is not withheld for it: what the siren did is known.
        #expect(!isPastIncomplete)
    }

    @Test func aKeyThatIsGoneOrExchangedIsNoticed() throws {
        let (folder, other) = (try TestFolder(), try TestFolder())
        _ = try live(folder, 1)
        _ = try live(other, 1)
        try Files.replace(secret(folder), with: try Files.read(secret(other), byteCountMax: 100))
        let exchanged = try live(folder, 2).findings
        #expect(exchanged.count == 1 && exchanged[0].hasPrefix("key: open: it is another one"))
        try Files.remove(secret(folder))
        let gone = try live(folder, 3).findings
        #expect(gone.count == 1 && gone[0].hasPrefix("key: open: none that can be used"))
        #expect(try verify(folder).keys.count == 3)
    }

    @Test func whereNoKeyCanBeWrittenRecordsAreKeptUnsigned() throws {
        let folder = try TestFolder()
        // No folder can be made of this name.
        try Files.replace(folder.path + "/key", with: [1])
        let findings = try live(folder, 1).findings
        #expect(findings.count == 1)
        #expect(findings[0].hasSuffix("records are not signed until the next start"))
        #expect(try verify(folder).recordCount == 2)
        try Files.remove(folder.path + "/key")
        #expect(try live(folder, 2).findings.isEmpty)
        #expect(try verify(folder).keys.map(\.checkpointCount) == [1])
    }
}
