import Frames
import Testing

@Test(arguments: tailWidths + [511, 512, 513, 530, 1_025])
func everyTailLengthOfSharpnessMatchesReference(width: Int) {
    for content in Picture.Content.allCases {
        for (height, columns, rows) in [(1, 1, 1), (2, 1, 2), (7, min(8, width), 3)] {
            let luma = Picture(width, height, stride: width + 1, content)
            expectEqualCells(luma, columns, rows)
        }
    }
}

@Test func bandsOfATallPictureAddUp() {
    expectEqualCells(Picture(20, 600, .white), 3, 1)
    expectEqualCells(Picture(20, 600, .checkered), 20, 2)
    expectEqualCells(Picture(640, 480, .random), 8, 6)
}

private func expectEqualCells(_ luma: Picture, _ columns: Int, _ rows: Int) {
    let count = columns * rows
    let fast = UnsafeMutableBufferPointer<BlockStatistics>.allocate(capacity: count)
    let slow = UnsafeMutableBufferPointer<BlockStatistics>.allocate(capacity: count)
    defer {
        fast.deallocate()
        slow.deallocate()
    }
    fast.initialize(repeating: BlockStatistics())
    slow.initialize(repeating: BlockStatistics())
    Sharpness.measure(luma.view, columns: columns, rows: rows, into: fast)
    Sharpness.measureReference(luma.view, columns: columns, rows: rows, into: slow)
    let first = fast.indices.first { fast[$0] != slow[$0] }
    #expect(first == nil, "cell \(first ?? -1) of \(luma.view.width)×\(luma.view.height)")
}

@Test func aSinglePointHasTheLaplacianEnergyOfItsFiveNeighbours() {
    var rows = [[UInt8]](repeating: [UInt8](repeating: 10, count: 6), count: 5)
    rows[2][2] = 20
    let cells = UnsafeMutableBufferPointer<BlockStatistics>.allocate(capacity: 2)
    defer { cells.deallocate() }
    cells.initialize(repeating: BlockStatistics())
    Sharpness.measureReference(plane(rows).view, columns: 2, rows: 1, into: cells)
    // Columns 0–2 hold the point, 40², and three of its neighbours, 10² each.
    #expect(cells[0].laplacianEnergy == 1_600 + 300)
    #expect(cells[1].laplacianEnergy == 100)
    #expect(cells[0].count == 15 && cells[0].sum == 160 && cells[0].squareSum == 1_800)
    #expect(cells[0].mean == 160 * 256 / 15 && cells[0].variance == 6)
    #expect(cells[0].sharpness == 126)
}
