import Frames

/// "1 scene", "2 scenes", "1 person", "2 people".
func counted(_ count: Int, _ one: String, _ many: String? = nil) -> String {
    "\(count) \(count == 1 ? one : many ?? one + "s")"
}

/// A measure of many items, with the interval in which it lies 95 times in 100.
struct Figure {
    var value: Double?
    var low: Double?
    var high: Double?

    static let drawCount = 1000

    /// Of `measure` over all groups; the interval from draws of whole groups, the same each time:
    /// pictures of one camera are no independent witnesses.
    static func drawn<Item>(
        over groups: [[Item]], _ measure: ([[Item]]) -> Double?
    ) -> Figure {
        var chance = SplitMix64(seed: 1)
        let drawn = (0..<drawCount).compactMap { _ in
            measure(groups.indices.map { _ in groups[chance.whole(in: 0...(groups.count - 1))] })
        }.sorted()
        guard !drawn.isEmpty else { return Figure(value: measure(groups)) }
        return Figure(
            value: measure(groups), low: drawn[drawn.count / 40],
            high: drawn[drawn.count - 1 - drawn.count / 40])
    }

    /// Two members of an object: the value, and its interval.
    func json(_ name: String) -> String {
        let values = [value, low, high].map { $0.map(Self.decimals) ?? "null" }
        return "\"\(name)\":\(values[0]),\"\(name)Interval\":[\(values[1]),\(values[2])]"
    }

    func line(_ name: String) -> String {
        guard let value else { return name + "-" }
        guard let low, let high else { return name + Self.decimals(value) }
        return name + "\(Self.decimals(value))   \(Self.decimals(low)) to \(Self.decimals(high))"
    }

    /// With three decimals.
    static func decimals(_ value: Double) -> String {
        let scaled = Int((value.magnitude * 1000).rounded())
        let digits = String(scaled % 1000)
        return (value < 0 && scaled > 0 ? "-" : "") + "\(scaled / 1000)."
            + String(repeating: "0", count: 3 - digits.count) + digits
    }
}
