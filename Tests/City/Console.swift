import Linux

/// Lines of standard input, without waiting for them; and lines of standard output, at once.
struct Console {
    private var bytes: [UInt8] = []

    /// Whole lines that came within the time given. "stop" is what an end of the input says.
    mutating func lines(within milliseconds: Int64) throws -> [String] {
        let ready = try FileDescriptor.standardInput.wait(
            for: .readable, milliseconds: milliseconds)
        guard !ready.isEmpty else { return [] }
        var chunk = [UInt8](repeating: 0, count: 4_096)
        let count = try chunk.withUnsafeMutableBytes {
            try FileDescriptor.standardInput.read(into: $0)
        }
        guard count > 0 else { return ["stop"] }
        bytes += chunk[..<count]
        var lines: [String] = []
        while let end = bytes.firstIndex(of: 0x0A) {
            lines.append(String(decoding: bytes[..<end], as: UTF8.self))
            bytes.removeSubrange(...end)
        }
        return lines
    }

    static func say(_ fields: [(String, Int)]) {
        let text = fields.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",")
        try? FileDescriptor.standardOutput.writeAll("{\(text)}\n")
    }
}

/// Memory of this process, in bytes: now, and at most so far.
enum Memory {
    static func status(_ name: String) -> Int {
        let bytes = (try? Files.read("/proc/self/status", byteCountMax: 65_536)) ?? []
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        where line.hasPrefix(name + ":") {
            return Int(line.filter(\.isNumber)) ?? 0
        }
        return 0
    }

    static var resident: Int { status("VmRSS") << 10 }
    static var peak: Int { status("VmHWM") << 10 }
}
