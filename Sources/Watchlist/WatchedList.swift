/// Everybody whom one authority asks to look out for, and until when it asks.
public struct WatchedList: Equatable, Sendable {
    public var header: ListHeader
    /// By number, ascending.
    public var entries: [WatchEntry]

    /// Of one list, and of all that a board holds.
    public static let entryCountMax = 10_000
    /// Of one list, and of all that a board holds: two for each entry. More would fit neither the
    /// memory nor the ten milliseconds that a comparison may take.
    public static let templateCountMax = 20_000

    public init(_ header: ListHeader, entries: [WatchEntry]) {
        self.header = header
        self.entries = entries
    }

    public var templateCount: Int { entries.reduce(0) { $0 + $1.templates.count } }
}

/// What a list says of itself.
public struct ListHeader: Hashable, Sendable {
    /// Who signs it: Ed25519, 32 bytes.
    public var issuer: [UInt8]
    /// To whom pictures of finds are sealed: X25519, 32 bytes.
    public var sealingKey: [UInt8]
    /// The appliances that it is for, by name, ascending; empty: for any.
    public var devices: [String]
    /// Greater than that of every list before by the same issuer, from 1.
    public var version: UInt64
    /// Seconds since 1970; the list holds until just before `expires`.
    public var issued: Int64
    public var expires: Int64
    /// Whether it holds only while the board's clock is set. Without one, time passes by what the
    /// board has seen, and what it was switched off does not count.
    public var needsSetClock: Bool
    /// SHA-256 of the network that made the templates, 32 bytes.
    public var model: [UInt8]

    public static let deviceCountMax = 64
    public static let deviceByteCountMax = 64
    /// A year: after that somebody has to think again.
    public static let spanSecondsMax: Int64 = 366 * 86_400

    public init(
        issuer: [UInt8], sealingKey: [UInt8], devices: [String], version: UInt64, issued: Int64,
        expires: Int64, needsSetClock: Bool, model: [UInt8]
    ) {
        self.issuer = issuer
        self.sealingKey = sealingKey
        self.devices = devices
        self.version = version
        self.issued = issued
        self.expires = expires
        self.needsSetClock = needsSetClock
        self.model = model
    }
}

/// What is wrong, and with which entry.
public struct WatchProblem: Error, Hashable, Sendable {
    public var entry: UInt32?
    public var rule: WatchRule

    public init(_ rule: WatchRule, entry: UInt32? = nil) {
        self.rule = rule
        self.entry = entry
    }
}

extension WatchedList {
    /// What is wrong with the list by itself, whoever reads it; nil where nothing is. `pack` asks at
    /// the authority's side, and every board again.
    public var problem: WatchProblem? {
        if let rule = header.problem { return WatchProblem(rule) }
        if entries.count > Self.entryCountMax {
            return WatchProblem(
                .count(
                    field: "entries", found: Int64(entries.count),
                    wanted: 0...Int64(Self.entryCountMax)))
        }
        var (last, count) = (UInt32(0), 0)
        for entry in entries {
            if let rule = entry.problem { return WatchProblem(rule, entry: entry.number) }
            guard entry.number > last else {
                return WatchProblem(
                    .order(field: "number", found: "\(entry.number)", after: "\(last)"),
                    entry: entry.number)
            }
            guard entry.notice.until > header.issued else {
                return WatchProblem(
                    .overBeforeIssued(until: entry.notice.until, issued: header.issued),
                    entry: entry.number)
            }
            last = entry.number
            count += entry.templates.count
            guard count <= Self.templateCountMax else {
                return WatchProblem(
                    .count(
                        field: "templates in all", found: Int64(count),
                        wanted: 0...Int64(Self.templateCountMax)), entry: entry.number)
            }
        }
        return nil
    }
}

extension ListHeader {
    fileprivate var problem: WatchRule? {
        for (field, bytes) in [("issuer", issuer), ("sealing key", sealingKey), ("model", model)]
        where bytes.count != 32 {
            return .count(field: field, found: Int64(bytes.count), wanted: 32...32)
        }
        if version == 0 { return .count(field: "version", found: 0, wanted: 1...Int64.max) }
        return WatchRule.names("devices", devices, countMin: 0)
            ?? WatchRule.span("list", from: issued, until: expires, max: Self.spanSecondsMax)
    }

    /// Everything but the issuer, whose key stands beside the signature.
    func appendFields(to bytes: inout [UInt8]) {
        bytes += sealingKey
        bytes.appendNames(devices)
        bytes.appendBigEndian(version)
        bytes.appendBigEndian(issued)
        bytes.appendBigEndian(expires)
        bytes.append(needsSetClock ? 1 : 0)
        bytes += model
    }
}
