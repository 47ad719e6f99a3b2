import Frames
import Testing

@Suite struct DotProductsTests {
    private static func products(
        _ vector: [Int8], _ rows: [Int8], isReference: Bool
    ) -> [Int32] {
        var products = [Int32](repeating: -1, count: rows.count / DotProducts.width)
        vector.withUnsafeBufferPointer { vector in
            rows.withUnsafeBufferPointer { rows in
                products.withUnsafeMutableBufferPointer { products in
                    if isReference {
                        DotProducts.multiplyReference(vector, rows: rows, into: products)
                    } else {
                        DotProducts.multiply(vector, rows: rows, into: products)
                    }
                }
            }
        }
        return products
    }

    @Test(arguments: 0...33) func everyRowCountOfDotProductsMatchesReference(count: Int) {
        var random = SplitMix64(seed: UInt64(count))
        func codes(_ count: Int) -> [Int8] {
            (0..<count).map { _ in Int8(truncatingIfNeeded: random.next() >> 40) }
        }
        let (vector, rows) = (codes(256), codes(256 * count))
        #expect(
            Self.products(vector, rows, isReference: false)
                == Self.products(vector, rows, isReference: true))
    }

    @Test func theGreatestProductsFit() {
        for code: Int8 in [.min, -1, 0, 1, .max] {
            for other: Int8 in [.min, -1, 1, .max] {
                let (vector, rows) = (
                    [Int8](repeating: code, count: 256), [Int8](repeating: other, count: 256 * 5)
                )
                let wanted = [Int32](repeating: 256 * Int32(code) * Int32(other), count: 5)
                #expect(Self.products(vector, rows, isReference: false) == wanted)
                #expect(Self.products(vector, rows, isReference: true) == wanted)
            }
        }
    }

    @Test func whatIsClearedIsZero() {
        var bytes: [UInt8] = [1, 2, 3]
        bytes.withUnsafeMutableBytes { Overwriting.clear($0) }
        #expect(bytes == [0, 0, 0])
        let copy = bytes
        Overwriting.clear(&bytes)
        #expect(bytes.isEmpty && copy == [0, 0, 0])
    }
}
