import Frames

/// Who is in a picture: one box for each person, the surest first.
public struct PeopleReading: Sendable {
    public private(set) var boxes: [PersonBox] = []
    private var candidates: [PersonBox] = []
    private var suppression = BoxSuppression()

    public init() { boxes.reserveCapacity(PersonBox.countMax) }

    /// Has somebody say of each box how much moved in it.
    mutating func measure(_ moved: (Region) -> Q15) {
        for index in boxes.indices { boxes[index].moved = moved(boxes[index].region) }
    }

    /// Forgets everything; `candidateCount` boxes may come.
    mutating func begin(candidateCount: Int) {
        boxes.removeAll(keepingCapacity: true)
        candidates.removeAll(keepingCapacity: true)
        candidates.reserveCapacity(candidateCount)
    }

    mutating func add(_ box: PersonBox) { candidates.append(box) }

    /// Leaves one box for each person.
    mutating func finish() {
        // In place; boxes of one score stay apart by where they are.
        candidates.sort { one, other in
            if one.score != other.score { return one.score > other.score }
            if one.region.y != other.region.y { return one.region.y < other.region.y }
            return one.region.x < other.region.x
        }
        suppression.suppress(candidates)
        for index in suppression.kept { boxes.append(candidates[index]) }
    }
}
