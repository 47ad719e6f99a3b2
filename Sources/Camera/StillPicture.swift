import Frames
import Linux

/// One picture from a file.
package enum StillPicture {
    static let byteCountMax = 64 << 20

    /// - Parameter path: a JPEG.
    /// - Error: `CameraError`.
    package static func open(_ path: String) throws -> Frame {
        func fault(_ kind: CameraError.Kind, _ cause: String) -> CameraError {
            CameraError(kind: kind, object: "picture \(path)", attempt: "read", cause: cause)
        }
        let bytes: [UInt8]
        do {
            bytes = try Files.read(path, byteCountMax: byteCountMax)
        } catch {
            throw fault(.unavailable, "\(error)")
        }
        var frame: Frame?
        let outcome = try bytes.withUnsafeBytes { bytes in
            try JPEGDecoder().decode(
                bytes, wanted: (Plane.sideMax, Plane.sideMax), into: &frame)
        }
        if case .refused(let cause) = outcome { throw fault(.badData, cause) }
        guard let frame else { throw fault(.badData, "it is no JPEG") }
        return frame
    }
}
