/// The scale of quantised numbers, value = scale · (code − zero), and all that is made of it when a
/// network is loaded: integer multipliers, clamps and tables.
///
/// The one file of the core that computes with a point. Only +, −, ×, ÷ and rounding are used, which
/// IEEE 754 defines to the bit, so that every machine makes the same integers of a model.
struct Scale: Equatable, Sendable {
    private let value: Float

    /// - Parameter bitPattern: of the file's 32-bit number; may be anything.
    init(bitPattern: UInt32) {
        value = Float(bitPattern: bitPattern)
    }

    var isPositive: Bool { value.isFinite && value > 0 }

    /// Of numbers that are computed. Ratios of two such scales are finite, as is what tables are made
    /// of; no network's numbers are near the limits.
    var isUsable: Bool { value >= 0x1p-60 && value <= 0x1p60 }

    var text: String { "\(value)" }

    /// In 1/2²⁴, rounded; of a scale that `isUsable` and is not huge, else the most that there is.
    var q24: Int64 {
        let scaled = (Double(value) * 0x1p24).rounded(.toNearestOrAwayFromZero)
        return scaled < 0x1p40 ? Int64(scaled) : 1 << 40
    }

    /// A factor as a Q31 multiplier and a power of two.
    struct Factor: Equatable {
        var multiplier: Int32
        var shift: Int32

        /// - Source: TensorFlow Lite, `QuantizeMultiplier`.
        fileprivate init(_ factor: Double) {
            guard factor > 0, factor.isFinite else {
                (multiplier, shift) = (0, 0)
                return
            }
            // significand is 1 ..< 2, the source's fraction half of it.
            var fixed = Int64((factor.significand * 0x1p30).rounded(.toNearestOrAwayFromZero))
            var exponent = Int(factor.exponent) + 1
            if fixed == 1 << 31 { (fixed, exponent) = (fixed / 2, exponent + 1) }
            if exponent < -31 { (fixed, exponent) = (0, 0) }
            if exponent > 30 { (fixed, exponent) = (Int64(Int32.max), 30) }
            (multiplier, shift) = (Int32(fixed), Int32(exponent))
        }
    }

    /// input · weight / output, each exact, as for weights with a scale for each channel.
    static func factor(_ input: Scale, _ weight: Scale, to output: Scale) -> Factor {
        Factor(Double(input.value) * Double(weight.value) / Double(output.value))
    }

    /// (input · weight rounded to 32 bits) / output, as for weights with one scale.
    static func roundedFactor(_ input: Scale, _ weight: Scale, to output: Scale) -> Factor {
        Factor(Double(input.value * weight.value) / Double(output.value))
    }

    /// input / output.
    static func factor(_ input: Scale, to output: Scale) -> Factor {
        Factor(Double(input.value) / Double(output.value))
    }

    /// What brings two numbers that are added to one scale, twice the larger, and their sum to
    /// `output`, with `leftShift` places more in between.
    static func sumFactors(_ one: Scale, _ other: Scale, to output: Scale, leftShift: Int)
        -> (one: Factor, other: Factor, output: Factor)
    {
        let larger = 2 * max(Double(one.value), Double(other.value))
        return (
            Factor(Double(one.value) / larger), Factor(Double(other.value) / larger),
            Factor(larger / (Double(1 << leftShift) * Double(output.value)))
        )
    }

    /// input / output rounded to 32 bits, as the source computes it where nothing is accumulated.
    static func roundedFactor(_ input: Scale, to output: Scale) -> Factor {
        Factor(Double(input.value / output.value))
    }

    /// one · other / output, each step rounded to 32 bits.
    static func productFactor(_ one: Scale, _ other: Scale, to output: Scale) -> Factor {
        Factor(Double(one.value * other.value / output.value))
    }

    /// The exact number that a fully connected layer's sums are multiplied with.
    static func exactFactor(_ input: Scale, _ weight: Scale, to output: Scale) -> ExactFactor {
        ExactFactor(Double(input.value) * Double(weight.value) / Double(output.value))
    }

    /// mantissa · 2^exponent.
    struct ExactFactor: Equatable {
        /// 2⁵² ..< 2⁵³, or 0.
        let mantissa: UInt64
        let exponent: Int

        fileprivate init(_ factor: Double) {
            guard factor.isNormal, factor > 0 else {
                (mantissa, exponent) = (0, 0)
                return
            }
            mantissa = factor.significandBitPattern | 1 << 52
            exponent = Int(factor.exponent) - 52
        }
    }

    /// The slope of a leaky rectifier as a factor.
    static func slopeFactor(_ input: Scale, slope: UInt32, to output: Scale) -> Factor {
        Factor(abs(Double(input.value * Float(bitPattern: slope) / output.value)))
    }

    static func isNegative(_ bitPattern: UInt32) -> Bool { Float(bitPattern: bitPattern) < 0 }

    /// Of a hard swish: what brings (code − zero) · 2⁷ to the output's codes, and to a ramp that is
    /// 2¹⁵ at 3.
    static func hardSwishFactors(_ input: Scale, to output: Scale) -> (output: Factor, ramp: Factor)
    {
        let fine = (1 / 128 as Float) * input.value
        return (
            Factor(Double(fine / output.value)), Factor(Double(fine / ((3 as Float) / 32_768)))
        )
    }

    /// Of a softmax: β · input · 2²⁶.
    ///
    /// - Parameter sharpness: β, the bits of a 32-bit number.
    static func softmaxFactor(_ input: Scale, sharpness: UInt32) -> Factor {
        let beta = Double(Float(bitPattern: sharpness))
        return Factor(min(beta * Double(input.value) * 0x1p26, 0x1p31 - 1))
    }

    var isOne256th: Bool { value == 0x1p-8 }

    // MARK: SiLU

    /// How sums become codes of SiLU(v) / `unit`: the factor that makes 16 bits of a sum, and what
    /// makes a code of these. nil where a code is worth less than 2⁻¹¹ or 2¹⁰ and more: then 16 bits
    /// do not reach from that to 8, from where on nothing but the sign counts.
    static func silu(_ input: Scale, _ weight: Scale, unit: Scale, to output: Scale)
        -> (factor: Factor, silu: SiLU)?
    {
        // Exact: of 24 bits each.
        let step = Double(output.value) * Double(unit.value)
        guard step >= 0x1p-11, step < 0x1p10 else { return nil }
        var (fraction, bit) = (7, step / 128)
        while bit < 0x1p-12 { (fraction, bit) = (fraction - 1, 2 * bit) }
        // In Q12, 1 or more: significand / 2 is ½ ..< 1.
        let ratio = bit * 0x1p12
        let magnitude = (ratio.significand * 0x1p14).rounded(.toNearestOrAwayFromZero)
        let gain = (siluMaximum / (255 * 128) / bit * 0x1p15).rounded(.toNearestOrAwayFromZero)
        return (
            Factor(Double(input.value) * Double(weight.value) / bit),
            SiLU(
                magnitude: Int16(min(magnitude, 32_767)), exponent: Int16(ratio.exponent + 1),
                gain: Int16(gain), fraction: Int16(fraction))
        )
    }

    /// The most that t / (1 + e^t) gets, at 1.2785.
    private static let siluMaximum = 0.278_464_542_8

    // MARK: PReLU

    /// What makes 16 bits of a sum, of which 2^`PReLU.fraction` are a code's worth.
    static func prelu(_ input: Scale, _ weight: Scale, to output: Scale) -> Factor {
        let bit = Double(output.value) / Double(1 << PReLU.fraction)
        return Factor(Double(input.value) * Double(weight.value) / bit)
    }

    /// A slope's nearest in Q11; nil where there is none within ±32,767.
    ///
    /// - Parameter bitPattern: of the file's 32-bit number; may be anything.
    static func slopeQ11(_ bitPattern: UInt32) -> Int16? {
        let scaled = (Double(Float(bitPattern: bitPattern)) * 0x1p11)
            .rounded(.toNearestOrAwayFromZero)
        return abs(scaled) <= 32_767 ? Int16(scaled) : nil
    }

    // MARK: Tables

    /// Codes of f(input) for the functions that have no integer rule in the source.
    enum Curve {
        case logistic, tanh

        fileprivate func callAsFunction(_ x: Float) -> Float {
            switch self {
            case .logistic: 1 / (1 + Float(Scale.exponential(-Double(x))))
            case .tanh: Float(Scale.hyperbolicTangent(Double(x)))
            }
        }
    }

    static func table(_ curve: Curve, _ input: Codes, to output: Codes) -> CodeTable {
        let inverse = 1 / output.scale.value
        return CodeTable { code in
            let x = input.scale.value * Float(Int32(code) - input.zero)
            let scaled = (curve(x) * inverse).rounded(.toNearestOrAwayFromZero)
            return Int8(clamping: Int(max(min(scaled + Float(output.zero), 1e6), -1e6)))
        }
    }

    /// What brings the codes of one input of a concatenation to the output's numbers.
    static func rescaled(_ input: Codes, to output: Codes) -> CodeTable {
        let scale = input.scale.value * (1 / output.scale.value)
        let bias = -Float(input.zero + input.offset) * scale
        return CodeTable { code in
            let product = Float(Int32(code) + input.offset) * scale
            let scaled = (product + bias).rounded(.toNearestOrAwayFromZero)
            return Int8(clamping: Int(max(min(scaled, 1e6), -1e6)) + Int(output.zero))
        }
    }

    /// e^x to 1 in 10¹⁵.
    private static func exponential(_ x: Double) -> Double {
        guard x > -700 else { return 0 }
        guard x < 700 else { return .infinity }
        let count = (x * 1.442_695_040_888_963_4).rounded()
        // ln 2 in two parts, the first with zeros at its end, so that the first product is exact.
        let rest = (x - count * 0x1.62e42feep-1) - count * 0x1.a39ef35793c76p-33
        var (term, sum) = (1.0, 1.0)
        for index in 1...14 {
            term *= rest / Double(index)
            sum += term
        }
        return sum * Double(sign: .plus, exponent: Int(count), significand: 1)
    }

    private static func hyperbolicTangent(_ x: Double) -> Double {
        guard abs(x) > 1e-3 else { return x - x * x * x / 3 }
        let falling = exponential(-2 * abs(x))
        let value = (1 - falling) / (1 + falling)
        return x < 0 ? -value : value
    }

    // MARK: Resizing

    /// Where each place of a side that is resized to the nearest comes from.
    static func nearestPlaces(
        from inputCount: Int, to outputCount: Int, isAligned: Bool, isHalfPixel: Bool
    ) -> [Int] {
        let step =
            isAligned && outputCount > 1
            ? Float(inputCount - 1) / Float(outputCount - 1)
            : Float(inputCount) / Float(outputCount)
        let offset: Float = isHalfPixel ? 0.5 : 0
        return (0..<outputCount).map { place in
            let exact = (Float(place) + offset) * step
            let whole = isAligned ? exact.rounded(.toNearestOrAwayFromZero) : exact.rounded(.down)
            return max(min(Int(whole), inputCount - 1), 0)
        }
    }

    /// zero + round(number / scale): the code of a small whole number, unclamped.
    func code(of number: Int, zero: Int32) -> Int32 {
        let code = (Float(number) / value).rounded(.toNearestOrAwayFromZero)
        return zero &+ Int32(max(min(code, 1e9), -1e9))
    }
}
