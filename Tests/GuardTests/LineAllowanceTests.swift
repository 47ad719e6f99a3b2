import Frames
import Testing

@testable import Guard

@Test func tenLinesAMinuteAndTheLastOneSaysSo() {
    var allowance = LineAllowance()
    let start = Instant.zero + .seconds(100)
    let first = (0..<5_000).map { allowance.takes(at: start + .milliseconds(Int64($0))) }
    #expect(first.prefix(9).allSatisfy { $0 == "" })
    #expect(first[9] == "; more of them are not said for a minute")
    #expect(first.dropFirst(10).allSatisfy { $0 == nil })
    #expect(allowance.takes(at: start + .seconds(60)) == "")
}
