/// Time across a drawing that is 960 wide.
///
/// - Units: milliseconds since its left end; whole pixels.
struct TimeAxis {
    let length: Int64

    static let left = 150
    static let right = 940

    init(length: Int64) {
        self.length = max(length, 1)
    }

    func x(_ milliseconds: Int64) -> Int {
        let since = min(max(milliseconds, 0), length)
        return Self.left + Int(since * Int64(Self.right - Self.left) / length)
    }

    /// A tick every 1, 2, 5, 10, … seconds, at most twelve of them.
    private var tickSeconds: Int64 {
        let steps: [Int64] = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200]
        return steps.first { length / ($0 * 1000) <= 12 } ?? max(length / 12_000, 14_400)
    }

    func svg(top: Int, bottom: Int) -> String {
        var text = ""
        var second: Int64 = 0
        while second * 1000 <= length {
            let place = x(second * 1000)
            text += "<line class='tick' x1='\(place)' y1='\(top)' x2='\(place)' y2='\(bottom)'/>"
            text +=
                "<text class='axis' x='\(place)' y='\(bottom + 14)' text-anchor='middle'>"
                + "\(clock(seconds: second))</text>"
            second += tickSeconds
        }
        return text
    }

    /// The beginning of a drawing.
    static func begin(height: Int, label: String) -> String {
        "<svg class='time' viewBox='0 0 960 \(height)' role='img'"
            + " aria-label='\(escape(label))'>"
    }

    /// A row's name, so far before its left end.
    static func name(_ text: String, y: Int, before: Int = 12) -> String {
        "<text class='name' x='\(left - before)' y='\(y)' text-anchor='end'>\(escape(text))</text>"
    }
}
