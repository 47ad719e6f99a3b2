import Frames
import Uplink

/// To whom the ledger is delivered.
struct DestinationSection: Hashable, Sendable {
    enum Tongue: String, CaseIterable, Sendable {
        case mqtt
        case mqtts
        case sia
        case sias

        /// Whether it is spoken under TLS.
        var isProtected: Bool { self == .mqtts || self == .sias }
        var isSIA: Bool { self == .sia || self == .sias }
        /// What is registered for MQTT, and usual for DC-09, which has none of its own.
        var port: UInt16 {
            switch self {
            case .mqtt: 1883
            case .mqtts: 8883
            case .sia, .sias: 12_128
            }
        }
    }

    enum Tells: String, CaseIterable, Sendable {
        case all
        /// Only what nobody acknowledged in time: somebody else's phone.
        case escalated
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
    var tells = Tells.all
    /// Taken while the first was down for `backupAfter`.
    var backup: Address?
    var backupAfter = Interval.seconds(120)
    var tls = TLSSettings()
    var user: String?
    /// A file with the password on its first line, so that the configuration can be shown.
    var passwordFile: String?
    /// MQTT: the first part of every topic.
    var prefix = "kuzet"
    /// MQTT: Home Assistant finds the appliance by itself.
    var isKnownToHomeAssistant = false
    /// Snapshots up to this size are sent along.
    var pictureByteCountMax = 128 << 10
    /// The Ed25519 key of who may give commands, 32 bytes; nil takes none.
    var commandKey: [UInt8]?

    var sia = SIASection()

    static let countMax = 4

    /// What an alarm centre gives its customers on paper.
    struct SIASection: Hashable, Sendable {
        var account = ""
        /// Always said: receivers of some makes answer with nonsense where it is left out.
        var receiver = "0"
        var line = "0"
        var codeBook = SIACodeBook.siaDCS
        /// A file with the key on its first line.
        var keyFile: String?
        var keyForm = SIAKeyForm.hexadecimal
        var supervision = Interval.seconds(85)
    }
}
