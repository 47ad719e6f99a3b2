import CJPEG
import Frames
import Incidents
import Linux
import Station

@testable import Camera
@testable import Networks
@testable import Store

/// One parser, what it is fed with, and valid input to start from.
struct FuzzTarget: Sendable {
    let name: String
    /// Its input is made of aligned 32-bit words.
    var hasWords = false
    /// Must return, whatever the bytes; traps where a promise is broken.
    let feed: @Sendable (UnsafeRawBufferPointer) -> Void
    let seeds: @Sendable () throws -> [[UInt8]]

    static let all = [
        FuzzTarget(name: "y4m", feed: recording, seeds: y4mSeeds),
        FuzzTarget(name: "kzr", feed: recording, seeds: kuzetSeeds),
        FuzzTarget(name: "avi", feed: recording) {
            [
                AVIFile.whole(chunks: try flatPictures(count: 2).map { AVIFile.chunk("00dc", $0) }),
                AVIFile.whole(streams: [AVIFile.stream(codec: "H264")], chunks: [])
            ]
        },
        FuzzTarget(name: "matroska", feed: recording) {
            let blocks = try flatPictures(count: 2).map { MatroskaFile.block($0) }
            return [
                MatroskaFile.whole(clusters: [MatroskaFile.cluster(milliseconds: 9, blocks)]),
                MatroskaFile.whole(
                    clusters: [
                        MatroskaFile.cluster(milliseconds: 9, blocks, isOfUnknownLength: true)
                    ], isOfUnknownLength: true)
            ]
        },
        FuzzTarget(name: "jpeg", feed: jpeg) {
            try flatPictures(count: 1) + flatPictures(count: 1, width: 33, height: 17)
        },
        FuzzTarget(name: "ledger", feed: ledgerRecord, seeds: ledgerSeeds),
        FuzzTarget(name: "log", feed: log, seeds: logSeeds),
        FuzzTarget(name: "configuration", feed: configuration) {
            [Array(Configuration.example.text(commented: false).utf8)]
        },
        FuzzTarget(name: "model", hasWords: true, feed: model) {
            ModelSeeds.all().map { $0.model.bytes() }
        },
        FuzzTarget(name: "sia", feed: SIAReplies.feed, seeds: SIAReplies.seeds),
        FuzzTarget(name: "mqtt", feed: BrokerBytes.feed, seeds: BrokerBytes.seeds),
        FuzzTarget(name: "command", feed: BrokerBytes.command, seeds: BrokerBytes.commandSeeds)
    ]

    /// Opens and reads a recording to its end, as `kuzet replay` does.
    private static func recording(_ bytes: UnsafeRawBufferPointer) {
        do {
            guard let recording = try Recording.open(ByteStream(bytes, object: "fuzz")) else {
                return
            }
            var last = Instant(nanoseconds: .min)
            // Each picture takes input, except a Y4M's that is nearly nothing but its FRAME line.
            for _ in 0...bytes.count {
                guard case .frame(let frame) = try recording.next(timeout: .zero) else { return }
                precondition(frame.width == recording.width && frame.height == recording.height)
                last = max(last, frame.capturedAt)
            }
            preconditionFailure("a recording of \(bytes.count) bytes does not end")
        } catch {
            precondition(error is CameraError, "an error that names no recording: \(error)")
        }
    }

    private static func jpeg(_ bytes: UnsafeRawBufferPointer) {
        guard let decoder = try? JPEGDecoder(), let size = decoder.measure(bytes) else { return }
        for denominator in [1, 8] {
            let width = (size.width + denominator - 1) / denominator
            let height = (size.height + denominator - 1) / denominator
            // A header's size is checked before a frame is made for it, as recordings and cameras
            // do; pictures of more pixels only slow fuzzing down.
            guard (1...Plane.sideMax).contains(width), (1...Plane.sideMax).contains(height),
                width * height <= 1 << 16
            else { continue }
            let frame = Frame(width: width, height: height)
            let isWhole = decoder.decode(bytes, denominator: denominator, into: frame)
            precondition(isWhole || !decoder.complaint.isEmpty, "refused without a reason")
        }
    }

    /// What is accepted must give the same bytes again: they are what the chain hashes.
    private static func ledgerRecord(_ bytes: UnsafeRawBufferPointer) {
        let given = Array(bytes)
        guard let record = try? LedgerRecord(canonicalBytes: given) else { return }
        precondition(record.canonicalBytes == given, "accepted, but not canonical")
    }

    /// A ledger's log before a database of one page, as readers apply it.
    private static func log(_ bytes: UnsafeRawBufferPointer) {
        guard let log = LogImage(Array(bytes)) else { return }
        let image = log.applied(to: [UInt8](repeating: 0, count: 512))
        precondition(image.count <= bytes.count + 65_536, "more pages than there are")
        precondition(log.strandedCommitCount() * 536 <= bytes.count, "more commits than fit")
    }

    private static func configuration(_ bytes: UnsafeRawBufferPointer) {
        precondition(fuzzConfiguration(Array(bytes)), "a printed configuration reads differently")
    }

    /// Loads a network and, unless that takes long, runs it, twice with the same result.
    private static func model(_ bytes: UnsafeRawBufferPointer) {
        do {
            let network = try Network(model: Array(bytes))
            guard network.workCount <= 1 << 22, network.arenaByteCount <= 1 << 22 else { return }
            let first = codes(of: network)
            precondition(first == codes(of: network), "two runs differ")
        } catch {
            guard let error = error as? ModelError else {
                preconditionFailure("an error that names no part of a model: \(error)")
            }
            precondition(error.description.utf8.count < 2_000, "an error nobody would read")
        }
    }

    private static func codes(of network: Network) -> [[Int8]] {
        for place in network.inputs.indices {
            let input = network.input(place)
            for index in input.indices { input[index] = Int8(truncatingIfNeeded: 29 * index) }
        }
        network.run()
        return network.outputs.indices.map { Array(network.output($0)) }
    }

    // MARK: Seeds

    private static func y4mSeeds() -> [[UInt8]] {
        ["C420jpeg", "C444alpha", "Cmono10", "C411", "Cmono"].map { layout in
            let picture = Array("FRAME\n".utf8) + [UInt8](repeating: 7, count: 8 * 4 * 4)
            return Array("YUV4MPEG2 W8 H4 F30000:1001 Ip A1:1 \(layout)\n".utf8) + picture + picture
        }
    }

    private static func kuzetSeeds() throws -> [[UInt8]] {
        let path = "/tmp/kuzet-fuzz-\(Process.pid).kzr"
        defer { try? Files.remove(path) }
        let writer = try KuzetWriter(path: path, width: 16, height: 8)
        let frame = Frame(width: 16, height: 8)
        try writer.append(frame)
        frame.chroma[3, 1] = 9
        try writer.append(frame)
        try writer.finish()
        return [try Files.read(path, byteCountMax: 1 << 20)]
    }

    /// The log of a ledger with two records.
    private static func logSeeds() throws -> [[UInt8]] {
        let folder = "/tmp/kuzet-fuzz-\(Process.pid)"
        let stamp = Stamp(
            boot: BootID(high: 1, low: 2), monotonic: .zero, wallMilliseconds: 3, trust: .unset)
        let ledger = try SQLiteLedger(directory: folder, stamp: stamp)
        try ledger.append([LedgerRecord(stamp: stamp, body: .operated("silence"))])
        try ledger.append([LedgerRecord(stamp: stamp, body: .operated("panic"))])
        var bytes = try Files.read(folder + "/ledger.db-wal", byteCountMax: 1 << 20)
        _ = try Child(["rm", "-r", folder]).wait()
        while bytes.last == 0 { bytes.removeLast() }
        return [bytes + [UInt8](repeating: 0, count: 512)]
    }

    private static func ledgerSeeds() -> [[UInt8]] {
        let stamp = Stamp(
            boot: BootID(high: 1, low: 2), monotonic: .zero, wallMilliseconds: 3, trust: .unset)
        let incident = Incident(ordinal: 1, camera: 0, kind: .covered, zone: 0, openedAt: .zero)
        let bodies: [LedgerRecord.Body] = [
            .started(configuration: [UInt8](repeating: 5, count: 32)), .incident(incident),
            .clockCorrected(offsetMilliseconds: -5),
            .configured(configuration: [1, 2], accepted: true),
            .evidence(ordinal: 1, kind: .snapshot, sha256: [7, 7], byteCount: 9),
            .operated("silence"),
            .hours(
                .schedule(WeekSchedule(spans: [.init(start: 9, end: 5), .init(start: 7, end: 8)])),
                counter: 9, by: "Aigul"),
            .hours(.venue(isOpen: true, seconds: 60), counter: 9, by: "Aigul")
        ]
        return bodies.map { LedgerRecord(stamp: stamp, body: $0).canonicalBytes }
    }
}
