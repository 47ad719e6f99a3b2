import Foundation
import Testing

/// The whole clone, read as text.
struct HouseTests {
    static let clone = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Every file of text that is ours, by its path in the clone.
    static func files() throws -> [(path: String, text: String)] {
        var found: [(path: String, text: String)] = []
        for folder in ["Sources", "Tests", "board", "systemd"] {
            let top = clone.appendingPathComponent(folder)
            guard let names = FileManager.default.enumerator(atPath: top.path) else { continue }
            for case let name as String in names {
                let url = top.appendingPathComponent(name)
                // Pictures, weights and other data that is not text are not read as text.
                guard let data = try? Data(contentsOf: url),
                    let text = String(data: data, encoding: .utf8)
                else { continue }
                found.append((folder + "/" + name, text))
            }
        }
        return found.sorted { $0.path < $1.path }
    }

    @Test func everyFileKeepsTheRules() throws {
        let files = try Self.files()
        #expect(files.contains { $0.path == "Sources/Frames/Plane.swift" })
        for file in files {
            for violation in HouseRules.violations(path: file.path, text: file.text) {
                Issue.record(Comment(rawValue: violation))
            }
        }
    }

    @Test func everyModuleInTheTableExists() throws {
        let modules = Set(
            try Self.files().compactMap { file -> String? in
                let parts = file.path.split(separator: "/")
                guard parts.first == "Sources", file.path.hasSuffix(".swift") else { return nil }
                return String(parts[1])
            })
        #expect(modules == Set(HouseRules.arrows.keys))
    }

    /// What two targets need is a target of its own: behind a link it would be compiled twice, and
    /// its tests could not tell which.
    @Test func nothingIsReachedThroughALink() throws {
        for folder in ["Sources", "Tests"] {
            let top = Self.clone.appendingPathComponent(folder)
            let names = try #require(FileManager.default.enumerator(atPath: top.path))
            for case let name as String in names {
                let path = top.appendingPathComponent(name).path
                let kind = try FileManager.default.attributesOfItem(atPath: path)[.type]
                #expect(kind as? FileAttributeType != .typeSymbolicLink, "\(folder)/\(name)")
            }
        }
    }

    @Test func theTableHasNoCycle() {
        var settled: Set<String> = []
        var waiting = Set(HouseRules.arrows.keys)
        while let next = waiting.first(where: { module in
            HouseRules.arrows[module, default: []].intersection(waiting).isEmpty
        }) {
            waiting.remove(next)
            settled.insert(next)
        }
        #expect(waiting.isEmpty, "import each other in a circle: \(waiting.sorted())")
    }
}
