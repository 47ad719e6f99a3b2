import Camera
import Frames
import Station

/// A recording's pictures in memory, played to and fro without an end.
final class HeldClip {
    private let pictures: [Frame]
    private let times: [Interval]
    private var index = 0
    private var step = 1

    /// More is not held: what comes later in the recording is left out.
    private static let byteCountMax = 512 << 20

    var width: Int { pictures[0].width }
    var height: Int { pictures[0].height }
    /// Once through: the last picture lasts as long as the others do on average.
    var length: Interval { times[times.count - 1] + gap }
    private var gap: Interval {
        Interval(nanoseconds: times[times.count - 1].nanoseconds / Int64(times.count - 1))
    }

    /// - Parameters:
    ///   - longest: what comes later is left out.
    ///   - size: every picture is scaled to it; nil for the recording's own.
    /// - Error: `CameraError`, which names the recording.
    convenience init(_ path: String, longest: Interval, size: (width: Int, height: Int)? = nil)
        throws
    {
        let recording = try Recording.openForDetectors(path)
        let own = (width: recording.width, height: recording.height)
        let scale = PictureScale(from: own, to: size ?? own)
        let countMax = Self.byteCountMax / (scale.to.width * scale.to.height * 3 / 2)
        var (pictures, times): ([Frame], [Interval]) = ([], [])
        var start: Instant?
        reading: while pictures.count < countMax {
            switch try recording.next(timeout: .seconds(1)) {
            case .ended: break reading
            case .waiting, .lost, .restored: continue
            case .frame(let frame):
                let at = frame.capturedAt - (start ?? frame.capturedAt)
                guard at < longest else { break reading }
                // One camera has one size; a recording whose clock stands still shows one moment.
                guard frame.width == own.width, frame.height == own.height,
                    times.last.map({ $0 < at }) ?? true
                else { continue }
                start = start ?? frame.capturedAt
                pictures.append(scale.scaled(frame))
                times.append(at)
            }
        }
        guard pictures.count > 1 else {
            throw CameraError(
                kind: .badData, object: "recording \(path)", attempt: "join",
                cause: "it has one picture only")
        }
        self.init(pictures, times)
    }

    /// What this recording's camera would see with nobody there, as far as that can be had: the
    /// median of every pixel, in a sensor's noise.
    func emptied(seed: UInt64) -> HeldClip {
        var chance = SplitMix64(seed: seed)
        // The sum of four dice: a deviation of about 1.6 code values.
        let noise = (0..<4096).map { _ in
            (0..<4).reduce(0) { sum, _ in sum + chance.whole(in: -1...1) }
        }
        let chosen = (0..<Self.medianOf).map { pictures[$0 * pictures.count / Self.medianOf] }
        let middle = Frame(width: width, height: height)
        Self.median(chosen.map(\.luma), into: middle.luma)
        Self.median(chosen.map(\.chroma), into: middle.chroma)
        let noisy = (0..<Self.noisyCount).map { _ -> Frame in
            let picture = Frame(width: width, height: height)
            picture.copy(from: middle)
            for y in 0..<height {
                let (row, offset) = (picture.luma.row(y), chance.whole(in: 0...4095))
                for x in 0..<width {
                    row[x] = UInt8(min(max(Int(row[x]) + noise[(offset + x) & 4095], 0), 255))
                }
            }
            return picture
        }
        return HeldClip(noisy, noisy.indices.map { gap * Int64($0) })
    }

    private static let medianOf = 15
    /// So many pictures of noise come before the first comes again.
    private static let noisyCount = 24

    private static func median(_ planes: [Plane], into target: Plane) {
        var values = [UInt8](repeating: 0, count: planes.count)
        for y in 0..<target.height {
            for x in 0..<target.width {
                for (index, plane) in planes.enumerated() { values[index] = plane[x, y] }
                values.sort()
                target[x, y] = values[values.count / 2]
            }
        }
    }

    private init(_ pictures: [Frame], _ times: [Interval]) {
        (self.pictures, self.times) = (pictures, times)
    }

    /// The picture to be shown next, and how long it lasts.
    func next() -> (picture: Frame, lasts: Interval) {
        let now = index
        if !times.indices.contains(index + step) { step = -step }
        index += step
        let lasts = times[max(now, index)] - times[min(now, index)]
        return (pictures[now], lasts)
    }
}

/// Recordings one after the other with hard cuts, as if one camera had seen them.
final class JoinedClips: FrameSource {
    private(set) var counts = FrameCounts()
    /// When each part began.
    private(set) var starts: [Instant] = []
    /// When the picture after the last one would come.
    private(set) var end = Instant.zero
    private let parts: [(clip: HeldClip, length: Interval)]
    private var sequence: UInt32 = 0

    /// - Parameter parts: at least for so long each; one that comes again goes on where it stopped.
    init(_ parts: [(clip: HeldClip, length: Interval)]) {
        self.parts = parts
    }

    func next(timeout: Interval) -> FrameEvent {
        if starts.isEmpty { starts.append(end) }
        if end - starts[starts.count - 1] >= parts[starts.count - 1].length {
            guard starts.count < parts.count else { return .ended }
            starts.append(end)
        }
        let (picture, lasts) = parts[starts.count - 1].clip.next()
        picture.capturedAt = end
        sequence &+= 1
        picture.sequence = sequence
        counts.delivered += 1
        end = end + lasts
        return .frame(picture)
    }
}

/// Makes pictures of one size out of those of another.
private struct PictureScale {
    let from: (width: Int, height: Int)
    let to: (width: Int, height: Int)
    private let luma: BoxResize

    init(from: (width: Int, height: Int), to: (width: Int, height: Int)) {
        (self.from, self.to) = (from, to)
        luma = BoxResize(
            fromWidth: from.width, fromHeight: from.height, toWidth: to.width,
            toHeight: to.height)
    }

    /// A copy; colours, which are coarse anyway, are those of the nearest place.
    func scaled(_ frame: Frame) -> Frame {
        let scaled = Frame(width: to.width, height: to.height)
        guard from != to else {
            scaled.copy(from: frame)
            return scaled
        }
        luma.resize(frame.luma.view, into: scaled.luma)
        let (columns, lines) = (scaled.chroma.width / 2, scaled.chroma.height)
        let (fromColumns, fromLines) = (frame.chroma.width / 2, frame.chroma.height)
        for y in 0..<lines {
            let (row, source) = (scaled.chroma.row(y), frame.chroma.row(y * fromLines / lines))
            for x in 0..<columns {
                let place = x * fromColumns / columns
                row[2 * x] = source[2 * place]
                row[2 * x + 1] = source[2 * place + 1]
            }
        }
        return scaled
    }
}
