import Frames
import Linux
import Text

/// Who is where in a recording, frame by frame: one object of a folder's `tracks.json`.
struct TrackTruth {
    let file: String
    private let framesPerSecond: Int
    private let frames: [[(person: Int, box: Region)]]

    static let byteCountMax = 64 << 20
    /// More than any camera gives.
    private static let framesPerSecondMax = 1_000
    /// More than are told apart in any picture; pairing more takes minutes for each look.
    static let peopleMax = 500

    /// - Parameters:
    ///   - split: objects without one are of every split.
    ///   - see: is told every file that is named, of whatever split, before anything else is read.
    /// - Error: `WorkbenchError`.
    static func read(
        folder: String, split: String, see: ([String]) throws -> Void = { _ in }
    ) throws -> [TrackTruth] {
        let path = folder + "/tracks.json"
        func fault(_ attempt: String, _ cause: String) -> WorkbenchError {
            WorkbenchError(.badData, "tracks \(path): \(attempt): \(cause)")
        }
        let value: JSONValue
        do {
            value = try JSONValue.read(try Files.read(path, byteCountMax: byteCountMax))
        } catch {
            throw WorkbenchError.reading("tracks \(path)", error)
        }
        // One recording need not stand in a list.
        let items = value.array ?? [value]
        try see(items.compactMap { $0["file"]?.string })
        let chosen = items.filter { ($0["split"]?.string ?? split) == split }
        guard !chosen.isEmpty else {
            let known = Set(items.compactMap { $0["split"]?.string }).sorted()
            throw fault(
                "choose split \(split)", "it has only: \(known.joined(separator: ", "))")
        }
        return try chosen.map { item in
            do throws(Fault) {
                return try TrackTruth(item)
            } catch {
                throw fault("read \(item["file"]?.string ?? "a recording")", error.cause)
            }
        }
    }

    private struct Fault: Error {
        let cause: String
    }

    private init(_ item: JSONValue) throws(Fault) {
        guard let file = item["file"]?.string else { throw Fault(cause: "it has no file") }
        self.file = file
        func number(_ name: String, _ allowed: ClosedRange<Int>) throws(Fault) -> Int {
            guard let value = item[name]?.thousandths, value % 1000 == 0,
                allowed.contains(value / 1000)
            else {
                throw Fault(
                    cause: "\(name) is no whole number of \(allowed.lowerBound) to "
                        + "\(allowed.upperBound)")
            }
            return value / 1000
        }
        framesPerSecond = try number("fps", 1...Self.framesPerSecondMax)
        let width = try number("width", 1...Plane.sideMax)
        let height = try number("height", 1...Plane.sideMax)
        guard let rows = item["per_frame"]?.array else {
            throw Fault(cause: "it has no per_frame")
        }
        var frames: [[(person: Int, box: Region)]] = []
        for (index, row) in rows.enumerated() {
            var people: [(person: Int, box: Region)] = []
            guard let boxes = row.array else {
                throw Fault(cause: "frame \(index) is \(row.brief); allowed is a list of boxes")
            }
            guard boxes.count <= Self.peopleMax else {
                throw Fault(
                    cause: "frame \(index) has \(boxes.count) people; allowed are "
                        + "\(Self.peopleMax) at most")
            }
            var persons: Set<Int> = []
            for box in boxes {
                let numbers = (box.array ?? []).compactMap(\.thousandths)
                guard numbers.count == 5, numbers.count == box.array?.count,
                    numbers[0] % 1000 == 0
                else {
                    throw Fault(
                        cause: "frame \(index): a box is no list of a person's number, left, top, "
                            + "right and bottom")
                }
                guard persons.insert(numbers[0]).inserted else {
                    throw Fault(cause: "frame \(index): person \(numbers[0] / 1000) stands twice")
                }
                guard let region = Self.region(numbers, width, height) else { continue }
                people.append((numbers[0], region))
            }
            frames.append(people)
        }
        self.frames = frames
    }

    /// What of it lies in the picture; nil where nothing does. Cannot overflow: numbers of a JSON have
    /// 15 digits before the point at most, and are clamped to the picture before they are multiplied.
    private static func region(_ numbers: [Int], _ width: Int, _ height: Int) -> Region? {
        func perMille(_ thousandths: Int, _ side: Int) -> Int {
            let inside = min(max(thousandths, 0), side * 1000)
            return (inside + side / 2) / side
        }
        let (left, right) = (perMille(numbers[1], width), perMille(numbers[3], width))
        let (top, bottom) = (perMille(numbers[2], height), perMille(numbers[4], height))
        guard right > left, bottom > top else { return nil }
        return Region(
            x: UInt16(left), y: UInt16(top), width: UInt16(right - left),
            height: UInt16(bottom - top))
    }

    /// Who was there so long after the first frame; nil before it and after the last.
    func people(at since: Interval) -> [(person: Int, box: Region)]? {
        guard since >= .zero else { return nil }
        let index = (since.milliseconds * Int64(framesPerSecond) + 500) / 1000
        return index < frames.count ? frames[Int(index)] : nil
    }
}
