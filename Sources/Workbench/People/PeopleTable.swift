import Linux
import Records
import Store
import Text

/// How many people cameras saw over time, as the ledger has it, for people and for programs.
package struct PeopleTable {
    /// One camera's minutes, by the wall clock.
    struct Line {
        /// By minutes since 1970.
        var minutes: [Int64: CountedSpan.Minute] = [:]
        var entered: UInt64 = 0
        var left: UInt64 = 0
    }

    private(set) var lines: [UInt8: Line] = [:]
    /// Minutes since 1970: the first that is shown, and the one after the last.
    let shown: Range<Int64>

    /// A week, by the minute.
    package static let minutesMax: Int64 = 7 * 24 * 60
    private static let columns: Int64 = 60
    private static let rows = 8

    /// - Parameters:
    ///   - ledger: as it is now.
    ///   - start, now: milliseconds since 1970; no more than the last `minutesMax` are shown.
    /// - Error: `StoreError`.
    package init(_ ledger: LedgerReader, from start: Int64, to now: Int64) throws {
        let end = now / 60_000 + 1
        shown = min(max(start / 60_000, end - Self.minutesMax), end - 1)..<end
        // A correction stands behind what it corrects.
        var (dating, spans) = (Dating(), [(CountedSpan, Stamp)]())
        try ledger.visit { entry in
            guard let record = try? entry.record() else { return }
            dating.learn(record)
            if case .counted(let span) = record.body { spans.append((span, record.stamp)) }
        }
        for (span, stamp) in spans {
            let start = dating.date(of: span.start, by: stamp).wallMilliseconds / 60_000
            add(span, from: start)
        }
    }

    private mutating func add(_ span: CountedSpan, from start: Int64) {
        // Where the clock is unset or the ledger is hostile, it may be any time.
        guard start > shown.lowerBound - 60, start < shown.upperBound else { return }
        for (index, minute) in span.minutes.enumerated() {
            guard shown.contains(start + Int64(index)) else { continue }
            lines[span.camera, default: Line()].minutes[start + Int64(index)] = minute
        }
        guard shown.contains(start) else { return }
        lines[span.camera, default: Line()].entered += UInt64(span.entered)
        lines[span.camera, default: Line()].left += UInt64(span.left)
    }

    /// One object for each minute that was counted; the last one has the totals.
    package var json: String {
        var text = ""
        for (camera, line) in lines.sorted(by: { $0.key < $1.key }) {
            for (minute, counted) in line.minutes.sorted(by: { $0.key < $1.key }) {
                text +=
                    "{\"camera\":\(camera),\"at\":\"\(UTC.text(milliseconds: minute * 60_000))\","
                    + "\"mean\":\(counted.meanTenths.map(Self.tenths) ?? "null"),"
                    + "\"most\":\(counted.most)}\n"
            }
        }
        let totals = lines.sorted(by: { $0.key < $1.key }).map { camera, line in
            "{\"camera\":\(camera),\"minutes\":\(line.minutes.count),"
                + "\"most\":\(line.minutes.values.map(\.most).max() ?? 0),"
                + "\"entered\":\(line.entered),\"left\":\(line.left)}"
        }
        return text + "{\"cameras\":[\(totals.joined(separator: ","))]}\n"
    }

    /// A plot for each camera.
    package var text: String {
        guard !lines.isEmpty else {
            return "nobody was counted in that time; what cameras count while kuzet runs is kept "
                + "every ten minutes\n"
        }
        return lines.sorted { $0.key < $1.key }.map { plot($0.key, $0.value) }
            .joined(separator: "\n")
    }

    private func plot(_ camera: UInt8, _ line: Line) -> String {
        let perColumn = (Int64(shown.count) + Self.columns - 1) / Self.columns
        let first = shown.lowerBound
        let columnCount = (Int64(shown.count) + perColumn - 1) / perColumn
        // In each column the most of its minutes' means: a short crowd must not vanish.
        let heights = (0..<columnCount).map { column -> Int? in
            let from = first + column * perColumn
            return (from..<from + perColumn).compactMap { line.minutes[$0]?.meanTenths }
                .max().map(Int.init)
        }
        let top = Self.top(of: heights.compactMap { $0 }.max() ?? 0)
        var text = "camera \(camera): people, \(Self.localText(first)) to "
        text += "\(Self.localText(shown.upperBound))\n"
        for row in (0..<Self.rows).reversed() {
            let mark = row == Self.rows - 1 ? Self.tenths(UInt16(top)) : row == 0 ? "0" : ""
            text += mark.rightAligned(6) + (mark.isEmpty ? " │" : " ┤")
            for height in heights { text += Self.block(height, row, top) }
            while text.last == " " { text.removeLast() }
            text += "\n"
        }
        text += String(repeating: " ", count: 7) + "└"
        text += String(repeating: "─", count: heights.count) + "\n"
        let most = line.minutes.values.map(\.most).max() ?? 0
        text += "        at most \(most) at a time, \(perColumn) min a column"
        if line.entered + line.left > 0 {
            text += ", \(line.entered) came in and \(line.left) went out"
        }
        return text + "\n"
    }

    /// The top of the scale: 1, 2 or 5 times a power of ten people, in tenths.
    private static func top(of most: Int) -> Int {
        var step = 10
        while true {
            for factor in [1, 2, 5] where factor * step >= most { return factor * step }
            step *= 10
        }
    }

    private static func block(_ height: Int?, _ row: Int, _ top: Int) -> String {
        guard let height else { return row == 0 ? "·" : " " }
        let eighths = (height * rows * 8 + top / 2) / top - row * 8
        let blocks = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]
        // Nobody is a count too.
        if row == 0, eighths <= 0 { return "▁" }
        return blocks[min(max(eighths, 0), 8)]
    }

    private static func tenths(_ value: UInt16) -> String {
        value % 10 == 0 ? "\(value / 10)" : "\(value / 10).\(value % 10)"
    }

    private static func localText(_ minute: Int64) -> String {
        Clocks.localText(wallMilliseconds: minute * 60_000)
    }
}
