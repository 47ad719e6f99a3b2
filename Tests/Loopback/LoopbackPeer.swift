import Glibc
import Linux
import Synchronization

/// Somebody at the other end of connections on loopback, who does what a test says.
public final class LoopbackPeer: Sendable {
    public let port: UInt16
    private let socket: Int32
    private let acceptedCount = Mutex(0)

    private struct Failed: Error {}

    /// - Parameters:
    ///   - receiveByteCount: what the kernel takes before anybody reads; nil leaves it to it.
    ///   - serve: speaks over the connection of that number, from 0; it is closed after.
    public init(
        receiveByteCount: Int32? = nil,
        _ serve: @escaping @Sendable (LoopbackConnection, Int) -> Void
    ) throws {
        Signals.ignoreBrokenPipes()
        socket = Glibc.socket(
            AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        if var receiveByteCount {
            setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &receiveByteCount, 4)
        }
        port = try Self.listen(on: socket, backlog: 16)
        try Threads.start("loopback peer") { [self] in
            while true {
                let accepted = accept(socket, nil, nil)
                guard accepted >= 0 else { return }
                let number = acceptedCount.withLock { count in
                    defer { count += 1 }
                    return count
                }
                let connection = LoopbackConnection(accepted)
                try? Threads.start("loopback connection") { serve(connection, number) }
            }
        }
    }

    public var connectionCount: Int { acceptedCount.withLock { $0 } }

    /// Nobody listens there any more.
    public func stop() { shutdown(socket, Int32(SHUT_RDWR)) }

    deinit { close(socket) }

    /// - Returns: a free port of 127.0.0.1, taken.
    static func listen(on socket: Int32, backlog: Int32) throws -> UInt16 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
                bind(socket, raw, size) == 0 && Glibc.listen(socket, backlog) == 0
                    && getsockname(socket, raw, &size) == 0
            }
        }
        guard status else { throw Failed() }
        return address.sin_port.bigEndian
    }
}

/// One connection, closed with its last owner.
public final class LoopbackConnection: Sendable {
    private let socket: Int32

    init(_ socket: Int32) { self.socket = socket }
    deinit { close(socket) }

    /// Some bytes; nil where the other end is gone.
    public func read(countMax: Int = 4_096) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: countMax)
        let count = recv(socket, &bytes, countMax, 0)
        return count > 0 ? Array(bytes[..<count]) : nil
    }

    public func write(_ bytes: [UInt8]) {
        _ = send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }
}

/// A port to which connections are never made: its queue is full.
public final class Blackhole {
    public let port: UInt16
    private var sockets: [Int32] = []

    public init() throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        sockets = [listener]
        port = try LoopbackPeer.listen(on: listener, backlog: 0)
        for _ in 0..<4 {
            let filler = socket(
                AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
            sockets.append(filler)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    _ = connect(filler, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
        }
    }

    deinit { for socket in sockets { close(socket) } }
}
