import Frames
import Glibc
import Linux
import Loopback
import Testing

@testable import Uplink

@Suite struct ConnectionTests {
    private static func connection(to port: UInt16) throws -> Connection {
        try Connection(
            to: Endpoint(host: "127.0.0.1", port: port),
            clock: CertificateClock(wallMilliseconds: 0, isUnset: true), within: .seconds(5),
            bell: try FileDescriptor.event())
    }

    /// Forty megabytes to somebody who reads slowly, and never all: what waits is never empty.
    @Test func aBacklogOnASlowWayTakesNoMoreMemoryThanWhatWaits() throws {
        let total = 40 << 20
        let peer = try LoopbackPeer(receiveByteCount: 16 << 10) { connection, _ in
            while connection.read(countMax: 64 << 10) != nil { usleep(200) }
        }
        let connection = try Self.connection(to: peer.port)
        let message = [UInt8](repeating: 7, count: 150_000)
        var (given, capacityMax, emptyCount) = (0, 0, 0)
        while given < total {
            // As a courier gives.
            if connection.pendingCount < CourierRound.pendingByteCountMax {
                if given > 0, connection.pendingCount == 0 { emptyCount += 1 }
                try connection.send(message)
                given += message.count
            } else {
                var poll = Poll()
                poll.add(connection.socket, for: connection.wanted)
                _ = try poll.wait(milliseconds: 1_000)
                connection.flush()
            }
            capacityMax = max(capacityMax, connection.pendingCapacity)
        }
        // It was as slow as it should be: what waited was hardly ever empty.
        #expect(emptyCount < 20)
        #expect(capacityMax < 1 << 20, "\(capacityMax) bytes for what waited")
        peer.stop()
    }

    /// The other end says why, and hangs up although more comes: what it said is read first.
    @Test func whatTheOtherEndSaidIsReadBeforeItsEndIsTold() throws {
        let farewell = Array("goodbye".utf8)
        let peer = try LoopbackPeer { connection, _ in
            connection.write(farewell)
            // Closed with bytes unread: the kernel resets the connection.
            usleep(50_000)
        }
        let connection = try Self.connection(to: peer.port)
        let message = [UInt8](repeating: 1, count: 1_000)
        // Until after the reset has come.
        for _ in 0..<40 {
            try connection.send(message)
            usleep(10_000)
        }
        #expect(try connection.receive() == farewell)
        let error = linkError { _ = try connection.receive() }
        #expect(error?.isHangUp == true)
        peer.stop()
    }

    @Test func whatWaitsIsInOrderHoweverItIsTaken() {
        var pending = PendingBytes()
        var chance = SplitMix64(seed: 5)
        var (next, expected): (UInt8, UInt8) = (0, 0)
        for _ in 0..<2_000 {
            let more = (0..<chance.whole(in: 0...300)).map { _ -> UInt8 in
                defer { next &+= 1 }
                return next
            }
            pending.append(more)
            let count = chance.whole(in: 0...pending.count)
            let taken = pending.withUnsafeBytes { Array($0[..<count]) }
            pending.removeFirst(count)
            for byte in taken {
                guard byte == expected else {
                    Issue.record("\(byte) came, not \(expected)")
                    return
                }
                expected &+= 1
            }
            #expect(pending.capacity <= 4 * max(pending.count + count, 64))
        }
    }
}
