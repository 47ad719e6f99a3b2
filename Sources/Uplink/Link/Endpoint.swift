import Linux

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
    /// The wall clock as it stands, milliseconds since 1970-01-01 UTC.
    public var wallMilliseconds: Int64
    /// The kernel does not vouch for it: it may be too early, so a certificate that begins later is
    /// taken all the same, and one that was over by then is not.
    public var isUnset: Bool

    public init(wallMilliseconds: Int64, isUnset: Bool) {
        self.wallMilliseconds = wallMilliseconds
        self.isUnset = isUnset
    }

    /// A board whose clock was never set shows a time that is long past: certificates are then
    /// checked by it as far as that goes.
    public static var now: CertificateClock {
        CertificateClock(
            wallMilliseconds: Clocks.wallMilliseconds(), isUnset: !Clocks.isSynchronised())
    }
}
