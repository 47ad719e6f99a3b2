import Frames

/// Everybody whom a board looks for at a time, ready to be compared with.
///
/// Rows of one category lie together. Each category has its own threshold, by how many rows it has,
/// and its own nearest row: somebody missing is not overlooked because he resembles somebody wanted
/// a little more, though not enough.
///
/// - Memory: the templates' codes once more, in one place, overwritten when the gallery goes.
/// - Threads: never changed after `init` until `wipe`; any thread may compare.
public final class WatchGallery: @unchecked Sendable {
    public typealias Category = WatchNotice.Category

    /// One who is looked for, without the face.
    public struct Listed: Hashable, Sendable {
        /// As the configuration calls him, and his key.
        public var authority: String
        public var issuer: [UInt8]
        /// To whom pictures of a find are sealed: X25519, 32 bytes.
        public var sealingKey: [UInt8]
        public var listVersion: UInt64
        public var notice: WatchNotice
        /// The authority's place among the board's: every authority numbers its entries from 1.
        public var slot: UInt8

        /// Unlike that of any other entry on this board.
        public var subject: UInt32 { UInt32(slot) << 24 | notice.number }

        public init(
            authority: String, issuer: [UInt8], sealingKey: [UInt8], listVersion: UInt64,
            notice: WatchNotice, slot: UInt8 = 0
        ) {
            self.authority = authority
            self.issuer = issuer
            self.sealingKey = sealingKey
            self.listVersion = listVersion
            self.notice = notice
            self.slot = slot
        }
    }

    public struct Candidate: Equatable, Sendable {
        public var listed: Listed
        public var templates: [FaceTemplate]

        public init(_ listed: Listed, templates: [FaceTemplate]) {
            self.listed = listed
            self.templates = templates
        }
    }

    public struct Section: Hashable, Sendable {
        public let category: Category
        public let rows: Range<Int>
        /// How alike somebody must be at least.
        public let threshold: Q15
    }

    public struct Match: Hashable, Sendable {
        /// In `listed`.
        public var index: Int
        public var similarity: Q15

        public init(index: Int, similarity: Q15) {
            self.index = index
            self.similarity = similarity
        }
    }

    /// In the order of categories.
    public let listed: [Listed]
    /// Only of categories that somebody is listed in.
    public let sections: [Section]
    public var rowCount: Int { owners.count }

    private let codes: UnsafeMutableBufferPointer<Int8>
    /// Whose row it is, its Σ of squares, and 2⁴⁰ divided by that one's root.
    private let owners: [Int32]
    private let squareSums: [Int32]
    private let reciprocals: [Int64]

    /// How many products are made at a time: what fits a core's first cache.
    private static let chunk = 256

    public init(
        _ candidates: [Candidate], table: ThresholdTable, rates: FalseAlarmRates = .standard
    ) {
        var (listed, sections) = ([Listed](), [Section]())
        var (owners, squareSums, reciprocals) = ([Int32](), [Int32](), [Int64]())
        let rowCount = candidates.reduce(0) { $0 + $1.templates.count }
        let codes = UnsafeMutableBufferPointer<Int8>.allocate(
            capacity: rowCount * FaceTemplate.count)
        codes.initialize(repeating: 0)
        self.codes = codes
        for category in Category.allCases {
            let start = owners.count
            for candidate in candidates where candidate.listed.notice.category == category {
                for template in candidate.templates {
                    template.withCodes { code in
                        let from = owners.count * FaceTemplate.count
                        for x in code.indices { codes[from + x] = code[x] }
                    }
                    let squareSum = template.squareSum
                    owners.append(Int32(listed.count))
                    squareSums.append(Int32(squareSum))
                    reciprocals.append(Self.reciprocal(squareSum))
                }
                listed.append(candidate.listed)
            }
            guard owners.count > start else { continue }
            let threshold = table.threshold(
                rowCount: owners.count - start, falseAlarms: rates[category])
            sections.append(
                Section(category: category, rows: start..<owners.count, threshold: threshold))
        }
        (self.listed, self.sections) = (listed, sections)
        (self.owners, self.squareSums, self.reciprocals) = (owners, squareSums, reciprocals)
    }

    deinit {
        wipe()
        codes.deallocate()
    }

    /// Overwrites every template. Nobody compares meanwhile or afterwards.
    public func wipe() {
        Overwriting.clear(UnsafeMutableRawBufferPointer(codes))
    }

    /// 2⁴⁰ / √`squareSum`, within a part in 2²⁰ / √`squareSum`.
    ///
    /// Cannot overflow: `squareSum` is 1 ... 2²², so its root with twenty binary places is
    /// 2²⁰ ... 2³¹, and the quotient 2²⁹ ... 2⁴⁰.
    private static func reciprocal(_ squareSum: Int) -> Int64 {
        Int64((1 << 60) / IntegerRoot.floor(UInt64(squareSum) << 40))
    }

    // MARK: Comparing

    /// The row of a section that `probe` is most like: defines the right answer.
    ///
    /// The greatest dot · reciprocal, and of equals the first. Rows whose similarities differ by
    /// less than a part in 2¹⁹ count as equally near; the similarity told is exact (`Similarity`).
    public func nearestReference(to probe: FaceTemplate, in section: Section) -> Match {
        probe.withCodes { vector in
            var best = Best()
            for row in section.rows {
                var dot: Int32 = 0
                for x in 0..<FaceTemplate.count {
                    dot += Int32(vector[x]) * Int32(codes[row * FaceTemplate.count + x])
                }
                best.offer(row, dot, reciprocals[row])
            }
            return match(best, vector)
        }
    }

    /// The same as `nearestReference`.
    public func nearest(to probe: FaceTemplate, in section: Section) -> Match {
        probe.withCodes { vector in
            var best = Best()
            let rows = UnsafeBufferPointer(codes)
            withUnsafeTemporaryAllocation(of: Int32.self, capacity: Self.chunk) { products in
                // With as many rows as a template has codes, they say what it is.
                defer { Overwriting.clear(UnsafeMutableRawBufferPointer(products)) }
                for start in stride(
                    from: section.rows.lowerBound, to: section.rows.upperBound, by: Self.chunk)
                {
                    let end = min(start + Self.chunk, section.rows.upperBound)
                    let width = FaceTemplate.count
                    DotProducts.multiply(
                        vector,
                        rows: UnsafeBufferPointer(rebasing: rows[start * width..<end * width]),
                        into: UnsafeMutableBufferPointer(rebasing: products[..<(end - start)]))
                    for row in start..<end {
                        best.offer(row, products[row - start], reciprocals[row])
                    }
                }
            }
            return match(best, vector)
        }
    }

    private struct Best {
        var row = -1
        var dot: Int32 = 0
        var score = Int64.min

        /// Cannot overflow: |dot| ≤ 2¹¹ · √b for a row of squares b, and the reciprocal is at most
        /// 2⁴⁰ · (1 + 2⁻²⁰) / √b: below 2⁵².
        mutating func offer(_ row: Int, _ dot: Int32, _ reciprocal: Int64) {
            let score = Int64(dot) * reciprocal
            if score > self.score {
                (self.row, self.dot, self.score) = (row, dot, score)
            }
        }
    }

    private func match(_ best: Best, _ vector: UnsafeBufferPointer<Int8>) -> Match {
        precondition(best.row >= 0, "sections have rows")
        return Match(
            index: Int(owners[best.row]),
            similarity: Similarity.cosine(
                dot: Int(best.dot), FaceTemplate.squareSum(vector), Int(squareSums[best.row])))
    }

    /// Whom `probe` is enough like to be looked at. Of several, whom it is most like; of equals, the
    /// first category.
    public func decide(_ probe: FaceTemplate) -> Decision {
        decide { nearest(to: probe, in: $0) }
    }

    /// Defines what `decide` has to say.
    public func decideReference(_ probe: FaceTemplate) -> Decision {
        decide { nearestReference(to: probe, in: $0) }
    }

    private func decide(_ nearest: (Section) -> Match) -> Decision {
        var found: (match: Match, threshold: Q15)?
        var most: Q15?
        for section in sections {
            let match = nearest(section)
            most = max(most ?? match.similarity, match.similarity)
            guard match.similarity >= section.threshold else { continue }
            if let found, found.match.similarity >= match.similarity { continue }
            found = (match, section.threshold)
        }
        guard let most else { return .notJudged(.nobodyListed) }
        return found.map { .found($0.match, threshold: $0.threshold) } ?? .notFound(most: most)
    }
}

/// What a face came to. Unknown is the normal case, and what is found is somebody to look at, never
/// somebody who is known.
public enum Decision: Hashable, Sendable {
    case found(WatchGallery.Match, threshold: Q15)
    /// The greatest similarity of any row.
    case notFound(most: Q15)
    case notJudged(Cause)

    public enum Cause: String, CaseIterable, Hashable, Sendable {
        /// Nobody is listed, or nobody may be looked for now.
        case nobodyListed
        /// The picture of the face does not carry a judgement: too small, turned away, blurred, dark.
        case unfit
    }
}
