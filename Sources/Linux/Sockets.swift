import CLinux

/// Why a host's name means no address.
public struct ResolverFailure: Error, Sendable {
    public var cause: String
}

/// One address of a host.
public struct NetworkAddress: @unchecked Sendable {
    fileprivate var raw: kuzet_address

    /// Another number for IPv4 than for IPv6.
    public var family: Int32 { raw.family }
}

/// Connections to others; nothing here listens.
public enum Sockets {
    /// So many that a host's other family is among them, however many its first one has.
    static let addressCountMax = 32

    /// The addresses of `host`, best first. Waits for the resolver, which may take seconds.
    /// The corresponding C function is `getaddrinfo`.
    public static func resolve(
        _ host: String, port: UInt16
    ) -> Result<[NetworkAddress], ResolverFailure> {
        Syscalls.resolve(host, port, countMax: addressCountMax).map { addresses in
            addresses.map(NetworkAddress.init)
        }
    }

    /// A TCP connection under way; writable once it stands or failed, which `failure` tells.
    public static func connect(to address: NetworkAddress) throws(Errno) -> FileDescriptor {
        FileDescriptor(rawValue: try Syscalls.connect(address.raw))
    }

    /// Why a connection failed; nil where it stands.
    public static func failure(of socket: FileDescriptor) throws(Errno) -> Errno? {
        let pending = try Syscalls.socketError(socket.rawValue)
        return pending == 0 ? nil : Errno(rawValue: pending)
    }
}
