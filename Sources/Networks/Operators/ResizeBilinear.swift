/// RESIZE_BILINEAR of int8 codes: weights in 1024ths.
///
/// The source resizes uint8 in floating point; that is refused.
///
/// - Source: TensorFlow Lite, `reference_ops::ResizeBilinearInteger`.
final class ResizeBilinear: Operator {
    private let input: Codes
    private let output: Codes
    private let rows: [Place]
    private let columns: [Place]

    /// Two neighbours in the input, and how much of the upper one; 1024ths, which at a border may
    /// lie outside 0 ... 1024.
    private struct Place {
        let lower: Int
        let upper: Int
        let part: Int
    }

    init(_ site: Site) throws {
        input = try site.input(0, rank: 4)
        output = try site.output(rank: 4)
        try site.requireResizable(input, output)
        try site.require(
            !input.isUnsigned, "\(input.title): is uint8, which is resized in floating point")
        let (isAligned, isHalfPixel) = (try site.isSet(2), try site.isSet(3))
        try site.require(
            !isAligned || !isHalfPixel, "align corners and half pixel centres: not both")
        let (input, output) = (input, output)
        func places(_ axis: Int) -> [Place] {
            Self.places(
                from: input.shape[axis], to: output.shape[axis], isAligned, isHalfPixel)
        }
        rows = places(1)
        columns = places(2)
    }

    private static func places(
        from inputCount: Int, to outputCount: Int, _ isAligned: Bool, _ isHalfPixel: Bool
    ) -> [Place] {
        let step =
            isAligned && outputCount > 1
            ? (1024 * (inputCount - 1) + (outputCount - 1) / 2) / (outputCount - 1)
            : (1024 * inputCount + outputCount / 2) / outputCount
        return (0..<outputCount).map { place in
            let exact = isHalfPixel ? place * step + step / 2 - 512 : place * step
            let lower = max(exact / 1024, 0)
            return Place(
                lower: min(lower, inputCount - 1),
                upper: max(min((exact + 1023) / 1024, inputCount - 1), 0),
                part: exact - 1024 * lower)
        }
    }

    func run(_ memory: Memory) {
        let (width, depth) = (input.shape[2], input.shape[3])
        var target = memory[output]
        for image in 0..<input.shape[0] {
            let base = memory[input] + image * input.shape[1] * width * depth
            for row in rows {
                let (lower, upper) = (
                    base + row.lower * width * depth, base + row.upper * width * depth
                )
                for column in columns {
                    let (left, right) = (column.lower * depth, column.upper * depth)
                    for index in 0..<depth {
                        // Cannot overflow: four products of 2⁷ and twice 2¹¹.
                        let above =
                            Int(lower[left + index]) * (1024 - column.part)
                            + Int(lower[right + index]) * column.part
                        let below =
                            Int(upper[left + index]) * (1024 - column.part)
                            + Int(upper[right + index]) * column.part
                        let sum = above * (1024 - row.part) + below * row.part
                        let half = sum > 0 ? 1 << 19 : -(1 << 19)
                        target[index] = Int8(truncatingIfNeeded: (sum + half) / (1 << 20))
                    }
                    target += depth
                }
            }
        }
    }
}
