/// MAXIMUM and MINIMUM of two inputs with the output's own scale.
final class Extreme: Operator {
    private let one: Codes
    private let other: Codes
    private let output: Codes
    private let shape: Broadcast
    private let isMaximum: Bool

    init(_ site: Site, isMaximum: Bool) throws {
        one = try site.input(0)
        other = try site.input(1)
        output = try site.output()
        shape = try Broadcast(one, other, to: output, site)
        self.isMaximum = isMaximum
    }

    func run(_ memory: Memory) {
        if isMaximum {
            shape.map(memory[one], memory[other], into: memory[output]) { max($0, $1) }
        } else {
            shape.map(memory[one], memory[other], into: memory[output]) { min($0, $1) }
        }
    }
}
