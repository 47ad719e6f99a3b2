import Linux
import Testing

@testable import Configuration

/// A folder that is gone when the test is.
private final class Folder {
    let path: String

    init() throws {
        path = "/tmp/kuzet-test-\(Process.pid)-\(UInt64.random(in: 0 ... .max))"
        try Files.makeFolder(path)
    }

    deinit {
        for name in (try? Files.names(in: path)) ?? [] { try? Files.remove("\(path)/\(name)") }
        try? Files.removeFolder(path)
    }

    func write(_ name: String, _ text: String) throws -> String {
        try Files.replace("\(path)/\(name)", with: Array(text.utf8))
        return "\(path)/\(name)"
    }
}

private func problems(_ path: String) -> String? {
    do throws(ConfigurationError) {
        _ = try Settings.load(path)
        return nil
    } catch {
        return error.description
    }
}

@Suite struct ConfigurationLoaderTests {
    @Test func aProfileIsFoundBesideTheConfiguration() throws {
        let folder = try Folder()
        let profile = "[board]\nname = \"bench\"\n"
        _ = try folder.write("p.toml", profile)
        let text = "profile = \"p.toml\"\n[[camera]]\nname = \"a\"\ndevice = \"b\"\n"
        let loaded = try Settings.load(try folder.write("kuzet.toml", text))
        #expect(loaded.configuration.board.name == "bench")
        #expect(loaded.bytes == Array((text + profile).utf8))
    }

    @Test func aFileThatIsAbsentOrAFolderOrADeviceIsAnErrorThatSaysSo() throws {
        let folder = try Folder()
        let absent = "\(folder.path)/none.toml"
        #expect(problems(absent) == "\(absent): open: no such file or directory (ENOENT)")
        #expect(problems(folder.path) == "\(folder.path): open: not a regular file")
        #expect(problems("/dev/zero") == "/dev/zero: open: not a regular file")
    }

    @Test func aHundredMegabytesAreRefusedBySizeUnread() throws {
        let folder = try Folder()
        let path = try folder.write("big.toml", "")
        // A sparse file: reading it would take memory, asking for its size does not.
        try FileDescriptor.open(path, .readWrite).truncate(to: 100_000_000)
        let before = Process.residentByteCount()
        #expect(
            problems(path) == "\(path): open: 100000000 bytes; at most 1048576 are allowed")
        #expect(Process.residentByteCount() - before < 20_000_000)
    }

    @Test func damagedConfigurationsAreRefusedOrReadNeverFatal() {
        let good = Array(Settings.example.text(commented: true).utf8)
        var generator = SystemRandomNumberGenerator()
        for round in 0..<300 {
            var bytes = good
            for _ in 0...(round % 4) {
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                switch round % 3 {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
                case 1: bytes.removeSubrange(place..<min(bytes.count, place + 9))
                default:
                    bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 40)], at: 0)
                }
            }
            if !fuzzConfiguration(bytes) {
                Issue.record(
                    "accepted but not printed back: \(String(decoding: bytes, as: UTF8.self))")
                return
            }
        }
    }
}

/// The boards that come with the product.
private let profilesFolder: String = {
    let tests = #filePath.split(separator: "/").dropLast(2)
    return "/" + tests.dropLast().joined(separator: "/") + "/board/profiles"
}()

@Suite struct ProfileTests {
    @Test func everyProfileIsRightAndHasLampsAndAnEnclosureSwitch() throws {
        let names = try Files.names(in: profilesFolder).filter { $0.hasSuffix(".toml") }
        #expect(names.contains("qemu-virt.toml"))
        for name in names {
            let folder = try Folder()
            let path = try folder.write(
                "kuzet.toml",
                "profile = \"\(profilesFolder)/\(name)\"\n"
                    + "[[camera]]\nname = \"door\"\ndevice = \"/dev/video0\"\n")
            let configuration = try Settings.load(path).configuration
            #expect(configuration.lines.outputs.count == 4, "\(name)")
            #expect(configuration.lines.inputs.count == 3, "\(name)")
            #expect(!configuration.board.name.isEmpty, "\(name)")
            #expect(!configuration.board.compatible.isEmpty, "\(name)")
        }
    }
}
