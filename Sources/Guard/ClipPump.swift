import Frames
import Linux
import Station

/// Who writes clips: the ledger's thread, or the demo.
package protocol ClipWriter: AnyObject {
    /// Never waits for the disk.
    ///
    /// - Returns: false where too much waits already: to be given again later.
    func extendClip(_ pictures: ArraySlice<ClipPicture>, ordinal: UInt32) -> Bool
    /// The clip that began with incident `clip` is this incident's too.
    func joinClip(ordinal: UInt32, clip: UInt32) -> Bool
    /// Completes a clip, after all that was given for it; the station is told when that is done.
    func finishClip(ordinal: UInt32) -> Bool
}

/// Carries out the station's orders about clips: moves pictures from the cameras' rings to the
/// writer, few times and many at once, because a memory card wears with every write.
///
/// - Limits: `clipCountMax` clips, those included that wait for a disk that hangs; one more is not
///   kept, and the log says so.
package final class ClipPump {
    private struct Clip {
        var ordinal: UInt32
        var ring: ClipRing
        /// Other incidents whose it is, of which the writer was not told yet.
        var joining: [UInt32] = []
        var isEnding = false
    }

    /// What waits is written when there is so much of it, …
    static let byteCountMin = 1 << 20
    /// … or when it is so old: a power cut takes no more than that.
    static let ageMax = Interval.seconds(2)
    static let clipCountMax = 24

    private let writer: any ClipWriter
    private let ring: (_ camera: UInt8) -> ClipRing?
    private var clips: [Clip] = []

    package init(writer: any ClipWriter, ring: @escaping (_ camera: UInt8) -> ClipRing?) {
        self.writer = writer
        self.ring = ring
    }

    /// Nothing is being written or waits for it.
    package var isIdle: Bool { clips.isEmpty }

    package func handle(_ order: ClipOrder) {
        switch order {
        case .begin(let camera, let ordinal, let from):
            guard let ring = ring(camera) else { return }
            guard clips.count < Self.clipCountMax else {
                Journal.write(
                    Priority.error.rawValue,
                    "incident \(ordinal): keep clip: \(clips.count) wait for the disk already")
                return
            }
            ring.open(ordinal, from: from)
            clips.append(Clip(ordinal: ordinal, ring: ring))
        case .join(let ordinal, let clip):
            guard let index = clips.firstIndex(where: { $0.ordinal == clip }) else { return }
            clips[index].joining.append(ordinal)
        case .end(let ordinal):
            guard let index = clips.firstIndex(where: { $0.ordinal == ordinal }) else { return }
            clips[index].isEnding = true
        }
    }

    /// Gives the writer what is due; at least ten times a second.
    package func pump(at now: Instant) {
        for index in clips.indices {
            let clip = clips[index].ordinal
            clips[index].joining.removeAll { writer.joinClip(ordinal: $0, clip: clip) }
            give(clips[index], at: now)
        }
        clips.removeAll { clip in
            guard clip.isEnding, clip.joining.isEmpty,
                clip.ring.waiting(for: clip.ordinal).pictures.isEmpty,
                writer.finishClip(ordinal: clip.ordinal)
            else { return false }
            let lostCount = clip.ring.close(clip.ordinal)
            if lostCount > 0 {
                Journal.write(
                    Priority.warning.rawValue,
                    "incident \(clip.ordinal): clip: \(lostCount) pictures lost: "
                        + "the disk was slow")
            }
            return true
        }
    }

    private func give(_ clip: Clip, at now: Instant) {
        // Ends: the ring holds four batches at most, and fills slower than they are taken.
        for _ in 0..<8 {
            let batch = clip.ring.waiting(for: clip.ordinal)
            guard let first = batch.pictures.first else { return }
            let isDue =
                clip.isEnding || now - first.capturedAt >= Self.ageMax
                || batch.pictures.reduce(0) { $0 + $1.jpeg.count } >= Self.byteCountMin
            guard isDue, writer.extendClip(batch.pictures, ordinal: clip.ordinal) else { return }
            clip.ring.took(batch, for: clip.ordinal)
        }
    }
}
