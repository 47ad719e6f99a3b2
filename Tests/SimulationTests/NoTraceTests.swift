import Frames
import Linux
import Networks
import Simulation
import Testing
import Traces
import Watchlist

@testable import Detectors

/// No match, no trace: strangers walk past a camera that looks for somebody else, and then all
/// memory of the process is searched for what networks made of them.
@Suite(.serialized) struct NoTraceTests {
    static let wanted: UInt32 = 17
    /// Whom no other test draws: what others compute meanwhile is in the same memory.
    static let walkers: [FaceEvening.Walker] = [
        .init(seed: 0, from: (100, 140), to: (240, 160), height: 92, milliseconds: 500..<5_000),
        // He is on the list, and always on the right.
        .init(seed: 11, from: (450, 150), to: (560, 160), height: 94, milliseconds: 1_000..<6_000),
        .init(seed: 4, from: (80, 160), to: (260, 150), height: 86, milliseconds: 6_500..<11_000),
        .init(seed: 2, from: (320, 160), to: (200, 170), height: 96, milliseconds: 7_500..<11_500)
    ]
    /// The last three seconds nobody is there any more.
    static let milliseconds = 15_000

    private struct Searched {
        /// After looks, and after the evening.
        var looks: [String: MemorySearch.Found] = [:]
        var evening: [String: MemorySearch.Found] = [:]
        var told = FaceEvening.Told()
        var faceCount = 0
        var pieceCount = 0

        var kinds: Set<String> { Set(looks.keys).union(evening.keys) }
        var words: String {
            (looks.values.map { "after a look \($0)" } + evening.values.map { "in the end \($0)" })
                .joined(separator: "; ")
        }
    }

    /// - Parameters:
    ///   - seed: of the evening: what another leaves is not found in this one.
    ///   - until: when the list is withdrawn.
    private func searched(
        seed: UInt64, threads: Int = 1, canary: FaceCanary? = nil, until: Int = .max
    ) throws -> Searched {
        let evening = FaceEvening(Self.walkers, seed: seed)
        let workers = try WorkerThreads(count: threads)
        defer { workers.stop() }
        let looks = try EveningLooks(evening, workers: workers)
        looks.networks.faces?.canary = canary
        var random = SplitMix64(seed: seed)
        let others = try (0..<300).map { _ in
            try #require(
                FaceTemplate((0..<FaceTemplate.count).map { _ in Int8(random.whole(in: -99...99)) })
            )
        }
        let list = try DrawnList.gallery(
            [(11, Self.wanted, .wanted)], by: looks.networks, others: others)
        let traces = try FaceTraces(rows: others)
        var searched = Searched()
        var (lookCount, problem): (Int, (any Error)?) = (0, nil)
        looks.beginning = { look in traces.take(look) { ($0.left + $0.right) >> 9 > 400 } }
        looks.done = { look in
            lookCount += 1
            // When one is there, and when two are.
            guard [8, 20].contains(lookCount) else { return }
            do {
                for found in try traces.search.search() where found.what != FaceTraces.pixels {
                    // Whole pictures are there until the next one comes.
                    searched.looks[found.what] = found
                }
            } catch { problem = error }
        }
        searched.told = try evening.run(
            looks, milliseconds: Self.milliseconds,
            ended: { _ in
                for found in try traces.search.search() { searched.evening[found.what] = found }
            }, gallery: { $0 < until ? list : nil })
        if let problem { throw problem }
        // What a mistake left is not to be found by the next who searches.
        looks.networks.faces?.canary = nil
        _ = looks.networks.portrait(of: Frame(width: 64, height: 64))
        (searched.faceCount, searched.pieceCount) = (traces.count, traces.search.pieceCount)
        return searched
    }

    @Test(arguments: [1, 3]) func nothingOfAFaceIsLeftAfterALookNorAfterTheEvening(
        threads: Int
    ) throws {
        let searched = try searched(seed: 100 + UInt64(threads), threads: threads)
        #expect(searched.kinds.isEmpty, "\(searched.words)")
        // It was something that was looked at, judged and searched for.
        #expect(searched.told.tally.judged == UInt32(Self.walkers.count))
        #expect(searched.told.finds.map(\.number) == [Self.wanted])
        #expect(searched.faceCount > 10 && searched.pieceCount > 100_000)
    }

    @Test func aListThatIsWithdrawnLeavesNoPictureOfThoseWhoWereThere() throws {
        // While two are there, and a look is on its way.
        let searched = try searched(seed: 110, until: 9_100)
        #expect(searched.kinds.isEmpty, "\(searched.words)")
    }

    @Test(arguments: [
        (FaceCanary.memory, FaceTraces.computed), (.points, "points of a face"),
        (.templates, "a template"), (.crops, FaceTraces.pixels)
    ]) func whateverIsKeptOfAFaceIsFound(canary: FaceCanary, what: String) throws {
        let searched = try searched(seed: 120 + UInt64(what.utf8.count), canary: canary)
        #expect(searched.kinds.contains(what), "\(canary): \(searched.words)")
    }

    @Test func whatIsSaidOfAStrangerHasNoRoomForAFace() throws {
        let evening = FaceEvening(Self.walkers, seed: 140)
        let looks = try EveningLooks(evening)
        let list = try DrawnList.gallery([(11, Self.wanted, .wanted)], by: looks.networks)
        var answers: [FaceAnswer] = []
        looks.done = { look in
            for answer in look.faceAnswers {
                if case .like = answer.outcome { continue }
                answers.append(answer)
            }
        }
        let told = try evening.run(looks, milliseconds: Self.milliseconds) { _ in list }
        let sightings = told.sightings.joined()
        #expect(!answers.isEmpty && !sightings.isEmpty)
        #expect(answers.allSatisfy { numberCount(of: $0) <= 16 })
        #expect(sightings.allSatisfy { numberCount(of: $0) <= 16 })
        #expect(numberCount(of: told.tally) <= 16)
    }

    /// How many numbers there are in something; a reference is one to anything, and so are too
    /// many.
    private func numberCount(of value: Any) -> Int {
        let mirror = Mirror(reflecting: value)
        if mirror.displayStyle == .class || mirror.displayStyle == .collection { return .max / 64 }
        guard !mirror.children.isEmpty else { return 1 }
        return mirror.children.reduce(0) { $0 + numberCount(of: $1.value) }
    }
}
