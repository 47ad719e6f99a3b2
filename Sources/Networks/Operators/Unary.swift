/// An operator that looks at one code at a time: a table of 256.
final class Unary: Operator {
    private let input: Codes
    private let output: Codes
    private let table: CodeTable

    /// - Parameter table: made of what input and output are.
    init(_ site: Site, table: (Codes, Codes) throws -> CodeTable) throws {
        input = try site.input(0)
        output = try site.output()
        try site.require(
            input.count == output.count,
            "\(output.title): shape \(output.shape), the input has \(input.shape)")
        self.table = try table(input, output)
    }

    func run(_ memory: Memory) {
        table.apply(memory[input], into: memory[output], count: input.count)
    }

    /// QUANTIZE: codes of one scale, or type, to codes of another.
    static func quantize(_ site: Site) throws -> Unary {
        try Unary(site) { input, output in
            rescaled(input, output, Scale.factor(input.scale, to: output.scale))
        }
    }

    /// RELU, RELU6 and RELU_N1_TO_1, with the output's own scale.
    static func rectifier(_ site: Site, _ activation: FusedActivation) throws -> Unary {
        try Unary(site) { input, output in
            rescaled(
                input, output, Scale.roundedFactor(input.scale, to: output.scale),
                activation.range(of: output))
        }
    }

    /// LEAKY_RELU: below zero, a slope of its own.
    static func leakyRectifier(_ site: Site) throws -> Unary {
        let slope = try site.node.options?.number(0, or: UInt32(0)) ?? 0
        return try Unary(site) { input, output in
            let above = Scale.roundedFactor(input.scale, to: output.scale)
            let below = Scale.slopeFactor(input.scale, slope: slope, to: output.scale)
            let sign: Int32 = Scale.isNegative(slope) ? -1 : 1
            return CodeTable { code in
                let distance = Int32(code) - input.zero
                let factor = distance >= 0 ? above : below
                let scaled = Requantization.multiply(
                    distance, by: factor.multiplier, shift: factor.shift)
                let signed = Int64(distance >= 0 ? 1 : sign) * Int64(scaled)
                return Int8(clamping: signed + Int64(output.zero))
            }
        }
    }

    /// LOGISTIC: 1 / (1 + e^−x), in 256ths.
    static func logistic(_ site: Site) throws -> Unary {
        try Unary(site) { input, output in
            try site.require(
                output.scale.isOne256th, "\(output.title): scale \(output.scale.text), not 1/256")
            return Scale.table(.logistic, input, to: output)
        }
    }

    /// TANH.
    static func hyperbolicTangent(_ site: Site) throws -> Unary {
        try Unary(site) { Scale.table(.tanh, $0, to: $1) }
    }

    /// clamp(zero + round(factor · (code − input zero))).
    private static func rescaled(
        _ input: Codes, _ output: Codes, _ factor: Scale.Factor,
        _ range: ClosedRange<Int8> = Int8.min...Int8.max
    ) -> CodeTable {
        CodeTable { code in
            let scaled = Requantization.multiply(
                Int32(code) - input.zero, by: factor.multiplier, shift: factor.shift)
            let result = Int8(clamping: Int64(scaled) + Int64(output.zero))
            return min(max(result, range.lowerBound), range.upperBound)
        }
    }
}
