import Frames
import Uplink

/// To whom the ledger is delivered.
struct DestinationSection: Hashable, Sendable {
    enum Tongue: String, CaseIterable, Sendable {
        case mqtt
        case mqtts

        var isProtected: Bool { self == .mqtts }
        var port: UInt16 { self == .mqtt ? 1883 : 8883 }
    }

    struct Address: Hashable, Sendable {
        var tongue: Tongue
        var host: String
        var port: UInt16

        var text: String {
            let host = host.contains(":") ? "[\(host)]" : host
            return "\(tongue.rawValue)://\(host):\(port)"
        }
    }

    /// One word: stands in the log, and names how far it was served in the ledger.
    var name: String
    var address = Address(tongue: .mqtts, host: "", port: 8883)
    /// Taken while the first was down for `backupAfter`.
    var backup: Address?
    var backupAfter = Interval.seconds(120)
    var tls = TLSSettings()
    var user: String?
    /// A file with the password on its first line, so that the configuration can be shown.
    var passwordFile: String?
    /// MQTT: the first part of every topic.
    var prefix = "kuzet"
    /// Snapshots up to this size are sent along.
    var pictureByteCountMax = 128 << 10
    /// The Ed25519 key of who may give commands, 32 bytes; nil takes none.
    var commandKey: [UInt8]?

    static let countMax = 4
}
