/// How many people there were over time: a line, with a band from hardly fewer to hardly more, and
/// what was too many.
struct CountPlot {
    struct Point: Hashable, Sendable {
        /// Milliseconds since the plot's left end.
        var at: Int64
        /// Tenths of people.
        var count: Int
        var low: Int
        var high: Int
    }

    /// Something that people did.
    struct Mark: Hashable, Sendable {
        /// Milliseconds since the plot's left end.
        var from: Int64
        var to: Int64
        var isConfirmed: Bool
        var words: String
    }

    var name: String
    var axis: TimeAxis
    /// In order of time; others are passed over.
    var points: [Point]
    /// Between points that are farther apart nobody counted. Milliseconds.
    var gapMax: Int64
    /// More than so many people are too many; nil where nobody set a limit.
    var capacity: Int?
    var marks: [Mark] = []

    /// Of one plot, with the row of times under it.
    static let height = 176
    private static let top = 12
    private static let floor = 148

    /// What fell on one column of pixels.
    private struct Column {
        var x: Int
        var count: Int
        var low: Int
        var high: Int
    }

    /// - Parameter y: where its upper end lies in a larger drawing.
    func group(y: Int = 0) -> String {
        // More than a million is a slip of the pen, and must not overflow.
        let capacity = capacity.map { min(max($0, 0), 1_000_000) }
        let most = max(
            points.map { Self.tame(max($0.count, $0.high)) }.max() ?? 0, (capacity ?? 0) * 10)
        let scale = Self.scale(of: most)
        var text = "<g transform='translate(0 \(y))'>"
        text += axis.svg(top: Self.top, bottom: Self.floor)
        // Beside the numbers of the scale.
        text += TimeAxis.name(name, y: (Self.top + Self.floor) / 2 + 4, before: 40)
        for value in [0, scale / 2, scale] where value % 10 == 0 {
            let y = self.y(value, scale)
            text +=
                "<line class='tick' x1='\(TimeAxis.left)' y1='\(y)' x2='\(TimeAxis.right)'"
                + " y2='\(y)'/><text class='axis' x='\(TimeAxis.left - 4)' y='\(y + 4)'"
                + " text-anchor='end'>\(value / 10)</text>"
        }
        for segment in segments() { text += line(segment, scale) }
        if let capacity {
            let y = self.y(capacity * 10, scale)
            text +=
                "<line class='most' x1='\(TimeAxis.left)' y1='\(y)' x2='\(TimeAxis.right)'"
                + " y2='\(y)'/><text class='full' x='\(TimeAxis.right - 4)' y='\(y - 4)'"
                + " text-anchor='end'>capacity \(capacity)</text>"
        }
        for mark in marks { text += bar(mark) }
        if points.isEmpty {
            text +=
                "<text class='axis' x='\((TimeAxis.left + TimeAxis.right) / 2)'"
                + " y='\((Self.top + Self.floor) / 2)' text-anchor='middle'>nobody counted</text>"
        }
        return text + "</g>"
    }

    /// A drawing of its own.
    var svg: String {
        TimeAxis.begin(height: Self.height, label: "\(name): people over time") + group()
            + "</svg>"
    }

    /// Under the line of the time, as the timeline has it.
    private func bar(_ mark: Mark) -> String {
        let from = axis.x(mark.from)
        return "<g><title>\(escape(mark.words))</title>"
            + "<rect class='\(mark.isConfirmed ? "confirmed" : "suspected")' x='\(from)'"
            + " y='\(Self.floor - 5)' width='\(max(axis.x(mark.to) - from, 3))' height='5'/></g>"
    }

    /// More people than a million are none.
    private static func tame(_ tenths: Int) -> Int { min(max(tenths, 0), 10_000_000) }

    private func y(_ tenths: Int, _ scale: Int) -> Int {
        Self.floor - min(max(tenths, 0), scale) * (Self.floor - Self.top) / scale
    }

    private func line(_ columns: [Column], _ scale: Int) -> String {
        // One point alone is as wide as a pixel.
        let last = columns.count == 1 ? [columns[0].x + 1] : []
        let xs = columns.map(\.x) + last
        func ys(_ value: (Column) -> Int) -> [Int] {
            let ys = columns.map { y(value($0), scale) }
            return ys + (last.isEmpty ? [] : ys.suffix(1))
        }
        func path(_ xs: [Int], _ ys: [Int]) -> String {
            zip(xs, ys).map { "\($0) \($1)" }.joined(separator: "L")
        }
        let back = path(xs.reversed(), ys(\.low).reversed())
        return "<path class='between' d='M\(path(xs, ys(\.high)))L\(back)Z'/>"
            + "<path class='count' d='M\(path(xs, ys(\.count)))'/>"
    }

    /// In each column the most that was counted: a short crowd must not vanish.
    private func segments() -> [[Column]] {
        var segments: [[Column]] = []
        var last: Int64?
        for point in points where point.at >= last ?? .min {
            let (x, count) = (axis.x(point.at), Self.tame(point.count))
            let column = Column(
                x: x, count: count, low: min(Self.tame(point.low), count),
                high: max(Self.tame(point.high), count))
            let gap = last.map { point.at.subtractingReportingOverflow($0) }
            if let gap, !gap.overflow, gap.partialValue <= gapMax, let open = segments.indices.last
            {
                let place = segments[open].count - 1
                if segments[open][place].x == x {
                    let old = segments[open][place]
                    segments[open][place] = Column(
                        x: x, count: max(old.count, column.count), low: min(old.low, column.low),
                        high: max(old.high, column.high))
                } else {
                    segments[open].append(column)
                }
            } else {
                segments.append([column])
            }
            last = point.at
        }
        return segments
    }

    /// The top of the scale: 2, 4, 6 or 10 times a power of ten people, in tenths, so that half of
    /// it is whole.
    private static func scale(of most: Int) -> Int {
        var step = 10
        while step < 1_000_000_000 {
            for factor in [2, 4, 6, 10] where factor * step >= most { return factor * step }
            step *= 10
        }
        return most
    }

    static let style = """
        .between{fill:#1976d2;opacity:.25}.count{stroke:#1976d2;stroke-width:1.8;fill:none}
        .most{stroke:#c62828;stroke-width:1.2;stroke-dasharray:6 4}.full{fill:#c62828!important;\
        paint-order:stroke;stroke:var(--card);stroke-width:4}
        """
}
