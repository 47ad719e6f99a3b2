import Frames
import Text

/// A page about one evening that needs nothing but itself: it opens offline, from a USB stick.
struct Report {
    let evening: Evening

    func html() -> String {
        let drawing = Drawing(evening: evening)
        let confirmed = evening.entries.filter { $0.incident.confirmedAt != nil }.count
        let seconds = (evening.end - evening.start).nanoseconds / 1_000_000_000
        var page = """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(escape(evening.title))</title>
            <style>\(Self.style)</style>
            </head>
            <body>
            <header><h1>\(escape(evening.title))</h1>
            <p>\(clock(seconds: seconds)) watched · \(evening.counts.delivered) frames decided ·
            \(confirmed) of \(evening.entries.count) incidents confirmed</p></header>
            <main>
            <section><h2>What happened</h2>
            <div class="key"><span class="chip suspected"></span>suspected
            <span class="chip confirmed"></span>confirmed
            <span class="chip siren"></span>siren</div>
            \(drawing.timeline())</section>
            \(PeopleSection(evening: evening).html)\(strip)\
            <section><h2>What the detectors saw</h2>
            <p>Score of every sighting, from 0 to 1 in each row.</p>
            \(drawing.scores())</section>
            <section><h2>Incidents</h2>\n
            """
        if evening.entries.isEmpty { page += "<p>None: a quiet evening.</p>\n" }
        page += "<div class=\"cards\">\n"
        for entry in evening.entries { page += card(entry) }
        page += "</div></section>\n<section><h2>Facts</h2><dl>\n"
        let counts = evening.counts
        let facts =
            evening.facts + [
                (
                    "Frames",
                    "\(counts.delivered) decided, \(counts.dropped) dropped, "
                        + "\(counts.damaged) damaged; camera lost \(counts.lost) times"
                )
            ]
        for (name, value) in facts {
            page += "<dt>\(escape(name))</dt><dd><code>\(escape(value))</code></dd>\n"
        }
        page += "</dl></section>\n</main>\n<script>\(Self.script)</script>\n</body>\n</html>\n"
        return page
    }

    private func card(_ entry: Evening.Entry) -> String {
        let incident = entry.incident
        func time(_ instant: Instant?) -> String {
            guard let instant else { return "–" }
            let tenths = (instant - evening.start).milliseconds / 100
            return "\(clock(seconds: tenths / 10)).\(tenths % 10)"
        }
        var text = "<article><h3>\(escape(entry.heading))</h3>\n"
        if let shot = evening.shots[incident.ordinal] {
            text += OverlayDrawing.figure(
                shot, region: incident.region, alternative: "Snapshot of \(entry.heading)")
        }
        let details = [incident.subject?.words, incident.measure?.words].compactMap { $0 }
        text += """
            <p>No. \(incident.ordinal) · \(incident.state.title) · peak score \
            \(incident.peakScore.perMille) ‰\(details.map { " · " + escape($0) }.joined())<br>opened \(time(incident.openedAt)) · \
            confirmed \(time(incident.confirmedAt)) · closed \(time(incident.closedAt))</p></article>\n
            """
        return text
    }

    /// Pictures at even times, with everybody who was followed then.
    private var strip: String {
        let shots = evening.strip.shots
        guard !shots.isEmpty else { return "" }
        let period = evening.strip.period.milliseconds / 1000
        var text = """
            <section><h2>Who was followed</h2>
            <p>A picture every \(period) s. Boxes are drawn over pictures, not in them; a dashed one \
            is where somebody is expected behind something, a grey one never moved. The line is \
            where he walked in the last \(Trails.length.milliseconds / 1000) s.</p>
            <div class="strip">\n
            """
        for shot in shots {
            let time = clock(seconds: (shot.at - evening.start).milliseconds / 1000)
            let count = shot.overlay.people.count { !$0.isFurniture }
            text += OverlayDrawing.figure(
                shot, alternative: "At \(time)", caption: "\(time) · \(count) followed")
        }
        return text + "</div></section>\n"
    }

    static let style = OverlayDrawing.style + CountPlot.style + ownStyle

    private static let ownStyle = """
        :root{color-scheme:light dark;--ink:#1b1f24;--paper:#f6f4ef;--card:#fff;--soft:#8a8f98;\
        --line:#d9d6cf}
        @media(prefers-color-scheme:dark){:root{--ink:#e8e6e1;--paper:#16181c;--card:#1f2228;\
        --soft:#8d939d;--line:#363a42}}
        body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
        header,main{max-width:1000px;margin:auto;padding:16px 20px}
        h1{margin:12px 0 0;font-size:28px}h2{font-size:18px;margin:0 0 8px}h3{margin:0 0 6px}
        header p,.key,article p,section>p{color:var(--soft);margin:2px 0 8px}
        section{background:var(--card);border:1px solid var(--line);border-radius:10px;\
        padding:16px 18px;margin:0 0 16px}
        svg{width:100%;height:auto;display:block}
        svg text{fill:var(--ink);font-size:12px}.axis{fill:var(--soft)!important}
        .tick{stroke:var(--line)}.base{stroke:var(--soft);stroke-width:.5}
        .least{stroke:var(--soft);stroke-width:.5;stroke-dasharray:4 4}
        .band{fill:var(--line);opacity:.5}
        .suspected{fill:#e0a100;background:#e0a100}.confirmed{fill:#c62828;background:#c62828}
        .green{fill:#2e9d4d}.amber{fill:#e0a100}.red{fill:#c62828}
        .siren{fill:#7b1fa2;background:#7b1fa2}
        .score{stroke:#1976d2;stroke-width:1.2;fill:none}
        .chip{display:inline-block;width:12px;height:12px;border-radius:3px;margin:0 4px 0 12px}
        .cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(280px,1fr));gap:14px}
        article{border:1px solid var(--line);border-radius:8px;padding:12px}
        .table{overflow-x:auto}table{border-collapse:collapse;width:100%}
        th,td{text-align:left;padding:4px 10px 4px 0;border-top:1px solid var(--line)}
        figure{position:relative;margin:0 0 6px}img{width:100%;display:block;border-radius:6px}
        .box{position:absolute;border:2px solid #ffb300;box-sizing:border-box;border-radius:3px}
        dt{font-weight:600}dd{margin:0 0 8px;overflow-wrap:anywhere}
        #cursor{stroke:var(--soft);stroke-dasharray:3 3}
        """

    /// A line that follows the pointer through each drawing.
    private static let script = """
        for(const svg of document.querySelectorAll('svg.time')){
        const line=document.createElementNS('http://www.w3.org/2000/svg','line');
        line.setAttribute('class','base');line.setAttribute('y1',0);
        line.setAttribute('y2',svg.viewBox.baseVal.height);line.style.display='none';
        svg.append(line);
        svg.addEventListener('pointermove',event=>{const box=svg.getBoundingClientRect();
        const x=(event.clientX-box.left)*960/box.width;line.style.display=x>150?'':'none';
        line.setAttribute('x1',x);line.setAttribute('x2',x)});
        svg.addEventListener('pointerleave',()=>{line.style.display='none'})}
        """
}
