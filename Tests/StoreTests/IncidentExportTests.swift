import Cryptography
import Frames
import Linux
import Records
import Testing

@testable import Store

@Suite struct IncidentExportTests {
    /// Records 1 to 6 and a checkpoint: incident 1 has 2, 3 and 5.
    private func ledger() throws -> TestFolder {
        let folder = try TestFolder()
        let ledger = try SQLiteLedger(directory: folder.path, stamp: Story.stamp(0))
        try ledger.append([Story.operated("before")])
        let hash = try ledger.keepSnapshot([1, 2, 3], ordinal: 1, boot: Story.boot)
        try ledger.append([Story.incident(1, .suspected), Story.evidence(1, hash, 3)])
        try ledger.append([Story.operated("between", 2), Story.incident(1, .closed)])
        try ledger.append([Story.operated("after", 3)])
        return folder
    }

    private func export(_ folder: TestFolder) throws -> IncidentExport {
        let reader = try LedgerReader(directory: folder.path)
        let summary = try #require(try IncidentIndex(reader).matching("1").first)
        return try IncidentExport(summary, from: reader)
    }

    private func run(_ command: String, in folder: String) throws -> Child.Status {
        try Child(["sh", "-c", "cd '\(folder)' && \(command)"]).wait()
    }

    private func hasOpenSSL() throws -> Bool {
        if try run("openssl version | grep -q 'OpenSSL [3-9]'", in: "/") == .exited(0) {
            return true
        }
        print("skipped: there is no OpenSSL 3")
        return false
    }

    @Test func anExportHoldsTheWayFromTheIncidentToTheNextCheckpoint() throws {
        let folder = try ledger()
        let export = try export(folder)
        #expect(export.proof.links.map(\.sequence) == [2, 3, 4, 5, 6])
        #expect(export.proof.links.map(\.isWanted) == [true, true, false, true, false])
        #expect(export.proof.runs.map(\.signed?.isRight) == [true])
        let made = try export.write(to: folder.path + "/out")
        let second = try Files.read(made + "/chain/record-3", byteCountMax: 4096)
        let first = try Files.read(made + "/chain/record-2", byteCountMax: 4096)
        #expect(Array(second[..<32]) == SHA256.digest(first))
        #expect(try run("sha256sum --check --strict SHA256SUMS", in: made) == .exited(0))
        let secret = try Files.read(folder.path + "/key/device.secret", byteCountMax: 64)
        for name in try Files.names(in: made) where name != "chain" {
            let bytes = try Files.read(made + "/" + name, byteCountMax: 1 << 20)
            let isSecretInIt = bytes.indices.contains {
                bytes[$0...].starts(with: secret[..<32])
            }
            #expect(!isSecretInIt, "\(name)")
        }
    }

    @Test func openSSLAloneProvesAnExport() throws {
        guard try hasOpenSSL() else { return }
        let folder = try ledger()
        let export = try export(folder)
        let made = try export.write(to: folder.path + "/out")
        let verify =
            "openssl pkeyutl -verify -pubin -inkey device.pem -rawin -in checkpoint-6.txt "
            + "-sigfile checkpoint-6.sig"
        #expect(try run(verify, in: made) == .exited(0))
        #expect(try run("sh verify.sh", in: made) == .exited(0))
        let fingerprint = PublicKey.fingerprint(export.keys[0])
        #expect(try run("sh verify.sh \(fingerprint)", in: made) == .exited(0))
        #expect(try run("sh verify.sh \(String(fingerprint.reversed()))", in: made) == .exited(1))
    }

    /// What somebody might do to a folder on its way to a court.
    private static let tamperings = [
        "printf x | tee -a *-snapshot.jpg", "rm *-snapshot.jpg", "rm chain/record-4",
        "printf x >> chain/record-2", "printf x >> chain/record-6",
        "cp chain/record-2 chain/record-3",
        "sed -i s/2025/2024/ checkpoint-6.txt", "sed -i 's/^record 6/record 7/' checkpoint-6.txt",
        "rm checkpoint-6.txt", "rm checkpoint-6.sig", "printf x >> checkpoint-6.sig",
        "rm device.pem",
        """
        openssl genpkey -algorithm ed25519 -out mine && openssl pkey -in mine -pubout -out device.pem
        """,
        """
        openssl genpkey -algorithm ed25519 -out mine && openssl pkey -in mine -pubout -out device.pem \
        && openssl pkeyutl -sign -inkey mine -rawin -in checkpoint-6.txt -out checkpoint-6.sig
        """
    ]

    @Test(arguments: tamperings)
    func whateverIsChangedInAnExportIsWrong(tampering: String) throws {
        guard try hasOpenSSL() else { return }
        let folder = try ledger()
        let made = try export(folder).write(to: folder.path + "/out")
        #expect(try run(tampering, in: made) == .exited(0))
        #expect(try run("sh verify.sh", in: made) == .exited(1))
    }

    @Test func whatIsNotSignedYetOrLostIsSaidToBeSo() throws {
        guard try hasOpenSSL() else { return }
        let folder = try TestFolder()
        let ledger = try SQLiteLedger(directory: folder.path, stamp: Story.stamp(0))
        let hash = try ledger.keepSnapshot([1, 2, 3], ordinal: 1, boot: Story.boot)
        try ledger.append([Story.incident(1, .suspected), Story.evidence(1, hash, 3)])
        let early = try export(folder)
        #expect(early.proof.runs.map { $0.signed == nil } == [true])
        #expect(try run("sh verify.sh", in: early.write(to: folder.path + "/early")) == .exited(2))
        ledger.close()
        try Files.remove(folder.path + "/evidence/" + early.evidence[0].facts.name.fileName)
        let late = try export(folder)
        #expect(late.evidence[0].loss?.hasSuffix("(ENOENT)") == true)
        #expect(try run("sh verify.sh", in: late.write(to: folder.path + "/late")) == .exited(2))
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
