import Frames
import Linux
import Records
import Testing

@testable import Store

@Suite struct DamagedLedgerTests {
    private struct Pair {
        var database: [UInt8]
        var log: [UInt8]

        init(_ folder: TestFolder) throws {
            database = try Files.read(folder.path + "/ledger.db", byteCountMax: 1 << 20)
            log = try Files.read(folder.path + "/ledger.db-wal", byteCountMax: 1 << 20)
            // The reserve of zeros says nothing; without it more of the changes hit something.
            while log.count > 32, log.last == 0 { log.removeLast() }
        }

        func write(_ folder: TestFolder) throws {
            try Files.replace(folder.path + "/ledger.db", with: database)
            try Files.replace(folder.path + "/ledger.db-wal", with: log)
        }
    }

    /// Some records in the database, some in the log alone.
    private func pair() throws -> Pair {
        let folder = try TestFolder()
        var layout = LedgerLayout()
        layout.logByteCount = 8 << 10
        let ledger = try SQLiteLedger(
            directory: folder.path, stamp: Story.stamp(0), layout: layout)
        for second in Int64(1)...60 {
            let text = String(repeating: "x", count: Int(second) * 12)
            try ledger.append([Story.operated(text, second)])
        }
        ledger.abandon()
        return try Pair(folder)
    }

    private static func change(_ bytes: inout [UInt8], _ chance: inout SplitMix) {
        guard !bytes.isEmpty else { return }
        switch chance.below(7) {
        case 0:
            bytes[chance.below(bytes.count)] ^= UInt8(1 << chance.below(8))
        case 1:
            // Where headers, page types and counts are.
            let page = chance.below((bytes.count + 511) / 512) * 512
            bytes[min(page + chance.below(112), bytes.count - 1)] = UInt8(chance.below(256))
        case 2:
            bytes.removeLast(chance.below(bytes.count))
        case 3:
            bytes += chance.bytes(chance.below(5_000))
        case 4:
            let start = chance.below(bytes.count)
            for index in start..<min(start + 600, bytes.count) {
                bytes[index] = UInt8(chance.below(256))
            }
        case 5:
            bytes = chance.bytes(chance.below(10_000))
        default:
            let (from, to) = (chance.below(bytes.count), chance.below(bytes.count))
            for index in 0..<min(512, bytes.count - max(from, to)) {
                bytes[to + index] = bytes[from + index]
            }
        }
    }

    /// Whatever stands in the files: no crash, a clear answer, and the appliance can go on.
    @Test func anyBytesOpenAsALedgerThatTakesRecords() throws {
        let sound = try pair()
        var chance = SplitMix(seed: 77)
        var repairedCount = 0
        for round in 0..<400 {
            let folder = try TestFolder()
            var changed = sound
            for _ in 0..<1 + chance.below(3) {
                if chance.below(2) == 0 {
                    Self.change(&changed.database, &chance)
                } else {
                    Self.change(&changed.log, &chance)
                }
            }
            try changed.write(folder)
            if let reader = try? LedgerReader(directory: folder.path) {
                _ = try? LedgerVerifier.verify(reader)
                _ = try? IncidentIndex(reader)
            }
            do {
                let ledger = try SQLiteLedger(directory: folder.path, stamp: Story.stamp(99))
                repairedCount += ledger.findings.isEmpty ? 0 : 1
                try ledger.append([Story.operated("life goes on", 100)])
                let reader = try LedgerReader(directory: folder.path)
                var last: [UInt8] = []
                try reader.visit { last = $0.body }
                let isLast = last == Story.operated("life goes on", 100).canonicalBytes
                #expect(isLast, "round \(round): \(ledger.findings)")
            } catch let error as StoreError where error.kind == .newerVersion {
                continue
            } catch {
                Issue.record("round \(round): \(error)")
            }
        }
        #expect(repairedCount > 50)
    }

    @Test func everyBitOfTheFirstHundredBytesMayFlip() throws {
        let sound = try pair()
        for bit in 0..<800 {
            let folder = try TestFolder()
            var changed = sound
            changed.database[bit / 8] ^= UInt8(1 << (bit % 8))
            try changed.write(folder)
            do {
                let ledger = try SQLiteLedger(directory: folder.path, stamp: Story.stamp(99))
                try ledger.append([Story.operated("life goes on", 100)])
            } catch let error as StoreError where error.kind == .newerVersion {
                continue
            } catch {
                Issue.record("bit \(bit): \(error)")
            }
        }
    }
}
