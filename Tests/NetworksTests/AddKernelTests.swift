import CNetworks
import Testing

@testable import Networks

@Test(arguments: KernelPath.available) func everyTailOfASumMatchesItsReference(path: KernelPath) {
    var numbers = KernelNumbers(state: 0xA076_1D64_78BD_642F)
    for count in 1...150 {
        func factor() -> (multiplier: Int32, shift: Int32) {
            let bits = numbers.next()
            // An input with the larger scale has exactly one half.
            if bits & 7 == 0 { return (1 << 30, 0) }
            return (
                (1 << 30) + Int32(truncatingIfNeeded: (bits >> 8) & 0x3FFF_FFFF),
                -Int32(truncatingIfNeeded: (bits >> 40) % 12)
            )
        }
        let (first, second, last) = (factor(), factor(), factor())
        let sumShift = last.shift - 12
        let zeros = numbers.codes(3)
        let limits = numbers.codes(2)
        let isDifference = numbers.next() & 1 == 1
        var adder = networks_adder(
            path: path.code, zeros: (Int32(zeros[0]), Int32(zeros[1])), left: 20,
            is_difference: isDifference ? 1 : 0,
            terms: (
                networks_scale(first.multiplier, first.shift),
                networks_scale(second.multiplier, second.shift)
            ),
            sum: networks_scale(last.multiplier, sumShift),
            codes: networks_codes(
                zero: Int32(zeros[2]), minimum: limits.min()!, maximum: limits.max()!))
        let (one, other) = (numbers.codes(count), numbers.codes(count))
        let untouched = numbers.codes(count + 64)
        var (actual, expected) = (untouched, untouched)
        networks_add(&adder, one, other, count, &actual)
        let output = Requantization(
            multipliers: [last.multiplier], shifts: [sumShift], zero: Int32(zeros[2]),
            minimum: limits.min()!, maximum: limits.max()!)
        for index in 0..<count {
            let a = Requantization.multiply(
                (Int32(one[index]) - Int32(zeros[0])) << 20, by: first.multiplier,
                shift: first.shift)
            let b = Requantization.multiply(
                (Int32(other[index]) - Int32(zeros[1])) << 20, by: second.multiplier,
                shift: second.shift)
            expected[index] = output.code(of: isDifference ? a &- b : a &+ b, channel: 0)
        }
        let index = actual.indices.first { actual[$0] != expected[$0] }
        #expect(index == nil, "\(count) codes")
        if index != nil { return }
    }
}
