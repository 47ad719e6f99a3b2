/// PAD and PADV2: the input inside a larger image of one code, the output's zero unless the model
/// says another.
final class Pad: Operator {
    private let input: Codes
    private let output: Codes
    private let filling: Codes?
    private let befores: [Int]
    /// Codes of the output from one slice along each side to the next.
    private let strides: [Int]
    /// The innermost side that is padded: from there on the input is in one piece.
    private let lastAxis: Int

    init(_ site: Site) throws {
        input = try site.input(0)
        output = try site.output()
        let amounts = try site.integers(1, "paddings")
        let rank = input.shape.count
        try site.require(
            amounts.count == 2 * rank && amounts.allSatisfy { 0...Site.elementCountMax ~= $0 },
            "paddings \(amounts): not two sizes from 0 for each of \(rank) dimensions")
        befores = (0..<rank).map { amounts[2 * $0] }
        var wanted = input.shape
        for axis in 0..<rank { wanted[axis] += amounts[2 * axis] + amounts[2 * axis + 1] }
        try site.require(
            output.shape == wanted, "\(output.title): shape \(output.shape), not \(wanted)")
        filling = site.hasInput(2) ? try site.input(2) : nil
        if let filling {
            try site.require(
                filling.count == 1 && filling.sameNumbers(as: output),
                "\(filling.title): \(filling.count) codes, or other numbers than the output")
        }
        strides = (0..<rank).map { axis in wanted[(axis + 1)...].reduce(1, *) }
        let input = input
        lastAxis = wanted.indices.last { wanted[$0] != input.shape[$0] } ?? 0
    }

    func run(_ memory: Memory) {
        let code = filling.map { memory[$0][0] } ?? Int8(output.zero)
        memory[output].update(repeating: code, count: output.count)
        let pieceCount = input.shape[lastAxis...].reduce(1, *)
        for piece in 0..<input.count / pieceCount {
            var rest = piece
            var place = lastAxis < befores.count ? befores[lastAxis] * strides[lastAxis] : 0
            for axis in input.shape.indices.prefix(lastAxis).reversed() {
                place += (rest % input.shape[axis] + befores[axis]) * strides[axis]
                rest /= input.shape[axis]
            }
            (memory[output] + place).update(
                from: memory[input] + piece * pieceCount, count: pieceCount)
        }
    }
}
