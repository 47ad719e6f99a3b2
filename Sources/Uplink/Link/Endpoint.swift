/// Where a receiver is, and how its connection is protected.
public struct Endpoint: Hashable, Sendable {
    /// A name or an address.
    public var host: String
    public var port: UInt16
    /// nil speaks in the clear: for a broker on the same board or in a tunnel only.
    public var tls: TLSSettings?

    public init(host: String, port: UInt16, tls: TLSSettings? = nil) {
        self.host = host
        self.port = port
        self.tls = tls
    }

    /// As messages name it.
    public var name: String { "\(host):\(port)" }
}

/// What a TLS connection is checked by. There is no way to check nothing.
public struct TLSSettings: Hashable, Sendable {
    /// PEM file of the authorities that are believed; nil believes those of the system.
    public var authorities: String?
    /// PEM files of our own certificate (with its chain) and its key; nil shows none.
    public var certificate: String?
    public var key: String?
    /// The name in the receiver's certificate; nil takes the host's.
    public var serverName: String?

    public init(
        authorities: String? = nil, certificate: String? = nil, key: String? = nil,
        serverName: String? = nil
    ) {
        self.authorities = authorities
        self.certificate = certificate
        self.key = key
        self.serverName = serverName
    }
}

/// What is known of the time when certificates are checked.
public struct CertificateClock: Hashable, Sendable {
    /// The wall clock where it was set in this boot; else the newest time that is known to be past.
    public var wallMilliseconds: Int64
    /// Only that time is known to be past: a certificate that begins later is taken all the same,
    /// one that was over by then is not.
    public var isUnset: Bool

    public init(wallMilliseconds: Int64, isUnset: Bool) {
        self.wallMilliseconds = wallMilliseconds
        self.isUnset = isUnset
    }
}
