import CKernels

/// Every kernel against its reference, over seeded pictures of every tail length: what a board
/// runs to prove that its processor decides as all others do.
public enum KernelSelftest {
    public struct Outcome: Hashable, Sendable {
        public let name: String
        /// Over everything that the reference wrote.
        public let referenceHash: UInt64
        /// Over everything that the fast path wrote; equal, or the machine is not to be trusted.
        public let fastHash: UInt64
    }

    /// Widths of a vector's every remainder, and two that are whole vectors.
    static let widths = Array(1...33) + [64, 160]
    static let height = 5

    /// What the fast paths run on here: "AVX2", "SSE2", "NEON" or "plain".
    public static var lanes: String { String(cString: kernels_lanes()) }

    public static func run() -> [Outcome] {
        [
            outcome("lumaExtraction", lumaExtraction), outcome("boxResize", boxResize),
            outcome("runningBackground", runningBackground),
            outcome("maskedDifference", maskedDifference),
            outcome("connectedComponents", connectedComponents),
            outcome("integralImage", integralImage), outcome("sharpness", sharpness),
            outcome("lumaHistogram", lumaHistogram), outcome("blockMotion", blockMotion),
            outcome("gradientMap", gradientMap), outcome("polygonMask", polygonMask),
            outcome("cellLikeness", cellLikeness), outcome("sampledRows", sampledRows),
            outcome("globalMotion", globalMotion), outcome("cellChange", cellChange),
            outcome("absoluteDifference", absoluteDifference),
            outcome("dotProducts", dotProducts)
        ]
    }

    private static func outcome(
        _ name: String, _ body: (_ isReference: Bool, _ width: Int, inout StableHash) -> Void
    ) -> Outcome {
        var (reference, fast) = (StableHash(), StableHash())
        for width in widths {
            body(true, width, &reference)
            body(false, width, &fast)
        }
        return Outcome(name: name, referenceHash: reference.value, fastHash: fast.value)
    }

    /// Any byte at all: every code value, every combination of neighbours sooner or later.
    private static func speckled(_ width: Int, _ height: Int, seed: Int) -> Plane {
        let plane = Plane(width: width, height: height)
        var state = UInt64(seed) &* 0x9e37_79b9_7f4a_7c15 &+ UInt64(width)
        for y in 0..<height {
            for x in 0..<width {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                plane[x, y] = UInt8(truncatingIfNeeded: state >> 33)
            }
        }
        return plane
    }

    /// One pixel in four is set.
    private static func mask(_ width: Int, _ height: Int, seed: Int) -> Plane {
        let plane = speckled(width, height, seed: seed)
        for y in 0..<height {
            for x in 0..<width where plane[x, y] & 3 != 0 {
                plane[x, y] = 0
            }
        }
        return plane
    }

    private static func lumaExtraction(_ isReference: Bool, _ width: Int, _ hash: inout StableHash)
    {
        let bytes = speckled(LumaExtraction.widthInBytes(ofYUYV: width), height, seed: 1).view
        let frame = Frame(width: width, height: height)
        let copy = Plane(width: bytes.width, height: height)
        if isReference {
            LumaExtraction.lumaReference(ofYUYV: bytes, into: frame.luma)
            LumaExtraction.chromaReference(ofYUYV: bytes, into: frame.chroma)
            LumaExtraction.copyReference(bytes, into: copy)
        } else {
            LumaExtraction.unpack(yuyv: bytes, into: frame)
            LumaExtraction.copy(bytes, into: copy)
        }
        hash.combine(frame.luma.view)
        hash.combine(frame.chroma.view)
        hash.combine(copy.view)
    }

    private static func boxResize(_ isReference: Bool, _ width: Int, _ hash: inout StableHash) {
        for (from, to) in [(2 * width, width), (4 * width, width), (3 * width, width), (37, width)]
        {
            let source = speckled(from, 20, seed: 2).view
            // Two rows of 20 make each of 10, four each of 5: the exact halves and quarters too.
            let target = Plane(width: to, height: from == 2 * width ? 10 : 5)
            let resize = BoxResize(
                fromWidth: from, fromHeight: 20, toWidth: to, toHeight: target.height)
            if isReference {
                resize.resizeReference(source, into: target)
            } else {
                resize.resize(source, into: target)
            }
            hash.combine(target.view)
        }
    }

    private static func runningBackground(
        _ isReference: Bool, _ width: Int, _ hash: inout StableHash
    ) {
        let background = RunningBackground(width: width, height: height)
        background.begin(with: speckled(width, height, seed: 3).view)
        let foreground = Plane(width: width, height: height)
        let zone = mask(width, height, seed: 4).view
        let light = RunningBackground.Light(gain: 290, offset: -700)
        for round in 0..<6 {
            let luma = speckled(width, height, seed: 10 + round).view
            let learning: RunningBackground.Learning =
                round == 2 ? .frozen : round == 4 ? .fast : .usual
            let within = round % 2 == 0 ? nil : zone
            let applied = round < 3 ? .unchanged : light
            let count =
                isReference
                ? background.absorbReference(
                    luma, light: applied, learning: learning, within: within,
                    foreground: foreground)
                : background.absorb(
                    luma, light: applied, learning: learning, within: within,
                    foreground: foreground)
            hash.combine(UInt64(count))
            hash.combine(foreground.view)
            hash.combine(background.stateHash)
        }
        if isReference {
            background.drawReference(into: foreground)
        } else {
            background.draw(into: foreground)
        }
        hash.combine(foreground.view)
    }

    private static func maskedDifference(
        _ isReference: Bool, _ width: Int, _ hash: inout StableHash
    ) {
        let (a, b) = (speckled(width, height, seed: 5).view, speckled(width, height, seed: 6).view)
        let zone = mask(width, height, seed: 7).view
        let result = Plane(width: width, height: height)
        for within in [nil, zone] {
            let count =
                isReference
                ? MaskedDifference.differReference(a, b, by: 40, within: within, into: result)
                : MaskedDifference.differ(a, b, by: 40, within: within, into: result)
            let inZone =
                isReference
                ? MaskCount.countReference(result.view, within: zone)
                : MaskCount.count(result.view, within: zone)
            hash.combine(UInt64(count))
            hash.combine(UInt64(inZone))
            hash.combine(result.view)
        }
    }

    private static func connectedComponents(
        _ isReference: Bool, _ width: Int, _ hash: inout StableHash
    ) {
        let components = ConnectedComponents(
            width: width, height: 12, componentCountMax: 8, labelCountMax: 60)
        let picture = mask(width, 12, seed: 8).view
        if isReference {
            components.findReference(in: picture)
        } else {
            components.find(in: picture)
        }
        for component in components.found {
            let bounds = component.bounds
            for value in [bounds.x, bounds.y, bounds.width, bounds.height, component.area] {
                hash.combine(UInt64(value))
            }
            hash.combine(UInt64(component.centroidX))
            hash.combine(UInt64(component.centroidY))
        }
        hash.combine(UInt64(components.lostPixelCount))
        hash.combine(UInt64(components.leftOutCount))
    }

    private static func integralImage(_ isReference: Bool, _ width: Int, _ hash: inout StableHash) {
        let image = IntegralImage(width: width, height: height)
        let luma = speckled(width, height, seed: 9).view
        if isReference {
            image.computeReference(luma)
        } else {
            image.compute(luma)
        }
        image.hash(into: &hash)
    }

    private static func sharpness(_ isReference: Bool, _ width: Int, _ hash: inout StableHash) {
        let luma = speckled(width, height, seed: 20).view
        let columns = min(8, width)
        let cells = UnsafeMutableBufferPointer<BlockStatistics>.allocate(capacity: columns * 2)
        defer { cells.deallocate() }
        cells.initialize(repeating: BlockStatistics())
        if isReference {
            Sharpness.measureReference(luma, columns: columns, rows: 2, into: cells)
        } else {
            Sharpness.measure(luma, columns: columns, rows: 2, into: cells)
        }
        for cell in cells {
            for value in [cell.count, cell.sum, cell.squareSum, cell.laplacianEnergy] {
                hash.combine(value)
            }
        }
    }

    private static func lumaHistogram(_ isReference: Bool, _ width: Int, _ hash: inout StableHash) {
        let luma = speckled(width, height, seed: 21).view
        let zone = mask(width, height, seed: 22).view
        let bins = UnsafeMutableBufferPointer<UInt32>.allocate(capacity: 256)
        defer { bins.deallocate() }
        bins.initialize(repeating: 0)
        for within in [nil, zone] {
            if isReference {
                LumaHistogram.countReference(luma, within: within, into: bins)
            } else {
                LumaHistogram.count(luma, within: within, into: bins)
            }
            for bin in bins {
                hash.combine(UInt64(bin))
            }
        }
    }

    private static func blockMotion(_ isReference: Bool, _ width: Int, _ hash: inout StableHash) {
        let side = max(width, BlockMotion.side)
        let motion = BlockMotion(width: side, height: 20, range: 3)
        let (now, before) = (speckled(side, 20, seed: 23).view, speckled(side, 20, seed: 24).view)
        if isReference {
            motion.matchReference(now, before: before)
        } else {
            motion.match(now, before: before)
        }
        for vector in motion.vectors {
            hash.combine(UInt64(bitPattern: Int64(vector.dx)))
            hash.combine(UInt64(bitPattern: Int64(vector.dy)))
            hash.combine(UInt64(vector.difference) << 16 | UInt64(vector.stillDifference))
        }
    }

    private static func gradientMap(_ isReference: Bool, _ width: Int, _ hash: inout StableHash) {
        let luma = speckled(width, height, seed: 25).view
        let gradient = Plane(width: width, height: height)
        if isReference {
            GradientMap.drawReference(luma, into: gradient)
        } else {
            GradientMap.draw(luma, into: gradient)
        }
        hash.combine(gradient.view)
    }

    private static func polygonMask(_ isReference: Bool, _ width: Int, _ hash: inout StableHash) {
        let corners: [Polygon.Corner] = [
            .init(x: 100, y: 50), .init(x: 950, y: 300), .init(x: 500, y: 980),
            .init(x: 20, y: 700)
        ]
        let polygon = Polygon(corners: corners)
        let privacy = Plane(width: width, height: height)
        PolygonMask.draw([polygon], into: privacy)
        let frame = Frame(width: width, height: height)
        LumaExtraction.copy(speckled(width, height, seed: 26).view, into: frame.luma)
        let chroma = speckled(frame.chroma.width, frame.chroma.height, seed: 27)
        LumaExtraction.copy(chroma.view, into: frame.chroma)
        if isReference {
            PolygonMask.hideReference(privacy.view, in: frame)
        } else {
            PolygonMask.hide(privacy.view, in: frame)
        }
        hash.combine(privacy.view)
        hash.combine(frame.luma.view)
        hash.combine(frame.chroma.view)
    }

    private static func cellLikeness(_ isReference: Bool, _ width: Int, _ hash: inout StableHash) {
        let side = width * CellLikeness.side
        let (luma, other) = (speckled(side, 16, seed: 28).view, speckled(side, 16, seed: 29).view)
        let cells = UnsafeMutableBufferPointer<CellSums>.allocate(capacity: 2 * width)
        defer { cells.deallocate() }
        cells.initialize(repeating: CellSums())
        if isReference {
            CellLikeness.measureReference(luma, against: other, into: cells)
        } else {
            CellLikeness.measure(luma, against: other, into: cells)
        }
        for cell in cells {
            let sums = [
                cell.sum, cell.referenceSum, cell.squareSum, cell.referenceSquareSum,
                cell.productSum, cell.laplacianSum
            ]
            for sum in sums {
                hash.combine(UInt64(UInt32(bitPattern: sum)))
            }
        }
    }

    private static func globalMotion(_ isReference: Bool, _ width: Int, _ hash: inout StableHash) {
        let (side, rows) = (width + 60, 64)
        let (before, now) = (speckled(side, rows, seed: 32), Plane(width: side, height: rows))
        GlobalMotion.shift(before.view, dx: width % 9 - 4, dy: width % 7 - 3, into: now)
        let area = Rectangle(x: width % 5, y: 3, width: side / 2, height: rows / 2)
        var known = (dx: 0, dy: 0)
        for picture in [now, speckled(side, rows, seed: 33)] {
            // A part goes its own way.
            for y in 0..<8 { picture[y, y] = 255 - picture[y, y] }
            if isReference {
                known = GlobalMotion.findReference(picture.view, before: before.view)
            } else {
                known = GlobalMotion.find(picture.view, before: before.view)
            }
            let about = (dx: known.dx / 2, dy: known.dy / 2)
            let refined =
                isReference
                ? GlobalMotion.refineReference(
                    picture.view, before: before.view, in: area, about: about)
                : GlobalMotion.refine(picture.view, before: before.view, in: area, about: about)
            for value in [known.dx, known.dy, refined.dx, refined.dy] {
                hash.combine(UInt64(bitPattern: Int64(value)))
            }
        }
    }

    private static func cellChange(_ isReference: Bool, _ width: Int, _ hash: inout StableHash) {
        let side = width * CellChange.side
        let (now, before) = (speckled(side, 16, seed: 34).view, speckled(side, 16, seed: 35).view)
        let cells = UnsafeMutableBufferPointer<UInt16>.allocate(capacity: 2 * width)
        defer { cells.deallocate() }
        cells.initialize(repeating: 0)
        for floor: UInt8 in [0, 12] {
            if isReference {
                CellChange.measureReference(now, before: before, floor: floor, into: cells)
            } else {
                CellChange.measure(now, before: before, floor: floor, into: cells)
            }
            for cell in cells {
                hash.combine(UInt64(cell))
            }
        }
    }

    private static func absoluteDifference(
        _ isReference: Bool, _ width: Int, _ hash: inout StableHash
    ) {
        let (a, b) = (speckled(width, height, seed: 36), speckled(width, height, seed: 37))
        let difference = Plane(width: width, height: height)
        if isReference {
            AbsoluteDifference.differReference(a.view, b.view, into: difference)
        } else {
            AbsoluteDifference.differ(a.view, b.view, into: difference)
        }
        hash.combine(difference.view)
    }

    private static func dotProducts(_ isReference: Bool, _ width: Int, _ hash: inout StableHash) {
        let codes = speckled(DotProducts.width, width + 1, seed: 38)
        let products = UnsafeMutableBufferPointer<Int32>.allocate(capacity: width)
        defer { products.deallocate() }
        products.initialize(repeating: 0)
        var lines: [Int8] = []
        for y in 0...width {
            for x in 0..<DotProducts.width { lines.append(Int8(bitPattern: codes[x, y])) }
        }
        lines.withUnsafeBufferPointer { lines in
            let vector = UnsafeBufferPointer(rebasing: lines[..<DotProducts.width])
            let rows = UnsafeBufferPointer(rebasing: lines[DotProducts.width...])
            if isReference {
                DotProducts.multiplyReference(vector, rows: rows, into: products)
            } else {
                DotProducts.multiply(vector, rows: rows, into: products)
            }
        }
        for product in products {
            hash.combine(UInt64(UInt32(bitPattern: product)))
        }
    }

    private static func sampledRows(_ isReference: Bool, _ width: Int, _ hash: inout StableHash) {
        let rows = SampledRows(width: width, height: 70)
        rows.keep(speckled(width, 70, seed: 30).view)
        let luma = speckled(width, 70, seed: 31).view
        let difference =
            isReference ? rows.differenceReference(from: luma) : rows.difference(from: luma)
        hash.combine(UInt64(difference))
    }
}
