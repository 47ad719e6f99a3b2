import Frames
import Linux
import Records
import Station
import Testing

@testable import Store

@Suite struct EvidenceSpaceTests {
    private func candidate(
        _ ordinal: UInt32, _ kind: LedgerRecord.EvidenceKind, delivered: Bool,
        _ byteCount: UInt32 = 100
    ) -> EvidenceSpace.Candidate {
        EvidenceSpace.Candidate(
            name: EvidenceName(boot: Story.boot, ordinal: ordinal, kind: kind),
            sequence: Int64(ordinal), byteCount: byteCount, isDelivered: delivered)
    }

    private let plenty: UInt64 = 1 << 40

    /// A file for each, but where `clip` says whose clip it is.
    private func space(
        _ candidates: [EvidenceSpace.Candidate], clip: (UInt32) -> UInt32 = { $0 }
    ) -> EvidenceSpace {
        var space = EvidenceSpace()
        for candidate in candidates {
            let number =
                UInt64(clip(candidate.name.ordinal)) * 2 + (candidate.name.kind == .clip ? 1 : 0)
            space.add(
                candidate.name, .inode(device: 1, number: number), byteCount: candidate.byteCount)
        }
        return space
    }

    @Test func whatIsMissedLeastGoesFirst() {
        let candidates = [
            candidate(1, .snapshot, delivered: false), candidate(2, .clip, delivered: false),
            candidate(3, .snapshot, delivered: true), candidate(4, .clip, delivered: true),
            candidate(5, .clip, delivered: true)
        ]
        let limits = SpaceLimits(evidenceByteCountMax: 0, freeByteCountMin: 0)
        let due = space(candidates).due(candidates.shuffled(), free: plenty, limits: limits)
        #expect(due.map(\.identity.ordinal) == [4, 5, 3, 2, 1])
        #expect(due.map(\.wasDelivered) == [true, true, true, false, false])
    }

    @Test func onlyAsMuchGoesAsIsMissing() {
        let candidates = (1...40).map { candidate(UInt32($0), .clip, delivered: true) }
        func count(_ total: UInt64, _ free: UInt64) -> Int {
            space(candidates).due(
                candidates, free: free,
                limits: SpaceLimits(evidenceByteCountMax: total, freeByteCountMin: 1_000)
            ).count
        }
        #expect(count(4_000, plenty) == 0)
        #expect(count(3_999, plenty) == 1)
        #expect(count(3_900, plenty) == 1)
        #expect(count(4_000, 1_000) == 0)
        #expect(count(4_000, 850) == 2)
        #expect(count(0, 0) == EvidenceSpace.discardCountMax)
        #expect(
            space([]).due(
                [], free: 0, limits: SpaceLimits(evidenceByteCountMax: 0, freeByteCountMin: 1)
            ).isEmpty)
    }

    @Test func aSharedClipCountsOnceAndGoesUnderAllItsNames() {
        let shared = (1...4).map { candidate(UInt32($0), .clip, delivered: $0 < 4) }
        let own = candidate(5, .clip, delivered: true)
        var space = space(shared + [own]) { $0 < 5 ? 1 : $0 }
        #expect(space.byteCount == 200)
        func due(_ total: UInt64) -> [UInt32] {
            space.due(
                shared + [own], free: plenty,
                limits: SpaceLimits(evidenceByteCountMax: total, freeByteCountMin: 0)
            ).map(\.identity.ordinal)
        }
        #expect(due(200).isEmpty)
        // One of its four was told to nobody: what was told to all goes first.
        #expect(due(100) == [5])
        #expect(due(99).sorted() == [1, 2, 3, 4, 5])
        for name in shared.dropLast().map(\.name) { space.remove(name) }
        #expect(space.byteCount == 200)
        space.remove(shared[3].name)
        #expect(space.byteCount == 100)
        // What is not there gives no room, and is not ordered away: it stays to be missed.
        space.add(candidate(9, .clip, delivered: true).name, nil, byteCount: 100)
        #expect(space.byteCount == 100)
    }

    @Test func aClipOfManyIncidentsMakesRoomOnce() throws {
        let folder = try TestFolder()
        func due(_ ledger: SQLiteLedger, _ byteCountMax: UInt64) throws -> [Discard] {
            try ledger.dueForDiscard(
                SpaceLimits(evidenceByteCountMax: byteCountMax, freeByteCountMin: 0),
                destinations: [])
        }
        let kept: KeptClip
        do {
            let ledger = try SQLiteLedger(directory: folder.path, stamp: Story.stamp(0))
            try ledger.append((1...3).map { Story.incident(UInt32($0), .confirmed) })
            _ = try ledger.extendClip(Film.pictures(0..<4), ordinal: 1, boot: Story.boot)
            try ledger.joinClip(ordinal: 2, clip: 1, boot: Story.boot)
            try ledger.joinClip(ordinal: 3, clip: 1, boot: Story.boot)
            kept = try #require(try ledger.finishClip(ordinal: 1, boot: Story.boot))
            #expect(kept.ordinals == [1, 2, 3])
            try ledger.append(
                kept.ordinals.map {
                    LedgerRecord(
                        stamp: Story.stamp(400),
                        body: .evidence(
                            ordinal: $0, kind: .clip, sha256: kept.sha256, byteCount: kept.byteCount
                        ))
                })
            #expect(try due(ledger, UInt64(kept.byteCount)) == [])
        }
        // The next life counts the same.
        let later = try SQLiteLedger(directory: folder.path, stamp: Story.stamp(500))
        #expect(try due(later, UInt64(kept.byteCount)) == [])
        let all = try due(later, UInt64(kept.byteCount) - 1)
        #expect(all.map(\.identity.ordinal).sorted() == [1, 2, 3])
        try later.append(
            all.map { LedgerRecord(stamp: Story.stamp(900), body: .discarded($0)) })
        #expect(try due(later, 0) == [])
        #expect(try Files.names(in: later.folder.evidence) == ["orphaned"])
    }

    private func keep(_ ledger: SQLiteLedger, _ ordinal: UInt32) throws -> EvidenceName {
        let jpeg = [UInt8](repeating: UInt8(ordinal), count: 1_000)
        let hash = try ledger.keepSnapshot(jpeg, ordinal: ordinal, boot: Story.boot)
        try ledger.append([
            Story.incident(ordinal, .suspected),
            LedgerRecord(
                stamp: Story.stamp(Int64(ordinal) * 100 + 50),
                body: .evidence(
                    ordinal: ordinal, kind: .snapshot, sha256: hash, byteCount: 1_000))
        ])
        return EvidenceName(boot: Story.boot, ordinal: ordinal, kind: .snapshot)
    }

    @Test func aFileGoesWhenItsRecordIsThereAndNeverBefore() throws {
        let folder = try TestFolder()
        let ledger = try SQLiteLedger(directory: folder.path, stamp: Story.stamp(0))
        let names = try (1...3).map { try keep(ledger, UInt32($0)) }
        var cursors = DeliveryCursors()
        let first = try ledger.page(.evidence, after: 0, countMax: 1)
        cursors[.evidence] = first.readThrough
        ledger.note(cursors, of: "centre")
        let limits = SpaceLimits(evidenceByteCountMax: 1_500, freeByteCountMin: 0)
        // What is sealed goes as an alarm: it may still be on its way.
        #expect(
            try ledger.dueForDiscard(limits, destinations: ["centre"]).allSatisfy {
                !$0.wasDelivered
            })
        cursors[.alarm] = first.readThrough
        ledger.note(cursors, of: "centre")
        let due = try ledger.dueForDiscard(limits, destinations: ["centre"])
        #expect(due.map(\.identity.ordinal) == [1, 2])
        #expect(due.map(\.wasDelivered) == [true, false])
        #expect(try ledger.dueForDiscard(limits, destinations: []).allSatisfy { !$0.wasDelivered })

        let path = ledger.folder.evidence + "/" + names[0].fileName
        #expect(Files.exists(path))
        try ledger.append([LedgerRecord(stamp: Story.stamp(900), body: .discarded(due[0]))])
        #expect(!Files.exists(path))
        ledger.close()

        let reader = try LedgerReader(directory: folder.path)
        let report = try LedgerVerifier.verify(reader)
        #expect(report.faults == [])
        #expect(report.discardedCount == 1)
        let summary = try #require(try IncidentIndex(reader).incidents.first)
        #expect(summary.evidence.map(\.isDiscarded) == [true])
    }

    @Test func whatAPowerCutLeftGoesAtTheNextStart() throws {
        let folder = try TestFolder()
        let path: String
        let bytes: [UInt8]
        do {
            let ledger = try SQLiteLedger(directory: folder.path, stamp: Story.stamp(0))
            let name = try keep(ledger, 1)
            path = ledger.folder.evidence + "/" + name.fileName
            bytes = try Files.read(path, byteCountMax: 2_000)
            let due = try ledger.dueForDiscard(
                SpaceLimits(evidenceByteCountMax: 0, freeByteCountMin: 0), destinations: [])
            try ledger.append([LedgerRecord(stamp: Story.stamp(900), body: .discarded(due[0]))])
            ledger.abandon()
        }
        try Files.replace(path, with: bytes)
        let later = try SQLiteLedger(directory: folder.path, stamp: Story.stamp(2_000))
        #expect(!Files.exists(path))
        #expect(later.findings == [])
    }

    @Test func roomIsKeptAndGivenUp() throws {
        let folder = try TestFolder()
        let ledgerFolder = LedgerFolder(folder.path)
        #expect(!SpaceReserve.giveUp(ledgerFolder))
        SpaceReserve.take(ledgerFolder, free: 1 << 20)
        #expect(!Files.exists(ledgerFolder.reserve))
        SpaceReserve.take(ledgerFolder, free: 1 << 30)
        #expect(try Files.facts(ledgerFolder.reserve).byteCount == UInt64(SpaceReserve.byteCount))
        #expect(SpaceReserve.giveUp(ledgerFolder))
        #expect(!Files.exists(ledgerFolder.reserve))
    }
}
