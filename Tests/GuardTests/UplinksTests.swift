import Records
import Station
import Testing

@testable import Configuration
@testable import Guard

@Suite struct UplinksTests {
    /// Whoever cannot be told anything for want of a key is a centre that is not reached, too.
    @Test func aDestinationWithoutItsKeyIsNotReached() throws {
        let boot = BootID(high: 7, low: 8)
        let thread = try LedgerThread(boot: boot, queue: try EventQueue())
        var settings = Settings()
        var centre = DestinationSection(name: "centre")
        centre.address = DestinationSection.Address(tongue: .sia, host: "::1", port: 7_700)
        centre.sia.account = "AB12"
        centre.sia.keyFile = "/none/key"
        settings.destinations = [centre]
        let uplinks = try Uplinks(settings, ledger: thread, boot: boot) { _ in }
        #expect(uplinks.reached.map(\.name) == ["centre"])
        #expect(uplinks.reached.map(\.isReached) == [false])
        #expect(uplinks.status == ["destination centre: nothing is told: its key was not read"])
    }
}
