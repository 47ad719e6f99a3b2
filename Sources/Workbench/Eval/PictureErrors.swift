import Camera
import Detectors
import Frames
import Linux
import Store
import Text

/// A page of one file on the pictures that were judged worst, with what was seen drawn over them.
struct PictureErrors {
    /// A box over a picture.
    struct Mark: Hashable {
        enum Sort: String {
            case right
            case wrong
            case missed
        }

        var region: Region
        var sort: Sort
        var text: String
    }

    private struct Case {
        var file: String
        var path: String
        var words: String
        /// The more, the earlier it is shown; nothing where nothing is wrong.
        var badness: Int
        var marks: [Mark] = []
        var places: [(region: Region, thousandths: Int)] = []
    }

    /// The worst, worst first; of equals the one that came first.
    private var cases: [Case] = []
    private var (count, wrongCount) = (0, 0)

    static let countMax = 40

    /// Boxes of people: who is missed and who is made up is equally bad.
    mutating func add(_ item: PeopleFigures.Item, file: String, path: String) {
        let least = PeopleFigures.presenceMin
        let missed = item.labelled.filter { ($0.score ?? .zero) < least }
        let shown = item.found.filter { $0.score >= least }
        let wrong = shown.count { !$0.isRight }
        var marks = missed.map { Mark(region: $0.region, sort: .missed, text: "") }
        marks += shown.map {
            Mark(
                region: $0.region, sort: $0.isRight ? .right : .wrong, text: "\($0.score.perMille)")
        }
        add(
            Case(
                file: file, path: path,
                words: "\(item.labelled.count) people, \(missed.count) missed, \(wrong) made up",
                badness: missed.count + wrong, marks: marks))
    }

    /// The count of a crowd.
    mutating func add(
        _ item: CrowdFigures.Item, _ reading: CrowdReading, file: String, path: String
    ) {
        let off = item.found - item.wanted * 10
        add(
            Case(
                file: file, path: path,
                words: "counted \(item.found / 10).\(item.found % 10), there are \(item.wanted): "
                    + "\(abs(off) / 10).\(abs(off) % 10) too \(off < 0 ? "few" : "many")",
                badness: abs(off), places: reading.places))
    }

    private mutating func add(_ new: Case) {
        count += 1
        guard new.badness > 0 else { return }
        wrongCount += 1
        let place = cases.firstIndex { $0.badness < new.badness } ?? cases.endIndex
        cases.insert(new, at: place)
        if cases.count > Self.countMax { cases.removeLast() }
    }

    /// - Error: `WorkbenchError`, `CameraError`.
    func write(to page: String, title: String, lead: String) throws {
        for each in cases { try WorkbenchError.refuseSame(each.path, page) }
        let html = try html(title: title, lead: lead)
        try WorkbenchError.writing(page) { try Files.replace(page, with: Array(html.utf8)) }
    }

    func html(title: String, lead: String) throws -> String {
        var text = """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(escape(title))</title>
            <style>\(Report.style)\(Self.style)</style>
            </head>
            <body>
            <header><h1>\(escape(title))</h1>
            <p>The worst \(cases.count) of \(wrongCount) that are not right, of \(count) pictures. \
            \(escape(lead))</p></header>
            <main><section><div class="cards pictures">

            """
        for each in cases {
            text += "<article><h3>\(escape(each.file))</h3>\n<p>\(escape(each.words))</p>\n"
            // As it was judged: a picture's own file may say that it is to be turned.
            let picture = try StillPicture.open(each.path)
            let jpeg = try WorkbenchError.writing(each.path) { try Snapshot.encode(picture) }
            text +=
                "<figure><img alt=\"\(escape(each.file))\" "
                + "src=\"data:image/jpeg;base64,\(Base64.text(jpeg))\">"
                + Self.drawing(each, width: picture.width, height: picture.height)
                + "</figure></article>\n"
        }
        return text + "</div></section></main>\n</body>\n</html>\n"
    }

    /// In pixels of the picture.
    private static func drawing(_ each: Case, width: Int, height: Int) -> String {
        var text = "<svg class='over' viewBox='0 0 \(width) \(height)'>"
        func rectangle(_ region: Region) -> String {
            let place = region.rectangle(inWidth: width, height: height)
            return "<rect x='\(place.x)' y='\(place.y)' width='\(max(place.width, 1))'"
                + " height='\(max(place.height, 1))'"
        }
        for place in each.places {
            // Two heads in a place are as red as it gets.
            let share = min(place.thousandths * 35 / 100, 700)
            text += rectangle(place.region)
            text += " class='dense' fill-opacity='\(thousandths(Int64(share)))'/>"
        }
        let size = max(height / 28, 8)
        for mark in each.marks {
            text +=
                rectangle(mark.region)
                + " class='\(mark.sort.rawValue)' stroke-width='\(max(width / 200, 1))'/>"
            guard !mark.text.isEmpty else { continue }
            let place = mark.region.rectangle(inWidth: width, height: height)
            text +=
                "<text class='\(mark.sort.rawValue)' x='\(place.x)' y='\(max(place.y - 2, size))'"
                + " style='font-size:\(size)px'>\(escape(mark.text))</text>"
        }
        return text + "</svg>"
    }

    private static let style = """
        .pictures{grid-template-columns:repeat(auto-fill,minmax(420px,1fr))}
        .over{position:absolute;inset:0;height:100%}
        .over rect{fill:none}.over rect.dense{fill:#ff1744}
        .over rect.right{stroke:#2e9d4d}.over rect.wrong{stroke:#e53935}
        .over rect.missed{stroke:#ffd600}
        .over text.right{fill:#2e9d4d}.over text.wrong{fill:#e53935}
        """
}
