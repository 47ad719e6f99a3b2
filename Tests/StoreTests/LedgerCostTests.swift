import CTestDisk
import Frames
import Linux
import Records
import Testing

@testable import Store

/// What remembering costs, printed and gated: bytes that reach the medium, and commits a second.
///
/// Bytes are blocks of 4 KiB, each counted once between two synchronisations of its file, with
/// checkpoints and pictures; the file system's own journal is not in them. To see that too, give
/// a folder on a file system of its own and the block device that it stands on:
///
///     KUZET_TEST_FOLDER=/mnt KUZET_TEST_DEVICE=loop0 swift test --filter Cost
extension DiskFailureTests {
    /// An incident as a board sees it: opened with a picture, confirmed, closed.
    private struct Cost {
        let ledger: SQLiteLedger
        let folder: TestFolder
        private(set) var canonicalByteCount = 0
        private(set) var pictureByteCount = 0
        private(set) var pictureBlockByteCount = 0
        private let start: Int64
        private let deviceStart: Int

        init() throws {
            #expect(test_disk_reset() == 0)
            folder =
                try Process.environment("KUZET_TEST_FOLDER").map { try TestFolder(in: $0) }
                ?? TestFolder()
            var layout = LedgerLayout()
            layout.vfs = String(cString: test_disk_name)
            ledger = try SQLiteLedger(
                directory: folder.path, stamp: Story.stamp(0), layout: layout)
            try ledger.append([Story.operated("warm")])
            start = test_disk_byte_count()
            deviceStart = Self.deviceByteCount() ?? 0
        }

        mutating func append(_ records: [LedgerRecord]) throws {
            try ledger.append(records)
            canonicalByteCount += records.reduce(0) { $0 + $1.canonicalBytes.count }
        }

        mutating func picture(_ ordinal: UInt32, byteCount: Int) throws -> LedgerRecord {
            let jpeg = [UInt8](repeating: UInt8(truncatingIfNeeded: ordinal), count: byteCount)
            let hash = try ledger.keepSnapshot(jpeg, ordinal: ordinal, boot: Story.boot)
            pictureByteCount += byteCount
            pictureBlockByteCount += (byteCount + 4095) / 4096 * 4096
            return Story.evidence(ordinal, hash, byteCount)
        }

        /// Of the ledger alone, checkpoint included.
        func ledgerByteCount() -> Int {
            ledger.close()
            return Int(test_disk_byte_count() - start)
        }

        /// The least that durability costs here: bytes that exist, written over and synchronised.
        func floorMicroseconds(count: Int64) throws -> Int64 {
            let file = try FileDescriptor.open(
                folder.path + "/floor", [.readWrite, .create], mode: 0o600)
            let block = [UInt8](repeating: 1, count: 4096)
            try file.writeAll(block)
            try file.synchronise()
            let start = Clocks.monotonicNanoseconds()
            for _ in 0..<count {
                try file.seek(to: 0)
                try file.writeAll(block)
                try file.synchroniseData()
            }
            return (Clocks.monotonicNanoseconds() - start) / 1000 / count
        }

        var deviceByteCount: Int? { Self.deviceByteCount().map { $0 - deviceStart } }

        /// Sectors written, the seventh field of `/sys/block/…/stat`.
        private static func deviceByteCount() -> Int? {
            guard let device = Process.environment("KUZET_TEST_DEVICE"),
                let bytes = try? Files.read("/sys/block/\(device)/stat", byteCountMax: 4096)
            else { return nil }
            let fields = String(decoding: bytes, as: UTF8.self).split(separator: " ")
            return fields.count > 6 ? Int(fields[6]).map { $0 * 512 } : nil
        }
    }

    @Test(arguments: [0, 20_000])
    func aLoneIncidentCostsAtMost16KiBOfLedger(pictureByteCount: Int) throws {
        var cost = try Cost()
        let count: UInt32 = 400
        let time = Clocks.monotonicNanoseconds()
        for ordinal in 1...count {
            let evidence =
                pictureByteCount == 0
                ? Story.evidence(ordinal, [UInt8](repeating: 1, count: 32), 20_000)
                : try cost.picture(ordinal, byteCount: pictureByteCount)
            try cost.append([Story.incident(ordinal, .suspected), evidence])
            try cost.append([Story.incident(ordinal, .confirmed)])
            try cost.append([Story.incident(ordinal, .closed)])
        }
        let microseconds = (Clocks.monotonicNanoseconds() - time) / 1000 / Int64(count * 3)
        let each = cost.ledgerByteCount() / Int(count)
        let device = cost.deviceByteCount.map { "\($0 / Int(count))" } ?? "not measured"
        let floor = try cost.floorMicroseconds(count: Int64(count))
        print(
            "lone incident with a picture of \(pictureByteCount): \(each) bytes of ledger written "
                + "for \(cost.canonicalByteCount / Int(count)) bytes of records, "
                + "3 commits of \(microseconds) µs where writing 4 KiB takes \(floor) µs; "
                + "device \(device)")
        #expect(each <= 16_384)
    }

    @Test func incidentsInABurstCostAtMostTwiceThemselves() throws {
        for pictureByteCount in [6_000, 20_000] {
            var cost = try Cost()
            let time = Clocks.monotonicNanoseconds()
            for burst in UInt32(0)..<10 {
                var batch: [LedgerRecord] = []
                for ordinal in burst * 50 + 1...burst * 50 + 50 {
                    let evidence = try cost.picture(ordinal, byteCount: pictureByteCount)
                    batch += [
                        Story.incident(ordinal, .suspected), evidence,
                        Story.incident(ordinal, .confirmed), Story.incident(ordinal, .closed)
                    ]
                }
                try cost.append(batch)
            }
            let elapsed = Clocks.monotonicNanoseconds() - time
            let ledger = cost.ledgerByteCount()
            let written = ledger + cost.pictureBlockByteCount
            let itself = cost.canonicalByteCount + cost.pictureByteCount
            print(
                "burst with pictures of \(pictureByteCount): \(written / 500) bytes written for an "
                    + "incident of \(itself / 500), \(written * 100 / itself) %; ledger alone "
                    + "\(ledger / 500) for \(cost.canonicalByteCount / 500); "
                    + "\(500_000_000_000 / elapsed) incidents/s; device "
                    + "\(cost.deviceByteCount.map { "\($0 / 500)" } ?? "not measured")")
            #expect(written <= 2 * itself)
        }
    }
}
