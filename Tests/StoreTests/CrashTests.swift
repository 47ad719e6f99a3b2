import Frames
import Linux
import Testing

@testable import Store

/// A process of its own writes as fast as it can, and is killed at a random moment.
///
/// The process is this test program again, with a variable that names the ledger; there the test
/// below is the writer instead.
@Suite struct CrashTests {
    private static let variable = "KUZET_TEST_LEDGER"

    @Test func aKilledWriterTakesNoAcknowledgedRecordWithIt() throws {
        if let folder = Process.environment(Self.variable) { return try Self.write(folder) }
        var chance = SplitMix(seed: 19)
        var acknowledgedCount = 0
        // A new ledger after ten kills: all of it is verified after each.
        for _ in 0..<6 {
            acknowledgedCount += try killTenTimes(chance: &chance)
        }
        #expect(acknowledgedCount > 500, "otherwise hardly anything was written")
    }

    /// Kills ten writers of one ledger, one after the other.
    ///
    /// - Returns: how many records they said are kept.
    private func killTenTimes(chance: inout SplitMix) throws -> Int {
        let folder = try TestFolder()
        var kept: [Int64] = []
        var acknowledgedCount = 0
        for life in Int64(0)..<10 {
            let acknowledged = try kill(folder, afterMilliseconds: Int64(chance.below(60)))
            acknowledgedCount += acknowledged.count
            let ledger = try SQLiteLedger(directory: folder.path, stamp: Story.stamp(life))
            #expect(ledger.findings.filter { !$0.isOfTheLastCommit } == [])
            #expect(!ledger.past.isIncomplete)
            ledger.close()
            let reader = try LedgerReader(directory: folder.path)
            let report = try LedgerVerifier.verify(reader)
            #expect(report.faults == [])
            let found =
                try reader.told().compactMap { record in
                    if case .repaired = record.body { return nil }
                    return record.stamp.monotonic.nanoseconds
                } as [Int64]
            #expect(found.starts(with: kept + acknowledged), "life \(life)")
            kept = found
            guard report.isValid else { break }
        }
        return acknowledgedCount
    }

    /// Starts a writer, waits until it has written, kills it a little later.
    ///
    /// - Returns: the names of the records that it said are kept.
    private func kill(_ folder: TestFolder, afterMilliseconds delay: Int64) throws -> [Int64] {
        let (reading, writing) = try FileDescriptor.pipe()
        let child = try Child(try Self.command(folder), output: writing)
        try writing.close()
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        func read() throws -> Bool {
            let count = try chunk.withUnsafeMutableBytes { try reading.read(into: $0) }
            bytes += chunk[..<count]
            return count > 0
        }
        while !bytes.contains(UInt8(ascii: "#")) {
            guard try read() else { break }
        }
        Clocks.sleep(milliseconds: delay)
        child.terminate(9)
        #expect(try child.wait() == .killed(signal: 9))
        while try read() {}
        // A line that was cut is no acknowledgement; other lines are the test program's own.
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        return lines.dropLast().compactMap { line in
            guard line.first == UInt8(ascii: "#") else { return nil }
            return Int64(String(decoding: line.dropFirst(), as: UTF8.self))
        }
    }

    /// This program as it was called, for one test only.
    private static func command(_ folder: TestFolder) throws -> [String] {
        let line = try Files.read("/proc/self/cmdline", byteCountMax: 65_536)
        var arguments = line.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        while let filter = arguments.firstIndex(where: { $0 == "--filter" || $0 == "--skip" }) {
            arguments.removeSubrange(filter..<min(filter + 2, arguments.count))
        }
        if let output = arguments.firstIndex(where: { $0.hasSuffix("output-path") }) {
            arguments.removeSubrange(output..<min(output + 2, arguments.count))
        }
        arguments[0] = try Files.resolve("/proc/self/exe")
        return ["env", "\(variable)=\(folder.path)"] + arguments
            + ["--filter", "aKilledWriterTakesNoAcknowledgedRecordWithIt"]
    }

    /// The writer: each record is named by its time; "#name" says that it is kept.
    private static func write(_ folder: String) throws {
        let ledger = try SQLiteLedger(directory: folder, stamp: Story.stamp(0))
        let last = try LedgerReader(directory: folder).told().last { record in
            if case .operated = record.body { true } else { false }
        }
        var name = (last?.stamp.monotonic.nanoseconds ?? 0) + 1
        while true {
            let count = name % 7 == 0 ? Int64(20) : 1 + name % 3
            let batch = (name..<name + count).map { name in
                var record = Story.operated(String(repeating: "x", count: Int(name % 300)))
                record.stamp.monotonic = Instant(nanoseconds: name)
                return record
            }
            try ledger.append(batch)
            try FileDescriptor.standardOutput.writeAll(
                batch.map { "#\($0.stamp.monotonic.nanoseconds)\n" }.joined())
            name += count
        }
    }
}
