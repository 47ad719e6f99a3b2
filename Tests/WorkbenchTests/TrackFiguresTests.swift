import Detectors
import Foundation
import Frames
import Testing

@testable import Workbench

/// A box that stands `left` thousandths from the left.
private func box(_ left: Int) -> Region {
    Region(x: UInt16(left), y: 300, width: 100, height: 300)
}

@Suite struct TrackFiguresTests {
    @Test func aPerfectTrackerHasAThousandEverywhere() {
        let looks = (0..<20).map { step in
            TrackFigures.Look(
                truth: [(1, box(step * 10)), (2, box(500 - step * 10))],
                found: [(7, box(step * 10)), (9, box(500 - step * 10))])
        }
        let figures = TrackFigures(looks)
        #expect(figures.idF1PerMille == 1000 && figures.hotaPerMille == 1000)
        #expect(figures.switchCount == 0 && figures.lostCount == 0)
    }

    /// Half of the looks under one number, half under another: half of the boxes are explained,
    /// and of what is shared with each half a half: √(1 · ½).
    @Test func aSwitchInTheMiddleCostsWhatTheMeasuresSay() {
        let looks = (0..<20).map { step in
            TrackFigures.Look(
                truth: [(1, box(step * 10))], found: [(step < 10 ? 1 : 2, box(step * 10))])
        }
        let figures = TrackFigures(looks)
        #expect(figures.switchCount == 1 && figures.idF1PerMille == 500)
        #expect(figures.hotaPerMille == 707 && figures.detectionPerMille == 1000)
    }

    @Test func whoIsNotFollowedIsLostAndWhoIsNotThereCosts() {
        let looks = (0..<10).map { step in
            TrackFigures.Look(
                truth: [(1, box(0)), (2, box(400))], found: [(1, box(0)), (3, box(800))])
        }
        let figures = TrackFigures(looks)
        #expect(figures.lostCount == 1 && figures.recallPerMille == 500)
        #expect(figures.precisionPerMille == 500 && figures.idF1PerMille == 500)
    }
}

/// Both trackers over the same looks.
private struct Race {
    let ours: TrackFigures
    let plain: TrackFigures

    init(_ looks: [PeopleWorld.Look], width: Int, height: Int) {
        let tracker = Tracker(width: width, height: height)
        var plainTracker = OverlapTracker()
        var (own, other): ([TrackFigures.Look], [TrackFigures.Look]) = ([], [])
        for look in looks {
            tracker.take(look.boxes, takenAt: look.at)
            let found = tracker.people.filter(\.isSeen).map { (Int($0.number), $0.region) }
            own.append(TrackFigures.Look(truth: look.truth, found: found))
            other.append(
                TrackFigures.Look(
                    truth: look.truth, found: plainTracker.take(look.boxes, at: look.at)))
        }
        (ours, plain) = (TrackFigures(own), TrackFigures(other))
    }

    func show(_ name: String) {
        print("tracks, \(name): \(ours.line)")
        print("tracks, \(name), overlap alone: \(plain.line)")
    }
}

/// Crossings, occlusions, 10 % of boxes missed, 5 % false, all jittered.
@Test(arguments: [200, 400, 1_000])
func inARenderedWorldPeopleAreToldApartBetterThanByOverlap(every milliseconds: Int) {
    var (ours, plain, switches, plainSwitches) = (0, 0, 0, 0)
    for seed in UInt64(1)...3 {
        let looks = PeopleWorld.looks(
            seed: seed, people: 10, seconds: 60, every: milliseconds)
        let race = Race(looks, width: PeopleWorld.width, height: PeopleWorld.height)
        if seed == 1 { race.show("10 people, every \(milliseconds) ms") }
        ours += race.ours.idF1PerMille
        plain += race.plain.idF1PerMille
        switches += race.ours.switchCount
        plainSwitches += race.plain.switchCount
    }
    print(
        "tracks, every \(milliseconds) ms, three worlds: IDF1 \(ours / 3) for \(plain / 3), "
            + "switches \(switches) for \(plainSwitches)")
    #expect(ours * 2 >= plain * 3)
    if milliseconds == 200 { #expect(switches * 4 <= plainSwitches) }
}

/// What may stand beside the clone; nothing in the product knows of it.
private enum TrackedFootage {
    static let path = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
        .appendingPathComponent("shared/data/people-cameras/tracks.json").path

    static var isThere: Bool {
        let isThere = FileManager.default.fileExists(atPath: path)
        if !isThere { print("skipped: \(path) is not there") }
        return isThere
    }

    struct File: Decodable {
        var fps: Int
        var width: Int
        var height: Int
        var frames: [[[Double]]]

        private enum CodingKeys: String, CodingKey {
            case fps
            case width
            case height
            case frames = "per_frame"
        }
    }

    /// Every `step`-th frame, with boxes missed, false and jittered.
    static func looks(step: Int, seed: UInt64) throws -> ([PeopleWorld.Look], File) {
        let file = try JSONDecoder().decode(
            File.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
        var chance = SplitMix64(seed: seed)
        var looks: [PeopleWorld.Look] = []
        for index in stride(from: 0, to: file.frames.count, by: step) {
            let at = Instant.zero + .milliseconds(Int64(index * 1000 / file.fps))
            var look = PeopleWorld.Look(at: at, truth: [], boxes: [])
            for row in file.frames[index] {
                let edges = row[1...].map { $0 }
                guard let truth = region(edges, file) else { continue }
                look.truth.append((Int(row[0]), truth))
                if chance.chance(100, in: 1000) { continue }
                let most = Int((edges[3] - edges[1]) * 30)
                let moved = edges.map { edge in
                    edge + Double(
                        chance.whole(in: -most...most) + chance.whole(in: -most...most)) / 1000
                }
                guard let box = region(moved, file) else { continue }
                look.boxes.append(
                    PersonBox(region: box, score: .perMille(chance.whole(in: 450...950))))
            }
            if chance.chance(50 * look.truth.count, in: 1000) {
                look.boxes.append(
                    PersonBox(
                        region: Region(
                            x: UInt16(chance.whole(in: 0...900)),
                            y: UInt16(chance.whole(in: 200...700)),
                            width: 50, height: 150),
                        score: .perMille(chance.whole(in: 300...800))))
            }
            looks.append(look)
        }
        return (looks, file)
    }

    private static func region(_ edges: [Double], _ file: File) -> Region? {
        func perMille(_ value: Double, _ whole: Int) -> Int {
            min(max(Int((value * 1000 / Double(whole)).rounded()), 0), 1000)
        }
        let (left, right) = (perMille(edges[0], file.width), perMille(edges[2], file.width))
        let (top, bottom) = (perMille(edges[1], file.height), perMille(edges[3], file.height))
        guard right > left, bottom > top else { return nil }
        return Region(
            x: UInt16(left), y: UInt16(top), width: UInt16(right - left),
            height: UInt16(bottom - top))
    }
}

@Test(.enabled(if: TrackedFootage.isThere), arguments: [2, 5, 10])
func onRealTracksFewAreSwitchedAndNobodyIsLost(step: Int) throws {
    var (ours, plain, switches, plainSwitches, lost) = (0, 0, 0, 0, 0)
    for seed in UInt64(1)...3 {
        let (looks, file) = try TrackedFootage.looks(step: step, seed: seed)
        let race = Race(looks, width: file.width, height: file.height)
        if seed == 1 { race.show("PETS09, every \(step * 100) ms") }
        ours += race.ours.idF1PerMille
        plain += race.plain.idF1PerMille
        switches += race.ours.switchCount
        plainSwitches += race.plain.switchCount
        lost += race.ours.lostCount
    }
    print(
        "tracks, PETS09 every \(step * 100) ms, three draws: IDF1 \(ours / 3) for \(plain / 3), "
            + "switches \(switches) for \(plainSwitches), lost \(lost)")
    #expect(ours * 2 >= plain * 3 && lost <= 3)
    if step == 2 { #expect(switches * 4 <= plainSwitches) }
}
