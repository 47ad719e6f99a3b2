import Camera
import Detectors
import Frames
import Linux
import Store

/// A page of one file on what was judged wrongly: pictures, the judged region, scores over time.
struct FightErrors {
    private struct Case {
        let clip: FightClip
        let label: String
        let isFight: Bool
        let scene: String
        let pictures: [(at: Interval, jpeg: [UInt8])]
    }

    private var cases: [Case] = []
    private var count = 0

    /// Half a second apart, the last one at the decision that counted.
    private static let pictureCount = 4
    private static let half = Q15.perMille(500)

    /// Keeps the clip if it is on the wrong side of one half, as accuracy counts.
    mutating func add(_ clip: FightClip, at path: String, label: Label) throws {
        count += 1
        let name = label.members["label"]?.string ?? "unnamed"
        let isFight = name == "fight"
        guard isFight != (clip.score >= Self.half) else { return }
        cases.append(
            Case(
                clip: clip, label: name, isFight: isFight,
                scene: label.members["scene"]?.thousandths.map { "\($0 / 1000)" } ?? "unnamed",
                pictures: try Self.pictures(of: path, until: clip.best?.at ?? .zero)))
    }

    private static func pictures(
        of path: String, until end: Interval
    ) throws -> [(at: Interval, jpeg: [UInt8])] {
        let step = Interval.milliseconds(500)
        var wanted = (0..<pictureCount).reversed().map { index in
            (0..<index).reduce(end) { at, _ in at - step }
        }
        var pictures: [(at: Interval, jpeg: [UInt8])] = []
        try Recording.openForDetectors(path).forEachFrame { frame, at in
            guard let next = wanted.first, at >= next else { return }
            wanted.removeFirst()
            pictures.append((at, try Snapshot.encode(frame)))
        }
        return pictures
    }

    func html(title: String) -> String {
        let missed = cases.filter(\.isFight).sorted { $0.clip.score < $1.clip.score }
        let mistaken = cases.filter { !$0.isFight }.sorted { $0.clip.score > $1.clip.score }
        return """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(escape(title))</title>
            <style>\(Report.style).wide{grid-template-columns:repeat(4,1fr);gap:6px}
            article{margin:0 0 14px}</style>
            </head>
            <body>
            <header><h1>\(escape(title))</h1>
            <p>\(cases.count) of \(count) recordings on the wrong side of 0.5. Pictures half a
            second apart, the last where the score counted; the frame is the region that was judged.
            Dashed: 0.5, aggression, fight.</p></header>
            <main>
            \(section("Fights that were missed", missed))
            \(section("Taken for a fight", mistaken))
            </main>
            </body>
            </html>

            """
    }

    private func section(_ heading: String, _ cases: [Case]) -> String {
        var text = "<section><h2>\(heading): \(cases.count)</h2>\n"
        for each in cases {
            text += "<article><h3>\(escape(each.clip.file))</h3>\n"
            text +=
                "<p>\(escape(each.label)) · scene \(each.scene) · score \(each.clip.score.perMille) ‰ at "
                + "\(secondsText(each.clip.best?.at ?? .zero)) s</p>\n<div class=\"cards wide\">"
            for picture in each.pictures {
                text += OverlayDrawing.figure(
                    Shot(jpeg: picture.jpeg, at: .zero, width: 4, height: 3),
                    region: each.clip.best?.region ?? .whole,
                    alternative: "\(each.clip.file) at \(secondsText(picture.at)) s")
            }
            text += "</div>\n\(Self.series(each.clip.decisions))</article>\n"
        }
        return text + "</section>"
    }

    /// Scores over time, 960 wide; a dot where the recording's score comes from.
    private static func series(_ decisions: [FightClip.Decision]) -> String {
        let (top, floor) = (6, 116)
        let length = max(decisions.last?.at.milliseconds ?? 1, 1)
        func x(_ at: Interval) -> Int { 40 + Int(at.milliseconds * 900 / length) }
        func y(_ score: Q15) -> Int { floor - Int(score.rawValue) * (floor - top) / 32_767 }
        var text =
            "<svg viewBox='0 0 960 134' role='img' aria-label='Score over time'>"
            + "<line class='base' x1='40' y1='\(floor)' x2='940' y2='\(floor)'/>"
        for least in [half, FightDetector.aggressionMin, FightDetector.fightMin] {
            text +=
                "<line class='least' x1='40' y1='\(y(least))' x2='940' y2='\(y(least))'/>"
                + "<text class='axis' x='34' y='\(y(least) + 4)' text-anchor='end'>"
                + "\(least.perMille)</text>"
        }
        for second in 0...length / 1000 {
            text +=
                "<text class='axis' x='\(x(.seconds(second)))' y='\(floor + 15)'"
                + " text-anchor='middle'>\(second) s</text>"
        }
        let points = decisions.map { "\(x($0.at)) \(y($0.score))" }
        text += "<path class='score' d='M\(points.joined(separator: "L"))'/>"
        if let best = FightClip.best(of: decisions) {
            text += "<circle class='confirmed' cx='\(x(best.at))' cy='\(y(best.score))' r='4'/>"
        }
        return text + "</svg>"
    }
}
