import Detectors
import Text

/// How well people are counted in labelled pictures.
package struct CrowdFigures: PictureFigures {
    struct Item {
        /// People who are there, and who were counted, in tenths.
        var wanted: Int
        var found: Int

        var error: Double { Double(found - wanted * 10) / 10 }
    }

    private let items: [Item]
    private let groups: [[Item]]

    /// From so many on it is a crowd.
    static let crowdMin = 50
    /// Where nobody is, no more than so many may be counted.
    static let emptyMax = 10
    /// So many are in no picture.
    private static let countEnd = 1_000_000
    private static let bands: [(name: String, counts: Range<Int>)] = [
        ("Upto10", 0..<11), ("Upto50", 11..<51), ("Upto200", 51..<201), ("Over200", 201..<100_000)
    ]

    init(_ items: [(scene: String, item: Item)]) {
        self.items = items.map(\.item)
        groups = Dictionary(grouping: items, by: \.scene).sorted { $0.key < $1.key }
            .map { $0.value.map(\.item) }
    }

    package static func measure(
        _ folder: LabelledFolder, errors page: String?
    ) throws -> CrowdFigures {
        let labels = try folder.labels(writing: [page], Self.fault)
        var (items, errors): ([(String, Item)], PictureErrors) = ([], PictureErrors())
        let networks = try LookNetworks()
        try folder.look(labels, for: .crowd, with: networks) { label, path, look in
            let item = Item(
                wanted: Self.count(label.members) ?? 0, found: look.crowd.countTenths)
            items.append((label.scene, item))
            if page != nil { errors.add(item, look.crowd, file: label.file, path: path) }
            return "{\"file\":\(JSON.quoted(label.file)),"
                + "\"count\":\(item.found / 10).\(item.found % 10)}"
        }
        try page.map {
            try errors.write(
                to: $0, title: "\(folder.folder), \(folder.split): counted worst",
                lead: "The squares are where people were counted, the more of them the redder.")
        }
        return CrowdFigures(items.map { (scene: $0.0, item: $0.1) })
    }

    /// How many people an entry of labels says there are; nil where it does not say it.
    private static func count(_ entry: JSONValue) -> Int? {
        guard let count = entry["count"], count != .null else {
            return entry["boxes"]?.array?.count
        }
        guard let value = count.thousandths, (0..<countEnd * 1000).contains(value) else {
            return nil
        }
        return value / 1000
    }

    /// What is wrong with an entry of labels; nil where nothing is.
    static func fault(_ entry: JSONValue) -> String? {
        guard count(entry) == nil else { return nil }
        return "count is \(entry["count"]?.brief ?? "not there"); allowed is a number of 0 to "
            + "\(countEnd - 1), or no count and a list of boxes"
    }

    private static func meanError(_ items: [Item]) -> Double? {
        items.isEmpty
            ? nil : items.reduce(0) { $0 + $1.error.magnitude } / Double(items.count)
    }

    private static func rootError(_ items: [Item]) -> Double? {
        guard !items.isEmpty else { return nil }
        return (items.reduce(0) { $0 + $1.error * $1.error } / Double(items.count)).squareRoot()
    }

    /// Of pictures for which `isAsked`, the share in which at least so many were counted.
    private static func share(
        _ items: [Item], atLeast count: Int, where isAsked: (Item) -> Bool
    ) -> Double? {
        let asked = items.filter(isAsked)
        guard !asked.isEmpty else { return nil }
        return Double(asked.count { $0.found >= count * 10 }) / Double(asked.count)
    }

    private var figures: [(name: String, title: String, figure: Figure)] {
        func figure(_ measure: ([Item]) -> Double?) -> Figure {
            .drawn(over: groups) { measure($0.flatMap { $0 }) }
        }
        let crowd = Self.crowdMin
        return [
            ("mae", "mean error                      ", figure(Self.meanError)),
            ("rmse", "root of the mean squared error  ", figure(Self.rootError)),
            (
                "crowdRecall", "50 or more, of those found      ",
                figure { Self.share($0, atLeast: crowd) { $0.wanted >= crowd } }
            ),
            (
                "crowdFalse", "fewer, of those taken for that  ",
                figure { Self.share($0, atLeast: crowd) { $0.wanted < crowd } }
            ),
            (
                "emptyOver10", "nobody, and over ten counted    ",
                figure { Self.share($0, atLeast: Self.emptyMax + 1) { $0.wanted == 0 } }
            )
        ]
            + Self.bands.map { band in
                (
                    "mae" + band.name,
                    "mean error, \(band.counts.lowerBound) to \(band.counts.upperBound - 1)"
                        .padded(32),
                    Figure(
                        value: Self.meanError(items.filter { band.counts.contains($0.wanted) }))
                )
            }
    }

    package func json(split: String) -> String {
        let metrics = figures.map { $0.figure.json($0.name) }.joined(separator: ",")
        return "{\"task\":\"crowd\",\"split\":\(JSON.quoted(split)),\"items\":\(items.count),"
            + "\"metrics\":{\"scenes\":\(groups.count),\(metrics)}}"
    }

    package func table() -> String {
        let head =
            "\(counted(items.count, "picture")), "
            + "\(counted(groups.count, "scene")); 95 % intervals"
        return ([head] + figures.map { $0.figure.line($0.title) }).joined(separator: "\n")
    }
}
