/// Every kernel on every path that this machine has, against its reference, over made numbers of odd
/// sizes: what a board runs to prove that its processor computes as all others do.
public enum NetworkSelftest {
    public struct Outcome: Sendable {
        public let name: String
        /// All that the reference wrote.
        public let codes: [Int8]
        /// Paths that wrote something else; none, or the machine is not to be trusted.
        public let differing: [String]
    }

    public static func run() -> [Outcome] {
        [
            outcome("matrix", shapes, matrix), outcome("depthwise", shapes, depthwise),
            outcome("matrix with SiLU", shapes.map { $0.with(.silu) }, matrix),
            outcome("depthwise with SiLU", shapes.map { $0.with(.silu) }, depthwise),
            outcome("matrix with PReLU", shapes.map { $0.with(.prelu) }, matrix),
            outcome("depthwise with PReLU", shapes.map { $0.with(.prelu) }, depthwise)
        ]
    }

    /// - Parameter body: what one path, or the reference if there is none, makes of a shape.
    private static func outcome(
        _ name: String, _ shapes: [Shape], _ body: (_ path: KernelPath?, _ shape: Shape) -> [Int8]
    ) -> Outcome {
        let reference = shapes.flatMap { body(nil, $0) }
        let differing = KernelPath.available.filter { path in
            shapes.flatMap { body(path, $0) } != reference
        }
        return Outcome(name: name, codes: reference, differing: differing.map { "\($0)" })
    }

    /// Output channels, products of a sum, rows or pixels, and zero points.
    private struct Shape {
        let count: Int
        let depth: Int
        let rowCount: Int
        let inputZero: Int32
        let weightZero: Int32
        /// All weights and codes are −128: where lanes of 16 bits would overflow first.
        var isLargest = false
        /// At the end of each sum.
        var bend: FusedBend?
        /// Of a depthwise window, which is square, and how far it moves; nil: any, by `depth`.
        var square: (side: Int, stride: Int)?

        /// Which goes with no zero point of weights.
        func with(_ bend: FusedBend) -> Shape {
            Shape(
                count: count, depth: depth, rowCount: rowCount, inputZero: inputZero, weightZero: 0,
                isLargest: isLargest, bend: bend, square: square)
        }
    }

    /// Each remainder of a vector in each direction, with zero points at both ends and none.
    private static let shapes: [Shape] = {
        let zeros: [(Int32, Int32)] = [(0, 0), (-128, 0), (127, 5), (-4, -128)]
        var shapes: [Shape] = []
        for size in 1...35 {
            let (input, weight) = zeros[size % zeros.count]
            shapes.append(
                Shape(
                    count: size, depth: 1 + size * 11 % 37, rowCount: 1 + size * 3 % 19,
                    inputZero: input, weightZero: weight))
        }
        shapes.append(
            Shape(count: 67, depth: 131, rowCount: 49, inputZero: -3, weightZero: 0))
        shapes.append(
            Shape(
                count: 18, depth: 34, rowCount: 5, inputZero: 127, weightZero: 0, isLargest: true))
        // What has paths of its own.
        for side in [3, 5, 7] {
            for count in [7, 16, 35, 48] {
                for stride in 1...2 {
                    shapes.append(
                        Shape(
                            count: count, depth: side * side, rowCount: 4 + count % 9,
                            inputZero: -9, weightZero: 0, square: (side, stride)))
                }
            }
            shapes.append(
                Shape(
                    count: 18, depth: side * side, rowCount: 6, inputZero: 127, weightZero: 0,
                    isLargest: true, square: (side, 1)))
        }
        return shapes
    }()

    private static func matrix(_ path: KernelPath?, _ shape: Shape) -> [Int8] {
        var numbers = Numbers(state: UInt64(shape.count), isLargest: shape.isLargest)
        let weights = numbers.weights(shape.count * shape.depth)
        let rows = numbers.codes(shape.rowCount * shape.depth)
        let (bias, output) = (numbers.biases(shape.count), numbers.requantization(shape.count))
        let model = KernelModel(
            weights: weights, count: shape.count, depth: shape.depth, inputZero: shape.inputZero,
            weightZero: shape.weightZero, bias: bias, output: output,
            silu: shape.bend == .silu ? numbers.silu(shape.count) : nil,
            slopes: shape.bend == .prelu ? numbers.slopes(shape.count) : nil)
        var codes = [Int8](repeating: 0, count: shape.rowCount * shape.count)
        guard let path else {
            model.multiplyReference(
                rows: rows, rowStride: shape.depth, rowCount: shape.rowCount, into: &codes,
                outputStride: shape.count)
            return codes
        }
        let matrix = PackedMatrix(model, path: path)
        let scratch = UnsafeMutableRawPointer.allocate(
            byteCount: matrix.scratchByteCount(rowCount: shape.rowCount), alignment: 64)
        defer { scratch.deallocate() }
        matrix.multiply(
            rows: rows, rowStride: shape.depth, rowCount: shape.rowCount, into: &codes,
            outputStride: shape.count, scratch: scratch)
        return codes
    }

    /// Lines of pixels with one of padding among them, and padding at both ends of each.
    private static func depthwise(_ path: KernelPath?, _ shape: Shape) -> [Int8] {
        var numbers = Numbers(
            state: UInt64(shape.count) + 1_000, isLargest: shape.isLargest)
        let channels = shape.count
        var window = FilterWindow(
            height: 1 + shape.depth % 5, width: 1 + shape.depth % 4, stride: 1 + shape.count % 3,
            dilation: 1 + shape.count % 2)
        if let (side, stride) = shape.square {
            window = FilterWindow(height: side, width: side, stride: stride, dilation: 1)
        }
        let tapCount = window.height * window.width
        let model = KernelModel(
            weights: numbers.weights(channels * tapCount), count: channels, depth: tapCount,
            inputZero: shape.inputZero, weightZero: shape.weightZero,
            bias: numbers.biases(channels), output: numbers.requantization(channels),
            silu: shape.bend == .silu ? numbers.silu(channels) : nil,
            slopes: shape.bend == .prelu ? numbers.slopes(channels) : nil, window: window)
        let reach = (shape.rowCount - 1) * window.stride + (window.width - 1) * window.dilation + 1
        let (before, after) = (reach > 2 ? 1 : 0, reach > 3 ? 1 : 0)
        let lineCount = reach - before - after
        let pixels = numbers.codes(window.height * lineCount * channels)
        let padding = numbers.whole(below: UInt64(window.height + 1))
        var codes = [Int8](repeating: 0, count: shape.rowCount * channels)
        pixels.withUnsafeBufferPointer { pixels in
            guard let base = pixels.baseAddress else { return }
            let lines = (0..<window.height).map { row in
                row == padding ? nil : base + row * lineCount * channels
            }
            guard let path else {
                model.filterReference(
                    lines: lines, lineCount: lineCount, before: before,
                    pixelCount: shape.rowCount, into: &codes, outputStride: channels)
                return
            }
            let filters = PackedDepthwise(model, path: path)
            let prepared = lines.map { line in
                let place = UnsafeMutableRawPointer.allocate(
                    byteCount: filters.lineByteCount(outputCount: shape.rowCount), alignment: 64)
                filters.prepare(
                    line: line, pixelCount: lineCount, before: before, after: after, into: place)
                return place
            }
            let scratch = UnsafeMutableRawPointer.allocate(
                byteCount: filters.scratchByteCount(outputCount: shape.rowCount), alignment: 64)
            filters.filter(
                lines: prepared.map { UnsafeRawPointer($0) }, pixelCount: shape.rowCount,
                into: &codes, outputStride: channels, scratch: scratch)
            scratch.deallocate()
            for place in prepared { place.deallocate() }
        }
        return codes
    }

    /// Numbers that repeat.
    private struct Numbers {
        var state: UInt64
        let isLargest: Bool

        mutating func whole(below limit: UInt64) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % limit)
        }

        /// One in eight is an extreme, and in some there is none of −128, which has a path of its own.
        mutating func codes(_ count: Int) -> [Int8] {
            if isLargest { return [Int8](repeating: -128, count: count) }
            let least = whole(below: 2) == 0 ? -127 : -128
            return (0..<count).map { _ in
                let code = Int8(truncatingIfNeeded: max(whole(below: 256) - 128, least))
                switch whole(below: 16) {
                case 0: return Int8(least)
                case 1: return .max
                default: return code
                }
            }
        }

        /// Large and small ones: of the latter more products are added before they are widened.
        mutating func weights(_ count: Int) -> [Int8] {
            let shift = isLargest ? 0 : whole(below: 4)
            return codes(count).map { $0 >> shift }
        }

        mutating func biases(_ count: Int) -> [Int32] {
            let shift = whole(below: 8)
            return (0..<count).map { _ in Int32(whole(below: 200_000) - 100_000) >> shift }
        }

        /// Of every size that a model may have; in some all as nearly all channels have it, which has paths
        /// of its own.
        mutating func slopes(_ count: Int) -> [Int16] {
            (0..<count).map { _ in Int16(whole(below: 65_535) - 32_767) >> whole(below: 8) }
        }

        mutating func silu(_ count: Int) -> [SiLU] {
            let exponents: UInt64 = [1, 4, 4, 15][whole(below: 4)]
            return (0..<count).map { _ in
                SiLU(
                    magnitude: Int16((1 << 14) + whole(below: 1 << 14)),
                    exponent: Int16(1 + whole(below: whole(below: 2) == 0 ? 1 : exponents)),
                    gain: Int16(whole(below: 1_146)), fraction: Int16(1 + whole(below: 7)))
            }
        }

        /// Such that sums become codes of every size. What layers are most has paths of its own:
        /// rectified or not, all channels shifted to the right, sums that surely have 16 bits.
        mutating func requantization(_ count: Int) -> Requantization {
            let multipliers = (0..<count).map { _ in Int32((1 << 30) + whole(below: 1 << 30)) }
            let zero = Int32(whole(below: 256) - 128)
            let kind = whole(below: 4)
            let least = [0, 1, 6, 6][kind]
            let shifts = (0..<count).map { _ -> Int32 in
                let shift = -Int32(least + whole(below: UInt64(14 - least)))
                return kind == 0 && whole(below: 9) == 0 ? -shift : shift
            }
            guard kind > 0 else {
                return Requantization(
                    multipliers: multipliers, shifts: shifts, zero: zero, minimum: -120,
                    maximum: 125)
            }
            return Requantization(
                multipliers: multipliers, shifts: shifts, zero: kind == 3 ? zero : -128)
        }
    }
}
