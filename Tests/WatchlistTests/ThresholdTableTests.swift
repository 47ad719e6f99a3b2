import Frames
import Testing

@testable import Watchlist

@Suite struct ThresholdTableTests {
    @Test func powersOfTwoHaveWholeLogarithms() {
        for power in 0..<60 { #expect(BinaryLogarithm.ceiling(1 << power) == power << 16) }
    }

    /// 2^(y) ≥ x > 2^(y − 2⁻¹⁵), seen at powers of x: log₂ xⁿ = n · log₂ x.
    @Test func noLogarithmIsBelowExactNorFarAbove() {
        for value in 3..<4000 as Range<UInt64> where value & (value - 1) != 0 {
            let logarithm = BinaryLogarithm.ceiling(value)
            // The largest power that fits.
            var (power, count) = (value, 1)
            while !power.multipliedReportingOverflow(by: value).overflow, count < 5 {
                power *= value
                count += 1
            }
            let whole = (63 - power.leadingZeroBitCount) << 16
            #expect(logarithm * count >= whole)
            #expect((logarithm - 2) * count <= whole + 65_536)
        }
        // log₂ 3 = 1.5849625… = 103 872.1 / 65 536; log₂ 10 000 = 13.2877123… = 870 823.5 / 65 536.
        #expect((103_873...103_874).contains(BinaryLogarithm.ceiling(3)))
        #expect((870_824...870_825).contains(BinaryLogarithm.ceiling(10_000)))
    }

    @Test func aLineOfTheTableIsMetAtItsShare() throws {
        let table = try #require(Sample.table)
        // 10,000 · n / rate = 2^k: 16 rows at 625 of 10,000 are 2⁸, the fifth line from 2⁴.
        #expect(table.threshold(rowCount: 16, falseAlarms: 625) == table.similarities[4])
        #expect(table.threshold(rowCount: 32, falseAlarms: 625) == table.similarities[5])
        #expect(table.threshold(rowCount: 1, falseAlarms: 10_000) == table.similarities[0])
    }

    @Test func thresholdsTightenWithEveryRow() throws {
        let table = try #require(Sample.table)
        var last = Q15.zero
        for rows in 1...WatchedList.templateCountMax {
            let threshold = table.threshold(rowCount: rows, falseAlarms: 10)
            #expect(threshold >= last)
            if threshold < last { break }
            last = threshold
        }
        #expect(last > table.threshold(rowCount: 1, falseAlarms: 10))
        #expect(
            table.threshold(rowCount: 100, falseAlarms: 1)
                > table.threshold(rowCount: 100, falseAlarms: 20))
        #expect(table.threshold(rowCount: 1, falseAlarms: 0) == .one)
    }

    @Test func behindTheTableItGoesOnAsSteeplyAsItsLastSteps() throws {
        let lines = [100, 200, 300, 310].map { Q15(rawValue: $0) }
        let table = try #require(ThresholdTable(first: 4, similarities: lines))
        // 2⁷ is the last line, 2⁹ two further; the steepest of the last three steps is 100.
        #expect(table.threshold(rowCount: 8, falseAlarms: 625) == lines[3])
        #expect(table.threshold(rowCount: 32, falseAlarms: 625).rawValue == 510)
        let steep = try #require(ThresholdTable(first: 4, similarities: [.init(rawValue: 1), .one]))
        #expect(steep.threshold(rowCount: 1 << 30, falseAlarms: 1) == .one)
    }

    @Test func whatIsNoTableIsRefused() {
        #expect(ThresholdTable(first: 4, similarities: [.one]) == nil)
        #expect(ThresholdTable(first: -1, similarities: [.one, .one]) == nil)
        #expect(ThresholdTable(first: 4, similarities: [.zero, .one]) == nil)
        #expect(ThresholdTable(first: 4, similarities: [.one, .init(rawValue: 3)]) == nil)
        #expect(ThresholdTable(first: 4, similarities: .init(repeating: .one, count: 49)) == nil)
    }
}
