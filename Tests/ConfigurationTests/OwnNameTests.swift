import Linux
import Testing

@testable import Configuration

@Suite struct OwnNameTests {
    /// A machine with these files and no others.
    private func name(serial: String? = nil, machineID: String? = nil) throws -> String? {
        let root = "/tmp/kuzet-test-\(Process.pid)-\(UInt64.random(in: 0 ... .max))"
        let folders = ["", "/proc", "/proc/device-tree", "/etc"]
        let files = [("/proc/device-tree/serial-number", serial), ("/etc/machine-id", machineID)]
        for folder in folders { try Files.makeFolder(root + folder) }
        defer {
            for (path, _) in files { try? Files.remove(root + path) }
            for folder in folders.reversed() { try? Files.removeFolder(root + folder) }
        }
        for case (let path, let content?) in files {
            try Files.replace(root + path, with: Array(content.utf8))
        }
        return Settings.ownName(of: Machine(root: root))
    }

    /// `printf 'kuzet appliance 10000000abcdef01' | sha256sum`
    @Test func aSerialNumberNamesTheBoardAndGoesBeforeACopiedMachineID() throws {
        let named = try name(serial: "10000000abcdef01\0")
        #expect(named == "kuzet-43f6e1bc4d")
        let id = "0123456789abcdef0123456789abcdef\n"
        #expect(try name(serial: "10000000abcdef01\0", machineID: id) == named)
        #expect(try name(serial: "10000000abcdef02\0", machineID: id) != named)
    }

    @Test(arguments: [nil, "", "\0", "0000000000000000\0", "0\0"])
    func withoutASerialNumberItIsTheMachineID(serial: String?) throws {
        let id = "0123456789abcdef0123456789abcdef\n"
        #expect(try name(serial: serial, machineID: id) == "kuzet-5ac80a94ae")
        #expect(try name(serial: serial) == nil)
        #expect(try name(serial: serial, machineID: "uninitialized\n") == nil)
        #expect(try name(serial: serial, machineID: "") == nil)
    }
}
