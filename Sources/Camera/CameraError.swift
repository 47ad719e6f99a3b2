/// What went wrong with a camera or a recording, printed as *object: attempt: cause*.
public struct CameraError: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Kind: Hashable, Sendable {
        /// The bytes are not what they should be; trying again gives the same.
        case badData
        /// Something that is needed is not there, or refuses.
        case unavailable
    }

    public var kind: Kind
    /// "camera /dev/video0", "recording evening.y4m".
    public var object: String
    /// "set 640×480 GREY".
    public var attempt: String
    /// With both values where two disagree, and what to do about it.
    public var cause: String

    public init(kind: Kind, object: String, attempt: String, cause: String) {
        self.kind = kind
        self.object = object
        self.attempt = attempt
        self.cause = cause
    }

    public var description: String { "\(object): \(attempt): \(cause)" }
}

/// What a picture's size may be, whatever a header claims.
enum PictureLimits {
    /// 8K television: the largest picture that any source is allowed to announce.
    static let pixelCountMax = 7680 * 4320
    static let sideMax = 16_384

    static func allows(width: Int, height: Int) -> Bool {
        width > 0 && height > 0 && width <= sideMax && height <= sideMax
            && width * height <= pixelCountMax
    }

    static let text = "at most 16384 on a side and 7680×4320 in all"
}
