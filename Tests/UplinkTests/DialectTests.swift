import Incidents
import Records
import Testing
import Text

@testable import Uplink

/// One incident, told in every dialect: all of them must tell the same.
@Suite struct DialectTests {
    /// What a reader of one dialect learns.
    private struct Told: Hashable, CustomStringConvertible {
        var identity: String
        var title: String
        var state: String
        var zone: String
        var isInterrupted: Bool
        var code: String
        /// Seconds since 1970-01-01 UTC.
        var at: Int64?
        var description: String {
            "\(identity) \(title) \(state) zone \(zone) \(isInterrupted) \(code) at \(at ?? -1)"
        }
    }

    @Test(arguments: [Incident.State.suspected, .confirmed, .closed], [false, true])
    func everyDialectTellsTheSame(state: Incident.State, isInterrupted: Bool) throws {
        for kind in Incident.Kind.allCases {
            let report = Reports.report(kind, state, isInterrupted: isInterrupted)
            let letters = try #require(lettersTold(report))
            #expect(letters.identity == report.identity.full)
            #expect(letters.title == report.title)
            #expect(letters.state == "\(state)")
            #expect(letters.isInterrupted == isInterrupted)
            #expect(letters.at == report.at.wallMilliseconds / 1000)
            // Each further dialect stands here: a reader of its own, and the same comparison.
            let alert = try alertTold(report)
            #expect(alert == letters, "\(alert); \(letters)")
            var json = try jsonTold(report)
            (json.title, json.code) = (letters.title, letters.code)
            #expect(json == letters, "\(json); \(letters)")
        }
    }

    @Test func noTwoKindsReadAlike() {
        let titles = Incident.Kind.allCases.map { Reports.report($0).title }
        #expect(Set(titles).count == titles.count)
    }

    /// From "#AB12|Nri1/UA002^fight confirmed (unseen), camera hall, zone 2, 6b75…-17^".
    private func lettersTold(_ report: IncidentReport) -> Told? {
        let message = SIAMessage(
            report, settings: Reports.settings(), wallMilliseconds: report.at.wallMilliseconds)
        let parts = message.content.split(separator: "^")
        guard parts.count == 2, let block = parts[0].split(separator: "/").last else { return nil }
        var fields = parts[1].split(separator: ", ").map(String.init)
        guard let identity = fields.popLast(), var head = fields.first else { return nil }
        let isInterrupted = head.hasSuffix(" (unseen)")
        if isInterrupted { head.removeLast(" (unseen)".count) }
        let words = head.split(separator: " ")
        let zone = fields.first { $0.hasPrefix("zone ") }?.dropFirst(5)
        let time = message.extensions.first.map { SIATime.milliseconds($0.dropFirst().utf8) }
        return Told(
            identity: identity, title: words.dropLast().joined(separator: " "),
            state: String(words.last ?? ""), zone: zone.map(String.init) ?? "0",
            isInterrupted: isInterrupted, code: opening(String(block.prefix(2))),
            at: time.flatMap { $0 }.map { $0 / 1000 })
    }

    /// The alarm that a restoral belongs to.
    private func opening(_ code: String) -> String {
        ["UH": "UA", "TR": "TA", "PH": "PA", "YZ": "YX", "YK": "YC"][code] ?? code
    }

    private func alertTold(_ report: IncidentReport) throws -> Told {
        let xml = CAPAlert(report, settings: CAPAlertTests.settings()).xml
        let sent = try #require(text(of: "sent", in: xml))
        #expect(text(of: "identifier", in: xml) == report.key)
        #expect(text(of: "incidents", in: xml) == value(of: "identity", in: xml))
        #expect(value(of: "kind", in: xml) == "\(report.kind)")
        return Told(
            identity: try #require(text(of: "incidents", in: xml)),
            title: try #require(text(of: "event", in: xml)),
            state: try #require(value(of: "state", in: xml)),
            zone: try #require(value(of: "zone", in: xml)),
            isInterrupted: value(of: "interrupted", in: xml) == "true",
            code: try #require(value(of: "SIA-DC-03", in: xml)),
            at: UTC.milliseconds(String(sent.dropLast(6))).map { $0 / 1000 })
    }

    private func jsonTold(_ report: IncidentReport) throws -> Told {
        let text = MessageJSON.incident(report, device: "bar", sequence: 7)
        let value = try JSONValue.read(Array(text.utf8))
        #expect(value["key"]?.string == report.key)
        #expect(value["kind"]?.string == "\(report.kind)")
        return Told(
            identity: try #require(value["incident"]?.string), title: "",
            state: try #require(value["state"]?.string),
            zone: "\(try #require(value["zone"]?.thousandths) / 1000)",
            isInterrupted: value["interrupted"] == .boolean(true), code: "",
            at: value["at"]?["milliseconds"]?.thousandths.map { Int64($0 / 1_000_000) })
    }

    private func text(of element: String, in xml: String) -> String? {
        guard let start = xml.firstRange(of: "<\(element)>"),
            let end = xml[start.upperBound...].firstRange(of: "</\(element)>")
        else { return nil }
        return String(xml[start.upperBound..<end.lowerBound])
    }

    private func value(of name: String, in xml: String) -> String? {
        guard let start = xml.firstRange(of: "<valueName>\(name)</valueName>") else { return nil }
        return text(of: "value", in: String(xml[start.upperBound...]))
    }
}
