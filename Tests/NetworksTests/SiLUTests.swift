import Glibc
import Testing

@testable import Networks

private func scale(_ value: Double) -> Scale { Scale(bitPattern: Float(value).bitPattern) }

/// Of a channel in which a code is worth `step`.
private func silu(step: Double) -> SiLU? {
    Scale.silu(scale(1), scale(1), unit: scale(step), to: scale(1))?.silu
}

@Test func theTableIsThatOfTheFunction() {
    let most = 0.278_464_542_8
    for (place, height) in SiLU.heights.enumerated() {
        let t = Double(place) / 8
        #expect(Double(height) == (255 * t / (1 + exp(t)) / most).rounded())
    }
}

/// Half a code, and of what it is worth the larger of 0.003 and a hundredth.
@Test func everyWordBecomesTheCodeOfTheFunction() throws {
    for third in -33..<30 {
        let step = exp2(Double(third) / 3)
        let channel = try #require(silu(step: step))
        let bit = Double(Float(step)) * exp2(-Double(channel.fraction))
        for zero: Int32 in [-128, -99, 0, 127] {
            var (most, place) = (0.0, Int16(0))
            for y in stride(from: Int16.min, through: .max, by: 7) {
                let v = Double(y) * bit
                let exact = v / (1 + exp(-v)) / step + Double(zero)
                let difference = abs(
                    Double(channel.code(of: y, zero: zero)) - max(min(exact, 127), -128))
                if difference > most { (most, place) = (difference, y) }
            }
            #expect(most <= 0.5 + max(0.003 / step, 0.01), "step \(step), zero \(zero), \(place)")
        }
    }
}

@Test func whatACodeIsWorthDecidesHowFineSumsAre() throws {
    func fraction(_ step: Double) -> Int16? { silu(step: step)?.fraction }
    // The words reach from −8 to 8 at least.
    #expect(fraction(0x1p-5) == 7)
    #expect(fraction(0x1p-5 * 0.999) == 6)
    #expect(fraction(0x1p-11) == 1)
    #expect(fraction(0x1p-11 * 0.999) == nil)
    #expect(fraction(0x1p10 * 0.999) == 7)
    #expect(fraction(0x1p10) == nil)
    let finest = try #require(silu(step: 0x1p-11))
    #expect(finest == SiLU(magnitude: 1 << 14, exponent: 1, gain: 1_145, fraction: 1))
    // The significand is rounded to what has no 16 bits.
    let nearlyTwo = try #require(silu(step: 0x1p-5 * 1.999_999))
    #expect(nearlyTwo.magnitude == .max && nearlyTwo.exponent == 1)
    let coarsest = try #require(silu(step: 0x1p10 * 0.75))
    #expect(coarsest == SiLU(magnitude: 24_576, exponent: 15, gain: 0, fraction: 7))
}

/// The factor is to the word, not to the code: of 2⁻⁷ here.
@Test func sumsAreScaledToWords() throws {
    let made = try #require(Scale.silu(scale(0.5), scale(0.25), unit: scale(2), to: scale(0.5)))
    #expect(made.silu.fraction == 7)
    #expect(made.factor.multiplier == 1 << 30)
    #expect(made.factor.shift == 5)
}

/// Words at both ends, around 0, where the table's places change, any, and halves between two codes; then
/// sums that no word holds.
private func words(_ numbers: inout KernelNumbers, fraction: Int16) -> [Int32] {
    var words: [Int32] = [.min, .max, -32_770, 32_770]
    for edge: Int32 in [-32_768, -16_384, -512, 0, 512, 16_384, 32_767] {
        words += (-4...4).map { edge + $0 }
    }
    let half: Int32 = 1 << (Int32(fraction) - 1)
    return words
        + (0..<800).map { index in
            let word = Int32(Int16(truncatingIfNeeded: numbers.next()))
            return index % 2 == 0 ? word : word & (-2 * half) | half
        }
}

/// Every exponent with every fraction, also those that no step has together. 1,365 is the largest gain for
/// what is done where all of sixteen channels are usual.
@Test(arguments: KernelPath.available, [true, false])
func everyWordMatchesTheReference(path: KernelPath, isShiftedRight: Bool) {
    var numbers = KernelNumbers(state: 0x8CB9_2BA7_2F3D_8DD7)
    for exponent in Int16(1)...15 {
        for fraction in Int16(1)...7 {
            // A sum is its word, or four times it: sums that are all shifted to the right go another way.
            let factor: Int32 = isShiftedRight ? 4 : 1
            let biases = words(&numbers, fraction: fraction).map { $0 &* factor }
            let kind = Int(exponent + fraction) % 3
            let most: Int16 = [.max, 1_365, 1_366][kind]
            let channels = biases.indices.map { index -> SiLU in
                let bits = numbers.next()
                return SiLU(
                    magnitude: Int16(1 << 14 + bits & 0x3FFF), exponent: exponent,
                    gain: index % 9 == 0 ? most : Int16(bits >> 16 % 1_146), fraction: fraction)
            }
            // From the least zero on the most words have codes of their own.
            let zero = kind == 0 ? Int32(numbers.codes(1)[0]) : -128
            let model = KernelModel(
                weights: [Int8](repeating: 0, count: biases.count), count: biases.count, depth: 1,
                inputZero: 0, weightZero: 0, bias: biases,
                output: Requantization(
                    multipliers: [Int32](repeating: 1 << 30, count: biases.count),
                    shifts: [Int32](repeating: isShiftedRight ? -1 : 1, count: biases.count),
                    zero: zero),
                silu: channels)
            var (actual, expected) = (
                [Int8](repeating: 0, count: biases.count), [Int8](repeating: 0, count: biases.count)
            )
            let matrix = PackedMatrix(model, path: path)
            let scratch = FencedMemory(capacity: matrix.scratchByteCount(rowCount: 1))
            matrix.multiply(
                rows: [0], rowStride: 1, rowCount: 1, into: &actual, outputStride: biases.count,
                scratch: scratch.end - (matrix.scratchByteCount(rowCount: 1) + 63) / 64 * 64)
            model.multiplyReference(
                rows: [0], rowStride: 1, rowCount: 1, into: &expected, outputStride: biases.count)
            let index = actual.indices.first { actual[$0] != expected[$0] }
            #expect(index == nil, "\(index.map { "\(biases[$0]) \(channels[$0])" } ?? "")")
            if index != nil { return }
        }
    }
}
