import Frames

/// A sum of small decision trees, and the probability that it stands for.
///
/// Each tree is complete and three deep: seven questions `number ≤ threshold`, of which three are
/// asked, and eight leaves. Written in hexadecimal, 74 digits for each tree: the questions level by
/// level (two digits for the number's index, four for the threshold), then the leaves from left to
/// right (four digits, two's complement).
///
/// - Units: leaves in 1/16 384 of the logarithm of the odds.
/// - Source: Friedman, "Greedy function approximation", Annals of Statistics 29(5), 2001.
struct BoostedTrees {
    static let digitCount = 74
    private static let questionCount = 7
    private static let leafCount = 8

    private let count: Int
    private let indices: [UInt8]
    private let thresholds: [Int16]
    private let leaves: [Int16]

    /// - Parameter text: of `count` trees, as described above.
    init(_ text: StaticString, count: Int) {
        precondition(
            text.utf8CodeUnitCount == count * Self.digitCount, "checked by the recipe")
        var place = 0
        func number(_ digitCount: Int) -> Int {
            var value = 0
            for _ in 0..<digitCount {
                let code = Int(text.utf8Start[place])
                value = value << 4 + (code < 58 ? code - 48 : code - 87)
                place += 1
            }
            return value
        }
        var (indices, thresholds, leaves): ([UInt8], [Int16], [Int16]) = ([], [], [])
        for _ in 0..<count {
            for _ in 0..<Self.questionCount {
                indices.append(UInt8(truncatingIfNeeded: number(2)))
                thresholds.append(Int16(truncatingIfNeeded: number(4)))
            }
            for _ in 0..<Self.leafCount {
                leaves.append(Int16(truncatingIfNeeded: number(4)))
            }
        }
        self.count = count
        self.indices = indices
        self.thresholds = thresholds
        self.leaves = leaves
    }

    /// How many numbers the trees ask about, at least.
    var numberCountMin: Int { Int(indices.max() ?? 0) + 1 }

    /// - Parameter numbers: at least `numberCountMin`.
    /// Cannot overflow: each leaf is below 2¹⁵ in size.
    func sum(_ numbers: UnsafeBufferPointer<Int16>) -> Int {
        var sum = 0
        for tree in 0..<count {
            var node = 0
            for _ in 0..<3 {
                let question = tree * Self.questionCount + node
                let goesRight = numbers[Int(indices[question])] > thresholds[question]
                node = 2 * node + (goesRight ? 2 : 1)
            }
            sum += Int(leaves[tree * Self.leafCount + node - Self.questionCount])
        }
        return sum
    }

    /// 1 / (1 + e⁻ˣ) for x = 0, 1/4, 2/4 ... 8, in 1/32 768.
    private static let logistic: [Int32] = [
        16_384, 18_421, 20_397, 22_255, 23_955, 25_471, 26_790, 27_917, 28_862, 29_644, 30_282,
        30_799, 31_214, 31_545, 31_807, 32_015, 32_179, 32_307, 32_408, 32_487, 32_549, 32_597,
        32_635, 32_664, 32_687, 32_705, 32_719, 32_730, 32_738, 32_745, 32_750, 32_754, 32_757
    ]

    /// 1 / (1 + e⁻ˣ), linear between quarters: within 0.001.
    static func probability(_ sum: Int) -> Q15 {
        let size = min(abs(sum), 8 << 14 - 1)
        let (place, part) = (size >> 12, Int32(size & 4095))
        let value =
            logistic[place] + ((logistic[place + 1] - logistic[place]) * part + 2048) >> 12
        let upper = min(Int(value), 32_767)
        return Q15(rawValue: Int16(sum < 0 ? 32_768 - upper : upper))
    }
}
