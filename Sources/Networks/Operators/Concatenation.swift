import CNetworks

/// CONCATENATION along one side; an input with another scale is brought to the output's.
///
/// - Source: TensorFlow Lite, `reference_ops::Concatenation` and `ConcatenationWithScaling`.
final class Concatenation: Operator {
    private let inputs: [Codes]
    private let output: Codes
    /// How many runs there are, and how long those of each input are.
    private let outerCount: Int
    private let runs: [Int]
    /// By code + 128; nil for an input that has the output's numbers.
    private let tables: [CodeTable?]

    init(_ site: Site) throws {
        output = try site.output()
        let inputs = try (0..<site.inputCount).map { try site.input($0) }
        self.inputs = inputs
        let rank = output.shape.count
        let number = try site.option(0)
        let axis = number < 0 ? number + rank : number
        try site.require(
            (0..<rank).contains(axis), "axis \(number): the output has \(rank) dimensions")
        var side = 0
        for input in inputs {
            var shape = input.shape
            try site.require(
                shape.count == rank, "\(input.title): has \(shape.count) dimensions, not \(rank)")
            side += shape[axis]
            shape[axis] = output.shape[axis]
            try site.require(
                shape == output.shape,
                "\(input.title): shape \(input.shape), the output has \(output.shape)")
        }
        try site.require(
            side == output.shape[axis], "\(output.title): \(output.shape[axis]) long, not \(side)")
        let activation = try site.byteOption(1)
        try site.require(activation == 0, "fused activation \(activation): not NONE")
        outerCount = output.shape[..<axis].reduce(1, *)
        runs = inputs.map { $0.shape[axis...].reduce(1, *) }
        for input in inputs where !input.isUnsigned {
            try site.require(
                input.sameNumbers(as: output), "\(input.title): has other numbers than the output")
        }
        let output = output
        tables = inputs.map { input in
            input.sameNumbers(as: output) ? nil : Scale.rescaled(input, to: output)
        }
    }

    func run(_ memory: Memory) {
        var target = memory[output]
        let step = runs.reduce(0, +)
        for (input, (run, table)) in zip(inputs, zip(runs, tables)) {
            if let table {
                for outer in 0..<outerCount {
                    table.apply(
                        memory[input] + outer * run, into: target + outer * step, count: run)
                }
            } else {
                networks_copy_pieces(outerCount, run, memory[input], run, target, step)
            }
            target += run
        }
    }
}
