import Cryptography
import Frames
import Incidents
import Records
import Store
import Text

/// The page of an exported incident: it needs nothing but itself, opens offline and plays the
/// clip. It is for reading; what proves it stands beside it.
///
/// All that comes from a ledger is escaped, and the page forbids itself every request.
package struct ExportPage {
    let export: IncidentExport

    /// Around it; nil where nobody asked.
    let people: PeopleTable?

    package init(export: IncidentExport, people: PeopleTable? = nil) {
        self.export = export
        self.people = people
    }

    var summary: IncidentSummary { export.summary }

    package func html() -> String {
        let title = "Incident \(summary.identity): \(summary.incident.kind.row.label)"
        return """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; \
            img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(escape(title))</title>
            <style>\(Self.style)</style>
            </head>
            <body>
            <header><h1>\(escape(title))</h1><p>\(escape(story))</p></header>
            <main>
            \(pictures)<section><h2>Facts</h2><dl>\(facts)</dl></section>
            \(scores)\(counts)\(peopleSection)\(records)\(proof)</main>
            </body>
            </html>

            """
    }

    // MARK: In words

    private var story: String {
        let incident = summary.incident
        var text = "Opened \(summary.openedAt.utcText) (\(summary.openedAt.source.words))"
        if let confirmedAt = incident.confirmedAt {
            text += ", confirmed \(seconds(confirmedAt - incident.openedAt)) later"
        } else {
            text += ", never confirmed"
        }
        if let duration = summary.duration { return text + ", lasted \(seconds(duration))." }
        return text
            + (summary.isInterrupted
                ? ", open until the appliance was restarted." : ", still open at the export.")
    }

    private var facts: String {
        let incident = summary.incident
        let isOfCamera = incident.camera != Incident.noCamera
        let region = incident.region
        var facts: [(String, String)] = [
            ("What", incident.kind.row.label),
            ("Where", isOfCamera ? "camera \(incident.camera)" : "the appliance itself"),
            ("Zone", incident.zone == 0 ? "the whole picture" : "zone \(incident.zone)"),
            ("State", summary.state.title + (summary.isInterrupted ? " by a restart" : "")),
            ("Highest score", "\(incident.peakScore.perMille) of 1000"),
            ("Frames that showed it", "\(incident.sightingCount)"),
            ("Incident", summary.identity.full)
        ]
        if isOfCamera {
            facts.append(
                (
                    "Region of the highest score",
                    "\(region.width) × \(region.height) at \(region.x), \(region.y) "
                        + "(thousandths of the picture)"
                ))
        }
        if let subject = incident.subject { facts.append(("Who", subject.words)) }
        if let measure = incident.measure { facts.append(("Measured", measure.words)) }
        for find in summary.finds { facts.append(("Why", find.words)) }
        if let right = summary.right { facts.append(("By what right", right)) }
        for item in export.evidence {
            facts.append(
                (
                    "Evidence",
                    item.facts.name.fileName + ": "
                        + (item.loss.map { "not in this folder: \($0)" }
                            ?? ("\(item.facts.byteCount) bytes, SHA-256 "
                                + SHA256.hexadecimal(item.facts.sha256)))
                ))
        }
        return facts.map { "<dt>\(escape($0))</dt><dd>\(escape($1))</dd>" }.joined(separator: "\n")
    }

    private func seconds(_ interval: Interval) -> String {
        let tenths = interval.milliseconds / 100
        return "\(tenths / 10).\((tenths % 10).magnitude) s"
    }

    // MARK: Pictures

    private var pictures: String {
        var text = ""
        for item in export.evidence {
            guard let bytes = item.bytes else { continue }
            switch item.facts.name.kind {
            case .clip: text += Self.player(ClipFrames(matroska: bytes))
            case .snapshot: text += snapshot(bytes)
            case .find: text += Self.sealed
            }
        }
        return text
    }

    private static let sealed = """
        <section><h2>Picture</h2><p>Sealed for the authority whose list it is, which opens it with \
        <code>kuzet watchlist open</code>: nobody else can look at it.</p></section>

        """

    private func snapshot(_ jpeg: [UInt8]) -> String {
        let region = summary.incident.region
        func percent(_ value: UInt16) -> String { "\(value / 10).\(value % 10)%" }
        return """
            <section><h2>Picture</h2>
            <figure><img id="snapshot" alt="The camera's picture" \
            src="data:image/jpeg;base64,\(Base64.text(jpeg))">\
            <span class="box" style="left:\(percent(region.x));top:\(percent(region.y));\
            width:\(percent(region.width));height:\(percent(region.height))"></span></figure>
            <p>Privacy masks were applied before anything was kept. The frame marks where the \
            score was highest.</p></section>

            """
    }

    /// The clip's own JPEGs, one after the other, at the times that the clip states.
    static func player(_ clip: ClipFrames) -> String {
        guard !clip.frames.isEmpty else {
            return "<section><h2>Clip</h2><p>The clip in this folder cannot be shown here; "
                + "VLC and other players open it.</p></section>\n"
        }
        let frames = clip.frames.map { "\"\(Base64.text(Array($0.jpeg)))\"" }
        let times = clip.frames.map { "\($0.time)" }
        let count = clip.frames.count
        let left = clip.step > 1 ? " One picture of \(clip.step) is shown." : ""
        return """
            <section><h2>Clip</h2>
            <figure><img id="clip" alt="The clip"></figure>
            <div class="controls"><button id="play" type="button">Pause</button>
            <input id="seek" type="range" min="0" max="\(count - 1)" value="0" \
            aria-label="Place in the clip"><output id="time"></output></div>
            <p>\(count) pictures, as the camera took them.\(left)</p></section>
            <script>
            const times=[\(times.joined(separator: ","))];
            const frames=[\(frames.joined(separator: ",\n"))];
            \(playing)
            </script>

            """
    }

    private static let playing = """
        const picture=document.getElementById('clip'),button=document.getElementById('play');
        const seek=document.getElementById('seek'),time=document.getElementById('time');
        let at=0,timer=0,shown=0;
        function show(index){at=index;shown+=1;
        picture.src='data:image/jpeg;base64,'+frames[index];seek.value=index;
        time.textContent=(times[index]/1000).toFixed(1)+' s';picture.dataset.shown=shown}
        function next(){const last=at+1>=frames.length;
        const wait=last?1000:times[at+1]-times[at];
        timer=setTimeout(()=>{show(last?0:at+1);next()},Math.min(Math.max(wait,10),2000))}
        function pause(){clearTimeout(timer);timer=0;button.textContent='Play'}
        button.onclick=()=>{if(timer){pause()}else{button.textContent='Pause';next()}};
        seek.oninput=()=>{pause();show(Number(seek.value))};
        show(0);if(frames.length>1)next();
        """

    // MARK: Scores

    private var scores: String {
        guard let explanation = summary.explanation, !explanation.series.entries.isEmpty else {
            return ""
        }
        let entries = explanation.series.entries
        let length = max(Int(entries.map(\.offset).max() ?? 0), 1)
        let (left, right, floor, height) = (60, 940, 170, 150)
        func x(_ offset: UInt16) -> Int { left + Int(offset) * (right - left) / length }
        func y(_ score: Q15) -> Int { floor - max(Int(score.rawValue), 0) * height / 32_767 }
        var drawing = "<svg viewBox='0 0 960 200' role='img' aria-label='Scores over time'>"
        var thresholds = [("confirms", explanation.confirmScore)]
        if explanation.enterScore != explanation.confirmScore {
            thresholds.append(("counts", explanation.enterScore))
        }
        for (name, score) in thresholds {
            drawing +=
                "<line class='least' x1='\(left)' y1='\(y(score))' x2='\(right)' y2='\(y(score))'/>"
                + "<text x='\(left - 6)' y='\(y(score) + 4)' text-anchor='end'>\(name)</text>"
        }
        drawing += "<line class='base' x1='\(left)' y1='\(floor)' x2='\(right)' y2='\(floor)'/>"
        let points = entries.map { "\(x($0.offset)),\(y($0.score))" }
        drawing += "<polyline class='score' points='\(points.joined(separator: " "))'/>"
        for entry in entries {
            drawing += "<circle cx='\(x(entry.offset))' cy='\(y(entry.score))' r='3'/>"
        }
        drawing +=
            "<text x='\(left)' y='190'>0 s</text><text x='\(right)' y='190' text-anchor='end'>"
            + "\(seconds(.milliseconds(Int64(length))))</text></svg>"
        return """
            <section><h2>Why it was confirmed</h2>\(drawing)
            <p>What the detector scored up to the confirmation; \
            \(explanation.droppedFrameCount) pictures were lost meanwhile. Its weights have \
            SHA-256 \(SHA256.hexadecimal(explanation.model)).</p></section>

            """
    }

    /// People over time up to the confirmation, and from how many on it counts.
    private var counts: String {
        guard let explanation = summary.countExplanation else { return "" }
        let entries = explanation.series.entries
        var least: Int?
        if case .countFrom(_, let from) = summary.incident.measure { least = Int(from) }
        let length = max(Int(entries.last?.tenths ?? 0), 1)
        let most = max(Int(entries.map(\.count).max() ?? 0), least ?? 0, 1)
        let (left, right, floor, height) = (60, 940, 170, 150)
        func y(_ count: Int) -> Int { floor - count * height / most }
        var drawing = "<svg viewBox='0 0 960 200' role='img' aria-label='People over time'>"
        if let least {
            drawing +=
                "<line class='least' x1='\(left)' y1='\(y(least))' x2='\(right)'"
                + " y2='\(y(least))'/>"
                + "<text x='\(left - 6)' y='\(y(least) + 4)' text-anchor='end'>\(least)</text>"
        }
        drawing += "<line class='base' x1='\(left)' y1='\(floor)' x2='\(right)' y2='\(floor)'/>"
        let points = entries.map {
            "\(left + Int($0.tenths) * (right - left) / length),\(y(Int($0.count)))"
        }
        drawing += "<polyline class='score' points='\(points.joined(separator: " "))'/>"
        drawing +=
            "<text x='\(left)' y='190'>0 s</text><text x='\(right)' y='190' text-anchor='end'>"
            + "\(seconds(.milliseconds(Int64(length) * 100)))</text></svg>"
        let whom = explanation.zone == 0 ? "the picture" : "zone \(explanation.zone)"
        let networks = explanation.networks.map {
            "\($0.task) (SHA-256 \(SHA256.hexadecimal($0.sha256)))"
        }
        return """
            <section><h2>Why it was confirmed</h2>\(entries.count > 1 ? drawing : "")
            <p>How many people there were in \(whom) up to the confirmation, at most \
            \(entries.map(\.count).max() ?? 0)\(least.map { "; it counts from \($0) on" } ?? ""). \
            Networks that looked: \(networks.joined(separator: ", ")).</p></section>

            """
    }

    // MARK: Proof

    private var records: String {
        var rows = ""
        for link in export.proof.links where link.isWanted {
            let record = try? LedgerRecord(canonicalBytes: Array(link.body))
            let time = record.map { Self.time(of: $0, in: summary) } ?? ""
            rows += """
                <tr><td>\(link.sequence)</td><td>\(escape(time))</td>\
                <td>\(escape(record?.body.words ?? "unreadable"))</td>\
                <td><code>\(SHA256.hexadecimal(link.hash))</code></td></tr>

                """
        }
        return """
            <section><h2>Records</h2><div class="wide"><table>
            <tr><th>No.</th><th>Time (UTC)</th><th>What</th><th>Hash</th></tr>
            \(rows)</table></div></section>

            """
    }

    /// As the summary dates the incident; records of a later boot by their own clock.
    private static func time(of record: LedgerRecord, in summary: IncidentSummary) -> String {
        guard record.stamp.boot == summary.identity.boot else {
            return UTC.text(milliseconds: record.stamp.wallMilliseconds)
        }
        let since = (record.stamp.monotonic - summary.incident.openedAt).milliseconds
        let (wall, overflow) = summary.openedAt.wallMilliseconds.addingReportingOverflow(since)
        return UTC.text(milliseconds: overflow ? 0 : wall)
    }

    private var proof: String {
        var items = ""
        for run in export.proof.runs {
            guard let first = run.links.first?.sequence, let last = run.links.last?.sequence else {
                continue
            }
            if let signed = run.signed {
                items += """
                    <li>Records \(first) to \(last) are covered by the signature in \
                    <code>checkpoint-\(last).txt</code>, which was \
                    \(signed.isRight ? "right" : "<strong>wrong</strong>") at the export.</li>

                    """
            } else {
                items +=
                    "<li>Records \(first) to \(last): nothing was signed after them yet. Export "
                    + "again an hour later.</li>\n"
            }
        }
        let keys = export.keys.map { "<code>\(PublicKey.fingerprint($0))</code>" }
        return """
            <section><h2>How to verify</h2>
            <p>This page is for reading. In its folder, with OpenSSL 3 and no network:</p>
            <pre>sh verify.sh</pre>
            <p>It proves that the files here are those that the records vouch for, that the \
            records follow each other, and that the device signed them. The key's fingerprint \
            must be the one that was noted when the device was installed:</p>
            <p class="keys">\(keys.isEmpty ? "no key has signed yet" : keys.joined(separator: "<br>"))</p>
            <ul>\(items)</ul><p><code>VERIFY.txt</code> says how to do the same by hand.</p>
            </section>

            """
    }

    private static let style = peopleStyle + ownStyle

    private static let ownStyle = """
        :root{color-scheme:light dark;--ink:#1b1f24;--paper:#f6f4ef;--card:#fff;--soft:#6a6f78;\
        --line:#d9d6cf}
        @media(prefers-color-scheme:dark){:root{--ink:#e8e6e1;--paper:#16181c;--card:#1f2228;\
        --soft:#9aa0aa;--line:#363a42}}
        body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
        header,main{max-width:960px;margin:auto;padding:16px 20px}
        h1{margin:12px 0 0;font-size:26px}h2{font-size:18px;margin:0 0 8px}
        header p,section>p{color:var(--soft);margin:4px 0 8px}
        section{background:var(--card);border:1px solid var(--line);border-radius:10px;\
        padding:16px 18px;margin:0 0 16px}
        figure{position:relative;margin:0 0 6px;max-width:720px}
        img{width:100%;display:block;border-radius:6px}
        .box{position:absolute;border:2px solid #ffb300;box-sizing:border-box;border-radius:3px}
        .controls{display:flex;gap:12px;align-items:center;max-width:720px}
        .controls input{flex:1}.controls button{width:5em}output{min-width:4em}
        dl{display:grid;grid-template-columns:minmax(120px,240px) 1fr;gap:4px 16px;margin:0}
        dt{font-weight:600;overflow-wrap:anywhere}dd{margin:0;overflow-wrap:anywhere}
        svg{width:100%;height:auto;display:block}svg text{fill:var(--soft);font-size:12px}
        .least{stroke:#c62828;stroke-dasharray:4 4;stroke-width:.8}.base{stroke:var(--soft)}
        .score{stroke:#1976d2;stroke-width:1.5;fill:none}circle{fill:#1976d2}
        .wide{overflow-x:auto}table{border-collapse:collapse;width:100%}
        th,td{text-align:left;padding:4px 10px 4px 0;border-top:1px solid var(--line);\
        vertical-align:top}
        code,pre{font:12px/1.5 ui-monospace,monospace;overflow-wrap:anywhere}
        @media print{.controls{display:none}section{break-inside:avoid}}
        """
}
