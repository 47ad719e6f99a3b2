import Frames

/// How alike strangers can look: measured on many pairs of pictures of different people.
///
/// `similarities[i]` is what one in 2ᵏ of such pairs reaches, k = `first` + i. From it follows how
/// alike somebody must be to be told of, so that no more strangers than stated are told of: the more
/// rows he is compared with, the more alike.
public struct ThresholdTable: Hashable, Sendable {
    public let first: Int
    public let similarities: [Q15]

    public static let countMax = 48

    /// - Returns: nil unless there are 2 ... `countMax` similarities that never descend, above 0, and
    ///   `first` is 0 ... 63.
    public init?(first: Int, similarities: [Q15]) {
        guard (2...Self.countMax).contains(similarities.count), (0...63).contains(first),
            similarities[0] > .zero,
            zip(similarities, similarities.dropFirst()).allSatisfy({ $0 <= $1 })
        else { return nil }
        self.first = first
        self.similarities = similarities
    }

    /// How alike somebody must be at least, when he is compared with `rowCount` templates.
    ///
    /// Whatever templates have to do with each other, the share of strangers who reach one of them
    /// is at most the sum of the shares for each. So each may have `falseAlarms` / 10,000 /
    /// `rowCount`, and log₂ of its reciprocal says where in the table to look, between its lines in
    /// proportion.
    ///
    /// - Parameter falseAlarms: how many of 10,000 strangers may be told of.
    /// - Error: rounded up, at most three units above exact. Before the table it is its first line.
    ///   Behind it, it goes on as steeply as in the steepest of its last three steps: similarities of
    ///   strangers thin out faster than that, so that errs on the strangers' side.
    public func threshold(rowCount: Int, falseAlarms: Int) -> Q15 {
        guard falseAlarms > 0 else { return .one }
        // Cannot overflow: rows are at most some ten thousands.
        let trials = UInt64(min(max(rowCount, 1), 1 << 32)) * 10_000
        let allowed = UInt64(falseAlarms)
        let place = BinaryLogarithm.ceiling((trials + allowed - 1) / allowed) - first << 16
        guard place > 0 else { return similarities[0] }
        let (line, rest) = (place >> 16, place & 0xFFFF)
        let last = similarities.count - 1
        guard line < last else {
            let steps = (max(1, last - 2)...last).map { step($0) }
            let slope = steps.max() ?? 0
            return raised(similarities[last], by: slope * (place - last << 16))
        }
        return raised(similarities[line], by: step(line + 1) * rest)
    }

    private func step(_ line: Int) -> Int {
        Int(similarities[line].rawValue) - Int(similarities[line - 1].rawValue)
    }

    private func raised(_ similarity: Q15, by parts: Int) -> Q15 {
        // Cannot overflow: a step is below 2¹⁵, a place below 2²³.
        Q15(rawValue: Int16(min(Int(similarity.rawValue) + (parts + 0xFFFF) >> 16, 32_767)))
    }
}

enum BinaryLogarithm {
    /// log₂ of `value` with sixteen binary places, never below exact and less than 2⁻¹⁵ above.
    ///
    /// - Source: Clay Turner, "A Fast Binary Logarithm Algorithm", IEEE Signal Processing Magazine
    ///   27(5), 2010: square, and halve what has grown beyond 2.
    static func ceiling(_ value: UInt64) -> Int {
        guard value > 1 else { return 0 }
        let whole = 63 - value.leadingZeroBitCount
        if value == 1 << whole { return whole << 16 }
        // 1 ... 2 with 31 binary places, rounded up like every square: errors add up to 2⁻²⁹.
        var mantissa =
            whole > 31
            ? (value + (1 << (whole - 31)) - 1) >> (whole - 31) : value << (31 - whole)
        var places = 0
        for _ in 0..<16 {
            // Cannot overflow: what is squared is below 2³². At 2³², which rounding up can reach, it
            // is 2: its square halved is 2 again, and every further place is 1.
            places <<= 1
            if mantissa >= 1 << 32 {
                places |= 1
                continue
            }
            mantissa = (mantissa * mantissa + (1 << 31) - 1) >> 31
            if mantissa >= 1 << 32 {
                places |= 1
                mantissa = (mantissa + 1) >> 1
            }
        }
        return whole << 16 + places + 1
    }
}

/// Of 10,000 strangers who pass, how many may be told of, for each category.
///
/// Missing first: a wrong hint costs a look, a missed one a child. Whoever is wanted or barred can
/// be wronged, so half as many.
public struct FalseAlarmRates: Hashable, Sendable {
    public var wanted: Int
    public var missing: Int
    public var barred: Int

    public static let standard = FalseAlarmRates(wanted: 10, missing: 20, barred: 10)

    public init(wanted: Int, missing: Int, barred: Int) {
        self.wanted = wanted
        self.missing = missing
        self.barred = barred
    }

    public subscript(category: WatchNotice.Category) -> Int {
        switch category {
        case .wanted: wanted
        case .missing: missing
        case .barred: barred
        }
    }
}
