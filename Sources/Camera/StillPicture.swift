import Frames
import Linux

/// One picture from a file.
package enum StillPicture {
    static let byteCountMax = 64 << 20

    /// - Parameter path: a JPEG.
    /// - Error: `CameraError`.
    package static func open(_ path: String) throws -> Frame {
        let bytes: [UInt8]
        do {
            bytes = try Files.read(path, byteCountMax: byteCountMax)
        } catch {
            throw fault(path, .unavailable, "\(error)")
        }
        return try read(bytes, named: path)
    }

    private static func fault(
        _ name: String, _ kind: CameraError.Kind, _ cause: String
    ) -> CameraError {
        CameraError(kind: kind, object: "picture \(name)", attempt: "read", cause: cause)
    }

    /// - Error: `CameraError`, which calls it by `name`.
    package static func read(_ bytes: [UInt8], named name: String) throws -> Frame {
        var frame: Frame?
        let outcome = try bytes.withUnsafeBytes { bytes in
            try JPEGDecoder().decode(
                bytes, wanted: (Plane.sideMax, Plane.sideMax), into: &frame)
        }
        if case .refused(let cause) = outcome { throw fault(name, .badData, cause) }
        guard let frame else { throw fault(name, .badData, "it is no JPEG") }
        return frame
    }
}
