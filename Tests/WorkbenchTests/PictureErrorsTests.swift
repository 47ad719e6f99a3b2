import Detectors
import Foundation
import Frames
import Store
import Testing

@testable import Workbench

@Suite struct PictureErrorsTests {
    /// A grey JPEG of 64 × 48; removed by whoever asked.
    private func picture() throws -> String {
        let path = NSTemporaryDirectory() + "kuzet-picture-\(UUID()).jpg"
        try Data(try Snapshot.encode(Frame(width: 64, height: 48)))
            .write(to: URL(fileURLWithPath: path))
        return path
    }

    private func box(_ left: Int, _ score: Int) -> PersonBox {
        PersonBox(
            region: Region(x: UInt16(left), y: 0, width: 100, height: 500),
            score: .perMille(score))
    }

    private func label(_ left: Int) -> Region {
        Region(x: UInt16(left), y: 0, width: 100, height: 500)
    }

    @Test func boxesAreRightMissedOrMadeUp() throws {
        let path = try picture()
        defer { try? FileManager.default.removeItem(atPath: path) }
        var errors = PictureErrors()
        // All right: not shown.
        errors.add(.init(found: [box(0, 900)], labelled: [label(0)]), file: "good", path: path)
        // One right, one made up, one missed; one found too faintly, which is missed too.
        errors.add(
            .init(
                found: [box(0, 900), box(300, 456), box(600, 250)],
                labelled: [label(0), label(600), label(800)]), file: "a<b", path: path)
        let page = try errors.html(title: "x & y", lead: "z")
        #expect(page.contains("The worst 1 of 1 that are not right, of 2 pictures"))
        #expect(page.contains("3 people, 2 missed, 1 made up"))
        #expect(page.contains("a&lt;b") && !page.contains("a<b") && page.contains("x &amp; y"))
        #expect(!page.contains(">good<"))
        func count(_ text: String) -> Int { page.components(separatedBy: text).count - 1 }
        #expect(count("class='right' stroke") == 1 && count("class='wrong' stroke") == 1)
        #expect(count("class='missed' stroke") == 2)
        // 300 ‰ of 64 pixels and 456 ‰ sure.
        #expect(page.contains("<rect x='19' y='0' width='6' height='24' class='wrong'"))
        #expect(page.contains(">456</text>"))
        #expect(count("data:image/jpeg;base64,") == 1)
        #expect(!page.contains("http://") && !page.contains("https://"))
    }

    @Test func theWorstFortyAreShownWorstFirst() throws {
        let path = try picture()
        defer { try? FileManager.default.removeItem(atPath: path) }
        var errors = PictureErrors()
        for index in 0..<60 {
            errors.add(
                .init(wanted: 100, found: 1_000 + index % 30), CrowdReading(),
                file: "picture \(index);", path: path)
        }
        let page = try errors.html(title: "x", lead: "y")
        #expect(page.contains("The worst 40 of 58 that are not right, of 60 pictures"))
        #expect(page.components(separatedBy: "<article>").count == 41)
        let order = ["picture 29;", "picture 59;", "picture 28;", "picture 10;", "picture 40;"]
            .map { page.range(of: ">" + $0)?.lowerBound }
        #expect(!order.contains(nil) && order.compactMap { $0 } == order.compactMap { $0 }.sorted())
        #expect(!page.contains("picture 9;"))
        #expect(page.contains("counted 102.9, there are 100: 2.9 too many"))
    }

    /// The page must not replace a picture that it is about.
    @Test func aPictureIsNotOverwritten() throws {
        let path = try picture()
        defer { try? FileManager.default.removeItem(atPath: path) }
        var errors = PictureErrors()
        errors.add(.init(wanted: 9, found: 0), CrowdReading(), file: "a", path: path)
        #expect(throws: WorkbenchError.self) {
            try errors.write(to: path, title: "x", lead: "y")
        }
        let page = path + ".html"
        defer { try? FileManager.default.removeItem(atPath: page) }
        try errors.write(to: page, title: "x", lead: "y")
        let text = try String(contentsOfFile: page, encoding: .utf8)
        #expect(text.contains("counted 0.0, there are 9: 9.0 too few"))
    }
}
