import Frames
import Records

/// What a camera, a recording or the simulated venue has to say next.
public enum FrameEvent {
    /// A picture; valid until the next call of `next`.
    case frame(Frame)
    /// Nothing came within the time given; not yet a fault.
    case waiting
    /// The device is gone or fails; the source keeps trying to get it back.
    case lost(cause: String)
    /// The device is back and delivers; the picture may have another size than before.
    case restored
    /// A recording is over. A camera never ends.
    case ended
}

/// How a source fared so far.
public struct FrameCounts: Hashable, Sendable {
    /// Given to the detectors.
    public var delivered: UInt64 = 0
    /// Taken by the camera but skipped, because newer ones were there already.
    public var dropped: UInt64 = 0
    /// Flagged by the driver or undecodable; never shown to a detector.
    public var damaged: UInt64 = 0
    /// Times the device was lost.
    public var lost: UInt64 = 0

    public init() {}
}

/// Where pictures come from.
public protocol FrameSource: AnyObject {
    /// Waits at most `timeout` for the next event. A device's failure is an event, not an error;
    /// an error is thrown where nothing can come any more (a recording that is no recording).
    func next(timeout: Interval) throws -> FrameEvent
    var counts: FrameCounts { get }
    /// The bytes that the camera itself gave for the frame of the last `next`: a JPEG of the
    /// frame's own size. nil where it gave none such. Valid until the next call of `next`.
    var ownJPEG: UnsafeRawBufferPointer? { get }
}

extension FrameSource {
    public var ownJPEG: UnsafeRawBufferPointer? { nil }
}

/// Lamps, siren and buttons.
public protocol AlarmLines: AnyObject {
    func drive(_ output: Output, on: Bool) throws
    /// Changes of inputs since the last call, debounced, oldest first.
    func poll() throws -> [(input: Input, active: Bool)]
}

/// The ledger and its evidence.
public protocol Ledger: AnyObject {
    /// Durable when it returns: neither a crash nor a power cut takes these records back. When it
    /// throws, none of them is kept, or it is not known.
    ///
    /// (`stamp.boot`, `stamp.monotonic`) names a record: the station never gives two records the
    /// same, and they increase within a boot. A record whose name is already in the ledger was
    /// given again after a failure of unknown outcome, and is passed over without an error.
    func append(_ records: [LedgerRecord]) throws
    /// Keeps a JPEG of an incident and returns its SHA-256.
    func keepSnapshot(_ jpeg: [UInt8], ordinal: UInt32, boot: BootID) throws -> [UInt8]
    /// Keeps what is sealed of a find and returns its SHA-256.
    func keepFind(_ sealed: [UInt8], ordinal: UInt32, boot: BootID) throws -> [UInt8]
    /// Adds pictures, oldest first, to the clip of an incident; the first ones begin it. What was
    /// added is durable, and playable, when it returns; when it throws, none of these is kept.
    ///
    /// - Returns: how many of them were left out: of another size than the clip's first, or more
    ///   than a file may hold.
    func extendClip(_ pictures: [ClipPicture], ordinal: UInt32, boot: BootID) throws -> Int
    /// The clip that began with incident `clip` is this incident's too.
    func joinClip(ordinal: UInt32, clip: UInt32, boot: BootID) throws
    /// Ends the clip that began with an incident, durably; nil where there is no picture in it.
    func finishClip(ordinal: UInt32, boot: BootID) throws -> KeptClip?
}

extension Ledger {
    /// A ledger that keeps no finds vouches for what it was given.
    public func keepFind(_ sealed: [UInt8], ordinal: UInt32, boot: BootID) throws -> [UInt8] { [] }
    /// A ledger without clips leaves them all out.
    public func extendClip(_ pictures: [ClipPicture], ordinal: UInt32, boot: BootID) throws -> Int {
        pictures.count
    }
    public func joinClip(ordinal: UInt32, clip: UInt32, boot: BootID) throws {}
    public func finishClip(ordinal: UInt32, boot: BootID) throws -> KeptClip? { nil }
}

/// The ledger as those read it who deliver it: there is no second copy of anything.
public protocol Outbox: AnyObject {
    /// How many records there are.
    var recordCount: Int64 { get }
    /// The records of a lane behind `after`, at most `countMax`, in order. A page may be empty and
    /// yet reach further.
    func page(_ lane: DeliveryLane, after: Int64, countMax: Int) throws -> OutboxPage
    /// Up to where a destination was served; everything is before it where it is a new one.
    func cursors(of destination: String) throws -> DeliveryCursors
    /// Notes how far a destination was served: durable with the next records, or with `settle`.
    /// Until then a crash has the last messages delivered twice, under the same keys.
    func note(_ cursors: DeliveryCursors, of destination: String)
    /// Makes durable what was noted.
    func settle() throws
    /// What has to go so that what comes has room; empty where there is enough.
    ///
    /// - Parameter destinations: who must have been told of a file before it counts as delivered.
    func dueForDiscard(_ limits: SpaceLimits, destinations: [String]) throws -> [Discard]
}
