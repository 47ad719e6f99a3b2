import Frames
import Testing

@testable import Watchlist

@Suite struct WatchGalleryTests {
    private static func candidate(
        _ number: UInt32, _ category: WatchNotice.Category = .wanted, _ templates: [FaceTemplate]
    ) -> WatchGallery.Candidate {
        var notice = Sample.entry(number, category).notice
        notice.category = category
        return WatchGallery.Candidate(
            WatchGallery.Listed(
                authority: "police", issuer: [], sealingKey: [], listVersion: 1, notice: notice),
            templates: templates)
    }

    private static func gallery(_ candidates: [WatchGallery.Candidate]) throws -> WatchGallery {
        WatchGallery(candidates, table: try #require(Sample.table))
    }

    @Test(arguments: Array(1...20) + [255, 256, 257, 511, 700])
    func everyRowCountMatchesTheReference(count: Int) throws {
        let candidates = (0..<count).map {
            Self.candidate(UInt32($0 + 1), .allCases[$0 % 3], [Sample.template($0)])
        }
        let gallery = try Self.gallery(candidates)
        #expect(gallery.rowCount == count)
        for seed in 0..<5 {
            let probe = Sample.template(seed * 7)
            for section in gallery.sections {
                let reference = gallery.nearestReference(to: probe, in: section)
                #expect(gallery.nearest(to: probe, in: section) == reference)
            }
            #expect(gallery.decide(probe) == gallery.decideReference(probe))
        }
    }

    @Test func extremeCodesMatchTheReference() throws {
        let extremes = [Int8.min, -127, -1, 1, .max].compactMap {
            FaceTemplate([Int8](repeating: $0, count: 256))
        }
        var single = [Int8](repeating: 0, count: 256)
        single[255] = 1
        let one = try #require(FaceTemplate(single))
        let gallery = try Self.gallery([Self.candidate(1, .missing, extremes + [one])])
        let section = try #require(gallery.sections.first)
        for probe in extremes + [one] {
            let nearest = gallery.nearest(to: probe, in: section)
            #expect(nearest == gallery.nearestReference(to: probe, in: section))
            #expect(nearest.similarity == .one)
        }
    }

    @Test func theNearestIsNearestByTheExactCosine() throws {
        let templates = (0..<300).map(Sample.template)
        let gallery = try Self.gallery([Self.candidate(1, .wanted, templates)])
        let section = try #require(gallery.sections.first)
        for seed in 1000..<1020 {
            let probe = Sample.template(seed)
            let exact = templates.map { probe.similarity(to: $0) }.max()
            #expect(gallery.nearest(to: probe, in: section).similarity == exact)
        }
    }

    @Test func aStrangerIsNotFoundAndOneWhoIsListedIs() throws {
        let gallery = try Self.gallery(
            (1...500).map { Self.candidate(UInt32($0), .wanted, [Sample.template($0)]) })
        guard case .found(let match, let threshold) = gallery.decide(Sample.template(77)) else {
            Issue.record("not found")
            return
        }
        #expect(gallery.listed[match.index].notice.number == 77 && match.similarity == .one)
        #expect(threshold == gallery.sections[0].threshold)
        guard case .notFound(let most) = gallery.decide(Sample.template(9999)) else {
            Issue.record("found a stranger")
            return
        }
        #expect(most < threshold)
    }

    /// Missing asks for less; a greater similarity to somebody wanted, though not enough, does not
    /// hide that.
    @Test func oneWhoIsMissingIsNotHiddenByOneWhoIsWanted() throws {
        let table = try #require(
            ThresholdTable(first: 4, similarities: [.perMille(200), .perMille(900)]))
        let probe = Sample.template(1)
        var (near, nearer) = (probe.withCodes(Array.init), probe.withCodes(Array.init))
        for x in 0..<150 { near[x] = -near[x] / 2 }
        for x in 0..<140 { nearer[x] = -nearer[x] / 2 }
        let candidates = [
            Self.candidate(1, .wanted, [try #require(FaceTemplate(nearer))]),
            Self.candidate(2, .missing, [try #require(FaceTemplate(near))])
        ]
        let gallery = WatchGallery(
            candidates, table: table,
            rates: FalseAlarmRates(wanted: 1, missing: 10_000, barred: 1))
        guard case .found(let match, _) = gallery.decide(probe) else {
            Issue.record("\(gallery.decide(probe)) \(gallery.sections)")
            return
        }
        #expect(gallery.listed[match.index].notice.number == 2)
    }

    @Test func anEmptyGalleryJudgesNobody() throws {
        #expect(try Self.gallery([]).decide(Sample.template(1)) == .notJudged(.nobodyListed))
    }

    @Test func eachCategoryGoesByItsOwnSize() throws {
        let few = try Self.gallery([Self.candidate(1, .wanted, [Sample.template(1)])])
        let many = try Self.gallery(
            [Self.candidate(1, .wanted, [Sample.template(1)])]
                + (2...900).map { Self.candidate(UInt32($0), .barred, [Sample.template($0)]) })
        #expect(few.sections[0].threshold == many.sections[0].threshold)
        #expect(many.sections[1].category == .barred)
        #expect(many.sections[1].threshold > many.sections[0].threshold)
    }

    @Test func whatIsWipedIsLikeNobody() throws {
        let gallery = try Self.gallery([Self.candidate(1, .wanted, [Sample.template(1)])])
        gallery.wipe()
        #expect(gallery.decide(Sample.template(1)) == .notFound(most: .zero))
    }
}
