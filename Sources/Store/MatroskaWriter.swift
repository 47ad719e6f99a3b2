import Frames
import Station

/// MJPEG in Matroska as bytes, in a form that can be played up to the last cluster however the
/// writing ends.
///
///     offset 0     EBML head, segment of unknown length, seek head, info, track, padding: 1 KiB
///     offset 1024  clusters, each with its length, a check sum, and at most 5 s
///     at the end   cues, and the head again with lengths and duration: by `finish`
///
/// The file has one size of picture and starts at time zero with its first picture, of which the
/// title says when it was.
///
/// - Shape: one video track, one JPEG a block, every block a key frame.
/// - Units: milliseconds; strictly increasing, whatever the pictures say.
/// - Source: RFC 8794 (EBML), RFC 9559 (Matroska).
struct MatroskaWriter: Hashable, Sendable {
    /// In pixels, 1 or more.
    let width: Int
    let height: Int
    /// For people: whose clip it is.
    let title: String
    /// What is written so far, the head included.
    private(set) var byteCount = headByteCount
    private(set) var pictureCount = 0

    private var start: Instant?
    private var lastTime: Int64 = -1
    private var timeBefore: Int64 = -1
    private var cues: [Cue] = []

    private struct Cue: Hashable {
        var time: Int64
        /// In the file.
        var offset: Int
    }

    static let headByteCount = 1_024
    static let titleByteCountMax = 256
    /// A cluster ends when it has so much, or lasts so long.
    static let clusterByteCountMax = 2 << 20
    static let clusterLengthMax: Int64 = 5_000
    /// More clusters than the longest clip can have in the largest file.
    static let clusterCountMax = 4_096
    /// Shown for so long where there is one picture only.
    private static let loneLength: Int64 = 100
    /// Where the data of the segment begins, from which positions count.
    private static let segmentOffset = ebml.count + 12

    init(width: Int, height: Int, title: String) {
        self.width = max(width, 1)
        self.height = max(height, 1)
        self.title = String(decoding: title.utf8.prefix(Self.titleByteCountMax), as: UTF8.self)
    }

    // MARK: Head

    private static let ebml: [UInt8] = EBML.element(
        EBML.ID.head,
        EBML.element(EBML.ID.version, 1) + EBML.element(EBML.ID.readVersion, 1)
            + EBML.element(EBML.ID.idLengthMax, 4) + EBML.element(EBML.ID.sizeLengthMax, 8)
            + EBML.element(EBML.ID.documentType, text: "matroska")
            + EBML.element(EBML.ID.documentVersion, 4)
            + EBML.element(EBML.ID.documentReadVersion, 2))

    /// The first 1,024 bytes while more may come.
    var head: [UInt8] { head(cuesAt: nil, end: nil) }

    private func head(cuesAt cues: Int?, end: Int?) -> [UInt8] {
        var info =
            EBML.element(EBML.ID.timestampScale, 1_000_000)
            + EBML.element(EBML.ID.muxer, text: "Kuzet")
            + EBML.element(EBML.ID.writer, text: "Kuzet")
            + EBML.element(EBML.ID.title, text: title)
        if end != nil {
            let bits = Double(duration).bitPattern
            info += EBML.element(EBML.ID.duration, EBML.bigEndian(bits, byteCount: 8))
        }
        let video =
            EBML.element(EBML.ID.width, UInt64(width))
            + EBML.element(EBML.ID.height, UInt64(height))
        let track =
            EBML.element(EBML.ID.trackNumber, 1) + EBML.element(EBML.ID.trackUID, 1)
            + EBML.element(EBML.ID.trackType, 1) + EBML.element(EBML.ID.lacing, 0)
            + EBML.element(EBML.ID.language, text: "und")
            + EBML.element(EBML.ID.codec, text: "V_MJPEG") + EBML.element(EBML.ID.video, video)
        let infoElement = EBML.element(EBML.ID.info, info)
        let tracks = EBML.element(EBML.ID.tracks, EBML.element(EBML.ID.trackEntry, track))
        // 21 bytes for each of what it names, and 5 of its own.
        let seekByteCount = 5 + 21 * (cues == nil ? 2 : 3)
        var seeks =
            Self.seek(EBML.ID.info, seekByteCount)
            + Self.seek(EBML.ID.tracks, seekByteCount + infoElement.count)
        if let cues { seeks += Self.seek(EBML.ID.cues, cues - Self.segmentOffset) }
        var bytes = Self.ebml + EBML.name(EBML.ID.segment)
        bytes +=
            end.map { EBML.length($0 - Self.segmentOffset, byteCount: 8) } ?? EBML.unknownLength
        bytes += EBML.element(EBML.ID.seekHead, seeks) + infoElement + tracks
        return bytes + EBML.void(byteCount: Self.headByteCount - bytes.count)
    }

    private static func seek(_ id: UInt32, _ position: Int) -> [UInt8] {
        EBML.element(
            EBML.ID.seek,
            EBML.element(EBML.ID.seekID, EBML.name(id))
                + EBML.element(
                    EBML.ID.seekPosition, EBML.bigEndian(UInt64(position), byteCount: 8)))
    }

    /// Milliseconds: the last picture is shown as long as the one before it.
    private var duration: Int64 {
        guard pictureCount > 0 else { return 0 }
        return lastTime + (timeBefore < 0 ? Self.loneLength : lastTime - timeBefore)
    }

    // MARK: Clusters

    /// Whether no more can be added.
    var isFull: Bool { cues.count >= Self.clusterCountMax }

    /// The clusters that hold `pictures`, which come behind what is written so far.
    mutating func add(_ pictures: some Collection<ClipPicture>) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(pictures.reduce(256) { $0 + $1.jpeg.count + 16 })
        var cluster: [UInt8] = []
        var clusterTime: Int64 = 0
        for picture in pictures {
            let time = time(of: picture.capturedAt)
            if !cluster.isEmpty,
                time - clusterTime > Self.clusterLengthMax
                    || cluster.count + picture.jpeg.count > Self.clusterByteCountMax
            {
                close(&cluster, into: &bytes)
            }
            if cluster.isEmpty {
                clusterTime = time
                cues.append(Cue(time: time, offset: byteCount + bytes.count))
                cluster = EBML.element(EBML.ID.timestamp, UInt64(time))
            }
            cluster += EBML.name(EBML.ID.simpleBlock) + EBML.length(picture.jpeg.count + 4)
            // Track 1, time within the cluster, a key frame.
            cluster += [0x81] + EBML.bigEndian(UInt64(time - clusterTime), byteCount: 2) + [0x80]
            cluster += picture.jpeg
            (timeBefore, lastTime) = (lastTime, time)
            pictureCount += 1
        }
        close(&cluster, into: &bytes)
        byteCount += bytes.count
        return bytes
    }

    private func close(_ cluster: inout [UInt8], into bytes: inout [UInt8]) {
        guard !cluster.isEmpty else { return }
        let sum = CRC32.of(cluster[...])
        bytes += EBML.name(EBML.ID.cluster) + EBML.length(cluster.count + 6)
        // Check sums are the one number in EBML that has its least byte first.
        bytes += EBML.element(
            EBML.ID.crc, EBML.bigEndian(UInt64(sum.byteSwapped), byteCount: 4))
        bytes += cluster
        cluster.removeAll(keepingCapacity: true)
    }

    /// Milliseconds from the first picture, later than the one before.
    private mutating func time(of instant: Instant) -> Int64 {
        guard let start else {
            self.start = instant
            return 0
        }
        return max((instant - start).milliseconds, lastTime + 1)
    }

    // MARK: End

    /// What comes behind the last cluster, and the head that takes the place of the first one.
    func finish() -> (tail: [UInt8], head: [UInt8]) {
        let points = cues.flatMap { cue in
            EBML.element(
                EBML.ID.cuePoint,
                EBML.element(EBML.ID.cueTime, UInt64(cue.time))
                    + EBML.element(
                        EBML.ID.cuePositions,
                        EBML.element(EBML.ID.cueTrack, 1)
                            + EBML.element(
                                EBML.ID.cueCluster, UInt64(cue.offset - Self.segmentOffset))))
        }
        let tail = EBML.element(EBML.ID.cues, points)
        return (tail, head(cuesAt: byteCount, end: byteCount + tail.count))
    }
}

// MARK: What a life left that was cut short

extension MatroskaWriter {
    /// The writer of a file that begins with `head`, before its first cluster; nil where it is
    /// none of this program's.
    init?(head: [UInt8]) {
        guard head.count == Self.headByteCount, head.starts(with: Self.ebml) else { return nil }
        var cursor = EBMLCursor(head[Self.ebml.count...])
        guard cursor.enter(EBML.ID.segment) else { return nil }
        var title = ""
        var size: (width: Int, height: Int)?
        while let (id, body) = cursor.next() {
            switch id {
            case EBML.ID.info:
                title =
                    Self.find([EBML.ID.title], in: body).map {
                        String(decoding: $0, as: UTF8.self)
                    } ?? ""
            case EBML.ID.tracks:
                let video = [EBML.ID.trackEntry, EBML.ID.video]
                guard let width = Self.find(video + [EBML.ID.width], in: body),
                    let height = Self.find(video + [EBML.ID.height], in: body)
                else { return nil }
                size = (
                    Int(clamping: EBMLCursor.unsigned(width)),
                    Int(clamping: EBMLCursor.unsigned(height))
                )
            default: continue
            }
        }
        guard let size else { return nil }
        self.init(width: size.width, height: size.height, title: title)
    }

    private static func find(_ path: [UInt32], in body: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        var body = body
        for wanted in path {
            var cursor = EBMLCursor(body)
            var found: ArraySlice<UInt8>?
            while found == nil, let (id, inner) = cursor.next() {
                if id == wanted { found = inner }
            }
            guard let found else { return nil }
            body = found
        }
        return body
    }

    /// Takes the next cluster of the file for written, if it is whole.
    ///
    /// - Parameter bytes: of the file, from `byteCount` on; a whole cluster or more.
    /// - Returns: how many bytes it has; nil where it is none, or not whole.
    mutating func adopt(_ bytes: ArraySlice<UInt8>) -> Int? {
        var cursor = EBMLCursor(bytes)
        guard !isFull, let (id, body) = cursor.next(), id == EBML.ID.cluster else { return nil }
        var inner = EBMLCursor(body)
        guard let crc = inner.next(), crc.id == EBML.ID.crc, crc.body.count == 4 else { return nil }
        let stated = UInt32(truncatingIfNeeded: EBMLCursor.unsigned(crc.body)).byteSwapped
        guard CRC32.of(body[crc.body.endIndex...]) == stated, let first = inner.next(),
            first.id == EBML.ID.timestamp
        else { return nil }
        let clusterTime = Int64(clamping: EBMLCursor.unsigned(first.body) & (1 << 60 - 1))
        var adopted = self
        while let (id, block) = inner.next() {
            guard id == EBML.ID.simpleBlock, block.count > 4 else { return nil }
            let offset = EBMLCursor.unsigned(block.dropFirst().prefix(2))
            adopted.timeBefore = adopted.lastTime
            adopted.lastTime = clusterTime + Int64(offset)
            adopted.pictureCount += 1
        }
        guard inner.byteCountLeft == 0, adopted.pictureCount > pictureCount else { return nil }
        adopted.cues.append(Cue(time: clusterTime, offset: byteCount))
        adopted.byteCount += bytes.count - cursor.byteCountLeft
        self = adopted
        return bytes.count - cursor.byteCountLeft
    }

    /// How many bytes the cluster has that begins with `bytes`; nil where none does.
    static func clusterByteCount(_ bytes: ArraySlice<UInt8>) -> Int? {
        var cursor = EBMLCursor(bytes)
        guard let (id, byteCount) = cursor.start(), id == EBML.ID.cluster, let byteCount,
            byteCount <= UInt64(EvidenceFiles.byteCountMax)
        else { return nil }
        return bytes.count - cursor.byteCountLeft + Int(byteCount)
    }
}
