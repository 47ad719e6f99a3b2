import Frames
import Linux

/// A TCP connection, under TLS where its endpoint says so.
///
/// Non-blocking after `init`. Used from one thread.
/// - Limits: `pendingByteCountMax` bytes wait for the network; more is a failure.
public final class Connection {
    static let pendingByteCountMax = 4 << 20

    let socket: FileDescriptor
    private let object: String
    private let channel: TLSChannel?
    private var pending: [UInt8] = []
    private var sentCount = 0
    /// TLS may have to read before it can write, and the other way round.
    private var needs: FileDescriptor.Readiness = []

    /// Connects, and shakes hands where there is TLS; waits at most `limit` for both.
    ///
    /// - Parameter bell: readable when it is time to go; the wait ends then, with a failure.
    public init(
        to endpoint: Endpoint, clock: CertificateClock, within limit: Interval,
        bell: FileDescriptor
    ) throws(LinkError) {
        object = endpoint.name
        let end = Self.now() + limit
        let addresses: [NetworkAddress]
        switch Sockets.resolve(endpoint.host, port: endpoint.port) {
        case .success(let found): addresses = found
        case .failure(let failure):
            throw LinkError(object: endpoint.host, attempt: "look up", cause: failure.cause)
        }
        socket = try Self.connect(addresses, object, end, bell)
        guard let settings = endpoint.tls else {
            channel = nil
            return
        }
        let channel = try TLSChannel(settings, endpoint: endpoint, socket: socket, clock: clock)
        self.channel = channel
        while true {
            switch try channel.shake() {
            case .done: return
            case .wants(let readiness):
                try Self.wait(socket, for: readiness, end, bell, object, "TLS handshake")
            case .ended:
                throw LinkError(
                    object: object, attempt: "TLS handshake",
                    cause: "it hung up; is TLS spoken there?")
            }
        }
    }

    deinit {
        channel?.shutDown()
    }

    /// The first address that takes the connection.
    private static func connect(
        _ addresses: [NetworkAddress], _ object: String, _ end: Instant, _ bell: FileDescriptor
    ) throws(LinkError) -> FileDescriptor {
        var cause = "no address"
        for address in addresses {
            do throws(Errno) {
                let socket = try Sockets.connect(to: address)
                do throws(LinkError) {
                    try wait(socket, for: .writable, end, bell, object, "connect")
                } catch {
                    cause = error.cause
                    continue
                }
                guard let failure = try Sockets.failure(of: socket) else { return socket }
                cause = failure.description
            } catch {
                cause = error.description
            }
        }
        throw LinkError(object: object, attempt: "connect", cause: cause)
    }

    private static func wait(
        _ socket: FileDescriptor, for readiness: FileDescriptor.Readiness, _ end: Instant,
        _ bell: FileDescriptor, _ object: String, _ attempt: String
    ) throws(LinkError) {
        var poll = Poll()
        let answered = poll.add(socket, for: readiness)
        let rung = poll.add(bell, for: .readable)
        while true {
            let left = (end - now()).milliseconds
            guard left > 0 else {
                throw LinkError(object: object, attempt: attempt, cause: "no answer in time")
            }
            _ = try? poll.wait(milliseconds: left)
            if !poll[answered].isEmpty { return }
            if !poll[rung].isEmpty {
                throw LinkError(object: object, attempt: attempt, cause: "given up: stopping")
            }
        }
    }

    private static func now() -> Instant { Instant(nanoseconds: Clocks.monotonicNanoseconds()) }

    /// What to wait for on `socket`.
    var wanted: FileDescriptor.Readiness {
        var wanted: FileDescriptor.Readiness = [.readable]
        if sentCount < pending.count { wanted.insert(.writable) }
        return wanted.union(needs)
    }

    /// How many bytes wait for the network.
    var pendingCount: Int { pending.count - sentCount }

    /// Sends as much as the network takes now; the rest waits for `flush`.
    func send(_ bytes: [UInt8]) throws(LinkError) {
        guard pendingCount + bytes.count <= Self.pendingByteCountMax else {
            throw LinkError(
                object: object, attempt: "send \(bytes.count) bytes",
                cause: "\(pendingCount) bytes wait for the network already")
        }
        pending += bytes
        try flush()
    }

    /// Sends what waits, as far as the network takes it.
    func flush() throws(LinkError) {
        needs = []
        while sentCount < pending.count {
            var progress: TLSChannel.Progress?
            var failure: LinkError?
            pending.withUnsafeBytes { bytes in
                do throws(LinkError) {
                    progress = try write(UnsafeRawBufferPointer(rebasing: bytes[sentCount...]))
                } catch { failure = error }
            }
            if let failure { throw failure }
            switch progress {
            case .done(let count): sentCount += count
            case .wants(let readiness):
                needs.formUnion(readiness)
                return
            case .ended, nil:
                throw LinkError(object: object, attempt: "send", cause: "the connection is closed")
            }
        }
        pending.removeAll(keepingCapacity: pending.capacity <= 1 << 16)
        sentCount = 0
    }

    /// What came since the last call; empty where nothing did.
    func receive() throws(LinkError) -> [UInt8] {
        var received: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16 << 10)
        // At most this much at once, so that a flood cannot keep the thread from the rest.
        while received.count < 256 << 10 {
            var progress: TLSChannel.Progress?
            var failure: LinkError?
            chunk.withUnsafeMutableBytes { buffer in
                do throws(LinkError) { progress = try read(into: buffer) } catch { failure = error }
            }
            if let failure { throw failure }
            switch progress {
            case .done(let count): received += chunk[..<count]
            case .wants(let readiness):
                if readiness == .writable { needs.insert(.writable) }
                return received
            case .ended, nil:
                guard received.isEmpty else { return received }
                throw LinkError(
                    object: object, attempt: "receive", cause: "the other end closed the connection"
                )
            }
        }
        return received
    }

    private func write(_ buffer: UnsafeRawBufferPointer) throws(LinkError) -> TLSChannel.Progress {
        if let channel { return try channel.write(buffer) }
        do throws(Errno) { return .done(try socket.write(buffer)) } catch .again {
            return .wants(.writable)
        } catch {
            throw LinkError(object: object, attempt: "send", cause: error.description)
        }
    }

    private func read(
        into buffer: UnsafeMutableRawBufferPointer
    ) throws(LinkError) -> TLSChannel.Progress {
        if let channel { return try channel.read(into: buffer) }
        do throws(Errno) {
            let count = try socket.read(into: buffer)
            return count == 0 ? .ended : .done(count)
        } catch .again {
            return .wants(.readable)
        } catch {
            throw LinkError(object: object, attempt: "receive", cause: error.description)
        }
    }
}
