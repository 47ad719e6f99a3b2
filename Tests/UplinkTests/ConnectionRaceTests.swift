import Frames
import Linux
import Loopback
import Testing

@testable import Uplink

@Suite struct ConnectionRaceTests {
    private static func address(_ port: UInt16) throws -> NetworkAddress {
        try #require(Sockets.resolve("127.0.0.1", port: port).get().first)
    }

    private static func now() -> Instant {
        Instant(nanoseconds: Clocks.monotonicNanoseconds())
    }

    private static func run(
        _ addresses: [NetworkAddress], within limit: Interval
    ) throws -> FileDescriptor {
        try ConnectionRace.run(
            addresses, object: "centre", until: now() + limit, bell: try FileDescriptor.event())
    }

    @Test func anAddressThatGoesNowhereCostsAMomentAndNotTheTimeOfTheNext() throws {
        let (hole, other) = (try Blackhole(), try Blackhole())
        let peer = try LoopbackPeer { _, _ in }
        let start = Self.now()
        let addresses = try [hole.port, other.port, peer.port].map { try Self.address($0) }
        _ = try Self.run(addresses, within: .seconds(15))
        let took = Self.now() - start
        #expect(took >= ConnectionRace.delay * 2)
        #expect(took < .seconds(5), "\(took.milliseconds) ms")
        peer.stop()
    }

    @Test func oneThatIsRefusedMakesRoomForTheNextAtOnce() throws {
        let closed = try LoopbackPeer { _, _ in }
        closed.stop()
        let peer = try LoopbackPeer { _, _ in }
        let addresses = [UInt16](repeating: closed.port, count: 8) + [peer.port]
        let start = Self.now()
        _ = try Self.run(addresses.map { try Self.address($0) }, within: .seconds(15))
        // Eight delays would be two seconds.
        #expect(Self.now() - start < .seconds(1))
        peer.stop()
    }

    @Test func whereNoneStandsEveryCauseIsSaidAndTheTimeIsKept() throws {
        let closed = try LoopbackPeer { _, _ in }
        closed.stop()
        let hole = try Blackhole()
        let addresses = try [hole.port, closed.port, closed.port].map { try Self.address($0) }
        let start = Self.now()
        let error = linkError { _ = try Self.run(addresses, within: .milliseconds(700)) }
        #expect(
            error?.description
                == "centre: connect: connection refused (ECONNREFUSED); no answer in time")
        #expect(Self.now() - start < .seconds(5))
        let nowhere = linkError { _ = try Self.run([], within: .seconds(1)) }
        #expect(nowhere?.cause == "no address")
    }

    @Test func aBellEndsTheRace() throws {
        let hole = try Blackhole()
        let bell = try FileDescriptor.event()
        try bell.signal()
        let error = linkError {
            _ = try ConnectionRace.run(
                [try Self.address(hole.port)], object: "centre", until: Self.now() + .seconds(15),
                bell: bell)
        }
        #expect(error?.cause == "given up: stopping")
    }

    /// The resolver's first family begins, and each keeps the resolver's order.
    @Test func familiesTakeTurns() {
        let mixed = ["6a", "6b", "6c", "6d", "4a", "4b"]
        let turns = ConnectionRace.interleaved(mixed, by: \.first)
        #expect(Array(turns) == ["6a", "4a", "6b", "4b", "6c", "6d"])
        #expect(
            Array(ConnectionRace.interleaved(["4a", "4b", "6a"], by: \.first))
                == ["4a", "6a", "4b"])
        #expect(ConnectionRace.interleaved([String](), by: \.first).isEmpty)
    }
}
