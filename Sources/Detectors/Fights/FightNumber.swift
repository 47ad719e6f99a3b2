/// The numbers by which a fight is told from everything else that moves, over one window and in its
/// busiest region.
///
/// - Units: per mille unless said otherwise; speeds are sixteenths of a working pixel in 100 ms.
///   Every number is clamped to 0 ... 32 767.
/// - Sources: motion boundaries, Dalal et al., "Human detection using oriented histograms of flow
///   and appearance", ECCV 2006; bursts, Hassner et al., "Violent flows", CVPR workshops 2012;
///   acceleration, Deniz et al., "Fast violence detection in video", VISAPP 2014.
public enum FightNumber: Int, CaseIterable, Sendable {
    // One value for each step of the window: its mean, and the lowest tenth.
    /// Blocks that move.
    case movingMean, movingLow
    /// Mean speed of all blocks, over the region's size: how near the camera is drops out.
    case paceMean, paceLow
    /// Entropy of the directions of motion, eight of them; 1/256 bit.
    case disorderMean, disorderLow
    /// Change of the vectors from step to step, over the speeds; the same over the blocks.
    case jerkMean, jerkLow, jerkSizeMean, jerkSizeLow
    /// Difference of vectors two blocks apart, over the speeds.
    case shearMean, shearLow
    /// Length of the mean vector over the mean length: 1000 where all go one way.
    case unityMean, unityLow
    /// Mean speed of what moves.
    case speedMean, speedLow

    // Differences of neighbouring vectors, across (X) and down (Y) components: five directions from
    // up to down, their size over the speeds, their mean size, and how many are large.
    case edgeX0, edgeX1, edgeX2, edgeX3, edgeX4
    case edgeY0, edgeY1, edgeY2, edgeY3, edgeY4
    case edgeXShare, edgeYShare, edgeXMean, edgeYMean
    case edgeXOver24, edgeXOver48, edgeXOver80, edgeYOver24, edgeYOver48, edgeYOver80
    case divergence, curl

    // Over time, block by block.
    /// Blocks whose speed changes by more than the mean in a share of the steps.
    case burst250, burst400, burst550
    /// Change of speed over the speeds.
    case burstShare
    /// Accelerations above so many units, over the blocks that move.
    case jerkOver32, jerkOver56, jerkOver80, jerkOver128
    /// Vectors that turn back, by number and by weight.
    case reversal, reversalWeight
    /// Length of each block's mean vector, of the region's mean vector, over the mean length.
    case blockUnity, regionUnity

    // Directions from up to down, left and right taken together.
    case direction0, direction1, direction2, direction3, direction4
    // Speeds of at least so many units, over all blocks; over those that move.
    case speedOver16, speedOver32, speedOver48, fastOver48, fastOver72
    /// Blocks that a shift explains badly: 30 % and 50 % of the difference stay.
    case unexplained300, unexplained500
    /// Blocks that move in more than a tenth, in two fifths of the steps.
    case busy100, busy400
    /// As `unity`, of tiles of 3 × 3 and 6 × 6 blocks.
    case unity3, unity6
    /// Vectors two and four blocks apart that go against each other, by number and by weight.
    case against2, againstWeight2, against4, againstWeight4
    /// Change of the first half of the window that the second half repeats in place: in the region,
    /// in the whole picture; the same of the first and last quarter.
    case stay, stayWhole, stayQuarter
    /// Deviation of the changed area over its mean; of the change; the highest change over the mean.
    case areaSpread, changeSpread, changePeak
    /// Blocks at twice, at one and a half times the mean speed.
    case speedTwice, speedHalfAgain
    /// How far the change's centre wanders, over the region's size; over its path.
    case centreDrift, centreStraight
    /// Deviation of the change's height over the region's.
    case heightSpread
    case regionArea, regionHeight, regionBottom, regionWidth
    /// Change of the picture that lies in the region.
    case regionShare

    // People in the region by the last look of a network, each plus one; 0 where nobody looked.
    /// In the whole picture; in the region.
    case peopleAll, peopleInside
    /// The highest box in the region, over the picture's height; over the region's.
    case peopleHeight, peopleHeightOfRegion
    /// How sure the network is of those in the region, in all.
    case peopleSure
    /// The nearest two, over their height; at least 9 999 where there are no two.
    case peopleNear

    static let ofPeople = [
        peopleAll, peopleInside, peopleHeight, peopleHeightOfRegion, peopleSure, peopleNear
    ]
    public static let count = allCases.count
}
