import Frames
import Watchlist

extension Bench {
    /// One face with a whole list: 10,000 entries. A "pixel" is a code of a template here.
    static func galleryRows() -> [Benchmark] {
        var state: UInt64 = 1
        func template() -> FaceTemplate? {
            var codes = [Int8](repeating: 0, count: FaceTemplate.count)
            for x in codes.indices {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                codes[x] = Int8(truncatingIfNeeded: state >> 33)
            }
            return FaceTemplate(codes)
        }
        let candidates = (1...WatchedList.entryCountMax).compactMap { number in
            template().map { template in
                WatchGallery.Candidate(
                    WatchGallery.Listed(
                        authority: "bench", issuer: [], sealingKey: [], listVersion: 1,
                        notice: WatchNotice(
                            number: UInt32(number), category: .allCases[number % 3],
                            reference: "bench", law: "none", from: 0, until: 1)),
                    templates: [template])
            }
        }
        let probes = (0..<4).compactMap { _ in template() }
        let lines = [Q15.perMille(300), .perMille(320)]
        guard let table = ThresholdTable(first: 4, similarities: lines), !probes.isEmpty else {
            return []
        }
        let gallery = WatchGallery(candidates, table: table)
        return [
            Benchmark(
                name: "watchlist of 10,000", pixelCount: gallery.rowCount * FaceTemplate.count,
                frame: { _ = gallery.decide(probes[$0 % probes.count]) },
                hash: {
                    var hash = StableHash()
                    for section in gallery.sections {
                        hash.combine(UInt64(bitPattern: Int64(section.threshold.rawValue)))
                        for probe in probes {
                            let match = gallery.nearest(to: probe, in: section)
                            hash.combine(UInt64(match.index))
                            hash.combine(UInt64(bitPattern: Int64(match.similarity.rawValue)))
                        }
                    }
                    return hash.value
                })
        ]
    }
}
