import Detectors
import Frames
import Testing

@testable import Workbench

/// What a line takes on a terminal, colours aside.
private func visibleCount(_ line: String) -> Int {
    var count = 0
    var isInEscape = false
    for character in line {
        if character == "\u{1B}" {
            isInEscape = true
        } else if isInEscape {
            if character.isLetter { isInEscape = false }
        } else {
            count += 1
        }
    }
    return count
}

@Test(arguments: [(20, 4), (80, 24), (100, 30), (200, 60), (41, 9)])
func liveViewStaysWithinTheTerminal(columns: Int, rows: Int) {
    let frame = Frame(width: 640, height: 480)
    let text = Screen(columns: columns, rows: rows).draw(frame, Screen.Status())
    let lines = text.split(separator: "\r\n", omittingEmptySubsequences: false)
    #expect(lines.count <= rows)
    for line in lines where columns >= 80 { #expect(visibleCount(String(line)) <= columns) }
}

@Test(arguments: [(1, 1), (0, 0), (2, 3), (20, 4), (80, 24), (100, 30), (300, 90)])
func liveViewWithACrowdStaysWithinTheTerminal(columns: Int, rows: Int) {
    var status = Screen.Status()
    status.elapsed = .seconds(70)
    for number in UInt32(0)..<64 {
        let region = Region(x: UInt16(number * 15), y: UInt16(number * 12), width: 200, height: 300)
        status.overlay.people.append(
            Overlay.Person(
                number: number * 1_000, region: region,
                trail: [.init(x: 0, y: 0), .init(x: 999, y: 9)]))
    }
    for second in Int64(0)...70 {
        status.counted.append(
            .init(at: .zero + .seconds(second), count: PeopleCount(count: 64, low: 0, high: 9_999)))
    }
    let text = Screen(columns: columns, rows: rows).draw(Frame(width: 640, height: 480), status)
    let lines = text.split(separator: "\r\n", omittingEmptySubsequences: false)
    #expect(lines.count <= max(rows, 1))
    for line in lines where columns >= 80 { #expect(visibleCount(String(line)) <= columns) }
    if rows >= 24 { #expect(text.contains("64 (0–9999)") && text.contains("████")) }
}

@Test func thePanelSaysWhenNobodyCounts() {
    var status = Screen.Status()
    status.elapsed = .seconds(60)
    status.counted = [.init(at: .zero + .seconds(30), count: PeopleCount(count: 9))]
    let text = Screen(columns: 120, rows: 40).draw(nil, status)
    #expect(text.contains("nobody counts now") && text.contains("█"))
    #expect(!text.contains("9 ("))
}

@Test func halfBlocksShowTheTopPixelBeforeTheBottomOne() {
    let frame = Frame(width: 64, height: 64)
    for y in 0..<32 { for x in 0..<64 { frame.luma[x, y] = 255 } }
    for y in 32..<64 { for x in 0..<64 { frame.luma[x, y] = 0 } }
    let lines = Picture(width: 64, height: 64, columns: 2, rows: 1).lines(frame)
    #expect(lines.count == 1)
    #expect(lines[0].contains("38;2;255;255;255"))
    #expect(lines[0].contains("48;2;0;0;0"))
}

@Test func everySizeOfFrameFitsTheCellsGiven() {
    for (width, height) in [(640, 480), (64, 48), (65, 49), (1920, 1080), (480, 640)] {
        let frame = Frame(width: width, height: height)
        let picture = Picture(width: width, height: height, columns: 37, rows: 11)
        #expect(picture.columns <= 37 && picture.rows <= 11)
        #expect(picture.lines(frame).count == picture.rows)
    }
}
