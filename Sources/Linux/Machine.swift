/// This machine as the kernel shows it in `/proc` and `/sys`, or a picture of one for a test.
package struct Machine: Sendable {
    /// Stands before every path; empty for the real machine.
    package var root = ""

    package init(root: String = "") {
        self.root = root
    }

    /// The first line of a small file; nil where there is none, or it cannot be read.
    package func line(_ path: String) -> String? {
        lines(path)?.first
    }

    package func lines(_ path: String) -> [String]? {
        guard let bytes = try? Files.read(root + path, byteCountMax: 1 << 16) else { return nil }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    /// Strings that are ended by zero bytes, as in the device tree.
    package func strings(_ path: String) -> [String]? {
        guard let bytes = try? Files.read(root + path, byteCountMax: 1 << 16) else { return nil }
        return bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    }

    package func integer(_ path: String) -> Int? { line(path).flatMap { Int($0) } }

    package func names(_ folder: String) -> [String] { (try? Files.names(in: root + folder)) ?? [] }

    package func exists(_ path: String) -> Bool { Files.exists(root + path) }

    /// The value of a line `key:  value …` in a file such as /proc/meminfo.
    package func field(_ key: String, in path: String) -> String? {
        guard let line = lines(path)?.first(where: { $0.hasPrefix(key + ":") }) else { return nil }
        return line.dropFirst(key.count + 1).split(whereSeparator: { $0 == " " || $0 == "\t" })
            .joined(separator: " ")
    }

    /// Of the processor, from the thermal zone of this type, or from the hottest one. What no
    /// processor can have is no temperature: drivers without a measurement say −274 °C.
    package func celsius(of zone: String?) -> Int? {
        thermalZones.filter { $0.type == zone ?? $0.type }.compactMap { integer($0.path) }
            .filter { (-60_000...200_000).contains($0) }.max().map { $0 / 1000 }
    }

    /// Thermal zones: their types, and where their thousandths of a degree stand.
    package var thermalZones: [(type: String, path: String)] {
        let folder = "/sys/class/thermal"
        return names(folder).filter { $0.hasPrefix("thermal_zone") }.map { name in
            (type: line("\(folder)/\(name)/type") ?? "", path: "\(folder)/\(name)/temp")
        }
    }
}
