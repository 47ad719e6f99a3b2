import Frames

/// A person as a network boxed it in one picture.
///
/// - Units: the box and the head in per mille of the picture's width and height, 0 ... 1000.
public struct PersonBox: Hashable, Sendable {
    public var region: Region
    /// How sure the network is that somebody is there.
    public var score: Q15
    /// Where the head is. Feet are hidden in a crowd, heads seldom are.
    public var head: Polygon.Corner
    /// The share of the box's pixels that changed of late, by whoever has the pixels; nil where
    /// nobody looked. What is nil is never taken for still.
    public var moved: Q15?

    /// - Parameter head: where nothing better is known, the middle of the upper eighth.
    public init(
        region: Region, score: Q15, head: Polygon.Corner? = nil, moved: Q15? = nil
    ) {
        self.region = region
        self.score = score
        self.moved = moved
        self.head =
            head
            ?? Polygon.Corner(
                x: UInt16(min(Int(region.x) + Int(region.width) / 2, 1000)),
                y: UInt16(min(Int(region.y) + Int(region.height) / 16, 1000)))
    }

    /// As many as a picture is asked for. More people than that are counted by other means.
    public static let countMax = 64
}
