import Frames
import Linux
import Records
import Testing

@testable import Store

/// A real file system that is too small, or takes no writes; only root can make one.
@Suite struct RealDiskTests {
    private final class SmallDisk {
        let folder: TestFolder

        /// nil, and a line, where this process may not mount.
        init?(byteCount: Int) throws {
            folder = try TestFolder()
            let options = "size=\(byteCount)"
            let child = try Child(["mount", "-t", "tmpfs", "-o", options, "none", folder.path])
            guard try child.wait() == .exited(0) else {
                print("skipped: only root can mount a small disk")
                return nil
            }
        }

        func remount(_ option: String) throws {
            let child = try Child(["mount", "-o", "remount,\(option)", folder.path])
            #expect(try child.wait() == .exited(0))
        }

        deinit {
            let child = try? Child(["umount", folder.path])
            _ = try? child?.wait()
        }
    }

    private func records(_ path: String) throws -> [LedgerRecord] {
        try LedgerReader(directory: path).told()
    }

    @Test func aFullDiskIsSaidToBeFullLosesNothingAndGoesOnWhenThereIsRoom() throws {
        guard let disk = try SmallDisk(byteCount: 2 << 20) else { return }
        let path = disk.folder.path
        try Files.replace(path + "/filler", with: [UInt8](repeating: 1, count: 1 << 20))
        let ledger = try SQLiteLedger(directory: path + "/ledger", stamp: Story.stamp(0))
        var told: [LedgerRecord] = []
        var failure: StoreError?
        var second: Int64 = 0
        func batch() -> [LedgerRecord] {
            (0..<20).map { _ in
                second += 1
                return Story.operated(String(repeating: "x", count: 900), second)
            }
        }
        var waiting = batch()
        while failure == nil, second < 20_000 {
            do {
                try ledger.append(waiting)
                told += waiting
                waiting = batch()
            } catch let error as StoreError {
                failure = error
            }
        }
        #expect(failure?.kind == .full)
        #expect(
            failure?.description
                == "ledger \(path)/ledger/ledger.db: append 20 records: "
                + "database or disk is full (SQLite 13)")
        #expect(throws: StoreError.self) {
            try ledger.keepSnapshot(
                [UInt8](repeating: 1, count: 2 << 20), ordinal: 1, boot: Story.boot)
        }
        #expect(try Files.names(in: path + "/ledger/evidence") == ["orphaned"])
        #expect(try records(path + "/ledger") == told)
        #expect(throws: StoreError.self) { try ledger.append(waiting) }
        try Files.remove(path + "/filler")
        try ledger.append(waiting)
        #expect(try records(path + "/ledger") == told + waiting)
        #expect(ledger.findings.isEmpty)
    }

    @Test func aDiskThatTakesNoWritesIsSaidToBeReadOnlyAndCanBeRead() throws {
        guard let disk = try SmallDisk(byteCount: 4 << 20) else { return }
        let path = disk.folder.path
        try SQLiteLedger(directory: path, stamp: Story.stamp(0)).append([Story.operated("x", 1)])
        try disk.remount("ro")
        #expect {
            try SQLiteLedger(directory: path, stamp: Story.stamp(0))
        } throws: {
            ($0 as? StoreError)?.kind == .readOnly && "\($0)".contains("read-only file system")
        }
        #expect(try records(path) == [Story.operated("x", 1)])
        #expect(try LedgerVerifier.verify(LedgerReader(directory: path)).isValid)
        try disk.remount("rw")
        let ledger = try SQLiteLedger(directory: path, stamp: Story.stamp(0))
        try ledger.append([Story.operated("y", 2)])
        #expect(try records(path).count == 2)
    }
}
