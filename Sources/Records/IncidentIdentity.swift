/// Which incident: the boot and its number within it. The same in every record, file name and
/// message, for ever.
public struct IncidentIdentity: Hashable, Sendable, CustomStringConvertible {
    public var boot: BootID
    public var ordinal: UInt32

    public init(boot: BootID, ordinal: UInt32) {
        self.boot = boot
        self.ordinal = ordinal
    }

    /// Reads what `full` says; nil for anything else.
    public init?(full: String) {
        let halves = full.split(separator: "-", omittingEmptySubsequences: false)
        guard halves.count == 2, halves[0].utf8.count == 32,
            let high = UInt64(halves[0].prefix(16), radix: 16),
            let low = UInt64(halves[0].dropFirst(16), radix: 16), let ordinal = UInt32(halves[1])
        else { return nil }
        self.init(boot: BootID(high: high, low: low), ordinal: ordinal)
        guard self.full == full else { return nil }
    }

    /// "0123abcd-17": the first eight digits of the boot tell boots of one board apart.
    public var description: String { "\(boot.hexadecimal.prefix(8))-\(ordinal)" }

    /// The 32 digits of the boot and the number, which never mean another incident.
    public var full: String { "\(boot.hexadecimal)-\(ordinal)" }
}
