import Frames

/// By what right somebody orders something.
public enum Authority: Hashable, Sendable {
    /// Whoever signs with a centre's key: once for each ticket.
    case centre(Centre, Ticket)
    /// Whoever has the maintenance console.
    case technician
    /// Whoever stands in the venue.
    case button

    /// For people: "centre city".
    public var words: String {
        switch self {
        case .centre(let centre, _): "centre \(centre.destination)"
        case .technician: "technician"
        case .button: "button"
        }
    }
}

/// One who signs commands, and the way by which they come: each counts for itself.
public struct Centre: Hashable, Sendable {
    /// As the configuration calls the destination.
    public var destination: String
    /// The public key, Ed25519, 32 bytes.
    public var key: [UInt8]

    public init(destination: String, key: [UInt8]) {
        self.destination = destination
        self.key = key
    }
}

/// What makes a signed command good for one time only.
public struct Ticket: Hashable, Sendable {
    /// Greater than that of every command before by the same centre, from 1; milliseconds since
    /// 1970 will do. Commands with an epoch and without one count apart.
    public var counter: UInt64
    /// Signed with it, this proves that the command is no older than the epoch; nil proves nothing.
    public var epoch: Epoch?

    public init(counter: UInt64, epoch: Epoch? = nil) {
        self.counter = counter
        self.epoch = epoch
    }
}

/// A stretch of a ledger of which nothing was lost: it begins with the ledger, and anew after each
/// damage. Nobody knows its name before, because nobody knows that of a boot.
public struct Epoch: Hashable, Sendable, CustomStringConvertible {
    public var boot: BootID
    /// Monotonic time of its first record.
    public var began: Instant

    public init(beginningWith stamp: Stamp) {
        boot = stamp.boot
        began = stamp.monotonic
    }

    /// Reads what `description` says; nil for anything else.
    public init?(_ text: String) {
        let halves = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard halves.count == 2, halves[0].utf8.count == 32,
            let high = UInt64(halves[0].prefix(16), radix: 16),
            let low = UInt64(halves[0].dropFirst(16), radix: 16),
            let nanoseconds = Int64(halves[1])
        else { return nil }
        boot = BootID(high: high, low: low)
        began = Instant(nanoseconds: nanoseconds)
        guard description == text else { return nil }
    }

    /// The 32 digits of the boot, and nanoseconds: "6b75…-3120000000".
    public var description: String { "\(boot.hexadecimal)-\(began.nanoseconds)" }
}

extension Authority {
    func appendFields(to bytes: inout [UInt8]) {
        switch self {
        case .centre(let centre, let ticket):
            bytes.append(1)
            bytes.appendBigEndian(ticket.counter)
            bytes.append(ticket.epoch == nil ? 0 : 1)
            if let epoch = ticket.epoch {
                bytes.appendBigEndian(epoch.boot.high)
                bytes.appendBigEndian(epoch.boot.low)
                bytes.appendBigEndian(epoch.began.nanoseconds)
            }
            bytes.appendText(
                LedgerRecord.cut(centre.destination, LedgerRecord.nameByteCountMax))
            bytes.appendCounted(centre.key)
        case .technician: bytes.append(2)
        case .button: bytes.append(3)
        }
    }

    init(fields reader: inout BigEndianReader) throws {
        let code = try reader.byte("authority")
        switch code {
        case 1:
            let counter = try reader.integer(UInt64.self, "counter")
            let hasEpoch = try reader.code("epoch") { $0 == 0 ? false : $0 == 1 ? true : nil }
            var epoch: Epoch?
            if hasEpoch {
                let boot = BootID(
                    high: try reader.integer(UInt64.self, "epoch"),
                    low: try reader.integer(UInt64.self, "epoch"))
                epoch = Epoch(boot: boot, began: try reader.instant("epoch"))
            }
            let destination = try reader.text(countMax: LedgerRecord.nameByteCountMax)
            self = .centre(
                Centre(destination: destination, key: try reader.counted("public key")),
                Ticket(counter: counter, epoch: epoch))
        case 2: self = .technician
        case 3: self = .button
        default: throw CanonicalBytesError.unknownCode(field: "authority", code: UInt64(code))
        }
    }
}

extension Epoch {
    fileprivate init(boot: BootID, began: Instant) {
        self.boot = boot
        self.began = began
    }
}
