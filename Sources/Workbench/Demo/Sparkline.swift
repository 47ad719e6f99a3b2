import Frames

/// Numbers over the last while, as one line of bars.
enum Sparkline {
    private static let bars: [Character] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]

    /// - Parameters:
    ///   - values: in order of time.
    ///   - columns: how wide it is, each as long as the others; the right one ends `now`.
    /// - Returns: in each column the most of what fell into it, a space where nothing did; the
    ///   highest bar is the most of all, or four.
    static func text(
        _ values: [(at: Instant, value: Int)], until now: Instant, span: Interval, columns: Int
    ) -> String {
        guard columns > 0, span > .zero else { return "" }
        var heights = [Int?](repeating: nil, count: columns)
        for (at, value) in values {
            let ago = (now - at).nanoseconds
            guard ago >= 0, ago < span.nanoseconds else { continue }
            let column = columns - 1 - Int(ago / max(span.nanoseconds / Int64(columns), 1))
            guard heights.indices.contains(column) else { continue }
            heights[column] = max(heights[column] ?? 0, min(value, 1_000_000))
        }
        let most = max(heights.compactMap { $0 }.max() ?? 0, 4)
        return String(
            heights.map { height -> Character in
                guard let height else { return " " }
                // Nobody is a count, too.
                let bar = height <= 0 ? 0 : min(height, most) * 7 / most
                return bars[min(max(bar, height > 0 ? 1 : 0), 7)]
            })
    }
}
