import Cryptography
import Frames
import Incidents
import Linux
import Station
import Store
import Uplink

/// The couriers of an appliance, one for each destination, and what lies between them and the
/// ledger's thread.
final class Uplinks: Sendable {
    private let couriers: [Courier]
    /// Destinations that nothing can be told to, for want of their keys.
    private let unserved: [String]
    private let device: String
    private let folder: LedgerFolder

    /// - Parameters:
    ///   - boot: names this life, so that pauses differ between appliances.
    ///   - command: is given what a destination wants, signed as it must be.
    init(
        _ settings: Configuration, clerk: LedgerClerk, boot: BootID,
        command: @escaping @Sendable (Command, _ destination: UInt8) -> Void
    ) throws {
        device = Self.topicWord(settings.name)
        folder = LedgerFolder(settings.store.directory)
        let speaker = Speaker(
            device: device, cameras: settings.cameras.map(\.name))
        let directory = settings.store.directory
        var couriers: [Courier] = []
        var unserved: [String] = []
        for destination in settings.destinations {
            let name = destination.name
            let index = UInt8(couriers.count)
            let paths = Self.paths(destination, speaker: speaker, directory: directory)
            // Said already, with the reason.
            guard !paths.isEmpty else {
                unserved.append(name)
                continue
            }
            let ports = CourierPorts(
                read: { clerk.page($0, after: $1, countMax: $2, $3) },
                note: { clerk.note($0, of: name) },
                command: { bytes in
                    guard let key = destination.commandKey else { return }
                    do throws(SignedCommand.Refusal) {
                        command(
                            try SignedCommand.read(bytes, key: key, device: speaker.device), index)
                    } catch {
                        Journal.write(
                            Priority.warning.rawValue,
                            "destination \(name): a command: refused: \(error)")
                    }
                },
                log: { Journal.write($0.rawValue, $1) },
                clock: { .now })
            let courier = try Courier(
                name: name, paths: paths, failoverAfter: destination.backupAfter,
                tells: { entry in
                    destination.tells == .all || Self.isEscalation(entry)
                },
                seed: boot.high ^ boot.low &+ UInt64(index), ports: ports)
            couriers.append(courier)
        }
        self.couriers = couriers
        self.unserved = unserved
        guard !couriers.isEmpty else { return }
        clerk.whenReached { [couriers] head in
            for courier in couriers { courier.ledgerReached(head) }
        }
        for courier in couriers {
            clerk.cursors(of: courier.name) { courier.begin(at: $0) }
            try courier.start()
        }
    }

    /// Who answers now.
    var reached: [(name: String, isReached: Bool)] {
        couriers.map { ($0.name, $0.status.isReached) } + unserved.map { ($0, false) }
    }

    /// For `systemctl status`; empty where nothing is told to anybody.
    var status: [String] {
        couriers.map { courier in
            let status = courier.status
            let state =
                status.isReached
                ? "connected" : status.isConnected ? "connected, no answer" : "not connected"
            return "destination \(courier.name): \(state), \(status.deliveredCount) delivered,"
                + " \(status.behindCount) records behind"
        } + unserved.map { "destination \($0): nothing is told: its key was not read" }
    }

    /// Tells a destination what became of its command, with the part of a file that it asked for.
    func answer(_ command: Command, refusal: String?, destination: UInt8) {
        guard couriers.indices.contains(Int(destination)) else { return }
        couriers[Int(destination)].answer(text(command, refusal))
    }

    private func text(_ command: Command, _ refusal: String?) -> String {
        guard refusal == nil,
            case .fetch(let identity, let kind, let offset, let byteCount) = command.action
        else { return SignedCommand.answer(command, device: device, refusal: refusal) }
        let name = EvidenceName(boot: identity.boot, ordinal: identity.ordinal, kind: kind)
        do throws(Errno) {
            let file = try FileDescriptor.open(
                folder.evidence + "/" + name.fileName, .readOnly)
            let whole = Int(try file.facts().byteCount)
            let count = min(max(whole - Int(offset), 0), Int(byteCount))
            try file.seek(to: Int64(offset))
            return SignedCommand.answer(
                command, device: device, chunk: try file.read(byteCount: count), offset: offset,
                of: whole)
        } catch {
            return SignedCommand.answer(
                command, device: device, refusal: "evidence \(name.fileName): read: \(error)")
        }
    }

    func stop(within limit: Interval) {
        let end = Instant(nanoseconds: Clocks.monotonicNanoseconds()) + limit
        for courier in couriers {
            courier.stop(within: end - Instant(nanoseconds: Clocks.monotonicNanoseconds()))
        }
    }

    private static func isEscalation(_ entry: OutboxEntry) -> Bool {
        if case .escalated = entry.record.body { true } else { false }
    }

    private static func paths(
        _ destination: DestinationSection, speaker: Speaker, directory: String
    ) -> [Path] {
        let mqtt = mqttSettings(destination)
        let sia = siaSettings(destination.sia)
        let folder = LedgerFolder(directory)
        return [destination.address, destination.backup].compactMap(\.self).compactMap { address in
            let endpoint = destination.endpoint(address)
            if address.tongue.isSIA {
                return sia.map { sia in
                    Path(endpoint: endpoint) { SIADialect(sia, speaker: speaker) }
                }
            }
            return Path(endpoint: endpoint) {
                MQTTDialect(mqtt, speaker: speaker) { record, byteCountMax in
                    picture(of: record, in: folder, byteCountMax: byteCountMax)
                }
            }
        }
    }

    private static func mqttSettings(_ destination: DestinationSection) -> MQTTDialect.Settings {
        var settings = MQTTDialect.Settings()
        settings.prefix = destination.prefix
        settings.user = destination.user
        settings.password = destination.passwordFile.flatMap { firstLine(of: $0) }
        settings.pictureByteCountMax = destination.pictureByteCountMax
        settings.isKnownToHomeAssistant = destination.isKnownToHomeAssistant
        settings.takesCommands = destination.commandKey != nil
        return settings
    }

    /// nil where it is not spoken: the configuration was checked before.
    private static func siaSettings(_ section: DestinationSection.SIASection) -> SIASettings? {
        var key: AESKey?
        if let file = section.keyFile {
            key = firstLine(of: file).flatMap { AESKey(siaText: $0, form: section.keyForm) }
            // In the clear nothing must go where somebody asked for a key.
            guard key != nil else {
                Journal.write(
                    Priority.error.rawValue,
                    "key file \(file): read: not 16, 24 or 32 bytes in \(section.keyForm.rawValue)")
                return nil
            }
        }
        var settings = SIASettings(
            account: section.account, receiver: section.receiver, line: section.line,
            codeBook: section.codeBook, key: key)
        settings?.supervision = section.supervision
        return settings
    }

    /// The bytes of the file that an evidence record vouches for, if they are what it says.
    private static func picture(
        of record: LedgerRecord, in folder: LedgerFolder, byteCountMax: Int
    ) -> [UInt8]? {
        guard case .evidence(_, _, let sha256, let byteCount) = record.body,
            byteCount <= byteCountMax, let name = EvidenceName(of: record),
            let bytes = try? Files.read(
                folder.evidence + "/" + name.fileName, byteCountMax: byteCountMax),
            SHA256.digest(bytes) == sha256
        else { return nil }
        return bytes
    }

    private static func firstLine(of path: String) -> String? {
        do throws(Errno) {
            let bytes = try Files.read(path, byteCountMax: 4_096)
            return String(decoding: bytes.prefix { $0 != 0x0A && $0 != 0x0D }, as: UTF8.self)
        } catch {
            Journal.write(Priority.error.rawValue, "secret \(path): read: \(error)")
            return nil
        }
    }

    /// A name as one level of a topic.
    static func topicWord(_ name: String) -> String {
        String(
            decoding: name.utf8.map { Array("/+# ".utf8).contains($0) ? UInt8(ascii: "-") : $0 },
            as: UTF8.self)
    }
}

extension DestinationSection {
    func endpoint(_ address: Address) -> Endpoint {
        Endpoint(
            host: address.host, port: address.port,
            tls: address.tongue.isProtected ? tls : nil)
    }
}

extension CertificateClock {
    /// A board whose clock was never set shows a time that is long past: certificates are then
    /// checked by it as far as that goes.
    static var now: CertificateClock {
        CertificateClock(
            wallMilliseconds: Clocks.wallMilliseconds(), isUnset: !Clocks.isSynchronised())
    }
}
