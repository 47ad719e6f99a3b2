import Cryptography
import Detectors
import Frames
import Incidents
import Records
import Store

/// The digest of a run: SHA-256 over every decided frame's sightings and every incident.
///
/// Two machines that print the same digest decided the same, bit for bit.
final class Trace {
    private let hash = SHA256()

    /// - Parameter at: the frame's own time.
    func add(_ sightings: [Sighting], camera: UInt8 = 0, at time: Instant) {
        hash.update(
            Sighting.canonicalDecision(camera: camera, capturedAt: time, sightings: sightings))
    }

    func add(_ incident: Incident) {
        hash.update(incident.canonicalBytes)
    }

    /// 64 hexadecimal digits; the trace starts anew.
    func finish() -> String {
        SHA256.hexadecimal(hash.finish())
    }
}
