import Cryptography
import Incidents
import Linux
import Testing

@testable import Store

@Suite struct IncidentExportTests {
    @Test func anExportChecksWithSha256sumAlone() throws {
        let folder = try TestFolder()
        let ledger = try SQLiteLedger(directory: folder.path, stamp: Story.stamp(0))
        try ledger.append([Story.operated("before")])
        let hash = try ledger.keepSnapshot([1, 2, 3], ordinal: 1, boot: Story.boot)
        try ledger.append([Story.incident(1, .suspected), Story.evidence(1, hash, 3)])
        try ledger.append([Story.operated("between"), Story.incident(1, .closed)])
        let reader = try LedgerReader(directory: folder.path)
        let summary = try #require(try IncidentIndex(reader).matching("1").first)
        let made = try IncidentExport.write(summary, from: reader, to: folder.path + "/out")
        let names = try Files.names(in: made)
        #expect(names.filter { $0.hasSuffix(".chain") }.count == 3)
        let child = try Child(["sh", "-c", "cd '\(made)' && sha256sum --check --strict SHA256SUMS"])
        #expect(try child.wait() == .exited(0))
        let second = try Files.read(made + "/record-3.chain", byteCountMax: 4096)
        let first = try Files.read(made + "/record-2.chain", byteCountMax: 4096)
        #expect(Array(second[..<32]) == SHA256.digest(first))
        try Files.replace(made + "/" + summary.evidence[0].name.fileName, with: [1, 2, 4])
        let again = try Child(["sh", "-c", "cd '\(made)' && sha256sum --check --strict SHA256SUMS"])
        #expect(try again.wait() == .exited(1))
    }

    @Test func anIncidentIsFoundByItsNumberAndByAsMuchOfItsBootAsIsNeeded() throws {
        let folder = try TestFolder()
        let ledger = try SQLiteLedger(directory: folder.path, stamp: Story.stamp(0))
        var later = Story.incident(1, .suspected)
        later.stamp.boot = BootID(high: 0xabc << 52, low: 0)
        try ledger.append([Story.incident(1, .suspected), later, Story.incident(2, .suspected)])
        let index = try IncidentIndex(LedgerReader(directory: folder.path))
        #expect(index.matching("1").count == 2)
        #expect(index.matching("ABC-1").map(\.identity.boot) == [later.stamp.boot])
        #expect(index.matching("01234567-2").count == 1)
        for text in ["", "-", "x", "3", "abc-2", "1-2-3", "-1-1"] {
            #expect(index.matching(text).isEmpty, "\(text)")
        }
    }
}
