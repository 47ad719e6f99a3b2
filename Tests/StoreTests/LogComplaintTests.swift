import Cryptography
import Frames
import Linux
import Records
import Station
import Testing

@testable import Store

/// A ledger as it lies on a disk, to be damaged again and again.
private struct Lying {
    var database: [UInt8]
    var log: [UInt8]
    let evidence: [(name: String, bytes: [UInt8])]
    let key: [UInt8]
    /// All of its records, in canonical bytes.
    let bodies: [[UInt8]]

    enum End: CaseIterable {
        /// In order.
        case closed
        /// The log had just begun anew.
        case killedEarly
        case killed
        /// By a program that left in the log what it had copied.
        case closedByAnOlderProgram
    }

    init(_ end: End) throws {
        let folder = try TestFolder()
        var layout = LedgerLayout()
        layout.logByteCount = end == .closedByAnOlderProgram ? 1 << 20 : 8 << 10
        let ledger = try SQLiteLedger(
            directory: folder.path, stamp: Story.stamp(0), layout: layout)
        for ordinal in UInt32(1)...30 {
            let jpeg = [UInt8](repeating: UInt8(ordinal), count: 100)
            let hash = try ledger.keepSnapshot(jpeg, ordinal: ordinal, boot: Story.boot)
            try ledger.append([
                Story.incident(ordinal, .suspected), Story.evidence(ordinal, hash, 100)
            ])
            try ledger.append([Story.incident(ordinal, .confirmed)])
        }
        func frames() throws -> Int {
            LogImage(try Files.read(folder.path + "/ledger.db-wal", byteCountMax: 1 << 20))?
                .committedCount ?? 0
        }
        var second: Int64 = 9_000
        let wanted = end == .killedEarly ? 1...2 : 9...15
        while end != .closed, end != .closedByAnOlderProgram, try !wanted.contains(frames()) {
            second += 1
            try ledger.append([Story.operated("button", second)])
        }
        if end == .closed { ledger.close() } else { ledger.abandon() }
        if end == .closedByAnOlderProgram {
            let old = try Database(path: folder.path + "/ledger.db", mode: .write)
            try old.run("PRAGMA locking_mode=EXCLUSIVE", attempt: "lock")
            let last = try #require(try old.lastRecord())
            let naming = try old.prepare("UPDATE head SET sequence=?,hash=?", attempt: "name")
            try naming.run(last.sequence, last.hash)
            try old.run("PRAGMA wal_checkpoint(PASSIVE)", attempt: "copy the log")
        }
        database = try Files.read(folder.path + "/ledger.db", byteCountMax: 1 << 20)
        log = try Files.read(folder.path + "/ledger.db-wal", byteCountMax: 1 << 20)
        key = try Files.read(folder.path + "/key/device.secret", byteCountMax: 1 << 10)
        evidence = try Files.names(in: folder.path + "/evidence").filter { $0 != "orphaned" }.map {
            ($0, try Files.read(folder.path + "/evidence/" + $0, byteCountMax: 1 << 10))
        }
        bodies = try Self.bodies(folder)
    }

    /// Up to the end of what belongs to the log.
    var usedLogByteCount: Int { 32 + 536 * (LogImage(log)?.committedCount ?? 0) }

    func lay() throws -> TestFolder {
        let folder = try TestFolder()
        try Files.makeFolder(folder.path + "/key")
        try Files.makeFolder(folder.path + "/evidence/orphaned")
        for (name, bytes) in evidence + [
            ("../ledger.db", database), ("../ledger.db-wal", log), ("../key/device.secret", key)
        ] {
            let path = folder.path + "/evidence/" + name
            try FileDescriptor.open(path, [.writeOnly, .create], mode: 0o600).writeAll(bytes)
        }
        return folder
    }

    static func bodies(_ folder: TestFolder) throws -> [[UInt8]] {
        var bodies: [[UInt8]] = []
        try LedgerReader(directory: folder.path, patience: 0).visit { bodies.append($0.body) }
        return bodies
    }
}

/// What a check says of a ledger that was damaged.
private enum Verdict: Equatable {
    case whole
    case broken
    /// It holds but for what was being written, it says.
    case unfinished
    case silentLoss

    init(_ folder: TestFolder, _ lying: Lying) throws {
        let reader: LedgerReader
        do {
            reader = try LedgerReader(directory: folder.path, patience: 0)
        } catch let error as StoreError where [.damaged, .newerVersion].contains(error.kind) {
            self = .broken
            return
        }
        let report = try LedgerVerifier.verify(reader)
        if !report.isValid {
            self = .broken
        } else if try Lying.bodies(folder) == lying.bodies {
            self = .whole
        } else {
            self = report.isUnfinished ? .unfinished : .silentLoss
        }
    }
}

@Suite struct LogComplaintTests {
    /// What the next start leaves; nil where it says what it lost, and keeps what it could not read.
    private func lossAtTheNextStart(_ folder: TestFolder, _ lying: Lying) throws -> String? {
        let findings: [String]
        do {
            let ledger = try SQLiteLedger(directory: folder.path, stamp: Story.stamp(50_000))
            findings = ledger.findings
            try ledger.append([Story.operated("life goes on", 50_001)])
        } catch let error as StoreError where error.kind == .newerVersion {
            return nil
        }
        let found = try Lying.bodies(folder)
        if found.count > lying.bodies.count { return nil }
        let isKept = try Files.names(in: folder.path).contains {
            $0.hasPrefix("ledger.db") && $0.contains(".damaged-")
        }
        return findings.isEmpty || !isKept
            ? "\(found.count) of \(lying.bodies.count) records, findings \(findings)" : nil
    }

    @Test(arguments: Lying.End.allCases)
    fileprivate func noTwoBytesThatChangeTakeARecordSilently(end: Lying.End) throws {
        let lying = try Lying(end)
        #expect(try Verdict(lying.lay(), lying) == .whole)
        let used = lying.usedLogByteCount
        let places =
            stride(from: 0, to: lying.database.count - 1, by: lying.database.count / 120).map {
                (isLog: false, at: $0)
            } + stride(from: 0, to: 32, by: 3).map { (isLog: true, at: $0) }
            + stride(from: 32, to: used - 1, by: max(used / 110, 5)).map { (isLog: true, at: $0) }
        #expect(places.count > 200)
        var counts: [Int] = [0, 0, 0]
        for place in places {
            var damaged = lying
            for at in place.at...place.at + 1 {
                if place.isLog { damaged.log[at] ^= 0x7a } else { damaged.database[at] ^= 0x7a }
            }
            let folder = try damaged.lay()
            let verdict = try Verdict(folder, lying)
            #expect(verdict != .silentLoss, "\(end), \(place)")
            switch verdict {
            case .whole: counts[0] += 1
            case .broken: counts[1] += 1
            case .unfinished: counts[2] += 1
            case .silentLoss: break
            }
            if let loss = try lossAtTheNextStart(folder, lying) {
                Issue.record("\(end), \(place): \(loss)")
            }
        }
        print("\(end): \(counts[0]) whole, \(counts[1]) broken, \(counts[2]) unfinished")
        #expect(counts[1] > 50)
        // A last frame that is cut by the border of a block looks as if a power cut had torn it.
        #expect(counts[2] <= 6)
    }

    /// Whatever becomes of its log.
    @Test(arguments: [Lying.End.closed, .closedByAnOlderProgram])
    fileprivate func aLedgerThatWasClosedLosesNothingWithItsLog(end: Lying.End) throws {
        let sound = try Lying(end)
        var chance = SplitMix(seed: 13)
        let used = sound.usedLogByteCount
        let changes: [(inout [UInt8]) -> Void] =
            [
                { $0 = [] }, { $0.removeLast($0.count - 5_000) }, { $0.removeLast(1) },
                { $0 = [UInt8](repeating: 0, count: $0.count) },
                { log in for at in 0..<32 { log[at] = 0 } }, { $0 = chance.bytes(9_000) }
            ]
            + (0..<60).map { _ in
                let at = chance.below(used)
                return { $0[at] ^= UInt8(1 + at % 255) }
            }
        for (index, change) in changes.enumerated() {
            var damaged = sound
            change(&damaged.log)
            let folder = try damaged.lay()
            #expect(try Lying.bodies(folder) == sound.bodies, "change \(index)")
            let verdict = try Verdict(folder, sound)
            #expect(verdict == .broken || damaged.log.isEmpty || index == 3, "change \(index)")
            let ledger = try SQLiteLedger(directory: folder.path, stamp: Story.stamp(50_000))
            #expect(ledger.recordCount >= sound.bodies.count, "change \(index)")
            #expect(!ledger.past.isIncomplete, "change \(index): \(ledger.findings)")
            #expect(try Lying.bodies(folder).starts(with: sound.bodies), "change \(index)")
        }
    }

    @Test func aLogThatIsCutOrGoneBesideALedgerThatWasKilledIsSaidSo() throws {
        let sound = try Lying(.killed)
        let used = sound.usedLogByteCount
        for byteCount in [0, 20, 32] + Array(stride(from: 568, to: used + 2_000, by: 268)) {
            var damaged = sound
            damaged.log.removeLast(damaged.log.count - byteCount)
            let folder = try damaged.lay()
            #expect(try Verdict(folder, sound) == .broken, "\(byteCount) bytes")
            #expect(try lossAtTheNextStart(folder, sound) == nil || byteCount < 568 + used)
        }
        var damaged = sound
        damaged.log = [UInt8](repeating: 0, count: damaged.log.count)
        #expect(try Verdict(damaged.lay(), sound) == .broken)
    }

    /// However much of it is left: what was acknowledged may have stood behind the cut, and what
    /// was obeyed may be recorded.
    @Test func aLogThatWasCutMayMissRecords() throws {
        let sound = try Lying(.killed)
        for byteCount in [0, 20, 32, 300, 1_640, 3_000, 4_320] {
            var damaged = sound
            damaged.log.removeLast(damaged.log.count - byteCount)
            let folder = try damaged.lay()
            let ledger = try SQLiteLedger(directory: folder.path, stamp: Story.stamp(50_000))
            #expect(ledger.past.isIncomplete, "\(byteCount) bytes: \(ledger.findings)")
        }
    }

    /// Of a database and a log only the names are left; the key tells that there were records.
    @Test(arguments: [0, 32, 700_000])
    func anEmptyDatabaseBesideAKeyIsNoNewAppliance(logByteCount: Int) throws {
        let folder = try TestFolder()
        try SQLiteLedger(directory: folder.path, stamp: Story.stamp(0)).close()
        try Files.replace(folder.path + "/ledger.db", with: [])
        try Files.replace(
            folder.path + "/ledger.db-wal", with: [UInt8](repeating: 0, count: logByteCount))
        #expect {
            try LedgerReader(directory: folder.path, patience: 0)
        } throws: {
            ($0 as? StoreError)?.kind == .damaged
        }
        let ledger = try SQLiteLedger(directory: folder.path, stamp: Story.stamp(50_000))
        #expect(ledger.past.isIncomplete)
        #expect(
            ledger.findings == [
                "ledger: open: there is none, but what belonged to one; a new one begins"
            ])
    }

    /// What lies in a database that is sound is not dropped for a log.
    @Test func theLogOfAnotherLedgerIsKeptFromTheDatabase() throws {
        let sound = try Lying(.killed)
        for end in [Lying.End.killed, .closedByAnOlderProgram] {
            var mixed = sound
            mixed.log = try Lying(end).log
            let folder = try mixed.lay()
            #expect(try Verdict(folder, sound) == .broken)
            let ledger = try SQLiteLedger(directory: folder.path, stamp: Story.stamp(50_000))
            #expect(ledger.findings.first?.contains("set aside as ledger.db-wal.damaged-1") == true)
            #expect(ledger.past.isIncomplete)
            let found = try Lying.bodies(folder)
            #expect(found.starts(with: sound.bodies.prefix(60)))
        }
    }

    /// Of the log nothing is valid that was copied before.
    @Test func theLogBeginsAnewWhileTheApplianceRuns() throws {
        let folder = try TestFolder()
        var layout = LedgerLayout()
        layout.logByteCount = 8 << 10
        let ledger = try SQLiteLedger(
            directory: folder.path, stamp: Story.stamp(0), layout: layout)
        var beginnings = 0
        for second in Int64(1)...300 {
            try ledger.append([Story.operated("button", second)])
            let log = try #require(
                LogImage(try Files.read(folder.path + "/ledger.db-wal", byteCountMax: 1 << 20)))
            #expect(log.committedCount * 536 < layout.logByteCount)
            guard log.committedCount == 1 else { continue }
            beginnings += 1
            let alone = try Database(path: folder.path + "/ledger.db", mode: .alone)
            #expect(try alone.lastRecord()?.hash == ledger.headHash)
        }
        #expect(beginnings > 20)
    }

    @Test func evidenceWithoutARecordBreaksALedgerThatWasClosed() throws {
        let folder = try Lying(.closed).lay()
        let stray = EvidenceName(boot: Story.boot, ordinal: 99, kind: .snapshot).fileName
        try Files.replace(folder.path + "/evidence/" + stray, with: [1])
        func faults() throws -> [String] {
            try LedgerVerifier.verify(LedgerReader(directory: folder.path)).faults.map(
                \.description)
        }
        #expect(
            try faults() == [
                "L11: evidence: 1 files that no record vouches for, the first is \(stray)"
            ])
        try SQLiteLedger(directory: folder.path, stamp: Story.stamp(50_000)).close()
        #expect(try faults() == [])
        #expect(try Files.names(in: folder.path + "/evidence/orphaned") == [stray])
    }

    /// A power cut may come between a picture and its record; of no other life, though.
    @Test func evidenceOfALifeThatWasKilledMayHaveNoRecordYet() throws {
        let folder = try Lying(.killed).lay()
        func lay(_ boot: BootID) throws {
            let name = EvidenceName(boot: boot, ordinal: 99, kind: .snapshot).fileName
            try Files.replace(folder.path + "/evidence/" + name, with: [1])
        }
        try lay(Story.boot)
        let report = try LedgerVerifier.verify(LedgerReader(directory: folder.path))
        #expect(report.isValid)
        #expect(report.isUnfinished)
        try lay(BootID(high: 5, low: 5))
        #expect(try !LedgerVerifier.verify(LedgerReader(directory: folder.path)).isValid)
    }
}
