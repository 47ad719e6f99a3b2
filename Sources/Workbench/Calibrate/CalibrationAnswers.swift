import Configuration
import Detectors
import Frames

/// What answers mean. Each throws `Unusable`, which names what was asked for, what was typed, and
/// what is allowed.
enum CalibrationAnswers {
    /// A name of letters, digits, `-` and `_`, as configurations have it.
    static func name(_ text: String, of what: String) throws -> String {
        guard (1...32).contains(text.utf8.count), text.utf8.allSatisfy(isWord) else {
            throw Unusable(
                "\(what): name: \(shown(text)): allowed: 1 to 32 letters a–z, digits, - and _")
        }
        return text
    }

    static func number(
        _ text: String, of what: String, in range: ClosedRange<Int>, _ unit: String
    ) throws -> Int {
        guard let number = Int(text), range.contains(number) else {
            throw Unusable(
                "\(what): \(shown(text)): allowed: a whole number of \(unit), "
                    + "\(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// "420,800": a place in the picture.
    static func place(_ text: String, of what: String) throws -> Polygon.Corner {
        let (x, y) = try pair(
            text, of: what, in: 0...1000, "x,y in thousandths of the picture, each 0 to 1000")
        return Polygon.Corner(x: UInt16(x), y: UInt16(y))
    }

    static func pair(
        _ text: String, of what: String, in range: ClosedRange<Int>, _ allowed: String
    ) throws -> (Int, Int) {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { Int($0) }.filter(range.contains)
        guard parts.count == 2, numbers.count == 2 else {
            throw Unusable("\(what): \(shown(text)): allowed: \(allowed)")
        }
        return (numbers[0], numbers[1])
    }

    /// "0,500 600,500 600,999": the corners of an area, in order around it.
    static func polygon(_ text: String, of what: String) throws -> Polygon {
        let words = text.split(separator: " ")
        guard (3...Polygon.cornerCountMax).contains(words.count) else {
            throw Unusable(
                "\(what): \(words.count) corners: allowed: 3 to \(Polygon.cornerCountMax), as "
                    + "x,y x,y x,y …")
        }
        let corners = try words.enumerated().map {
            try place(String($0.element), of: "\(what): corner \($0.offset + 1)")
        }
        try refuseCrossing(corners, of: what)
        return Polygon(corners: corners)
    }

    static func yes(_ text: String) throws -> Bool {
        switch text.lowercased() {
        case "y", "yes": return true
        case "", "n", "no": return false
        default: throw Unusable("answer: \(shown(text)): allowed: y or n")
        }
    }

    /// What was typed, short.
    static func shown(_ text: String) -> String { quoted(text, countMax: 40) }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    /// An outline that crosses or touches itself is no area that anybody meant.
    private static func refuseCrossing(_ corners: [Polygon.Corner], of what: String) throws {
        let count = corners.count
        for index in 0..<count where corners[index] == corners[(index + 1) % count] {
            throw Unusable("\(what): corner \(index + 1) is there twice in a row")
        }
        for one in 0..<count {
            let (a, b) = (corners[one], corners[(one + 1) % count])
            for other in one + 1..<count {
                let (c, d) = (corners[other], corners[(other + 1) % count])
                let isNext = other == one + 1 || (one == 0 && other == count - 1)
                // Neighbours share a corner: only one that turns back upon the other is wrong.
                let isWrong =
                    isNext
                    ? turnsBack(one == 0 && other == count - 1 ? (c, a, b) : (a, b, d))
                    : meets(a, b, c, d)
                guard isWrong else { continue }
                throw Unusable(
                    "\(what): sides \(one + 1) (\(a.x),\(a.y) to \(b.x),\(b.y)) and "
                        + "\(other + 1) (\(c.x),\(c.y) to \(d.x),\(d.y)) cross: give the corners "
                        + "in order around the area")
            }
        }
        var doubled = 0
        for index in 0..<count {
            let (here, next) = (corners[index], corners[(index + 1) % count])
            doubled += Int(here.x) * Int(next.y) - Int(next.x) * Int(here.y)
        }
        guard doubled != 0 else { throw Unusable("\(what): its corners enclose nothing") }
    }

    private typealias Corner = Polygon.Corner

    /// On which side of the way from a to b a place lies.
    private static func side(_ a: Corner, _ b: Corner, _ place: Corner) -> Int {
        let cross =
            (Int(b.x) - Int(a.x)) * (Int(place.y) - Int(a.y))
            - (Int(b.y) - Int(a.y)) * (Int(place.x) - Int(a.x))
        return cross.signum()
    }

    private static func turnsBack(_ way: (from: Corner, over: Corner, to: Corner)) -> Bool {
        guard side(way.from, way.over, way.to) == 0 else { return false }
        let ahead =
            (Int(way.over.x) - Int(way.from.x)) * (Int(way.to.x) - Int(way.over.x))
            + (Int(way.over.y) - Int(way.from.y)) * (Int(way.to.y) - Int(way.over.y))
        return ahead < 0
    }

    private static func meets(_ a: Corner, _ b: Corner, _ c: Corner, _ d: Corner) -> Bool {
        let (atC, atD) = (side(a, b, c), side(a, b, d))
        let (atA, atB) = (side(c, d, a), side(c, d, b))
        if atC != atD, atA != atB { return true }
        return atC == 0 && spans(a, b, c) || atD == 0 && spans(a, b, d)
            || atA == 0 && spans(c, d, a) || atB == 0 && spans(c, d, b)
    }

    /// Whether a place on the line through a and b lies between them.
    private static func spans(_ a: Corner, _ b: Corner, _ place: Corner) -> Bool {
        (min(a.x, b.x)...max(a.x, b.x)).contains(place.x)
            && (min(a.y, b.y)...max(a.y, b.y)).contains(place.y)
    }
}
