import Configuration
import Frames
import Incidents
import Linux
import MadeNetworks
import Records
import Seeds
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
        FuzzTarget(name: "avi", feed: recording, seeds: aviSeeds),
        FuzzTarget(name: "matroska", feed: recording, seeds: matroskaSeeds),
        FuzzTarget(name: "jpeg", feed: jpeg, seeds: jpegSeeds),
        FuzzTarget(name: "ledger", feed: ledgerRecord, seeds: ledgerSeeds),
        FuzzTarget(name: "log", feed: log, seeds: logSeeds),
        FuzzTarget(name: "configuration", feed: configuration) {
            [Array(Settings.example.text(commented: false).utf8)]
        },
        FuzzTarget(name: "model", hasWords: true, feed: model) {
            ModelSeeds.all().map { $0.model.bytes() }
        },
        FuzzTarget(name: "sia", feed: SIAReplies.feed, seeds: SIAReplies.seeds),
        FuzzTarget(name: "mqtt", feed: BrokerBytes.feed, seeds: BrokerBytes.seeds),
        FuzzTarget(name: "command", feed: BrokerBytes.command, seeds: BrokerBytes.commandSeeds),
        FuzzTarget(name: "watchlist", feed: WatchDocuments.feed, seeds: WatchDocuments.seeds)
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
        guard let decoder = try? JPEGDecoder() else { return }
        // Pictures of more pixels only slow fuzzing down.
        if let size = decoder.measure(bytes), size.width * size.height > 1 << 16 { return }
        var frame: Frame?
        // Decoded into no frame, into that of a picture before, and at an eighth.
        for wanted in [(16_384, 16_384), (16_384, 16_384), (1, 1)] {
            let before = frame
            if case .refused(let cause) = decoder.decode(bytes, wanted: wanted, into: &frame) {
                precondition(!cause.isEmpty, "refused without a reason")
                precondition(frame === before, "another frame for a picture that is refused")
            } else {
                precondition(frame != nil, "taken without a frame")
            }
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
        let survey = LogSurvey(Array(bytes), pageByteCount: 512)
        if case .damaged(let count) = survey.complaint {
            // The last one may be cut short.
            precondition((count - 1) * 536 <= bytes.count, "more commits than fit")
        }
        let image = DatabaseImage(byteCount: 512)
        guard let log = survey.image, (try? log.apply(to: image)) != nil else { return }
        precondition(image.byteCount <= bytes.count + 65_536, "more pages than there are")
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

    private static func aviSeeds() throws -> [[UInt8]] {
        let jpegs = try flatPictures(count: 2)
        let chunks = jpegs.map { AVIFile.chunk("00dc", $0) }
        return [
            AVIFile.whole(chunks: chunks),
            AVIFile.whole(streams: [AVIFile.stream(codec: "H264")], chunks: []),
            // A length that is a lie, a dropped picture, a group, no padding.
            AVIFile.whole(
                chunks: [
                    AVIFile.chunk("00dc", jpegs[0], statedCount: 1000), AVIFile.chunk("00dc", []),
                    AVIFile.list("rec ", chunks[1]), AVIFile.chunk("00dc", [1, 2, 3]).dropLast(),
                    chunks[0]
                ])
        ]
    }

    private static func matroskaSeeds() throws -> [[UInt8]] {
        let jpegs = try flatPictures(count: 2)
        let blocks = jpegs.map { MatroskaFile.block($0) }
        let (first, second) = (jpegs[0].count, jpegs[1].count)
        let laces: [(flags: UInt8, header: [UInt8])] = [
            (0x82, [1] + [UInt8](repeating: 255, count: first / 255) + [UInt8(first % 255)]),
            (0x86, [1, 0x40 | UInt8(first >> 8), UInt8(first & 0xFF)]),
            (0x84, [1])
        ]
        let laced = laces.map { lace in
            let tail = [UInt8](repeating: 0, count: max(second - first, first - second))
            let both = first < second ? jpegs[0] + tail + jpegs[1] : jpegs[0] + jpegs[1] + tail
            return MatroskaFile.block(
                lace.header + (lace.flags == 0x84 ? both : jpegs[0] + jpegs[1]),
                flags: lace.flags)
        }
        return [
            MatroskaFile.whole(clusters: [MatroskaFile.cluster(milliseconds: 9, blocks)]),
            MatroskaFile.whole(
                clusters: [MatroskaFile.cluster(milliseconds: 9, blocks, isOfUnknownLength: true)],
                isOfUnknownLength: true),
            MatroskaFile.whole(clusters: [MatroskaFile.cluster(milliseconds: 9, laced)]),
            MatroskaFile.whole(
                clusters: [
                    MatroskaFile.cluster(milliseconds: 900, [blocks[0], [0, 0, 0, 0], blocks[1]]),
                    MatroskaFile.element(0xEC, [0, 0]),
                    MatroskaFile.cluster(milliseconds: 9, blocks)
                ])
        ]
    }

    private static func jpegSeeds() throws -> [[UInt8]] {
        var seeds = try flatPictures(count: 1) + flatPictures(count: 1, width: 33, height: 17)
        seeds.append(Array(seeds[0].prefix(300)) + seeds[0])
        for color in TestJPEG.Color.allCases {
            for sampling in [(2, 2), (4, 1), (1, 2)] {
                seeds.append(
                    try TestJPEG(color: color, width: 40, height: 136, sampling: sampling).bytes())
            }
            seeds.append(try TestJPEG(color: color, isProgressive: true).bytes())
            seeds.append(try TestJPEG(color: color, isApart: true).bytes().dropLast(2))
            seeds.append(try TestJPEG(color: color, restartInterval: 3).bytes().dropLast(9))
        }
        return seeds
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
