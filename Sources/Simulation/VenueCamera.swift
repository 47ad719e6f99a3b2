import Frames
import Station

/// A camera that looks at the simulated venue, on a clock that only it moves.
public final class VenueCamera: FrameSource {
    private var venue: Venue
    private let frame: Frame
    private let milliseconds: Int
    private var sequence: UInt32 = 0
    private var isLost = false
    public private(set) var counts = FrameCounts()
    /// The virtual time: the beginning plus one frame's length for every call of `next`.
    public private(set) var now: Instant

    /// - Parameters:
    ///   - width, height: in pixels, at least 64 × 48.
    ///   - framesPerSecond: 1 ... 50.
    public init(
        width: Int, height: Int, framesPerSecond: Int, script: VenueScript, seed: UInt64,
        start: Instant = .zero
    ) {
        venue = Venue(width: width, height: height, script: script, seed: seed)
        frame = Frame(width: width, height: height)
        milliseconds = 1000 / min(max(framesPerSecond, 1), 50)
        now = start
    }

    public func next(timeout: Interval) -> FrameEvent {
        guard !venue.isOver else { return .ended }
        venue.advance(milliseconds: milliseconds)
        now = now + .milliseconds(Int64(milliseconds))
        if venue.isCablePulled {
            guard isLost else {
                isLost = true
                counts.lost += 1
                return .lost(cause: "no such device (ENODEV)")
            }
            return .waiting
        }
        if isLost {
            isLost = false
            return .restored
        }
        if !venue.isFrozen { venue.draw(into: frame) }
        sequence &+= 1
        frame.sequence = sequence
        frame.capturedAt = now
        counts.delivered += 1
        return .frame(frame)
    }
}
