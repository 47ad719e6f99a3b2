import Frames
import Watchlist

/// A piece of a picture that shows a face: overwritten when the last one lets go of it.
public final class FaceCrop: Sendable {
    public let frame: Frame

    init(_ frame: Frame) { self.frame = frame }

    deinit { frame.overwrite() }
}

/// Somebody who is like an entry of a list in two pictures of three: to be looked at by an officer, who
/// decides. Nobody is known by it.
public struct FaceFind: Sendable {
    public var listed: WatchGallery.Listed
    /// The best of the two or three, and the threshold that it reaches.
    public var similarity: Q15
    public var threshold: Q15
    public var quality: FaceQuality
    public var region: Region
    /// When the picture was taken.
    public var takenAt: Instant
    public var crop: FaceCrop
}

/// How many faces a camera could judge: whether it hangs and sees as it has to.
///
/// - Units: a person is counted once for as long as he is followed.
public struct FaceTally: Hashable, Sendable {
    public private(set) var judged: UInt32 = 0
    private var small: UInt32 = 0
    private var turned: UInt32 = 0
    private var unlit: UInt32 = 0
    private var blurred: UInt32 = 0
    private var unsure: UInt32 = 0
    private var still: UInt32 = 0

    public init() {}

    public subscript(obstacle: FaceObstacle) -> UInt32 {
        switch obstacle {
        case .small: small
        case .turned: turned
        case .unlit: unlit
        case .blurred: blurred
        case .unsure: unsure
        case .still: still
        }
    }

    public var notJudged: UInt32 {
        FaceObstacle.allCases.reduce(0) { $0 &+ self[$1] }
    }

    mutating func add(_ obstacle: FaceObstacle?) {
        switch obstacle {
        case nil: judged &+= 1
        case .small: small &+= 1
        case .turned: turned &+= 1
        case .unlit: unlit &+= 1
        case .blurred: blurred &+= 1
        case .unsure: unsure &+= 1
        case .still: still &+= 1
        }
    }

    /// "of 40 faces 31 judged; 6 too small, 3 seen from the side".
    public var words: String {
        let total = judged &+ notJudged
        guard total > 0 else { return "no face judged yet" }
        let why = FaceObstacle.allCases.filter { self[$0] > 0 }.map { "\(self[$0]) \($0.words)" }
        return "of \(total) \(total == 1 ? "face" : "faces") \(judged) judged"
            + (why.isEmpty ? "" : "; " + why.joined(separator: ", "))
    }
}
