import Frames
import Station

/// The demo's live view: the picture, the lamps, the newest incidents.
///
/// Text only; who owns the terminal writes it out.
struct Screen {
    var columns: Int
    var rows: Int

    /// Alternate screen, no cursor; and back.
    static let enter = "\u{1B}[?1049h\u{1B}[?25l\u{1B}[2J"
    static let leave = "\u{1B}[0m\u{1B}[?25h\u{1B}[?1049l"

    private static let panelColumns = 46

    struct Status {
        var elapsed: Interval = .zero
        var total: Interval = .zero
        var isLit: [Output: Bool] = [:]
        var entries: [Evening.Entry] = []
        var counts = FrameCounts()
        /// Over the picture.
        var overlay = Overlay()
        /// How many people there were; at least those of the last minute.
        var counted: [Evening.Counted] = []
    }

    /// - Parameter frame: nil while there is no picture.
    func draw(_ frame: Frame?, _ status: Status) -> String {
        let picture = Picture(
            width: frame?.width ?? 4, height: frame?.height ?? 3,
            columns: max(columns - Self.panelColumns - 2, 20), rows: max(rows - 2, 4))
        let left = frame.map { picture.lines($0, status.overlay) } ?? blank(picture)
        let right = panel(status, rows: max(left.count, rows - 2))
        var text = "\u{1B}[H"
        for row in 0..<max(left.count, right.count) where row < rows - 1 {
            text += row < left.count ? left[row] : String(repeating: " ", count: picture.columns)
            text += "  " + (row < right.count ? right[row] : "") + "\u{1B}[K\r\n"
        }
        return text + "\u{1B}[J"
    }

    private func blank(_ picture: Picture) -> [String] {
        (0..<picture.rows).map { row in
            let words = row == picture.rows / 2 ? "no picture" : ""
            let before = max((picture.columns - words.count) / 2, 0)
            let after = max(picture.columns - words.count - before, 0)
            return "\u{1B}[48;5;236m\u{1B}[97m" + String(repeating: " ", count: before)
                + words.prefix(picture.columns) + String(repeating: " ", count: after) + "\u{1B}[0m"
        }
    }

    private func panel(_ status: Status, rows: Int) -> [String] {
        let elapsed = status.elapsed.milliseconds / 1000
        let total = status.total.milliseconds / 1000
        var lines = [
            "\u{1B}[1mKUZET\u{1B}[0m  a simulated evening",
            "\u{1B}[2m\(clock(seconds: elapsed)) of \(clock(seconds: total))   "
                + "\(status.counts.delivered) frames decided\u{1B}[0m",
            ""
        ]
        lines.append(Output.allCases.map { lamp($0, isOn: status.isLit[$0] ?? false) }.joined())
        lines.append("")
        lines += people(status)
        lines += ["", "\u{1B}[1mIncidents\u{1B}[0m"]
        if status.entries.isEmpty { lines.append("\u{1B}[2mnone yet\u{1B}[0m") }
        for entry in status.entries.suffix(max(rows - lines.count - 1, 1)).reversed() {
            lines.append(line(entry))
        }
        return lines
    }

    private static let sparkColumns = 30

    /// How many there are, and were in the last minute.
    private func people(_ status: Status) -> [String] {
        let now = Instant.zero + status.elapsed
        let last = status.counted.last { now - $0.at <= PeopleSection.gapMax }
        let words = last.map { $0.count.words } ?? "nobody counts now"
        let recent = status.counted.suffix(Self.recentMax).map {
            (at: $0.at, value: $0.count.count)
        }
        let line = Sparkline.text(
            recent, until: now, span: .seconds(60), columns: Self.sparkColumns)
        return [
            "\u{1B}[1mPeople\u{1B}[0m  \u{1B}[1;38;5;117m\(words)\u{1B}[0m",
            "\u{1B}[38;5;117m\(line)\u{1B}[0m \u{1B}[2mlast minute\u{1B}[0m"
        ]
    }

    /// Ten looks a second for a minute.
    private static let recentMax = 600

    private func lamp(_ output: Output, isOn: Bool) -> String {
        let colour =
            switch output {
            case .green: "38;5;46"
            case .amber: "38;5;214"
            case .red: "38;5;196"
            case .siren: "38;5;201"
            }
        return isOn
            ? "\u{1B}[1;\(colour)m● \(output.title)\u{1B}[0m  "
            : "\u{1B}[38;5;240m○ \(output.title)\u{1B}[0m  "
    }

    private func line(_ entry: Evening.Entry) -> String {
        let incident = entry.incident
        let colour =
            switch incident.state {
            case .suspected: "38;5;214"
            case .confirmed: "1;38;5;196"
            case .closed: incident.confirmedAt == nil ? "38;5;240" : "38;5;250"
            }
        let seconds = incident.openedAt.nanoseconds / 1_000_000_000
        let heading = "\(clock(seconds: seconds)) \(entry.heading)"
        let room = Self.panelColumns - 11
        return "\u{1B}[\(colour)m\(heading.prefix(room))"
            + String(repeating: " ", count: max(room - heading.count, 0))
            + " \(incident.state.title)\u{1B}[0m"
    }
}
