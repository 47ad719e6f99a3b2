import Frames

/// A person as a network boxed it in one picture.
///
/// - Units: the box and the head in per mille of the picture's width and height, 0 ... 1000.
public struct PersonBox: Hashable, Sendable {
    public var region: Region
    /// How sure the network is that somebody is there.
    public var score: Q15
    /// The middle of the head. Feet are hidden in a crowd, heads seldom are. Nil where whoever boxed
    /// him says nothing of it: then `PictureShape.head(of:)` holds, once the picture's shape is known.
    public var head: Polygon.Corner?
    /// The share of the box's pixels that changed of late, by whoever has the pixels; nil where
    /// nobody looked. What is nil is never taken for still.
    public var moved: Q15?

    public init(
        region: Region, score: Q15, head: Polygon.Corner? = nil, moved: Q15? = nil
    ) {
        self.region = region
        self.score = score
        self.head = head
        self.moved = moved
    }

    /// As many as a picture is asked for. More people than that are counted by other means.
    public static let countMax = 64
}
