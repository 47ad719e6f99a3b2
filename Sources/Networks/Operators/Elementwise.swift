/// Shapes of two inputs as one loop, as NumPy broadcasts: a side of 1 is repeated.
struct Broadcast {
    /// Sizes from the outermost to the innermost, and how far each input moves along them.
    private let sizes: [Int]
    private let oneSteps: [Int]
    private let otherSteps: [Int]
    let count: Int

    init(_ one: Codes, _ other: Codes, to output: Codes, _ site: Site) throws {
        let rank = max(one.shape.count, other.shape.count)
        let (left, right) = (Self.padded(one.shape, rank), Self.padded(other.shape, rank))
        var shape: [Int] = []
        for (a, b) in zip(left, right) {
            try site.require(
                a == b || a == 1 || b == 1, "inputs \(one.shape) and \(other.shape) do not fit")
            shape.append(max(a, b))
        }
        try site.require(
            output.count == shape.reduce(1, *),
            "\(output.title): shape \(output.shape), not \(shape)")
        var (sizes, oneSteps, otherSteps) = ([Int](), [Int](), [Int]())
        let (oneStrides, otherStrides) = (Self.strides(left), Self.strides(right))
        for axis in 0..<rank where shape[axis] > 1 {
            // Sides along which both inputs go on without a gap are one.
            if let last = sizes.indices.last, oneSteps[last] == oneStrides[axis] * shape[axis],
                otherSteps[last] == otherStrides[axis] * shape[axis]
            {
                sizes[last] *= shape[axis]
                (oneSteps[last], otherSteps[last]) = (oneStrides[axis], otherStrides[axis])
            } else {
                sizes.append(shape[axis])
                oneSteps.append(oneStrides[axis])
                otherSteps.append(otherStrides[axis])
            }
        }
        if sizes.isEmpty { (sizes, oneSteps, otherSteps) = ([1], [0], [0]) }
        self.sizes = sizes
        self.oneSteps = oneSteps
        self.otherSteps = otherSteps
        count = output.count
    }

    private static func padded(_ shape: [Int], _ rank: Int) -> [Int] {
        Array(repeating: 1, count: rank - shape.count) + shape
    }

    /// 0 where a side is repeated.
    private static func strides(_ shape: [Int]) -> [Int] {
        var step = 1
        var strides: [Int] = []
        for side in shape.reversed() {
            strides.append(side == 1 ? 0 : step)
            step *= side
        }
        return strides.reversed()
    }

    /// Calls `row` for each run along the innermost side: where in the inputs and the output it
    /// begins, how far each input steps, and its length.
    @inline(__always)
    func forEachRow(_ row: (_ one: Int, _ other: Int, _ output: Int) -> Void) {
        forEach(inner: 1, row)
    }

    /// Calls `sheet` for each run along the two innermost sides, or the one that there is.
    @inline(__always)
    func forEachSheet(_ sheet: (_ one: Int, _ other: Int, _ output: Int) -> Void) {
        forEach(inner: min(2, sizes.count), sheet)
    }

    @inline(__always)
    private func forEach(inner: Int, _ body: (_ one: Int, _ other: Int, _ output: Int) -> Void) {
        let size = sizes.suffix(inner).reduce(1, *)
        for index in 0..<count / size {
            var (rest, one, other) = (index, 0, 0)
            for axis in (0..<sizes.count - inner).reversed() {
                let place = rest % sizes[axis]
                rest /= sizes[axis]
                one += place * oneSteps[axis]
                other += place * otherSteps[axis]
            }
            body(one, other, index * size)
        }
    }

    /// Rows of a sheet, and how far each input steps from row to row.
    var sheet: (rowCount: Int, oneStep: Int, otherStep: Int) {
        let axis = sizes.count - 2
        return axis < 0 ? (1, 0, 0) : (sizes[axis], oneSteps[axis], otherSteps[axis])
    }

    var rowCount: Int { sizes[sizes.count - 1] }
    var oneStep: Int { oneSteps[oneSteps.count - 1] }
    var otherStep: Int { otherSteps[otherSteps.count - 1] }
}

/// Calls `body` with both codes and the place of the result.
extension Broadcast {
    @inline(__always)
    func map(
        _ one: UnsafePointer<Int8>, _ other: UnsafePointer<Int8>,
        into output: UnsafeMutablePointer<Int8>, _ body: (Int8, Int8) -> Int8
    ) {
        let (oneStep, otherStep, rowCount) = (oneStep, otherStep, rowCount)
        forEachRow { left, right, place in
            let (one, other, output) = (one + left, other + right, output + place)
            // Steps that the compiler knows, for what is most common.
            if oneStep == 1 && otherStep == 1 {
                for index in 0..<rowCount { output[index] = body(one[index], other[index]) }
                return
            }
            for index in 0..<rowCount {
                output[index] = body(one[index &* oneStep], other[index &* otherStep])
            }
        }
    }
}
