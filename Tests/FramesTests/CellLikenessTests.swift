import Frames
import Testing

@Test(arguments: [8, 16, 24, 160])
func everyWidthOfLikenessMatchesReference(width: Int) {
    for content in Picture.Content.allCases {
        for other in [Picture.Content.random, .white, .ramp] {
            for height in [8, 16, 120] {
                let luma = Picture(width, height, stride: width + 3, content)
                expectEqualSums(luma.view, Picture(width, height, other, seed: 2).view)
            }
        }
    }
}

private func expectEqualSums(_ luma: PlaneView, _ reference: PlaneView) {
    let (fast, slow) = (sums(luma, reference), slowSums(luma, reference))
    let first = fast.indices.first { fast[$0] != slow[$0] }
    #expect(first == nil, "cell \(first ?? -1) of \(luma.width)×\(luma.height)")
}

private func sums(_ luma: PlaneView, _ reference: PlaneView) -> [CellSums] {
    var cells = [CellSums](repeating: CellSums(), count: luma.width * luma.height / 64)
    cells.withUnsafeMutableBufferPointer {
        CellLikeness.measure(luma, against: reference, into: $0)
    }
    return cells
}

private func slowSums(_ luma: PlaneView, _ reference: PlaneView) -> [CellSums] {
    var cells = [CellSums](repeating: CellSums(), count: luma.width * luma.height / 64)
    cells.withUnsafeMutableBufferPointer {
        CellLikeness.measureReference(luma, against: reference, into: $0)
    }
    return cells
}

@Test func aCellsScatterIsItsVarianceTimesSixtyFourSquared() {
    // Half 10, half 30: mean 20, variance 100.
    let rows = [[UInt8]](repeating: [10, 30, 10, 30, 10, 30, 10, 30], count: 8)
    let cell = slowSums(plane(rows).view, plane(rows).view)[0]
    #expect(cell.sum == 64 * 20)
    #expect(cell.scatter == 100 * 4_096)
    #expect(cell.referenceScatter == cell.scatter && cell.coscatter == cell.scatter)
    // Each pixel is 20 from both neighbours, but for the two columns at the edge: from one.
    #expect(cell.laplacianSum == 8 * (6 * 40 + 2 * 20))
}

@Test func aNegativeScattersAgainstItsPositive() {
    let rows = (0..<8).map { y in (0..<8).map { UInt8(20 * y + $0) } }
    let negative = rows.map { $0.map { 255 - $0 } }
    let cell = slowSums(plane(negative).view, plane(rows).view)[0]
    #expect(cell.coscatter == -cell.scatter)
}
