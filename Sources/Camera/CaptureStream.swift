import Frames

/// A device that is open and streams; what `V4L2Camera` needs of it, so that tests can stand in.
protocol CaptureStream: AnyObject {
    /// The size of the pictures that come out.
    var width: Int { get }
    var height: Int { get }
    /// What could not be set and does not stop the camera, for the log.
    var advice: [String] { get }

    /// Whether something came, within `milliseconds` at the most.
    func wait(milliseconds: Int64) throws -> Bool
    /// Takes what the device has, keeps the newest whole picture in `frame` and gives every buffer
    /// back to the device. Puts another frame there where the picture has another size.
    func take(into frame: inout Frame?, _ sequence: inout CaptureSequence) throws -> CaptureTake
    /// The JPEG that the picture of the last `take` was decoded from, where both have one size;
    /// valid until the next `take`.
    var ownJPEG: UnsafeRawBufferPointer? { get }
    /// Gives the device back; what that answers does not matter any more.
    func close()
}

extension CaptureStream {
    var ownJPEG: UnsafeRawBufferPointer? { nil }
}

/// What came out of a device at once.
struct CaptureTake: Hashable {
    struct Picture: Hashable {
        /// On the monotonic clock; nil where the driver does not use that one.
        var stated: Instant?
        var sequence: UInt32
    }

    /// Nil where nothing whole came.
    var picture: Picture?
    /// Older whole pictures that were passed over, and those that the driver dropped.
    var droppedCount: UInt64 = 0
    /// Flagged by the driver, short, or undecodable.
    private(set) var damagedCount: UInt64 = 0
    /// What was wrong with the last of them.
    private(set) var damage: String?

    mutating func damaged(_ cause: String) {
        damagedCount += 1
        damage = cause
    }
}
