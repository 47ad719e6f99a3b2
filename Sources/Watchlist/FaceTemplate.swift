import Frames

/// What a network makes of one face: a direction in a space where likeness is an angle.
///
/// - Shape: `count` codes of the network, −128 ... 127, not all 0; of any length as a vector, because
///   only the direction counts.
/// - Memory: the codes lie in one place, whoever holds the template, and are overwritten there when
///   the last one lets go of it. `Array(codes)` is a copy of the caller's own.
public struct FaceTemplate: Equatable, Sendable {
    public static let count = DotProducts.width

    private let storage: TemplateStorage

    /// - Returns: nil for another number of codes, and where all of them are 0: no direction.
    public init?(_ codes: UnsafeBufferPointer<Int8>) {
        guard codes.count == Self.count, codes.contains(where: { $0 != 0 }) else { return nil }
        storage = TemplateStorage(codes)
    }

    /// - Returns: nil as above. The array stays the caller's to overwrite.
    public init?(_ codes: [Int8]) {
        guard let template = codes.withUnsafeBufferPointer({ FaceTemplate($0) }) else { return nil }
        self = template
    }

    public func withCodes<Result>(_ body: (UnsafeBufferPointer<Int8>) -> Result) -> Result {
        withExtendedLifetime(storage) { body(UnsafeBufferPointer(storage.codes)) }
    }

    /// Σ of the squares of the codes: 1 ... 2²².
    public var squareSum: Int { withCodes(Self.squareSum) }

    static func squareSum(_ codes: UnsafeBufferPointer<Int8>) -> Int {
        var sum = 0
        for code in codes { sum += Int(code) * Int(code) }
        return sum
    }

    /// The cosine of the angle between the two.
    public func similarity(to other: FaceTemplate) -> Q15 {
        let dot = withCodes { own in
            other.withCodes { others in
                own.indices.reduce(0) { $0 + Int(own[$1]) * Int(others[$1]) }
            }
        }
        return Similarity.cosine(dot: dot, squareSum, other.squareSum)
    }

    public static func == (left: FaceTemplate, right: FaceTemplate) -> Bool {
        left.storage === right.storage
            || left.withCodes { a in right.withCodes { b in a.elementsEqual(b) } }
    }
}

/// Never changed after `init` and before `deinit`: safe from any thread.
private final class TemplateStorage: @unchecked Sendable {
    let codes: UnsafeMutableBufferPointer<Int8>

    init(_ codes: UnsafeBufferPointer<Int8>) {
        self.codes = .allocate(capacity: codes.count)
        _ = self.codes.initialize(from: codes)
    }

    deinit {
        Overwriting.clear(UnsafeMutableRawBufferPointer(codes))
        codes.deallocate()
    }
}

/// How alike two templates are: the cosine of the angle between them.
public enum Similarity {
    /// dot / √(a · b), rounded to the nearest Q15, halves away from 0.
    ///
    /// - Parameters:
    ///   - dot: the dot product of two templates.
    ///   - a: the one's `squareSum`, 1 ... 2²².
    ///   - b: the other's.
    /// - Error: none beyond the rounding, half a unit; 1 itself is `Q15.one`.
    public static func cosine(dot: Int, _ a: Int, _ b: Int) -> Q15 {
        // Twice the answer, rounded down, is √(2³² · dot² / (a · b)) rounded down. By Cauchy and
        // Schwarz dot² ≤ a · b ≤ 2⁴⁴, so the quotient is at most 2³² and fits.
        let square = UInt64(dot.magnitude) * UInt64(dot.magnitude)
        let product = UInt64(a) * UInt64(b)
        precondition(product > 0 && square <= product, "no dot product of the two")
        let quotient = product.dividingFullWidth((square >> 32, square << 32)).quotient
        let magnitude = (IntegerRoot.floor(quotient) + 1) / 2
        return Q15(rawValue: Int16(dot < 0 ? -Int(magnitude) : min(Int(magnitude), 32_767)))
    }
}

enum IntegerRoot {
    /// The largest whole number whose square is at most `value`.
    static func floor(_ value: UInt64) -> UInt64 {
        var (rest, root) = (value, UInt64(0))
        // Bit by bit from the top; the square of what is found never exceeds `value`.
        var bit: UInt64 = 1 << 62
        while bit > rest { bit >>= 2 }
        while bit > 0 {
            if rest >= root + bit {
                rest -= root + bit
                root = root >> 1 + bit
            } else {
                root >>= 1
            }
            bit >>= 2
        }
        return root
    }
}
