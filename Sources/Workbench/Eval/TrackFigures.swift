import Detectors
import Frames
import Text

/// How well people were followed, in the field's three measures.
///
/// - IDF1: of all boxes, true and found, the share that one lasting pairing of people and tracks
///   explains (Ristani et al., "Performance measures and a data set for multi-target, multi-camera
///   tracking", ECCV workshops 2016).
/// - HOTA: the geometric mean of how well people are found and how well they are kept apart, over
///   19 thresholds of overlap (Luiten et al., "HOTA: a higher order metric for evaluating
///   multi-object tracking", IJCV 129, 2021).
/// - Switches: how often a person who was one track is another one (Bernardin, Stiefelhagen, "CLEAR
///   MOT", 2008), and how many people were hardly followed at all.
package struct TrackFigures {
    /// One look: who was there, and who was followed.
    package struct Look {
        package var truth: [(person: Int, box: Region)]
        package var found: [(track: Int, box: Region)]

        package init(
            truth: [(person: Int, box: Region)], found: [(track: Int, box: Region)]
        ) {
            self.truth = truth
            self.found = found
        }
    }

    package private(set) var idF1PerMille = 0
    /// What IDF1 is the share of: boxes that one pairing explains, twice, of all true and found ones.
    package private(set) var explainedCount = 0
    package private(set) var trueBoxCount = 0
    package private(set) var foundBoxCount = 0
    package private(set) var hotaPerMille = 0
    /// HOTA's two halves.
    package private(set) var detectionPerMille = 0
    package private(set) var associationPerMille = 0
    package private(set) var switchCount = 0
    package private(set) var personCount = 0
    package private(set) var trackCount = 0
    /// People who were followed for less than a fifth of their looks.
    package private(set) var lostCount = 0
    /// Per mille of true boxes that were found, and of found boxes that are true.
    package private(set) var recallPerMille = 0
    package private(set) var precisionPerMille = 0

    /// Two boxes are of the same person from here on; per mille.
    private static let overlapMin = 500

    package init(_ looks: [Look]) {
        let scene = Scene(looks)
        (personCount, trackCount) = (scene.personCount, scene.trackCount)
        trueBoxCount = scene.personBoxes.reduce(0, +)
        foundBoxCount = scene.trackBoxes.reduce(0, +)
        judgeIdentities(scene)
        judgeSwitches(scene)
        judgeHOTA(scene)
    }

    package var line: String {
        func share(_ perMille: Int) -> String { thousandths(Int64(perMille)) }
        let shares =
            "IDF1 \(share(idF1PerMille)), HOTA \(share(hotaPerMille)) "
            + "(found \(share(detectionPerMille)), kept apart \(share(associationPerMille))), "
            + "recall \(share(recallPerMille)), precision \(share(precisionPerMille))"
        let counts = [
            counted(switchCount, "switch", "switches"),
            counted(personCount, "person", "people") + " in " + counted(trackCount, "track"),
            "\(lostCount) lost"
        ]
        return shares + ", " + counts.joined(separator: ", ")
    }

    /// Rounded as `Figure` rounds, so that one number is not told in two ways; 0 of nothing.
    private static func perMille(_ part: Int, of whole: Int) -> Int {
        whole > 0 ? Int((Double(part) / Double(whole) * 1000).rounded()) : 0
    }

    /// Looks with people and tracks numbered from 0, and overlaps measured.
    private struct Scene {
        struct Frame {
            var people: [Int] = []
            var tracks: [Int] = []
            /// By person, then track; per mille.
            var overlaps: [[Int]] = []
        }

        var frames: [Frame] = []
        var personCount: Int { personBoxes.count }
        var trackCount: Int { trackBoxes.count }
        /// How many boxes each has.
        var personBoxes: [Int] = []
        var trackBoxes: [Int] = []

        init(_ looks: [Look]) {
            var (people, tracks): ([Int: Int], [Int: Int]) = ([:], [:])
            for look in looks {
                var frame = Frame()
                for (person, _) in look.truth {
                    let index = people[person] ?? people.count
                    people[person] = index
                    if index == personBoxes.count { personBoxes.append(0) }
                    personBoxes[index] += 1
                    frame.people.append(index)
                }
                for (track, _) in look.found {
                    let index = tracks[track] ?? tracks.count
                    tracks[track] = index
                    if index == trackBoxes.count { trackBoxes.append(0) }
                    trackBoxes[index] += 1
                    frame.tracks.append(index)
                }
                frame.overlaps = look.truth.map { truth in
                    look.found.map { BoxSuppression.overlap(truth.box, $0.box) }
                }
                frames.append(frame)
            }
        }
    }

    private mutating func judgeIdentities(_ scene: Scene) {
        var shared = Array(
            repeating: Array(repeating: 0, count: scene.trackCount), count: scene.personCount)
        for frame in scene.frames {
            for (row, person) in frame.people.enumerated() {
                for (column, track) in frame.tracks.enumerated()
                where frame.overlaps[row][column] >= Self.overlapMin {
                    shared[person][track] += 1
                }
            }
        }
        let pairs = BestPairs.find(shared)
        explainedCount = pairs.enumerated().reduce(0) { sum, pair in
            sum + (pair.element.map { shared[pair.offset][$0] } ?? 0)
        }
        let total = trueBoxCount + foundBoxCount
        idF1PerMille = Self.perMille(2 * explainedCount, of: total)
    }

    private mutating func judgeSwitches(_ scene: Scene) {
        var last = [Int?](repeating: nil, count: scene.personCount)
        var followed = [Int](repeating: 0, count: scene.personCount)
        for frame in scene.frames {
            // Who goes on as before is a pair; the rest are paired by overlap.
            let gains = frame.people.enumerated().map { row, person in
                frame.tracks.enumerated().map { column, track in
                    let overlap = frame.overlaps[row][column]
                    guard overlap >= Self.overlapMin else { return 0 }
                    return overlap + (last[person] == track ? 100_000 : 0)
                }
            }
            for (row, column) in BestPairs.find(gains).enumerated() {
                guard let column, gains[row][column] > 0 else { continue }
                let (person, track) = (frame.people[row], frame.tracks[column])
                if let before = last[person], before != track { switchCount += 1 }
                last[person] = track
                followed[person] += 1
            }
        }
        let matched = followed.reduce(0, +)
        recallPerMille = Self.perMille(matched, of: trueBoxCount)
        precisionPerMille = Self.perMille(matched, of: foundBoxCount)
        lostCount = zip(followed, scene.personBoxes).filter { $0 * 5 < $1 }.count
    }

    /// As TrackEval computes it: who belongs to whom over all is weighed first, then each look is
    /// paired so that those pairs come first.
    private mutating func judgeHOTA(_ scene: Scene) {
        let columns = scene.trackCount
        var potential = [Double](repeating: 0, count: scene.personCount * columns)
        for frame in scene.frames {
            let rows = frame.overlaps.map { $0.reduce(0, +) }
            let sums = frame.tracks.indices.map { column in
                frame.overlaps.reduce(0) { $0 + $1[column] }
            }
            for (row, person) in frame.people.enumerated() {
                for (column, track) in frame.tracks.enumerated() {
                    let overlap = frame.overlaps[row][column]
                    let whole = rows[row] + sums[column] - overlap
                    guard whole > 0 else { continue }
                    potential[person * columns + track] += Double(overlap) / Double(whole)
                }
            }
        }
        func alignment(_ person: Int, _ track: Int) -> Double {
            let shared = potential[person * columns + track]
            let boxes = Double(scene.personBoxes[person] + scene.trackBoxes[track])
            return shared / max(boxes - shared, 1)
        }
        var (hota, detection, association) = (0.0, 0.0, 0.0)
        let truths = scene.personBoxes.reduce(0, +)
        let founds = scene.trackBoxes.reduce(0, +)
        // One pairing for each look: the thresholds only take pairs out of it.
        var matches: [(person: Int, track: Int, overlap: Int)] = []
        for frame in scene.frames {
            let gains = frame.people.enumerated().map { row, person in
                frame.tracks.enumerated().map { column, track in
                    // The alignment is worth most, the overlap decides between equals.
                    Int(alignment(person, track) * Double(frame.overlaps[row][column]) * 1_000)
                }
            }
            for (row, column) in BestPairs.find(gains).enumerated() {
                guard let column else { continue }
                matches.append(
                    (frame.people[row], frame.tracks[column], frame.overlaps[row][column]))
            }
        }
        for threshold in stride(from: 50, through: 950, by: 50) {
            var counts = [Int](repeating: 0, count: scene.personCount * columns)
            var hits = 0
            for match in matches where match.overlap >= threshold {
                counts[match.person * columns + match.track] += 1
                hits += 1
            }
            var kept = 0.0
            for person in 0..<scene.personCount {
                for track in 0..<columns {
                    let count = counts[person * columns + track]
                    guard count > 0 else { continue }
                    let whole = scene.personBoxes[person] + scene.trackBoxes[track] - count
                    kept += Double(count) * Double(count) / Double(whole)
                }
            }
            let found = Double(hits) / Double(max(truths + founds - hits, 1))
            let apart = kept / Double(max(hits, 1))
            (detection, association) = (detection + found, association + apart)
            hota += (found * apart).squareRoot()
        }
        hotaPerMille = Int((hota * 1000 / 19).rounded())
        detectionPerMille = Int((detection * 1000 / 19).rounded())
        associationPerMille = Int((association * 1000 / 19).rounded())
    }
}

/// Pairs of rows and columns with the greatest sum; of any size.
///
/// The tracker's own `Assignment` is not used here: it takes 64 rows and columns at most, in memory that
/// it has from the start, where a recording has hundreds of tracks; and it leaves a row alone at a
/// price, where these measures want the greatest sum, whatever a pair is worth.
///
/// - Source: Kuhn, "The Hungarian method for the assignment problem", 1955.
package enum BestPairs {
    /// The column of each row; nil where none is left. A pair that gains nothing may be among them.
    package static func find(_ gains: [[Int]]) -> [Int?] {
        let (rows, columns) = (gains.count, gains.first?.count ?? 0)
        guard rows > 0, columns > 0 else { return Array(repeating: nil, count: rows) }
        let side = max(rows, columns)
        var (rowPotential, columnPotential) = (
            [Int](repeating: 0, count: side + 1), [Int](repeating: 0, count: side + 1)
        )
        var (rowOfColumn, cameFrom) = (rowPotential, rowPotential)
        for row in 1...side {
            rowOfColumn[0] = row
            var column = 0
            var slack = [Int](repeating: .max, count: side + 1)
            var isDone = [Bool](repeating: false, count: side + 1)
            repeat {
                isDone[column] = true
                let current = rowOfColumn[column]
                var (least, next) = (Int.max, 0)
                for candidate in 1...side where !isDone[candidate] {
                    let gain =
                        current <= rows && candidate <= columns
                        ? gains[current - 1][candidate - 1] : 0
                    let reduced = -gain - rowPotential[current] - columnPotential[candidate]
                    if reduced < slack[candidate] {
                        (slack[candidate], cameFrom[candidate]) = (reduced, column)
                    }
                    if slack[candidate] < least { (least, next) = (slack[candidate], candidate) }
                }
                for candidate in 0...side {
                    if isDone[candidate] {
                        rowPotential[rowOfColumn[candidate]] += least
                        columnPotential[candidate] -= least
                    } else {
                        slack[candidate] -= least
                    }
                }
                column = next
            } while rowOfColumn[column] != 0
            repeat {
                rowOfColumn[column] = rowOfColumn[cameFrom[column]]
                column = cameFrom[column]
            } while column != 0
        }
        var pairs = [Int?](repeating: nil, count: rows)
        for column in 1...columns where rowOfColumn[column] <= rows {
            pairs[rowOfColumn[column] - 1] = column - 1
        }
        return pairs
    }
}
