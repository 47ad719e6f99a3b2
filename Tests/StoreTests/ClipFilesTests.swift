import Cryptography
import Frames
import Linux
import Records
import Station
import Testing

@testable import Store

@Suite struct ClipFilesTests {
    private func open(_ folder: TestFolder, _ seconds: Int64 = 0) throws -> SQLiteLedger {
        try SQLiteLedger(directory: folder.path, stamp: Story.stamp(seconds))
    }

    private func name(_ ordinal: UInt32, boot: BootID = Story.boot) -> EvidenceName {
        EvidenceName(boot: boot, ordinal: ordinal, kind: .clip)
    }

    private func path(_ folder: TestFolder, _ ordinal: UInt32) -> String {
        folder.path + "/evidence/" + name(ordinal).fileName
    }

    private func record(_ ordinal: UInt32, _ kept: KeptClip, _ seconds: Int64 = 1) -> LedgerRecord {
        LedgerRecord(
            stamp: Story.stamp(seconds),
            body: .evidence(
                ordinal: ordinal, kind: .clip, sha256: kept.sha256, byteCount: kept.byteCount))
    }

    private func verify(_ folder: TestFolder) throws -> VerificationReport {
        try LedgerVerifier.verify(LedgerReader(directory: folder.path))
    }

    private func bodies(_ folder: TestFolder) throws -> [LedgerRecord.Body] {
        var bodies: [LedgerRecord.Body] = []
        try LedgerReader(directory: folder.path).visit { bodies.append(try $0.record().body) }
        return bodies
    }

    @Test func namesReadBack() {
        for kind in [LedgerRecord.EvidenceKind.snapshot, .clip] {
            let name = EvidenceName(boot: Story.boot, ordinal: 4_000_000_000, kind: kind)
            #expect(EvidenceName(fileName: name.fileName) == name)
        }
        for text in ["", "-", "--", "orphaned", name(1).fileName + "x", "0-1-clip.mkv"] {
            #expect(EvidenceName(fileName: text) == nil, "\(text)")
        }
    }

    @Test func aClipIsKeptUnderItsNameWithItsHash() throws {
        let folder = try TestFolder()
        let ledger = try open(folder)
        try ledger.append([Story.incident(1, .confirmed)])
        #expect(
            try ledger.extendClip(Film.pictures(0..<20), ordinal: 1, boot: Story.boot) == 0)
        #expect(
            try ledger.extendClip(Film.pictures(20..<30), ordinal: 1, boot: Story.boot) == 0)
        let kept = try #require(try ledger.finishClip(ordinal: 1, boot: Story.boot))
        let bytes = try Files.read(path(folder, 1), byteCountMax: 1 << 24)
        #expect(kept.ordinals == [1])
        #expect(kept.sha256 == SHA256.digest(bytes))
        #expect(Int(kept.byteCount) == bytes.count)
        try ledger.append([record(1, kept)])
        #expect(try verify(folder).isValid)
        #expect(throws: StoreError.self) {
            try ledger.extendClip(Film.pictures(0..<1), ordinal: 1, boot: Story.boot)
        }
        if Tool.hasFFmpeg {
            let (times, complaints) = try Tool.probe(path(folder, 1))
            #expect(times == (0..<30).map { $0 * 100 })
            #expect(complaints == [])
        }
        // A changed byte is found, wherever it is.
        var changed = bytes
        changed[bytes.count / 2] ^= 1
        try Files.replace(path(folder, 1), with: changed)
        #expect(try verify(folder).faults.map(\.invariant) == ["L6"])
    }

    @Test func picturesOfAnotherSizeAndBeyondTheLimitAreLeftOutAndCounted() throws {
        let folder = try TestFolder()
        let ledger = try open(folder)
        let mixed =
            try Film.pictures(0..<3) + Film.pictures(3..<5, width: 80) + Film.pictures(5..<6)
        #expect(try ledger.extendClip(mixed, ordinal: 1, boot: Story.boot) == 2)
        #expect(try ledger.finishClip(ordinal: 1, boot: Story.boot) != nil)
        let large = Film.bytes(0..<7, byteCount: 8 << 20)
        #expect(try ledger.extendClip(large, ordinal: 2, boot: Story.boot) == 2)
        let kept = try #require(try ledger.finishClip(ordinal: 2, boot: Story.boot))
        #expect(kept.byteCount < ClipFile.byteCountMax)
    }

    @Test func aClipWithoutPicturesLeavesNothing() throws {
        let folder = try TestFolder()
        let ledger = try open(folder)
        #expect(try ledger.extendClip([], ordinal: 1, boot: Story.boot) == 0)
        try ledger.joinClip(ordinal: 2, clip: 1, boot: Story.boot)
        #expect(try ledger.finishClip(ordinal: 1, boot: Story.boot) == nil)
        #expect(try Files.names(in: folder.path + "/evidence") == ["orphaned"])
    }

    @Test func incidentsShareAFileUnderNamesOfTheirOwn() throws {
        let folder = try TestFolder()
        let ledger = try open(folder)
        try ledger.append((1...3).map { Story.incident($0, .confirmed) })
        // One joins before the file is there, one after.
        try ledger.joinClip(ordinal: 2, clip: 1, boot: Story.boot)
        _ = try ledger.extendClip(Film.pictures(0..<9), ordinal: 1, boot: Story.boot)
        try ledger.joinClip(ordinal: 3, clip: 1, boot: Story.boot)
        let kept = try #require(try ledger.finishClip(ordinal: 1, boot: Story.boot))
        #expect(kept.ordinals == [1, 2, 3])
        let inodes = try (1...3).map { try Files.facts(path(folder, UInt32($0))).inode }
        #expect(Set(inodes).count == 1)
        try ledger.append(kept.ordinals.map { record($0, kept) })
        #expect(try verify(folder).isValid)
        #expect(try verify(folder).evidenceCount == 3)
        // Each is exported by itself, and goes by itself.
        let reader = try LedgerReader(directory: folder.path)
        let second = try #require(try IncidentIndex(reader).matching("2").first)
        let export = try IncidentExport(second, from: reader).write(to: folder.path + "/out")
        #expect(
            try Files.read(export + "/" + name(2).fileName, byteCountMax: 1 << 24).count
                == Int(kept.byteCount))
        try Files.remove(path(folder, 1))
        #expect(try verify(folder).faults.count == 1)
    }

    // MARK: Cut short

    /// A life that ended while incidents 1 and 2 were open and their clip was being written.
    private func cutShort(_ folder: TestFolder) throws {
        let ledger = try open(folder)
        try ledger.append([Story.incident(1, .confirmed), Story.incident(2, .confirmed)])
        _ = try ledger.extendClip(Film.pictures(0..<10), ordinal: 1, boot: Story.boot)
        try ledger.joinClip(ordinal: 2, clip: 1, boot: Story.boot)
        _ = try ledger.extendClip(Film.pictures(10..<20), ordinal: 1, boot: Story.boot)
        ledger.abandon()
    }

    @Test(arguments: [0, 1, 700, 3_000])
    func aClipThatWasCutShortIsFinishedAndVouchedForByTheNextLife(missing: Int) throws {
        let folder = try TestFolder()
        try cutShort(folder)
        let whole = try Int(Files.facts(path(folder, 1)).byteCount)
        try FileDescriptor.open(path(folder, 1), .readWrite).truncate(to: Int64(whole - missing))
        // The next life is of another boot: the power had failed.
        let boot = BootID(high: 9, low: 9)
        do {
            let ledger = try SQLiteLedger(directory: folder.path, stamp: Story.stamp(3, boot: boot))
            #expect(
                ledger.findings == [
                    "evidence: open: 2 clips that the last run did not finish: finished up to "
                        + "their last whole part"
                ])
        }
        let report = try verify(folder)
        #expect(report.faults == [])
        #expect(report.evidenceCount == 2)
        let index = try IncidentIndex(LedgerReader(directory: folder.path))
        for ordinal: UInt32 in [1, 2] {
            let summary = try #require(index.matching("\(ordinal)").first)
            #expect(summary.evidence.map(\.name) == [name(ordinal)])
        }
        if Tool.hasFFmpeg {
            let (times, complaints) = try Tool.probe(path(folder, 1))
            #expect(times == (0..<(missing == 0 ? 20 : 10)).map { $0 * 100 })
            #expect(complaints == [])
        }
        // Once is enough.
        let third = try SQLiteLedger(directory: folder.path, stamp: Story.stamp(9, boot: boot))
        #expect(third.findings == [])
    }

    @Test func aClipThatWasFinishedButHasNoRecordIsVouchedForAsItIs() throws {
        let folder = try TestFolder()
        let ledger = try open(folder)
        try ledger.append([Story.incident(1, .confirmed)])
        _ = try ledger.extendClip(Film.pictures(0..<10), ordinal: 1, boot: Story.boot)
        let kept = try #require(try ledger.finishClip(ordinal: 1, boot: Story.boot))
        ledger.abandon()
        let next = try openAgain(folder)
        next.close()
        #expect(
            try bodies(folder).contains(
                .salvaged(
                    boot: Story.boot, ordinal: 1, kind: .clip, sha256: kept.sha256,
                    byteCount: kept.byteCount)))
        #expect(try verify(folder).isValid)
    }

    /// The first ledger object of a test still holds the folder: a restart lets go of it.
    private func openAgain(_ folder: TestFolder) throws -> SQLiteLedger {
        try Files.remove(folder.path + "/lock")
        return try open(folder, 50)
    }

    @Test func whatTurnsUpFromElsewhereIsMovedAside() throws {
        let folder = try TestFolder()
        try cutShort(folder)
        let evidence = folder.path + "/evidence/"
        let bytes = try Files.read(path(folder, 1), byteCountMax: 1 << 24)
        let strangers = [
            name(1, boot: BootID(high: 7, low: 7)), name(77),
            EvidenceName(boot: Story.boot, ordinal: 1, kind: .snapshot)
        ]
        for stranger in strangers { try Files.replace(evidence + stranger.fileName, with: bytes) }
        // No cluster of it is whole.
        try FileDescriptor.open(path(folder, 1), .readWrite).truncate(to: 1_500)
        let ledger = try open(folder, 9)
        #expect(ledger.findings.count == 1)
        #expect(ledger.findings[0].hasPrefix("evidence: open: 5 files without a record moved"))
        #expect(try Files.names(in: folder.path + "/evidence/orphaned").count == 5)
        #expect(try verify(folder).faults == [])
    }

    @Test func aFileThatARecordVouchesForIsNotWrittenAgainUnderAnotherName() throws {
        let folder = try TestFolder()
        do {
            let ledger = try open(folder)
            try ledger.append([Story.incident(1, .confirmed), Story.incident(2, .confirmed)])
            _ = try ledger.extendClip(Film.pictures(0..<10), ordinal: 1, boot: Story.boot)
            try ledger.joinClip(ordinal: 2, clip: 1, boot: Story.boot)
            let kept = try #require(try ledger.finishClip(ordinal: 1, boot: Story.boot))
            try ledger.append([record(1, kept)])
        }
        // Damaged at its end: to finish it anew would hide that.
        let end = try Files.facts(path(folder, 1)).byteCount
        try FileDescriptor.open(path(folder, 1), .readWrite).truncate(to: Int64(end) - 5)
        let ledger = try open(folder, 9)
        #expect(ledger.findings.count == 1)
        #expect(try Files.facts(path(folder, 1)).byteCount == end - 5)
        #expect(try verify(folder).faults.map(\.invariant) == ["L6"])
    }

    #if DEBUG
        @Test func whatComesAtOnceIsOneWriteAndOneSynchronisation() throws {
            let folder = try TestFolder()
            let ledger = try open(folder)
            let (_, calls) = try SyscallTrace.recording {
                _ = try ledger.extendClip(Film.pictures(0..<20), ordinal: 1, boot: Story.boot)
                _ = try ledger.extendClip(Film.pictures(20..<40), ordinal: 1, boot: Story.boot)
                _ = try ledger.finishClip(ordinal: 1, boot: Story.boot)
            }
            #expect(
                calls.map(\.name).filter { $0 != "close" && $0 != "read" } == [
                    "unlink", "open", "statvfs", "lseek", "write", "fdatasync", "open", "fsync",
                    "statvfs", "lseek", "write", "fdatasync",
                    "ftruncate", "lseek", "write", "lseek", "write", "fsync", "lseek"
                ])
        }

        @Test(arguments: ["write", "fdatasync", "statvfs"])
        func aDiskThatFailsForAWhileCostsOnlyWhatCameMeanwhile(call: String) throws {
            let folder = try TestFolder()
            let ledger = try open(folder)
            try ledger.append([Story.incident(1, .confirmed)])
            _ = try ledger.extendClip(Film.pictures(0..<10), ordinal: 1, boot: Story.boot)
            let (_, error) = SyscallTrace.callsOf(
                answer: { $0.name == call ? .fail(.noSpace) : .kernel },
                { _ = try ledger.extendClip(Film.pictures(10..<30), ordinal: 1, boot: Story.boot) })
            #expect((error as? StoreError)?.kind == .full)
            _ = try ledger.extendClip(Film.pictures(30..<35), ordinal: 1, boot: Story.boot)
            let kept = try #require(try ledger.finishClip(ordinal: 1, boot: Story.boot))
            try ledger.append([record(1, kept)])
            #expect(try verify(folder).isValid)
            guard Tool.hasFFmpeg else { return }
            let (times, complaints) = try Tool.probe(path(folder, 1))
            #expect(times == (Array(0..<10) + Array(30..<35)).map { $0 * 100 })
            #expect(complaints == [])
        }

        @Test func aClipThatCannotBeFinishedIsFinishedAtTheNextStart() throws {
            let folder = try TestFolder()
            do {
                let ledger = try open(folder)
                try ledger.append([Story.incident(1, .confirmed)])
                _ = try ledger.extendClip(Film.pictures(0..<10), ordinal: 1, boot: Story.boot)
                let (_, error) = SyscallTrace.callsOf(
                    answer: { $0.name == "write" ? .fail(.inputOutput) : .kernel },
                    { _ = try ledger.finishClip(ordinal: 1, boot: Story.boot) })
                #expect("\(try #require(error))".hasSuffix(": finish: input/output error (EIO)"))
            }
            let ledger = try open(folder, 9)
            ledger.close()
            #expect(try verify(folder).isValid)
            #expect(try verify(folder).evidenceCount == 1)
        }
    #endif
}
