import CKernels

/// The dot product of one vector with every row of a table.
///
///     products[r] ← Σ vector[x] · rows[r][x]
///
/// - Shape: a vector and a row are `width` codes; rows follow each other without padding, one for
///   each product.
/// - Units: codes, −128 ... 127. A product lies within ± 2²²: 256 times 128².
public enum DotProducts {
    public static let width = 256

    /// Defines the right answer.
    public static func multiplyReference(
        _ vector: UnsafeBufferPointer<Int8>, rows: UnsafeBufferPointer<Int8>,
        into products: UnsafeMutableBufferPointer<Int32>
    ) {
        check(vector, rows, products)
        for row in products.indices {
            var sum: Int32 = 0
            for x in 0..<width {
                sum += Int32(vector[x]) * Int32(rows[row * width + x])
            }
            products[row] = sum
        }
    }

    /// The same bits as `multiplyReference`.
    public static func multiply(
        _ vector: UnsafeBufferPointer<Int8>, rows: UnsafeBufferPointer<Int8>,
        into products: UnsafeMutableBufferPointer<Int32>
    ) {
        check(vector, rows, products)
        guard let from = vector.baseAddress, let first = rows.baseAddress,
            let to = products.baseAddress
        else { return }
        kernels_dots(from, first, products.count, to)
    }

    private static func check(
        _ vector: UnsafeBufferPointer<Int8>, _ rows: UnsafeBufferPointer<Int8>,
        _ products: UnsafeMutableBufferPointer<Int32>
    ) {
        precondition(
            vector.count == width && rows.count == products.count * width,
            "shapes are checked when a table is made")
    }
}
