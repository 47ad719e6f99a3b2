/// MAXIMUM and MINIMUM of two inputs with the output's own scale.
class Extreme: Operator, @unchecked Sendable {
    fileprivate let one: Codes
    fileprivate let other: Codes
    fileprivate let output: Codes
    fileprivate let shape: Broadcast

    required init(_ site: Site) throws {
        one = try site.input(0)
        other = try site.input(1)
        output = try site.output()
        shape = try Broadcast(one, other, to: output, site)
    }

    func run(_ memory: Memory) {}
}

final class Maximum: Extreme, @unchecked Sendable {
    override func run(_ memory: Memory) {
        shape.map(memory[one], memory[other], into: memory[output]) { max($0, $1) }
    }
}

final class Minimum: Extreme, @unchecked Sendable {
    override func run(_ memory: Memory) {
        shape.map(memory[one], memory[other], into: memory[output]) { min($0, $1) }
    }
}
