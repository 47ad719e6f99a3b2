import Frames
import Uplink

/// To whom the ledger is delivered.
package struct DestinationSection: Hashable, Sendable {
    package enum Tongue: String, CaseIterable, Sendable {
        case mqtt
        case mqtts
        case sia
        case sias

        /// Whether it is spoken under TLS.
        package var isProtected: Bool { self == .mqtts || self == .sias }
        package var isSIA: Bool { self == .sia || self == .sias }
        /// What is registered for MQTT, and usual for DC-09, which has none of its own.
        package var port: UInt16 {
            switch self {
            case .mqtt: 1883
            case .mqtts: 8883
            case .sia, .sias: 12_128
            }
        }
    }

    package enum Tells: String, CaseIterable, Sendable {
        case all
        /// Only what nobody acknowledged in time: somebody else's phone.
        case escalated
    }

    package struct Address: Hashable, Sendable {
        package var tongue: Tongue
        package var host: String
        package var port: UInt16

        package var text: String {
            let host = host.contains(":") ? "[\(host)]" : host
            return "\(tongue.rawValue)://\(host):\(port)"
        }
    }

    /// One word: stands in the log, and names how far it was served in the ledger.
    package var name: String
    package var address = Address(tongue: .mqtts, host: "", port: 8883)
    package var tells = Tells.all
    /// Taken while the first was down for `backupAfter`.
    package var backup: Address?
    package var backupAfter = Interval.seconds(120)
    package var tls = TLSSettings()
    package var user: String?
    /// A file with the password on its first line, so that the configuration can be shown.
    package var passwordFile: String?
    /// MQTT: the first part of every topic.
    package var prefix = "kuzet"
    /// MQTT: Home Assistant finds the appliance by itself.
    package var isKnownToHomeAssistant = false
    /// Whether it is told of people like an entry of a list: an authority's desk, and nobody else's.
    package var isToldOfFaces = false
    /// Snapshots up to this size are sent along.
    package var pictureByteCountMax = 128 << 10
    /// The Ed25519 key of who may give commands, 32 bytes; nil takes none.
    package var commandKey: [UInt8]?

    package var sia = SIASection()

    static let countMax = 4

    /// What an alarm centre gives its customers on paper.
    package struct SIASection: Hashable, Sendable {
        package var account = ""
        /// Always said: receivers of some makes answer with nonsense where it is left out.
        package var receiver = "0"
        package var line = "0"
        package var codeBook = SIACodeBook.siaDCS
        /// A file with the key on its first line.
        package var keyFile: String?
        package var keyForm = SIAKeyForm.hexadecimal
        package var supervision = Interval.seconds(85)
    }
}

extension DestinationSection {
    package func endpoint(_ address: Address) -> Endpoint {
        Endpoint(
            host: address.host, port: address.port,
            tls: address.tongue.isProtected ? tls : nil)
    }
}
