import Detectors
import Linux
import Testing

@testable import Configuration

@Suite struct ConfiguredNetworksTests {
    @Test func whereNoneIsNamedThoseOfTheProgramLook() throws {
        let configured = try ConfiguredNetworks([:])
        let shipped = LookTask.always
        #expect(configured.networks.tasks == shipped)
        #expect(configured.names.map(\.task) == shipped)
        #expect(configured.names.allSatisfy { $0.sha256.count == 32 })
    }

    private func refusal(_ models: [LookTask: String]) -> String {
        do throws(ConfigurationError) {
            _ = try ConfiguredNetworks(models)
            return ""
        } catch {
            return error.description
        }
    }

    @Test func whatCannotBeReadOrIsNoneForItsTaskIsAnErrorOfTheConfiguration() throws {
        let path = "/tmp/kuzet-network-\(Process.pid)"
        defer { try? Files.remove(path) }
        #expect(refusal([.people: path]).hasPrefix("\(path): read the network for people: "))
        // The crowd's own network in the place of the people's.
        let crowd = LookTask.crowd.model
        for bytes in [[UInt8](repeating: 7, count: 99), Array(crowd.bytes)] {
            try Files.replace(path, with: bytes)
            #expect(refusal([.people: path]).hasPrefix("\(path): look with it, as [models] says"))
        }
        try Files.replace(path, with: Array(crowd.bytes))
        #expect(try ConfiguredNetworks([.crowd: path]).names == ConfiguredNetworks([:]).names)
    }
}
