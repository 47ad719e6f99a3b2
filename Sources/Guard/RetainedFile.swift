import Linux
import Station
import Uplink

/// What brokers of one destination keep for Home Assistant, in a file of the store's folder, so
/// that a later life can take it back.
///
/// - Shape: a line for each topic: the broker's address, a space, the topic.
/// - Limits: `byteCountMax` bytes; a longer file is none of ours.
struct RetainedFile: Sendable {
    static let byteCountMax = 64 << 10

    var path: String

    init(directory: String, destination: String) {
        path = "\(directory)/retained-\(destination)"
    }

    /// Those on one broker.
    func topics(on address: String) -> RetainedTopics {
        RetainedTopics(
            read: { lines().compactMap { $0.address == address ? $0.topic : nil } },
            write: { topics in
                let others = lines().filter { $0.address != address }
                write(others + topics.map { (address, $0) })
            })
    }

    private func lines() -> [(address: String, topic: String)] {
        let bytes = (try? Files.read(path, byteCountMax: Self.byteCountMax)) ?? []
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").compactMap { line in
            let parts = line.split(separator: " ", maxSplits: 1)
            return parts.count == 2 ? (String(parts[0]), String(parts[1])) : nil
        }
    }

    private func write(_ lines: [(address: String, topic: String)]) {
        let text = lines.map { "\($0.address) \($0.topic)\n" }.joined()
        guard text.utf8.count <= Self.byteCountMax else { return }
        do throws(Errno) { try Files.replace(path, with: Array(text.utf8)) } catch {
            Journal.write(
                Priority.warning.rawValue,
                "\(path): write: \(error): Home Assistant may keep what is switched off")
        }
    }
}
