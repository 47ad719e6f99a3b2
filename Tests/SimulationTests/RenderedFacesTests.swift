import Frames
import Linux
import Networks
import Simulation
import Testing
import Watchlist

@testable import Detectors

extension WorkerThreads: Workers {}

/// Drawn people walk by, and some are on a list: what becomes of votes, tracks and lists, not how
/// well a network knows faces.
@Suite struct RenderedFacesTests {
    private static let wanted: UInt32 = 70
    private static let missing: UInt32 = 90
    private static let wantedSeed: UInt64 = 6
    private static let missingSeed: UInt64 = 10
    /// One after the other, two at a time.
    private static let walkers: [FaceEvening.Walker] = [
        .init(seed: 3, from: (90, 150), to: (250, 170), height: 84, milliseconds: 500..<6_500),
        .init(
            seed: wantedSeed, from: (330, 140), to: (560, 160), height: 90,
            milliseconds: 2_000..<9_000),
        .init(seed: 12, from: (80, 160), to: (300, 150), height: 80, milliseconds: 9_500..<15_500),
        .init(
            seed: missingSeed, from: (570, 150), to: (380, 170), height: 96,
            milliseconds: 10_500..<17_000),
        .init(seed: 1, from: (250, 170), to: (420, 150), height: 88, milliseconds: 19_000..<24_000)
    ]
    private static let milliseconds = 28_000
    /// From the end of somebody's way until nothing of him is shown any more.
    private static let shown = 3_500

    private func evening() -> FaceEvening { FaceEvening(Self.walkers, seed: 11) }

    private func list(_ looks: EveningLooks) throws -> WatchGallery {
        try DrawnList.gallery(
            [
                (Self.wantedSeed, Self.wanted, .wanted), (Self.missingSeed, Self.missing, .missing)
            ], by: looks.networks)
    }

    @Test func whoIsOnAListIsFoundOnceAndShownWhereHeIs() throws {
        let evening = evening()
        let looks = try EveningLooks(evening)
        let list = try list(looks)
        let told = try evening.run(looks, milliseconds: Self.milliseconds) { _ in list }
        #expect(told.finds.map(\.number) == [Self.wanted, Self.missing])
        for (number, index) in [(Self.wanted, 1), (Self.missing, 3)] {
            let (times, there) = (told.times(of: number), Self.walkers[index].milliseconds)
            let shown = there.lowerBound..<there.upperBound + Self.shown
            #expect(!times.isEmpty && times.allSatisfy { shown.contains($0) }, "\(times)")
            for find in told.finds where find.number == number {
                let head = try #require(
                    evening.head(of: index, at: Int(find.takenAt.milliseconds)))
                #expect(find.similarity >= DrawnList.threshold)
                #expect(find.region.holds(head), "\(find.region), not \(head)")
            }
        }
    }

    /// A poster of somebody who is on the list, beside whom he walks by himself.
    @Test func aPictureOnTheWallIsNobodyAndHeHimselfIsFoundBesideIt() throws {
        let poster = FaceEvening.Walker(
            seed: Self.wantedSeed, from: (480, 150), to: (480, 150), height: 90,
            milliseconds: 0..<24_000)
        let alone = FaceEvening([poster], seed: 11)
        let looks = try EveningLooks(alone)
        let list = try list(looks)
        let told = try alone.run(looks, milliseconds: 20_000) { $0 < 5_000 ? nil : list }
        #expect(told.finds.isEmpty)
        let walker = FaceEvening.Walker(
            seed: Self.wantedSeed, from: (90, 150), to: (300, 170), height: 90,
            milliseconds: 8_000..<15_000)
        let evening = FaceEvening([poster, walker], seed: 11)
        let others = try EveningLooks(evening)
        let found = try evening.run(others, milliseconds: 20_000) { $0 < 5_000 ? nil : list }
        #expect(found.finds.map(\.number) == [Self.wanted])
        #expect(found.finds.allSatisfy { $0.region.x < 600 }, "\(found.finds)")
    }

    @Test func ofStrangersNothingIsToldButHowManyCouldBeJudged() throws {
        let evening = evening()
        let looks = try EveningLooks(evening)
        let list = try list(looks)
        let told = try evening.run(looks, milliseconds: Self.milliseconds) { _ in list }
        let kinds: Set<Sighting.Kind> = [.wanted, .missing, .barred]
        for sighting in told.sightings.joined() where kinds.contains(sighting.kind) {
            let isWanted = sighting.subject == .entry(Self.wanted) && sighting.kind == .wanted
            let isMissing = sighting.subject == .entry(Self.missing) && sighting.kind == .missing
            #expect(isWanted || isMissing, "\(sighting)")
        }
        #expect(told.tally.judged == UInt32(Self.walkers.count) && told.tally.notJudged == 0)
    }

    @Test func nobodyIsFoundBeforeHeWasAlikeInTwoLooksThatCount() throws {
        let evening = evening()
        let looks = try EveningLooks(evening)
        let list = try list(looks)
        // When the looks were begun in which somebody was like an entry.
        var alike: [UInt32: [Instant]] = [:]
        looks.done = { look in
            for case .like(let match) in look.faceAnswers.map(\.outcome) {
                alike[match.listed.notice.number, default: []].append(look.picture.capturedAt)
            }
        }
        let told = try evening.run(looks, milliseconds: Self.milliseconds) { _ in list }
        #expect(told.finds.count == 2)
        for find in told.finds {
            let second = try #require(alike[find.number]?.dropFirst().first)
            // A look counts after its latency, and what it brings is told with the next picture.
            let counts = second + LookPace.full.latency(of: .faces)
            #expect(.zero + .milliseconds(Int64(find.at)) >= counts)
            #expect(told.times(of: find.number).first.map { $0 >= find.at - 100 } ?? false)
        }
    }

    @Test func anEveningIsDecidedAlikeHoweverSlowlyAndOnHoweverManyThreadsNetworksLook() throws {
        var wanted: FaceEvening.Told?
        for (dawdles, threads) in [(nil, 1), (nil, 3), (1, 1), (2, 2)] as [(UInt64?, Int)] {
            let evening = evening()
            let workers = try WorkerThreads(count: threads)
            defer { workers.stop() }
            let looks = try EveningLooks(evening, dawdlesBySeed: dawdles, workers: workers)
            let list = try list(looks)
            let told = try evening.run(looks, milliseconds: Self.milliseconds) { _ in list }
            #expect(told.finds.count == 2)
            #expect(told == wanted ?? told, "dawdles \(dawdles ?? 0), \(threads) threads")
            wanted = told
        }
    }

    @Test func aListThatIsWithdrawnFindsNobodyFromThatPictureOn() throws {
        let evening = evening()
        let looks = try EveningLooks(evening)
        let list = try list(looks)
        // He is shown by then, and one look is on its way.
        let told = try evening.run(looks, milliseconds: 10_000) { $0 < 4_500 ? list : nil }
        #expect(told.finds.map(\.number) == [Self.wanted])
        #expect(told.times(of: Self.wanted).last == 4_400)
    }

    @Test func aLookThatWasBegunForAnotherListDoesNotCount() throws {
        // There for one look, and a little longer.
        let walker = FaceEvening.Walker(
            seed: 3, from: (90, 150), to: (100, 150), height: 84, milliseconds: 500..<1_500)
        func told(
            _ gallery: (Int, WatchGallery, WatchGallery) -> WatchGallery
        ) throws -> (FaceEvening.Told, begun: [Int]) {
            let evening = FaceEvening([walker], seed: 11)
            let looks = try EveningLooks(evening)
            let (list, other) = (
                try list(looks), try DrawnList.gallery([(12, 5, .barred)], by: looks.networks)
            )
            var begun: [Int] = []
            looks.done = { look in
                for case .unlike in look.faceAnswers.map(\.outcome) {
                    begun.append(Int(look.picture.capturedAt.milliseconds))
                }
            }
            let told = try evening.run(looks, milliseconds: 8_000) { gallery($0, list, other) }
            return (told, begun)
        }
        let (whole, begun) = try told { _, list, _ in list }
        #expect(whole.tally.judged == 1)
        let last = try #require(begun.last)
        let (exchanged, again) = try told { time, list, other in time <= last ? list : other }
        #expect(again == begun && exchanged.tally == FaceTally())
    }

    @Test func aListThatIsExchangedIsLookedForAtOnceAndTheOldOneNoLonger() throws {
        let evening = evening()
        let looks = try EveningLooks(evening)
        let (list, other) = (
            try list(looks), try DrawnList.gallery([(3, 5, .barred)], by: looks.networks)
        )
        let told = try evening.run(looks, milliseconds: 10_000) { $0 < 4_000 ? list : other }
        #expect(told.finds.map(\.number) == [Self.wanted, 5])
        #expect(told.times(of: Self.wanted).last == 3_900)
        #expect(told.finds.last.map { (4_000..<6_500).contains($0.at) } ?? false)
    }

    @Test func whereAPrivacyMaskLiesNobodyIsLookedAt() throws {
        let evening = evening()
        let looks = try EveningLooks(evening)
        let list = try list(looks)
        // The right of the picture, where both who are on the list go.
        let mask = Polygon(corners: [
            .init(x: 480, y: 0), .init(x: 1000, y: 0), .init(x: 1000, y: 1000),
            .init(x: 480, y: 1000)
        ])
        var (shown, seen) = (0, 0)
        looks.done = { look in
            for y in 0..<FaceEvening.height {
                for x in 308..<FaceEvening.width where look.picture.luma[x, y] != 16 { shown += 1 }
            }
            for answer in look.faceAnswers {
                if let region = answer.region, region.x >= 480 { seen += 1 }
            }
        }
        let told = try evening.run(
            looks, milliseconds: Self.milliseconds,
            settings: { _ in DetectorSettings(privacyMasks: [mask]) }, gallery: { _ in list })
        #expect(shown == 0 && seen == 0)
        #expect(told.finds.isEmpty)
        #expect(told.times(of: Self.wanted).isEmpty && told.times(of: Self.missing).isEmpty)
    }

    @Test func aMaskThatIsLaidOverSomebodyFoundShowsHimNoLonger() throws {
        let evening = evening()
        let looks = try EveningLooks(evening)
        let list = try list(looks)
        let mask = Polygon(corners: [
            .init(x: 480, y: 0), .init(x: 1000, y: 0), .init(x: 1000, y: 1000),
            .init(x: 480, y: 1000)
        ])
        let told = try evening.run(
            looks, milliseconds: 10_000,
            settings: { DetectorSettings(privacyMasks: $0 < 4_500 ? [] : [mask]) },
            gallery: { _ in list })
        #expect(told.finds.map(\.number) == [Self.wanted])
        #expect(told.times(of: Self.wanted).last == 4_400)
    }
}

extension Region {
    fileprivate func holds(_ place: (x: Int, y: Int)) -> Bool {
        let (x, y) = (place.x * 1000 / FaceEvening.width, place.y * 1000 / FaceEvening.height)
        return x >= self.x && x < self.x + width && y >= self.y && y < self.y + height
    }
}
