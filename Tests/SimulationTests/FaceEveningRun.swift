import Frames
import Networks
import Simulation
import Testing
import Watchlist

@testable import Detectors

/// Says who is there as the evening does, and has networks look for faces.
final class EveningLooks: LookWorker, @unchecked Sendable {
    let tasks: [LookTask] = [.people, .faces]
    let networks: LookNetworks
    private let evening: FaceEvening
    /// When a look is worked at: as soon as it is begun, or only when somebody waits for it.
    private var isLate: () -> Bool
    private var waiting: [ObjectIdentifier: Look] = [:]
    /// Are told each look for faces.
    var beginning: (Look) -> Void = { _ in }
    var done: (Look) -> Void = { _ in }

    init(
        _ evening: FaceEvening, dawdlesBySeed seed: UInt64? = nil,
        workers: any Workers = LoneWorker()
    ) throws {
        self.evening = evening
        networks = try LookNetworks([], looksForFaces: true, workers: workers)
        var random = SplitMix64(seed: seed ?? 0)
        isLate = { seed != nil && random.chance(1, in: 2) }
    }

    func begin(_ look: Look) {
        if isLate() { waiting[ObjectIdentifier(look)] = look } else { work(look) }
    }

    func wait(for look: Look) {
        if let look = waiting.removeValue(forKey: ObjectIdentifier(look)) { work(look) }
    }

    private func work(_ look: Look) {
        guard look.task == .faces else {
            look.note(evening.boxes(at: Int(look.picture.sequence) * FaceEvening.period))
            return
        }
        beginning(look)
        networks.work(at: look)
        done(look)
    }
}

extension FaceEvening {
    /// All that a run tells anybody.
    struct Told: Equatable {
        struct Find: Equatable {
            var at: Int
            var number: UInt32
            var similarity: Q15
            var region: Region
            var takenAt: Instant
        }

        /// With each picture.
        var sightings: [[Sighting]] = []
        var finds: [Find] = []
        var tally = FaceTally()

        /// When somebody like an entry was shown.
        func times(of number: UInt32) -> [Int] {
            sightings.indices.filter { index in
                sightings[index].contains { $0.subject == .entry(number) }
            }.map { $0 * FaceEvening.period }
        }
    }

    /// - Parameters:
    ///   - settings: at a time.
    ///   - ended: is told when all is over, while whatever saw it is still there.
    ///   - gallery: with whom faces are compared at a time.
    func run(
        _ looks: EveningLooks, milliseconds: Int,
        settings: (Int) -> DetectorSettings = { _ in DetectorSettings() },
        ended: (Sight) throws -> Void = { _ in }, gallery: (Int) -> WatchGallery?
    ) throws -> Told {
        let sight = Sight(settings(0), looks: looks)
        var told = Told()
        for time in stride(from: 0, to: milliseconds, by: Self.period) {
            let (wanted, asked) = (settings(time), gallery(time))
            if wanted != sight.settings { sight.replace(wanted) }
            if asked !== sight.gallery { sight.gallery = asked }
            try sight.decide(picture(at: time))
            told.sightings.append(sight.sightings)
            for find in sight.newFinds {
                told.finds.append(
                    Told.Find(
                        at: time, number: find.listed.notice.number, similarity: find.similarity,
                        region: find.region, takenAt: find.takenAt))
            }
        }
        told.tally = sight.faceTally
        try ended(sight)
        return told
    }
}

/// Lists of drawn people.
enum DrawnList {
    /// Drawings are liker to each other than people are: two of one seed reach 780 thousandths,
    /// those whom these tests draw 700 at most.
    static let threshold = Q15.perMille(760)

    /// - Parameters:
    ///   - entries: whose face, under which number.
    ///   - others: more who are listed, and like nobody.
    static func gallery(
        _ entries: [(seed: UInt64, number: UInt32, category: WatchNotice.Category)],
        by networks: LookNetworks, others: [FaceTemplate] = [], sealingKey: [UInt8] = [2]
    ) throws -> WatchGallery {
        let table = try #require(ThresholdTable(first: 0, similarities: [threshold, threshold]))
        let candidates = try entries.map { entry in
            let portrait = Frame(width: 240, height: 240)
            RenderedFace(seed: entry.seed).draw(into: portrait, x: 119, y: 117, height: 128)
            let made = try #require(networks.portrait(of: portrait))
            #expect(made.faceCount == 1 && made.obstacle == nil, "\(made.quality?.words ?? "none")")
            return WatchGallery.Candidate(
                listed(entry.number, entry.category, sealingKey),
                templates: [try #require(made.template)])
        }
        let more = others.enumerated().map { index, template in
            WatchGallery.Candidate(
                listed(UInt32(1_000 + index), .wanted, sealingKey), templates: [template])
        }
        return WatchGallery(more + candidates, table: table)
    }

    private static func listed(
        _ number: UInt32, _ category: WatchNotice.Category, _ sealingKey: [UInt8]
    ) -> WatchGallery.Listed {
        WatchGallery.Listed(
            authority: "police", issuer: [1], sealingKey: sealingKey, listVersion: 1,
            notice: WatchNotice(
                number: number, category: category, reference: "case", law: "law", from: 0,
                until: 1))
    }
}
