import Frames

/// One box for each person: of boxes that lie over each other the surest stays.
///
/// Greedy, surest first; of equal scores the one that comes first. All memory is taken at the start.
///
/// - Source: Neubeck, Van Gool, "Efficient non-maximum suppression", ICPR 2006.
public struct BoxSuppression: Sendable {
    /// The positions, among the boxes that went in, of those that stay, surest first.
    public private(set) var kept: [Int] = []
    private var order: [Int] = []

    /// Networks give more candidates than people; what exceeds this is not looked at.
    public static let candidateCountMax = 512
    /// Two people arm in arm share half of their boxes.
    public static let overlapMax = 600

    public init() {
        kept.reserveCapacity(PersonBox.countMax)
        order.reserveCapacity(Self.candidateCountMax)
    }

    /// Fills `kept` with at most `PersonBox.countMax` positions.
    ///
    /// - Parameters:
    ///   - boxes: at most `candidateCountMax` of them are looked at, from the first.
    ///   - scoreMin: boxes below it are left out.
    ///   - overlapMax: per mille of what two boxes cover together.
    public mutating func suppress(
        _ boxes: UnsafeBufferPointer<PersonBox>, scoreMin: Q15 = .zero,
        overlapMax: Int = Self.overlapMax
    ) {
        kept.removeAll(keepingCapacity: true)
        order.removeAll(keepingCapacity: true)
        for index in 0..<min(boxes.count, Self.candidateCountMax)
        where boxes[index].score >= scoreMin && boxes[index].region.width > 0
            && boxes[index].region.height > 0
        {
            // By insertion: the library's sort takes memory. Behind those of the same score.
            var place = order.count
            order.append(index)
            while place > 0, boxes[order[place - 1]].score < boxes[index].score {
                order[place] = order[place - 1]
                place -= 1
            }
            order[place] = index
        }
        for index in order {
            guard kept.count < PersonBox.countMax else { return }
            let region = boxes[index].region
            var isFree = true
            for other in kept where Self.overlap(region, boxes[other].region) > overlapMax {
                isFree = false
                break
            }
            if isFree { kept.append(index) }
        }
    }

    public mutating func suppress(
        _ boxes: [PersonBox], scoreMin: Q15 = .zero, overlapMax: Int = Self.overlapMax
    ) {
        boxes.withUnsafeBufferPointer {
            suppress($0, scoreMin: scoreMin, overlapMax: overlapMax)
        }
    }

    /// What two regions share of what they cover together; per mille.
    ///
    /// Cannot overflow: a side is below 2¹⁶, an area below 2³², times 1000 below 2⁴².
    public static func overlap(_ one: Region, _ other: Region) -> Int {
        let across =
            min(Int(one.x) + Int(one.width), Int(other.x) + Int(other.width))
            - Int(max(one.x, other.x))
        let down =
            min(Int(one.y) + Int(one.height), Int(other.y) + Int(other.height))
            - Int(max(one.y, other.y))
        guard across > 0, down > 0 else { return 0 }
        let shared = across * down
        let whole =
            Int(one.width) * Int(one.height) + Int(other.width) * Int(other.height) - shared
        return shared * 1000 / whole
    }
}
