/// Which incident: the boot and its number within it. The same in every record, file name and
/// message, for ever.
public struct IncidentIdentity: Hashable, Sendable, CustomStringConvertible {
    public var boot: BootID
    public var ordinal: UInt32

    public init(boot: BootID, ordinal: UInt32) {
        self.boot = boot
        self.ordinal = ordinal
    }

    /// "0123abcd-17": the first eight digits of the boot tell boots of one board apart.
    public var description: String { "\(boot.hexadecimal.prefix(8))-\(ordinal)" }

    /// The 32 digits of the boot and the number, which never mean another incident.
    public var full: String { "\(boot.hexadecimal)-\(ordinal)" }
}
