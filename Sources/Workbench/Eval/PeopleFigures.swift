import Detectors
import Frames
import Text

/// How well people are boxed in labelled pictures.
///
/// - Source: average precision as Everingham et al., "The PASCAL Visual Object Classes Challenge",
///   2010, with COCO's 101 points of recall; a box counts from half of common area on.
package struct PeopleFigures: PictureFigures {
    /// What was boxed.
    struct Box {
        var region: Region
        var score: Q15
        var isRight: Bool
        /// Of the label that it hits, otherwise its own; per mille of the picture's.
        var height: Int
    }

    /// Somebody who is there, and how surely he was found.
    struct Labelled {
        var region: Region
        var score: Q15?

        var height: Int { Int(region.height) }
    }

    /// One picture: what was boxed, the surest first, whether each is right, and what was there.
    struct Item {
        var found: [Box] = []
        var labelled: [Labelled] = []
    }

    private let items: [Item]
    private let groups: [[Item]]

    /// From so sure on a person is said to be there: what tracks begin with.
    static let presenceMin = Q15.perMille(300)
    /// Of people's heights: small, middling, large.
    private static let sizes = [("small", 0..<100), ("middle", 100..<300), ("large", 300..<1_001)]

    init(_ items: [(scene: String, item: Item)]) {
        self.items = items.map(\.item)
        groups = Dictionary(grouping: items, by: \.scene).sorted { $0.key < $1.key }
            .map { $0.value.map(\.item) }
    }

    package static func measure(
        _ folder: LabelledFolder, errors page: String?
    ) throws -> PeopleFigures {
        let labels = try folder.labels(writing: [page], Self.fault)
        var (items, errors): ([(String, Item)], PictureErrors) = ([], PictureErrors())
        // Unlikely boxes too, for the whole curve.
        let networks = try LookNetworks(scoreMin: .perMille(20))
        try folder.look(labels, for: .people, with: networks) { label, path, look in
            let wanted = label.members["boxes"]?.array ?? []
            let item = Item(
                found: look.people.boxes, labelled: wanted.compactMap(Region.init(box:)))
            items.append((label.scene, item))
            if page != nil { errors.add(item, file: label.file, path: path) }
            let boxes = look.people.boxes.map { box in
                "[\(box.region.centre),\(thousandths(Int64(box.score.perMille)))]"
            }
            let heads = look.people.boxes.map { box in
                box.head.map { "[\(thousandths(Int64($0.x))),\(thousandths(Int64($0.y)))]" }
                    ?? "null"
            }
            return "{\"file\":\(JSON.quoted(label.file)),"
                + "\"boxes\":[\(boxes.joined(separator: ","))],"
                + "\"heads\":[\(heads.joined(separator: ","))]}"
        }
        try page.map {
            try errors.write(
                to: $0, title: "\(folder.folder), \(folder.split): boxed worst",
                lead: "Green boxes are right, red ones are not, yellow are people who were missed. "
                    + "Boxes count from \(presenceMin.perMille) ‰ on.")
        }
        return PeopleFigures(items.map { (scene: $0.0, item: $0.1) })
    }

    /// What is wrong with an entry of labels; nil where nothing is. A box that cannot be read would
    /// count as nobody.
    static func fault(_ entry: JSONValue) -> String? {
        guard let boxes = entry["boxes"]?.array else {
            return "boxes is \(entry["boxes"]?.brief ?? "not there"); allowed is a list of "
                + "[cx,cy,w,h]"
        }
        guard let index = boxes.firstIndex(where: { Region(box: $0) == nil }) else { return nil }
        return "boxes[\(index)] is \(boxes[index].brief); allowed is [cx,cy,w,h] with 0 to 1 of "
            + "the picture, w and h from 0.001"
    }

    private static func precision(_ items: [Item], _ heights: Range<Int> = 0..<1_001) -> Double? {
        let count = items.reduce(0) { $0 + $1.labelled.count { heights.contains($0.height) } }
        guard count > 0 else { return nil }
        // What is found of other sizes is neither right nor wrong.
        let found = items.flatMap(\.found).filter { heights.contains($0.height) }
            .sorted { $0.score > $1.score }
        var points: [(recall: Double, precision: Double)] = []
        var right = 0
        for (index, box) in found.enumerated() {
            if box.isRight { right += 1 }
            points.append((Double(right) / Double(count), Double(right) / Double(index + 1)))
        }
        var (sum, best, place) = (0.0, 0.0, points.count - 1)
        for step in (0...100).reversed() {
            while place >= 0, points[place].recall >= Double(step) / 100 {
                best = max(best, points[place].precision)
                place -= 1
            }
            sum += best
        }
        return sum / 101
    }

    /// The share of pictures of which it is said rightly whether somebody is there.
    private static func presence(_ items: [Item]) -> Double? {
        guard !items.isEmpty else { return nil }
        let right = items.count { item in
            (item.found.first?.score ?? .zero >= presenceMin) == !item.labelled.isEmpty
        }
        return Double(right) / Double(items.count)
    }

    private var figures: [(name: String, title: String, figure: Figure)] {
        let whole = Figure.drawn(over: groups) { Self.precision($0.flatMap { $0 }) }
        let presence = Figure.drawn(over: groups) { Self.presence($0.flatMap { $0 }) }
        return [("ap50", "average precision at half       ", whole)]
            + Self.sizes.map { name, heights in
                (
                    "ap50" + name.prefix(1).uppercased() + name.dropFirst(),
                    "the same, \(name) people".padded(32),
                    Figure(value: Self.precision(items, heights))
                )
            } + [("presence", "somebody there, or nobody       ", presence)]
    }

    private var peopleCount: Int { items.reduce(0) { $0 + $1.labelled.count } }

    package func json(split: String) -> String {
        let metrics = figures.map { $0.figure.json($0.name) }
        return "{\"task\":\"people\",\"split\":\(JSON.quoted(split)),\"items\":\(items.count),"
            + "\"metrics\":{\"people\":\(peopleCount),\"scenes\":\(groups.count),"
            + metrics.joined(separator: ",") + "}}"
    }

    package func table() -> String {
        let head =
            "\(counted(items.count, "picture")), \(counted(peopleCount, "person", "people")), "
            + "\(counted(groups.count, "scene")); 95 % intervals"
        return ([head] + figures.map { $0.figure.line($0.title) }).joined(separator: "\n")
    }
}

extension PeopleFigures.Item {
    /// Greedy: the surest box takes the label that it shares most with.
    init(found boxes: [PersonBox], labelled regions: [Region]) {
        labelled = regions.map { PeopleFigures.Labelled(region: $0) }
        for box in boxes {
            var (best, taken) = (499, Int?.none)
            for (index, region) in regions.enumerated() where labelled[index].score == nil {
                let overlap = BoxSuppression.overlap(box.region, region)
                if overlap > best { (best, taken) = (overlap, index) }
            }
            if let taken { labelled[taken].score = box.score }
            found.append(
                PeopleFigures.Box(
                    region: box.region, score: box.score, isRight: taken != nil,
                    height: Int(taken.map { regions[$0].height } ?? box.region.height)))
        }
    }
}

extension Region {
    /// By so many thousandths a number may exceed its range, from rounding; it is clamped.
    private static let excessMax = 10

    /// Of [cx, cy, w, h], 0 ... 1 of the picture; nil where it is none.
    fileprivate init?(box: JSONValue) {
        let given = (box.array ?? []).map(\.thousandths)
        let allowed = -Self.excessMax...1000 + Self.excessMax
        guard given.count == 4, given.allSatisfy({ $0.map(allowed.contains) ?? false }) else {
            return nil
        }
        let numbers = given.compactMap { $0.map { min(max($0, 0), 1000) } }
        guard numbers[2] > 0, numbers[3] > 0 else { return nil }
        let (x, y) = (max(numbers[0] - numbers[2] / 2, 0), max(numbers[1] - numbers[3] / 2, 0))
        self.init(
            x: UInt16(x), y: UInt16(y), width: UInt16(min(numbers[2], 1000 - x)),
            height: UInt16(min(numbers[3], 1000 - y)))
    }

    /// "0.500,0.500,0.100,0.200": the middle and the size.
    fileprivate var centre: String {
        [Int(x) * 2 + Int(width), Int(y) * 2 + Int(height), Int(width) * 2, Int(height) * 2].map {
            "\($0 / 2000)." + String("\(10_000 + $0 % 2000 * 5)".dropFirst())
        }.joined(separator: ",")
    }
}
