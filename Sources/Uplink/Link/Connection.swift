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
    private var pending = PendingBytes()
    /// How many bytes the network took so far.
    private(set) var sentCount: UInt64 = 0
    /// Why nothing can be sent any more: told by `receive` once all is read that came before, for
    /// the other end may have said why it goes.
    private var failure: LinkError?
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
        socket = try ConnectionRace.run(addresses, object: object, until: end, bell: bell)
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
        if !pending.isEmpty { wanted.insert(.writable) }
        return wanted.union(needs)
    }

    /// How many bytes wait for the network.
    var pendingCount: Int { pending.count }
    /// The memory that they take.
    var pendingCapacity: Int { pending.capacity }

    /// Sends as much as the network takes now; the rest waits for `flush`. What cannot be sent any
    /// more is let go: `receive` tells why.
    func send(_ bytes: [UInt8]) throws(LinkError) {
        guard failure == nil else { return }
        guard pending.count + bytes.count <= Self.pendingByteCountMax else {
            throw LinkError(
                object: object, attempt: "send \(bytes.count) bytes",
                cause: "\(pending.count) bytes wait for the network already")
        }
        pending.append(bytes)
        flush()
    }

    /// Sends what waits, as far as the network takes it.
    func flush() {
        needs = []
        while !pending.isEmpty {
            let progress: Result<TLSChannel.Progress, LinkError>
            progress = pending.withUnsafeBytes { bytes in
                Result { () throws(LinkError) in try write(bytes) }
            }
            switch progress {
            case .success(.done(let count)):
                pending.removeFirst(count)
                sentCount &+= UInt64(count)
            case .success(.wants(let readiness)):
                needs.formUnion(readiness)
                return
            case .success(.ended):
                fail(
                    LinkError(
                        object: object, attempt: "send", cause: "the connection is closed",
                        isHangUp: true))
            case .failure(let failure): fail(failure)
            }
        }
    }

    private func fail(_ failure: LinkError) {
        if self.failure == nil { self.failure = failure }
        pending.removeAll()
    }

    /// What came since the last call; empty where nothing did.
    ///
    /// - Error: why there is no more to come, once all that came was given.
    func receive() throws(LinkError) -> [UInt8] {
        var received: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16 << 10)
        // At most this much at once, so that a flood cannot keep the thread from the rest.
        while received.count < 256 << 10 {
            let progress: Result<TLSChannel.Progress, LinkError>
            progress = chunk.withUnsafeMutableBytes { buffer in
                Result { () throws(LinkError) in try read(into: buffer) }
            }
            switch progress {
            case .success(.done(let count)):
                received += chunk[..<count]
                continue
            case .success(.wants(let readiness)):
                if readiness == .writable { needs.insert(.writable) }
            case .success(.ended):
                fail(
                    LinkError(
                        object: object, attempt: "receive",
                        cause: "the other end closed the connection", isHangUp: true))
            case .failure(let failure): fail(failure)
            }
            break
        }
        if received.isEmpty, let failure { throw failure }
        return received
    }

    private func write(_ buffer: UnsafeRawBufferPointer) throws(LinkError) -> TLSChannel.Progress {
        if let channel { return try channel.write(buffer) }
        do throws(Errno) { return .done(try socket.write(buffer)) } catch .again {
            return .wants(.writable)
        } catch {
            throw LinkError(
                object: object, attempt: "send", cause: error.description,
                isHangUp: error == .brokenPipe || error == .connectionReset)
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
            throw LinkError(
                object: object, attempt: "receive", cause: error.description,
                isHangUp: error == .connectionReset)
        }
    }
}
