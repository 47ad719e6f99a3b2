/// HARD_SWISH: x · clamp(x + 3, 0 ... 6) / 6, in 16-bit steps.
///
/// - Source: TensorFlow Lite, `reference_ops::HardSwish`.
enum HardSwish {
    static func table(_ site: Site) throws -> Unary {
        try Unary(site) { input, output in
            let factors = Scale.hardSwishFactors(input.scale, to: output.scale)
            try site.require(
                factors.output.shift <= 0 && factors.output.multiplier > 0
                    && factors.ramp.multiplier > 0,
                "\(output.title): scale \(output.scale.text) does not fit its input's"
                    + " \(input.scale.text)")
            return CodeTable { code($0, input, output, factors.output, factors.ramp) }
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
