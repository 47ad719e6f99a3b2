/// An operator that looks at one code at a time: a table of 256.
class Unary: Operator, @unchecked Sendable {
    private let input: Codes
    private let output: Codes
    private let table: CodeTable

    convenience required init(_ site: Site) throws {
        try self.init(site) { _, _ in CodeTable { $0 } }
    }

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

    /// clamp(zero + round(factor · (code − input zero))).
    fileprivate static func rescaled(
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

/// QUANTIZE: codes of one scale, or type, to codes of another.
final class Quantize: Unary, @unchecked Sendable {
    convenience required init(_ site: Site) throws {
        try self.init(site) { input, output in
            Self.rescaled(input, output, Scale.factor(input.scale, to: output.scale))
        }
    }
}

/// RELU and its kin, with the output's own scale.
class Rectifier: Unary, @unchecked Sendable {
    fileprivate convenience init(_ site: Site, _ activation: FusedActivation) throws {
        try self.init(site) { input, output in
            Self.rescaled(
                input, output, Scale.roundedFactor(input.scale, to: output.scale),
                activation.range(of: output))
        }
    }
}

final class ReLU: Rectifier, @unchecked Sendable {
    convenience required init(_ site: Site) throws { try self.init(site, .relu) }
}

final class ReLU6: Rectifier, @unchecked Sendable {
    convenience required init(_ site: Site) throws { try self.init(site, .relu6) }
}

final class ReLUN1To1: Rectifier, @unchecked Sendable {
    convenience required init(_ site: Site) throws { try self.init(site, .reluN1To1) }
}

/// LEAKY_RELU: below zero, a slope of its own.
final class LeakyReLU: Unary, @unchecked Sendable {
    convenience required init(_ site: Site) throws {
        let slope = try site.node.options?.number(0, or: UInt32(0)) ?? 0
        try self.init(site) { input, output in
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
}

/// LOGISTIC: 1 / (1 + e^−x), in 256ths.
final class Logistic: Unary, @unchecked Sendable {
    convenience required init(_ site: Site) throws {
        try self.init(site) { input, output in
            try site.require(
                output.scale.isOne256th, "\(output.title): scale \(output.scale.text), not 1/256")
            return Scale.table(.logistic, input, to: output)
        }
    }
}

/// TANH.
final class HyperbolicTangent: Unary, @unchecked Sendable {
    convenience required init(_ site: Site) throws {
        try self.init(site) { Scale.table(.tanh, $0, to: $1) }
    }
}

/// HARD_SWISH: x · clamp(x + 3, 0 ... 6) / 6, in 16-bit steps.
///
/// - Source: TensorFlow Lite, `reference_ops::HardSwish`.
final class HardSwish: Unary, @unchecked Sendable {
    convenience required init(_ site: Site) throws {
        try self.init(site) { input, output in
            let factors = Scale.hardSwishFactors(input.scale, to: output.scale)
            try site.require(
                factors.output.shift <= 0 && factors.output.multiplier > 0
                    && factors.ramp.multiplier > 0,
                "\(output.title): scale \(output.scale.text) does not fit its input's"
                    + " \(input.scale.text)")
            return CodeTable { Self.code($0, input, output, factors.output, factors.ramp) }
        }
    }

    private static func code(
        _ code: Int8, _ input: Codes, _ output: Codes, _ outputFactor: Scale.Factor,
        _ rampFactor: Scale.Factor
    ) -> Int8 {
        // At most 255 · 128 in magnitude.
        let fine = Int16((Int32(code) - input.zero) * 128)
        let scaled = multiply(fine, narrow(outputFactor.multiplier))
        var ramp = fine
        let shift = rampFactor.shift
        if shift > 0 { ramp = saturatingShift(ramp, shift - 1) }
        ramp = multiply(ramp, narrow(rampFactor.multiplier))
        if shift > 0 { ramp = saturatingShift(ramp, 1) }
        if shift < 0 {
            ramp = Int16(Requantization.divide(Int32(ramp), byPowerOfTwo: min(-shift, 31)))
        }
        let share = (Int32(ramp) + 32_768) >> 1
        let product = Int32(Int16(truncatingIfNeeded: share * Int32(scaled) / 32_768))
        let whole = Requantization.divide(product, byPowerOfTwo: -outputFactor.shift)
        return Int8(clamping: whole + output.zero)
    }

    /// A Q31 multiplier in Q15.
    private static func narrow(_ multiplier: Int32) -> Int16 {
        multiplier >= Int32.max - (1 << 15) ? 32_767 : Int16((multiplier + (1 << 15)) >> 16)
    }

    /// Both Q15; half away from zero. The factor is above −1, so nothing overflows.
    private static func multiply(_ one: Int16, _ other: Int16) -> Int16 {
        let product = Int32(one) * Int32(other)
        return Int16((product + (product >= 0 ? 1 << 14 : 1 - (1 << 14))) / (1 << 15))
    }

    private static func saturatingShift(_ value: Int16, _ places: Int32) -> Int16 {
        Int16(clamping: Int64(value) << Int64(min(places, 32)))
    }
}
