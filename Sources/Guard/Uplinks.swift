import Configuration
import Cryptography
import Detectors
import Frames
import Linux
import Records
import Station
import Store
import Synchronization
import Uplink

/// The couriers of an appliance, one for each destination, and what lies between them and the
/// ledger's thread.
final class Uplinks: Sendable {
    private let couriers: [Courier]
    /// Destinations that nothing can be told to, for want of their keys.
    private let unserved: [String]
    private let device: String
    private let folder: LedgerFolder
    private let ledger: LedgerThread

    /// - Parameters:
    ///   - boot: names this life, so that pauses differ between appliances.
    ///   - order: is given what a destination wants, signed as it must be.
    init(
        _ settings: Settings, ledger: LedgerThread, boot: BootID,
        order: @escaping @Sendable (Order) -> Void
    ) throws {
        device = Self.topicWord(settings.name)
        folder = LedgerFolder(settings.store.directory)
        self.ledger = ledger
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
            // Set before the courier starts, and so before any command comes.
            let own = Mutex<Courier?>(nil)
            let refusals = Mutex(LineAllowance())
            let ports = CourierPorts(
                read: { ledger.page($0, after: $1, countMax: $2, $3) },
                note: { ledger.note($0, of: name) },
                command: { bytes in
                    guard let key = destination.commandKey else { return }
                    do throws(SignedCommand.Refusal) {
                        order(
                            try SignedCommand.read(
                                bytes, from: Centre(destination: name, key: key),
                                device: speaker.device))
                    } catch {
                        if let counter = error.counter {
                            let text = SignedCommand.text(
                                refused: error.description, counter: counter,
                                device: speaker.device)
                            own.withLock { $0 }?.answer(text)
                        }
                        let now = Instant(nanoseconds: Clocks.monotonicNanoseconds())
                        guard let rest = refusals.withLock({ $0.takes(at: now) }) else { return }
                        Journal.write(
                            Priority.warning.rawValue,
                            "destination \(name): a command: refused: \(error)\(rest)")
                    }
                },
                log: { Journal.write($0.rawValue, $1) },
                clock: { .now })
            let courier = try Courier(
                name: name, paths: paths, failoverAfter: destination.backupAfter,
                tells: { entry in
                    (destination.tells == .all || Self.isEscalation(entry))
                        && (destination.isToldOfFaces || !entry.isOfFaces)
                },
                seed: boot.high ^ boot.low &+ UInt64(index), ports: ports)
            own.withLock { $0 = courier }
            couriers.append(courier)
        }
        self.couriers = couriers
        self.unserved = unserved
        guard !couriers.isEmpty else { return }
        ledger.whenReached { [couriers] head in
            for courier in couriers { courier.ledgerReached(head) }
        }
        for courier in couriers {
            ledger.cursors(of: courier.name) { courier.begin(at: $0) }
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

    /// Tells every destination how many people a camera saw in the minute that is over.
    func tell(_ camera: UInt8, _ minute: CountedSpan.Minute, _ now: CameraCount) {
        let report = CountReport(camera: camera, minute: minute, now: now)
        for courier in couriers { courier.tell(report) }
    }

    /// Tells a destination what became of its command, with the part of a file that it asked for,
    /// which the ledger's thread reads. Never waits for the disk.
    func answer(_ answer: OrderAnswer) {
        guard case .centre(let centre, _) = answer.order.authority,
            let courier = couriers.first(where: { $0.name == centre.destination })
        else { return }
        guard answer.refusal == nil,
            case .fetch(let identity, let kind, let offset, let byteCount) = answer.order.action
        else {
            courier.answer(SignedCommand.text(answer, device: device))
            return
        }
        let name = EvidenceName(boot: identity.boot, ordinal: identity.ordinal, kind: kind)
        let isTaken = ledger.fetch { [self] in
            courier.answer(part(of: name, from: offset, byteCount: byteCount, for: answer))
        }
        guard !isTaken else { return }
        var refused = answer
        refused.refusal =
            "evidence \(name.fileName): read: \(LedgerQueue.Room.fetches.countMax) parts wait for the disk "
            + "already: send the same again later"
        courier.answer(SignedCommand.text(refused, device: device))
    }

    private func part(
        of name: EvidenceName, from offset: UInt32, byteCount: UInt32, for answer: OrderAnswer
    ) -> String {
        do throws(Errno) {
            let file = try Files.open(
                folder.evidence + "/" + name.fileName, followsLinks: false)
            let whole = Int(try file.facts().byteCount)
            let count = min(max(whole - Int(offset), 0), Int(byteCount))
            try file.seek(to: Int64(offset))
            return SignedCommand.text(
                answer, device: device, chunk: try file.read(byteCount: count), offset: offset,
                of: whole)
        } catch {
            var refused = answer
            refused.refusal = "evidence \(name.fileName): read: \(error)"
            return SignedCommand.text(refused, device: device)
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
            let retained = RetainedFile(directory: folder.path, destination: destination.name)
            return Path(endpoint: endpoint) {
                MQTTDialect(
                    mqtt, speaker: speaker, topics: retained.topics(on: address.text)
                ) { record, byteCountMax in
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
                folder.evidence + "/" + name.fileName, byteCountMax: byteCountMax,
                followsLinks: false),
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
