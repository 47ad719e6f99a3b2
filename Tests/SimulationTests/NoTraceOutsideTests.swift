import Cryptography
import Frames
import Linux
import Loopback
import Records
import Simulation
import Station
import Store
import Synchronization
import Testing
import Text
import Traces
import Watchlist

@testable import Configuration
@testable import Detectors
@testable import Guard
@testable import Uplink

/// An evening, picture by picture at its own pace, for a camera's thread.
private final class EveningCamera: FrameSource, @unchecked Sendable {
    let counts = FrameCounts()
    private let evening: FaceEvening
    private var time = 0
    private let end: Int
    private let hasEnded = Mutex(false)

    init(_ evening: FaceEvening, until end: Int) {
        self.evening = evening
        self.end = end
    }

    var isOver: Bool { hasEnded.withLock { $0 } }

    func next(timeout: Interval) throws -> FrameEvent {
        Clocks.sleep(milliseconds: Int64(FaceEvening.period))
        guard time < end else {
            hasEnded.withLock { $0 = true }
            return .waiting
        }
        defer { time += FaceEvening.period }
        let picture = evening.picture(at: time)
        picture.capturedAt = Instant(nanoseconds: Clocks.monotonicNanoseconds())
        return .frame(picture)
    }
}

private final class NoLines: AlarmLines {
    func drive(_ output: Output, on: Bool) {}
    func poll() -> [(input: Input, active: Bool)] { [] }
}

/// A centre that takes all it is told, and remembers every byte.
private final class Centre: Sendable {
    private let heard: Heard
    private let peer: LoopbackPeer

    private final class Heard: Sendable {
        let bytes = Mutex<[UInt8]>([])
        let published = Mutex<[MQTTPacket.Publish]>([])
    }

    init() throws {
        let heard = Heard()
        self.heard = heard
        peer = try LoopbackPeer { connection, _ in
            var waiting: [UInt8] = []
            while let more = connection.read() {
                heard.bytes.withLock { $0 += more }
                waiting += more
                while let length = try? MQTTPacket.length(of: waiting[...]),
                    waiting.count >= length, let packet = try? MQTTPacket(waiting[..<length])
                {
                    waiting.removeFirst(length)
                    switch packet {
                    case .connect:
                        let ack = MQTTPacket.ConnectAck(isSessionPresent: false, reason: 0)
                        connection.write(MQTTPacket.connectAck(ack).encoded)
                    case .publish(let publish):
                        heard.published.withLock { $0.append(publish) }
                        guard publish.qos > 0 else { continue }
                        connection.write(MQTTPacket.publishAck(id: publish.id, reason: 0).encoded)
                    case .pingRequest: connection.write(MQTTPacket.pingResponse.encoded)
                    default: continue
                    }
                }
            }
        }
    }

    deinit { peer.stop() }

    var port: UInt16 { peer.port }
    var bytes: [UInt8] { heard.bytes.withLock { $0 } }

    /// What it was told under such topics.
    func told(_ topic: String) -> [String] {
        heard.published.withLock { $0.filter { $0.topic.hasSuffix("/" + topic) } }
            .map { String(decoding: $0.payload, as: UTF8.self) }
    }
}

/// A whole appliance but for its sensors and lines: one camera, a ledger on the disk, an uplink.
private final class Post: Sendable {
    let watch: Watch
    private let terminal: FileDescriptor
    private let hasEnded: FileDescriptor
    private let words: Words

    private final class Words: Sendable {
        let lines = Mutex<[String]>([])
    }

    init(_ directory: String, port: UInt16, looks: EveningLooks, boot: BootID) throws {
        Signals.ignoreBrokenPipes()
        let (signals, terminal) = try FileDescriptor.pipe()
        try signals.setNonBlocking(true)
        let (ended, words) = (try FileDescriptor.event(), Words())
        (self.terminal, hasEnded, self.words) = (terminal, ended, words)
        var settings = Settings()
        settings.name = "bar"
        settings.store.directory = directory
        settings.cameras = [CameraSection(name: "door")]
        var centre = DestinationSection(name: "centre")
        centre.address = DestinationSection.Address(
            tongue: .mqtt, host: "127.0.0.1", port: port)
        centre.isToldOfFaces = true
        settings.destinations = [centre]
        let queue = try EventQueue()
        let ledger = try LedgerThread(boot: boot, queue: queue, destinations: ["centre"])
        let watch = Watch(
            camera: 0, queue: queue, looks: looks, keepSnapshot: ledger.keepSnapshot, boot: boot,
            keepFind: ledger.keepFind)
        self.watch = watch
        try ledger.start(open: {
            let kept = try SQLiteLedger(directory: directory, stamp: Clocks.stamp(boot: boot))
            return .init(ledger: kept, past: kept.past)
        })
        let past = ledger.past(within: .seconds(10))
        let uplinks = try Uplinks(settings, ledger: ledger, boot: boot) { _ in }
        let surroundings = Surroundings(celsius: { nil }, utcOffsetSeconds: { 0 })
        try surroundings.start()
        let policy = settings.station
        try Threads.start("guard") {
            let clips = ClipPump(writer: ledger) { _ in watch.ring }
            let duty = Duty(
                appliance: Appliance(policy: policy, boot: boot, past: past), lines: NoLines(),
                keep: ledger.append,
                snapshot: { _, ordinal in watch.wantSnapshot(ordinal: ordinal) },
                find: { _, ordinal, subject in
                    watch.wantFind(ordinal: ordinal, subject: subject)
                },
                answer: uplinks.answer, clip: clips.handle,
                log: { _, line in words.lines.withLock { $0.append(line) } })
            let guardian = StationThread(
                duty: duty, queue: queue, watches: [watch], ledger: ledger, clips: clips,
                uplinks: uplinks, supervisor: Supervisor(socket: nil),
                surroundings: surroundings, settleLimit: .seconds(20), reload: {})
            _ = try? guardian.run(signals: signals)
            try? ended.signal()
        }
    }

    var log: String { words.lines.withLock { $0.joined(separator: "\n") } }

    /// As systemd does it; returns when all is written and told.
    func end() throws -> Bool {
        try terminal.writeAll([UInt8(Signals.terminate)] + [UInt8](repeating: 0, count: 127))
        return try !hasEnded.wait(for: .readable, milliseconds: 40_000).isEmpty
    }
}

/// No match, no trace outside either: the evening of `NoTraceTests` in a whole appliance, whose
/// disk, log and traffic are then searched for what networks made of faces.
@Suite struct NoTraceOutsideTests {
    private static let evening: UInt64 = 150
    private static let boot = BootID(high: 0x6E6F, low: 0x7472_6163_6500)

    @Test func nothingOfAFaceReachesTheDiskTheLogOrTheWire() throws {
        let directory = "/tmp/kuzet-traces-\(Process.pid)-\(Clocks.monotonicNanoseconds())"
        defer { remove(directory) }
        let key = try #require(SealingKey.newSecret().flatMap { SealingKey(secret: $0) })
        let looks = try EveningLooks(FaceEvening(NoTraceTests.walkers, seed: Self.evening))
        let list = try DrawnList.gallery(
            [(11, NoTraceTests.wanted, .wanted)], by: looks.networks, sealingKey: key.publicKey)
        let traces = try FaceTraces(rows: [])
        looks.beginning = { look in traces.take(look) { ($0.left + $0.right) >> 9 > 400 } }
        let centre = try Centre()
        let post = try Post(directory, port: centre.port, looks: looks, boot: Self.boot)
        post.watch.compare(list)
        let pictures = FaceEvening(NoTraceTests.walkers, seed: Self.evening)
        let camera = EveningCamera(pictures, until: NoTraceTests.milliseconds)
        try post.watch.start(settings: DetectorSettings()) { camera }
        // A busy machine is slower than life.
        for _ in 0..<1_200 where !camera.isOver { Clocks.sleep(milliseconds: 100) }
        #expect(camera.isOver)
        #expect(try post.end())

        // He who is listed was told, with a picture that the authority alone can open.
        #expect(centre.told("find").contains { $0.contains("\"entry\":\(NoTraceTests.wanted),") })
        let sealed = try #require(centre.told("evidence").compactMap(sealedPicture).first)
        let picture = (UInt32(0)..<64).lazy.compactMap { ordinal in
            let incident = IncidentIdentity(boot: Self.boot, ordinal: ordinal).full
            return key.open(sealed, bound: Array(incident.utf8))
        }.first
        #expect(try #require(picture).starts(with: [0xFF, 0xD8]))

        #expect(traces.count > 10 && traces.search.pieceCount > 100_000)
        var places = try files(under: directory)
        // Records are in the ledger or its log, and the sealed picture and the clip lie beside it.
        #expect(places.contains { $0.path.hasSuffix("ledger.db-wal") && $0.bytes.count > 4_096 })
        #expect(places.contains { $0.path.contains("/evidence/") })
        places.append(("the log", Array(post.log.utf8)))
        places.append(("the wire", centre.bytes))
        let found = places.flatMap { traces.search.search($0.bytes, in: $0.path) }
        #expect(found.isEmpty, "\(found)")
    }

    /// What would have been found, had it been there.
    @Test func bytesAreFoundHoweverTheyAreSpelled() {
        var random = SplitMix64(seed: 160)
        let template = (0..<256).map { _ in UInt8(random.whole(in: 0...255)) }
        let search = MemorySearch()
        template.withUnsafeBytes { search.plant($0, "a template", differing: 6) }
        let hexadecimal = SHA256.hexadecimal(template)
        let codes = template.map { "\(Int8(bitPattern: $0))" }
        let spellings = [
            [1, 2, 3] + template, Array("{\"x\":\"a\(Base64.text(template))\"}".utf8),
            Array("\"\(Base64.text(Array(template.dropFirst(7))))\"".utf8),
            Array("x\(hexadecimal)".utf8), Array("[\(codes.joined(separator: ","))]".utf8),
            Array(template.map { "\($0)" }.joined(separator: ", ").utf8)
        ]
        for bytes in spellings {
            let found = search.search(bytes + [UInt8](repeating: 0, count: 64), in: "a file")
            #expect(found.map(\.what) == ["a template"], "\(bytes.prefix(40))")
        }
        let others = (0..<4_096).map { _ in UInt8(random.whole(in: 0...255)) }
        #expect(search.search(others, in: "a file").isEmpty)
    }

    private func sealedPicture(_ message: String) -> [UInt8]? {
        let parts = message.split(separator: "\"sealed\":\"", maxSplits: 1)
        guard parts.count == 2 else { return nil }
        return Base64.bytes(String(parts[1].prefix { $0 != "\"" }))
    }

    private func files(under folder: String) throws -> [(path: String, bytes: [UInt8])] {
        try Files.names(in: folder).flatMap { name in
            let path = folder + "/" + name
            switch try Files.facts(path).kind {
            case .directory: return try files(under: path)
            default: return [(path, try Files.read(path, byteCountMax: 64 << 20))]
            }
        }
    }

    private func remove(_ folder: String) {
        for name in (try? Files.names(in: folder)) ?? [] {
            let path = folder + "/" + name
            if (try? Files.remove(path)) == nil { remove(path) }
        }
        try? Files.removeFolder(folder)
    }
}
