/// RESIZE_NEAREST_NEIGHBOR.
///
/// - Shape: b × h × w × c to b × oh × ow × c; the output's size stands for the size input.
final class ResizeNearest: Operator {
    private let input: Codes
    private let output: Codes
    private let rows: [Int]
    private let columns: [Int]

    init(_ site: Site) throws {
        input = try site.input(0, rank: 4)
        output = try site.output(rank: 4)
        try site.requireResizable(input, output)
        let (isAligned, isHalfPixel) = (try site.isSet(0), try site.isSet(1))
        let (input, output) = (input, output)
        func places(_ axis: Int) -> [Int] {
            Scale.nearestPlaces(
                from: input.shape[axis], to: output.shape[axis], isAligned: isAligned,
                isHalfPixel: isHalfPixel)
        }
        rows = places(1)
        columns = places(2)
    }

    func run(_ memory: Memory) {
        let (width, depth) = (input.shape[2], input.shape[3])
        var target = memory[output]
        for image in 0..<input.shape[0] {
            for row in rows {
                let line = memory[input] + (image * input.shape[1] + row) * width * depth
                for column in columns {
                    target.update(from: line + column * depth, count: depth)
                    target += depth
                }
            }
        }
    }
}

extension Site {
    /// Batch and channels stay.
    func requireResizable(_ input: Codes, _ output: Codes) throws {
        try require(
            input.shape[0] == output.shape[0] && input.shape[3] == output.shape[3],
            "\(output.title): shape \(output.shape), the input has \(input.shape)")
        let (height, width) = (output.shape[1], output.shape[2])
        try require(
            max(height, width, input.shape[1], input.shape[2]) <= Self.resizedSideMax,
            "\(output.title): shape \(output.shape) from \(input.shape): sides are"
                + " \(Self.resizedSideMax) at most")
        // Two neighbours and a weight for each row and column.
        try keep((height + width) * 3 * MemoryLayout<Int>.stride, "\(output.title): tables")
        let sizes = try integers(1, "size")
        try require(
            sizes == [output.shape[1], output.shape[2]],
            "\(output.title): shape \(output.shape), the size input says \(sizes)")
        try require(
            input.isUnsigned == output.isUnsigned,
            "\(output.title): has another type than its input")
    }
}
