/// RESHAPE, SQUEEZE and EXPAND_DIMS: the same codes in the same order.
final class Reshape: Operator {
    private let input: Codes
    private let output: Codes

    init(_ site: Site) throws {
        input = try site.input(0)
        output = try site.output()
        try site.require(
            input.count == output.count,
            "\(output.title): shape \(output.shape) for the \(input.count) codes of \(input.shape)")
        try site.require(
            input.sameNumbers(as: output), "\(output.title): has other numbers than its input")
    }

    func run(_ memory: Memory) {
        memory[output].update(from: memory[input], count: input.count)
    }
}
