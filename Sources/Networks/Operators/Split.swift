/// SPLIT into equal parts along one side.
final class Split: Operator {
    private let input: Codes
    private let outputs: [Codes]
    private let outerCount: Int
    private let run: Int

    init(_ site: Site) throws {
        input = try site.input(1)
        let rank = input.shape.count
        let axes = try site.integers(0, "axis")
        try site.require(axes.count == 1, "axis: \(axes.count) numbers")
        let axis = axes[0] < 0 ? axes[0] + rank : axes[0]
        try site.require(
            (0..<rank).contains(axis), "axis \(axes[0]): the input has \(rank) dimensions")
        let count = site.node.outputs.count
        var wanted = input.shape
        wanted[axis] /= max(count, 1)
        try site.require(
            count >= 1 && wanted[axis] * count == input.shape[axis],
            "\(input.title): side \(axis) of \(input.shape) in \(count) parts")
        outputs = try (0..<count).map { try site.output($0) }
        for output in outputs {
            try site.require(
                output.shape == wanted && output.isUnsigned == input.isUnsigned,
                "\(output.title): shape \(output.shape), not \(wanted) of the input's type")
        }
        outerCount = input.shape[..<axis].reduce(1, *)
        run = wanted[axis...].reduce(1, *)
    }

    func run(_ memory: Memory) {
        for (number, output) in outputs.enumerated() {
            for outer in 0..<outerCount {
                (memory[output] + outer * run).update(
                    from: memory[input] + (outer * outputs.count + number) * run, count: run)
            }
        }
    }
}
