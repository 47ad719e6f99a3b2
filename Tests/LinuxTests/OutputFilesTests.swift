import CLinux
import Testing

@testable import Linux

/// A folder with a pipe, a link, a planted link and a device beside each other.
private final class Zoo {
    let path = "/tmp/kuzet-output-tests-\(Process.pid)-\(UInt64.random(in: 0...UInt64.max))"

    init() throws {
        try Files.makeFolder(path)
        try Files.replace(path + "/victim", with: Array("mine".utf8))
        for words in [["mkfifo", path + "/pipe"], ["ln", "-s", "victim", path + "/link"]] {
            _ = try Child(words).wait()
        }
    }

    deinit {
        let child = try? Child(["rm", "-rf", path])
        _ = try? child?.wait()
    }

    func kind(_ name: String) throws -> FileFacts.Kind {
        try Files.facts(path + "/" + name, followsLinks: false).kind
    }
}

@Suite struct OutputFilesTests {
    @Test func aLinkIsNeitherReplacedNorFollowed() throws {
        let zoo = try Zoo()
        for write in [
            { try Files.replace(zoo.path + "/link", with: [1]) },
            { try Files.openOutput(zoo.path + "/link").close() }
        ] {
            #expect(throws: Errno(rawValue: ELOOP)) { try write() }
        }
        #expect(try zoo.kind("link") == .link)
        #expect(try Files.read(zoo.path + "/victim", byteCountMax: 9) == Array("mine".utf8))
    }

    @Test func aReplacedFileKeepsItsOwnerAndModeWhateverTheUmask() throws {
        let zoo = try Zoo()
        let path = zoo.path + "/settings"
        try Files.replace(path, with: [1])
        let user = try Files.facts(path).user
        // Only root gives files away; everybody may give one to himself.
        let owner =
            user == 0
            ? (user: UInt32(12_345), group: UInt32(54_321))
            : (user: user, group: try Files.facts(path).group)
        try Files.replace(path, with: [2], mode: 0o666, owner: owner)
        let facts = try Files.facts(path)
        #expect(facts.user == owner.user && facts.group == owner.group)
        #expect(facts.permissions == 0o666)
        #expect(try Files.read(path, byteCountMax: 9) == [2])
        #expect(try Files.names(in: zoo.path).count == 4)
    }

    @Test func aPlantedLinkBesideTheFileIsLeftAlone() throws {
        let zoo = try Zoo()
        _ = try Child(["ln", "-s", "victim", zoo.path + "/page.new"]).wait()
        try Files.replace(zoo.path + "/page", with: [7])
        #expect(try Files.read(zoo.path + "/page", byteCountMax: 9) == [7])
        #expect(try Files.read(zoo.path + "/victim", byteCountMax: 9) == Array("mine".utf8))
        #expect(
            try Files.names(in: zoo.path) == ["link", "page", "page.new", "pipe", "victim"])
    }

    @Test func aPipeStaysOneAndItsReaderGetsTheBytes() throws {
        let zoo = try Zoo()
        let pipe = zoo.path + "/pipe"
        // Nobody reads: said at once, not waited for.
        #expect(throws: Errno(rawValue: ENXIO)) { try Files.replace(pipe, with: [1]) }
        let reader = try FileDescriptor.open(pipe, [.readOnly, .nonBlocking])
        try Files.replace(pipe, with: [1, 2, 3])
        var bytes = [UInt8](repeating: 0, count: 8)
        let count = try bytes.withUnsafeMutableBytes { try reader.read(into: $0) }
        #expect(bytes.prefix(count) == [1, 2, 3])
        #expect(try zoo.kind("pipe") == .pipe)
    }

    @Test func aDeviceIsWrittenIntoAndItsFailureTold() throws {
        try Files.replace("/dev/null", with: [1])
        #expect(try Files.facts("/dev/null").kind == .characterDevice)
        #expect(throws: Errno.noSpace) { try Files.replace("/dev/full", with: [1]) }
        #expect(try Files.facts("/dev/full").kind == .characterDevice)
    }

    @Test func aFolderIsNoFile() throws {
        let zoo = try Zoo()
        #expect(throws: Errno(rawValue: EISDIR)) { try Files.openOutput(zoo.path) }
        #expect(throws: Errno(rawValue: EISDIR)) { try Files.replace(zoo.path, with: []) }
    }

    @Test func ownDescriptorsMeanWhatTheyMeanToTheShell() throws {
        let (reader, writer) = try FileDescriptor.pipe()
        try Files.replace("/dev/fd/\(writer.rawValue)", with: [5])
        var bytes = [UInt8](repeating: 0, count: 8)
        #expect(try bytes.withUnsafeMutableBytes { try reader.read(into: $0) } == 1)
        #expect(bytes[0] == 5)
    }
}
