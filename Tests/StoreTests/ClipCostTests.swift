import Frames
import Linux
import Station
import Testing

@testable import Store

/// What a clip costs a memory card, printed and gated. With `KUZET_TEST_FOLDER` and
/// `KUZET_TEST_DEVICE`, as `LedgerCostTests.swift` says, also what a block device got.
@Suite struct ClipCostTests {
    #if DEBUG
        /// Twenty seconds of 640×480, ten pictures a second of 40 KB, in parts as they come: what
        /// is remembered at once, then every two seconds.
        @Test func aClipCostsLittleMoreThanItsPictures() throws {
            let folder =
                try Process.environment("KUZET_TEST_FOLDER").map { try TestFolder(in: $0) }
                ?? TestFolder()
            let ledger = try SQLiteLedger(directory: folder.path, stamp: Story.stamp(0))
            try ledger.append([Story.incident(1, .confirmed)])
            let pictures = Film.bytes(0..<200, byteCount: 40_000)
            let before = Self.deviceByteCount()
            var blocks = 0
            var writeCount = 0
            var synchroniseCount = 0
            var kept: KeptClip?
            var start = 0
            let begin = Clocks.monotonicNanoseconds()
            for count in [50] + [Int](repeating: 20, count: 7) + [10] {
                let part = Array(pictures[start..<start + count])
                let (_, calls) = try SyscallTrace.recording {
                    _ = try ledger.extendClip(part, ordinal: 1, boot: Story.boot)
                }
                start += count
                // A part touches the block in which the one before it ended again.
                blocks += (count * 40_000 + 4_095) / 4_096 + 1
                writeCount += calls.filter { $0.name == "write" }.count
                synchroniseCount += calls.filter { $0.name.hasSuffix("sync") }.count
            }
            let (_, calls) = try SyscallTrace.recording {
                kept = try ledger.finishClip(ordinal: 1, boot: Story.boot)
            }
            blocks += 3
            writeCount += calls.filter { $0.name == "write" }.count
            synchroniseCount += calls.filter { $0.name.hasSuffix("sync") }.count
            let milliseconds = (Clocks.monotonicNanoseconds() - begin) / 1_000_000
            let whole = try #require(kept)
            let itself = pictures.reduce(0) { $0 + $1.jpeg.count }
            let device = Self.deviceByteCount().flatMap { now in before.map { now - $0 } }
            print(
                "clip of 20 s, \(itself) bytes of pictures: a file of \(whole.byteCount), "
                    + "\(blocks * 4_096) bytes in blocks of 4 KiB, \(writeCount) writes, "
                    + "\(synchroniseCount) synchronisations, \(milliseconds) ms; device "
                    + "\(device.map { "\($0)" } ?? "not measured")")
            #expect(Int(whole.byteCount) * 100 <= itself * 101)
            #expect(blocks * 4_096 * 100 <= itself * 102)
            #expect(writeCount <= 11)
        }
    #endif

    /// Sectors written, the seventh field of `/sys/block/…/stat`.
    private static func deviceByteCount() -> Int? {
        guard let device = Process.environment("KUZET_TEST_DEVICE"),
            let bytes = try? Files.read("/sys/block/\(device)/stat", byteCountMax: 4_096)
        else { return nil }
        let fields = String(decoding: bytes, as: UTF8.self).split(separator: " ")
        return fields.count > 6 ? Int(fields[6]).map { $0 * 512 } : nil
    }
}
