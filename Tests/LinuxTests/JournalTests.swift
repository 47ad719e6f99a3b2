import Testing

@testable import Linux

@Suite struct JournalTests {
    /// What comes out of a pipe, until that is enough.
    private func text(
        _ descriptor: FileDescriptor, until isEnough: (String) -> Bool
    ) throws -> String {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4_096)
        while !isEnough(String(decoding: bytes, as: UTF8.self)) {
            guard try !descriptor.wait(for: .readable, milliseconds: 20_000).isEmpty else { break }
            let count = try chunk.withUnsafeMutableBytes { try descriptor.read(into: $0) }
            bytes += chunk[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func linesComeInOrderAndWhole() throws {
        let (reading, writing) = try FileDescriptor.pipe()
        let writer = LineWriter(to: writing) { "\($0) left out\n" }
        let lines = (0..<1_000).map { "line \($0)\n" }
        for line in lines { writer.write(line) }
        #expect(try text(reading) { $0.hasSuffix("line 999\n") } == lines.joined())
        #expect(writer.flush(within: 20_000))
    }

    /// Beyond what waits a reader that hangs costs lines, and never time.
    @Test func aReaderThatHangsKeepsNobodyWaitingAndWhatWasLeftOutIsCountedInItsPlace() throws {
        let (reading, writing) = try FileDescriptor.pipe()
        // As much as a pipe holds.
        let filling = [UInt8](repeating: UInt8(ascii: "\n"), count: 65_536)
        try writing.writeAll(filling)
        let writer = LineWriter(to: writing) { "\($0) left out\n" }
        let line = String(repeating: "x", count: 99) + "\n"
        var longest: Int64 = 0
        for _ in 0..<10_000 {
            let begin = Clocks.monotonicNanoseconds()
            writer.write(line)
            longest = max(longest, Clocks.monotonicNanoseconds() - begin)
        }
        #expect(longest < 1_000_000_000, "a line took \(longest) ns")
        #expect(!writer.flush(within: 20), "nobody reads")
        func counts(_ text: String) -> (kept: Int, leftOut: Int) {
            let lines = text.split(separator: "\n")
            let leftOut = lines.compactMap { line in
                line.hasSuffix(" left out") ? Int(line.prefix { $0 != " " }) : nil
            }
            return (lines.count { $0.count == 99 }, leftOut.reduce(0, +))
        }
        let told = try text(reading) { text in
            let (kept, leftOut) = counts(text)
            return kept + leftOut >= 10_000
        }
        let (kept, leftOut) = counts(told)
        #expect(kept + leftOut == 10_000)
        #expect(kept * 100 <= 2 * LineWriter.byteCountMax + 200)
        #expect(told.hasSuffix(" left out\n"))
        #expect(writer.flush(within: 20_000))
        writer.write("again\n")
        #expect(try text(reading) { $0 == "again\n" } == "again\n")
    }
}
