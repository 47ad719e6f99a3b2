import Cryptography
import Frames
import Linux
import Testing

@testable import Store

@Suite struct EvidenceFilesTests {
    private func open(_ folder: TestFolder) throws -> SQLiteLedger {
        try SQLiteLedger(directory: folder.path, stamp: Story.stamp(0))
    }

    @Test func aSnapshotIsKeptUnderItsNameWithItsHash() throws {
        let folder = try TestFolder()
        let ledger = try open(folder)
        let hash = try ledger.keepSnapshot([1, 2, 3], ordinal: 7, boot: Story.boot)
        #expect(hash == SHA256.digest([1, 2, 3]))
        let path =
            folder.path + "/evidence/0123456789abcdeffedcba9876543210-0000000007-snapshot.jpg"
        #expect(try Files.read(path, byteCountMax: 10) == [1, 2, 3])
    }

    @Test func aPictureThatARecordVouchesForIsNeverReplacedAlsoAfterReopening() throws {
        let folder = try TestFolder()
        do {
            let ledger = try open(folder)
            _ = try ledger.keepSnapshot([1], ordinal: 1, boot: Story.boot)
            let hash = try ledger.keepSnapshot([2], ordinal: 1, boot: Story.boot)
            try ledger.append([Story.evidence(1, hash, 1)])
            #expect(throws: StoreError.self) {
                try ledger.keepSnapshot([3], ordinal: 1, boot: Story.boot)
            }
            ledger.close()
        }
        let ledger = try open(folder)
        #expect(throws: StoreError.self) {
            try ledger.keepSnapshot([3], ordinal: 1, boot: Story.boot)
        }
        #expect(ledger.findings.isEmpty)
    }

    @Test func strayFilesAreMovedAndKnownOnesStay() throws {
        let folder = try TestFolder()
        let evidence = folder.path + "/evidence"
        do {
            let ledger = try open(folder)
            let hash = try ledger.keepSnapshot([1], ordinal: 1, boot: Story.boot)
            try ledger.append([Story.evidence(1, hash, 1)])
            _ = try ledger.keepSnapshot([2], ordinal: 2, boot: Story.boot)
        }
        let ledger = try open(folder)
        let stray = EvidenceName(boot: Story.boot, ordinal: 2, kind: .snapshot).fileName
        #expect(
            ledger.findings == [
                "evidence: open: 1 files without a record moved to evidence/orphaned, "
                    + "the first is \(stray)"
            ])
        #expect(try Files.names(in: evidence + "/orphaned") == [stray])
        #expect(try Files.names(in: evidence).count == 2)
    }

    #if DEBUG
        /// The order of Moonfire NVR: a crash at any point leaves no record without its file.
        @Test func aPictureAndItsFolderAreSynchronisedBeforeTheRecord() throws {
            let folder = try TestFolder()
            let ledger = try open(folder)
            let (_, calls) = try SyscallTrace.recording {
                let hash = try ledger.keepSnapshot([1, 2, 3], ordinal: 1, boot: Story.boot)
                try ledger.append([Story.incident(1, .suspected)])
                try ledger.append([Story.evidence(1, hash, 3)])
            }
            let names = calls.map(\.name).filter { !["close", "unlink", "lstat"].contains($0) }
            #expect(names == ["open", "write", "fsync", "open", "fsync"])
        }

        @Test func manyPicturesAreSynchronisedAtOnce() throws {
            let folder = try TestFolder()
            let ledger = try open(folder)
            let (_, calls) = try SyscallTrace.recording {
                let records = try (1...3).map { (ordinal: UInt32) in
                    let hash = try ledger.keepSnapshot([1], ordinal: ordinal, boot: Story.boot)
                    return Story.evidence(ordinal, hash, 1)
                }
                try ledger.append(records)
            }
            let names = calls.map(\.name).filter { !["close", "unlink", "lstat"].contains($0) }
            #expect(
                names == ["open", "write", "open", "write", "open", "write"]
                    + ["syncfs", "fsync", "fsync", "fsync", "open", "fsync"])
        }

        @Test(arguments: ["open", "write"], [Errno.noSpace, .readOnlyFileSystem])
        func aPictureThatCannotBeWrittenLeavesNothingAndCanBeGivenAgain(
            call: String, errno: Errno
        ) throws {
            let folder = try TestFolder()
            let ledger = try open(folder)
            let (_, error) = SyscallTrace.callsOf(
                answer: { $0.name == call ? .fail(errno) : .kernel },
                { _ = try ledger.keepSnapshot([1], ordinal: 1, boot: Story.boot) })
            let failure = try #require(error as? StoreError)
            #expect(failure.kind == (errno == .noSpace ? .full : .readOnly))
            #expect("\(failure)".hasSuffix("-0000000001-snapshot.jpg: write 1 bytes: \(errno)"))
            #expect(try Files.names(in: folder.path + "/evidence") == ["orphaned"])
            _ = try ledger.keepSnapshot([1], ordinal: 1, boot: Story.boot)
            #expect(try Files.names(in: folder.path + "/evidence").count == 2)
        }

        /// The kernel forgets what it could not write: only writing it again helps.
        @Test func aPictureThatCannotBeSynchronisedIsWrittenAgainAndHasNoRecordMeanwhile() throws {
            let folder = try TestFolder()
            let ledger = try open(folder)
            let hash = try ledger.keepSnapshot([7], ordinal: 1, boot: Story.boot)
            let records = [Story.evidence(1, hash, 1)]
            let (_, error) = SyscallTrace.callsOf(
                answer: { $0.name == "fsync" ? .fail(.inputOutput) : .kernel },
                { try ledger.append(records) })
            #expect(
                "\(try #require(error))"
                    == "evidence \(folder.path)/evidence: synchronise 1 files: "
                    + "input/output error (EIO)")
            #expect(ledger.recordCount == 0)
            let (_, calls) = try SyscallTrace.recording { try ledger.append(records) }
            #expect(calls.map(\.name).contains("write"))
            #expect(ledger.recordCount == 1)
            #expect(try LedgerVerifier.verify(LedgerReader(directory: folder.path)).isValid)
        }
    #endif
}
