import CNetworks
import Testing

@testable import Networks

@Test(arguments: KernelPath.available)
func everyTailOfAProductMatchesItsReference(path: KernelPath) {
    var numbers = KernelNumbers(state: 0xE703_7ED1_A0B4_28DB)
    for count in 1...70 {
        let rowCount = 1 + count % 3
        let zeros = numbers.codes(3)
        let output = numbers.requantization(1)
        var multiplier = networks_multiplier(
            path: path.code, zeros: (Int32(zeros[0]), Int32(zeros[1])),
            scale: networks_scale(output.multipliers[0], output.shifts[0]),
            codes: networks_codes(
                zero: output.zero, minimum: output.minimum, maximum: output.maximum))
        // The second input has one row for all.
        let (one, other) = (numbers.codes(rowCount * (count + 3)), numbers.codes(count))
        let untouched = numbers.codes(rowCount * count + 64)
        var (actual, expected) = (untouched, untouched)
        networks_product(&multiplier, one, count + 3, other, 0, rowCount, count, &actual)
        for row in 0..<rowCount {
            for index in 0..<count {
                let product =
                    (Int32(one[row * (count + 3) + index]) - Int32(zeros[0]))
                    * (Int32(other[index]) - Int32(zeros[1]))
                expected[row * count + index] = output.code(of: product, channel: 0)
            }
        }
        #expect(actual == expected, "\(count) codes")
        if actual != expected { return }
    }
}

@Test func piecesOfEverySizeAreCopied() {
    var numbers = KernelNumbers(state: 0x8EBC_6AF0_9C88_C6E3)
    let source = FencedMemory(capacity: 1 << 12)
    let target = FencedMemory(capacity: 1 << 12)
    for count in 1...300 {
        for pieceCount in [1, 2, 5] {
            for gap in [0, 3] {
                let step = count + gap
                let (from, into) = (
                    source.end - (pieceCount - 1) * step - count,
                    target.end - (pieceCount - 1) * (step + gap) - count
                )
                let byteCount = (pieceCount - 1) * step + count
                for (index, code) in numbers.codes(byteCount).enumerated() { from[index] = code }
                let targetCount = (pieceCount - 1) * (step + gap) + count
                for index in 0..<targetCount { into[index] = 55 }
                var expected = [Int8](repeating: 55, count: targetCount)
                for piece in 0..<pieceCount {
                    for index in 0..<count {
                        expected[piece * (step + gap) + index] = from[piece * step + index]
                    }
                }
                networks_copy_pieces(pieceCount, count, from, step, into, step + gap)
                let actual = [Int8](UnsafeBufferPointer(start: into, count: targetCount))
                #expect(actual == expected, "\(pieceCount) of \(count)")
                if actual != expected { return }
            }
        }
    }
}

@Test func columnsOfEverySizeAreAddedUp() {
    var numbers = KernelNumbers(state: 0x5896_0B7E_2F1D_4C33)
    // More rows of the least code than 16 bits hold.
    for (rowCount, least) in [(1, Int8.min), (7, 3), (255, -128), (256, -128), (600, 127)] {
        for count in [1, 15, 16, 17, 40] {
            let codes =
                rowCount == 256
                ? [Int8](repeating: .min, count: rowCount * count)
                : numbers.codes(rowCount * count, least: least)
            var sums = numbers.integers(count).map { $0 >> 8 }
            var expected = sums
            for (index, code) in codes.enumerated() { expected[index % count] += Int32(code) }
            networks_add_columns(codes, rowCount, count, &sums)
            #expect(sums == expected, "\(rowCount) rows of \(count)")
        }
    }
}
