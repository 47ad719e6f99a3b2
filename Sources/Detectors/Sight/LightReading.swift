import Frames

/// The cells of one frame as evidence of light: how bright they are beside how bright they were
/// learned, counted from a supposed black.
struct LightReading {
    let cells: UnsafeMutableBufferPointer<CellSums>
    let hidden: UnsafeMutableBufferPointer<Bool>
    /// `binCount` counters, for the median.
    let bins: UnsafeMutableBufferPointer<Int32>

    static let binCount = 128

    /// (brightness now) / (brightness learned), Q8, of the cells about the median; nil if there is
    /// no cell to be seen.
    func ratio(black: Int) -> Int? {
        bins.update(repeating: 0)
        var count = 0
        for index in cells.indices where !hidden[index] {
            bins[Self.bin(cells[index], black)] += 1
            count += 1
        }
        guard count > 0 else { return nil }
        var (median, below) = (0, 0)
        while median < Self.binCount - 1 && (below + Int(bins[median])) * 2 <= count {
            below += Int(bins[median])
            median += 1
        }
        var (light, learned) = (0, 0)
        for index in cells.indices
        where !hidden[index] && abs(Self.bin(cells[index], black) - median) <= 1 {
            light += Self.light(cells[index].sum, black)
            learned += Self.light(cells[index].referenceSum, black)
        }
        return min(max(light * 256 / max(learned, 1), 8), 2_048)
    }

    /// How far the cells are from what this black and ratio make of the learned ones; code values,
    /// summed. A cell that is off by more than `misfitMax` is not a matter of light.
    func misfit(black: Int, ratio: Int) -> Int {
        var sum = 0
        for index in cells.indices where !hidden[index] {
            let learned = Int(cells[index].referenceSum) - black * 64
            let expected = black * 64 + learned * ratio / 256
            sum += min(abs(Int(cells[index].sum) - expected), Self.misfitMax)
        }
        return sum / 64
    }

    private static let misfitMax = 16 * 64

    /// Of a cell; code values × 64, with a little added so that black itself can be divided by.
    private static func light(_ sum: Int32, _ black: Int) -> Int {
        max(Int(sum) - black * 64, 0) + 128
    }

    /// Ratio in steps of 1/32.
    private static func bin(_ cell: CellSums, _ black: Int) -> Int {
        min(light(cell.sum, black) * 32 / light(cell.referenceSum, black), binCount - 1)
    }
}
