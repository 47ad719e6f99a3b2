import Frames
import Linux
import Station
import Store

/// Turns the frames of one camera, masks applied, into the JPEGs of its ring: each once.
///
/// For the camera's thread.
package final class ClipEncoder {
    private let ring: ClipRing
    private var encoder: JPEGEncoder?
    private var hasFailed = false
    /// It is too hot to encode anything: only what the camera encoded itself is taken.
    var isResting = false

    /// A little less than a snapshot's: there are hundreds of these, and they move.
    static let quality = 75

    package init(ring: ClipRing) {
        self.ring = ring
    }

    /// - Parameters:
    ///   - frame: masked already.
    ///   - own: the camera's own JPEG of the frame.
    ///   - isMasked: whether anything was hidden in the frame. The camera's JPEG shows it, so the
    ///     frame is encoded instead.
    package func take(_ frame: Frame, own: UnsafeRawBufferPointer?, isMasked: Bool) {
        guard ring.wants(frame.capturedAt) else { return }
        do {
            var jpeg: [UInt8] = []
            if !isMasked, let own, own.count <= ring.pictureByteCountMax {
                jpeg = Array(own)
            } else {
                guard !isResting else { return }
                let encoder = try encoder ?? JPEGEncoder()
                self.encoder = encoder
                jpeg = try encoder.encode(frame, quality: Self.quality)
            }
            ring.add(
                ClipPicture(
                    width: frame.width, height: frame.height, capturedAt: frame.capturedAt,
                    jpeg: jpeg))
            hasFailed = false
        } catch {
            // Memory is short: said once, tried again with the next picture.
            if !hasFailed { Journal.write(Priority.error.rawValue, "clip: \(error)") }
            hasFailed = true
        }
    }
}
