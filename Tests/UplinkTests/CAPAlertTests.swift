import Frames
import Testing

@testable import Uplink

@Suite struct CAPAlertTests {
    private let settings = CAPAlertTests.settings()

    static func settings(purpose: CAPSettings.Purpose = .actual) -> CAPSettings {
        let made = CAPSettings(
            sender: "kuzet-hall.venue.example",
            addresses: ["centre@city.example", "duty officer"], senderName: "Bar \"Altyn\" & Co",
            area: "Bar Altyn <ground floor>", contact: "+7 000 000 00 00", purpose: purpose)
        guard let made else { preconditionFailure("settings of tests hold") }
        return made
    }

    @Test func aConfirmedFightIsThisDocument() {
        let alert = CAPAlert(
            Reports.report(.fight), settings: settings,
            evidence: [
                CAPAlert.Evidence(
                    name: "snapshot.jpg", mimeType: "image/jpeg", byteCount: 4_711,
                    sha256: [UInt8](repeating: 0xAB, count: 32))
            ])
        let name = Reports.identity.full
        #expect(
            alert.xml == """
                <?xml version="1.0" encoding="UTF-8"?>
                <alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">
                  <identifier>\(name)-confirmed</identifier>
                  <sender>kuzet-hall.venue.example</sender>
                  <sent>2025-10-31T18:02:03-00:00</sent>
                  <status>Actual</status>
                  <msgType>Alert</msgType>
                  <source>hall</source>
                  <scope>Private</scope>
                  <addresses>centre@city.example &quot;duty officer&quot;</addresses>
                  <incidents>\(name)</incidents>
                  <info>
                    <language>en</language>
                    <category>Security</category>
                    <category>Safety</category>
                    <event>fight</event>
                    <responseType>Assess</responseType>
                    <urgency>Immediate</urgency>
                    <severity>Severe</severity>
                    <certainty>Likely</certainty>
                    <eventCode>
                      <valueName>SIA-DC-03</valueName>
                      <value>UA</value>
                    </eventCode>
                    <eventCode>
                      <valueName>SIA-DC-05</valueName>
                      <value>150</value>
                    </eventCode>
                    <onset>2025-10-31T18:02:01-00:00</onset>
                    <senderName>Bar &quot;Altyn&quot; &amp; Co</senderName>
                    <headline>fight, confirmed: camera hall, zone 2</headline>
                    <description>Began 2025-10-31T18:02:01-00:00, confirmed \
                2025-10-31T18:02:03-00:00.</description>
                    <contact>+7 000 000 00 00</contact>
                \(parameters(name))
                    <resource>
                      <resourceDesc>snapshot.jpg</resourceDesc>
                      <mimeType>image/jpeg</mimeType>
                      <size>4711</size>
                    </resource>
                    <area>
                      <areaDesc>Bar Altyn &lt;ground floor&gt;</areaDesc>
                    </area>
                  </info>
                </alert>

                """)
    }

    private func parameters(_ name: String) -> String {
        [
            ("identity", name), ("kind", "fight"), ("state", "confirmed"), ("camera", "hall"),
            ("cameraIndex", "0"), ("zone", "2"), ("peakScoreQ15", "29490"),
            ("regionPerMille", "0 0 1000 1000"), ("openedAtSource", "clock"),
            ("atSource", "clock"),
            ("SHA-256 snapshot.jpg", String(repeating: "ab", count: 32))
        ].map {
            "    <parameter>\n      <valueName>\($0)</valueName>\n      <value>\($1)</value>\n"
                + "    </parameter>"
        }.joined(separator: "\n")
    }

    @Test func eachStepNamesTheOneBefore() {
        let suspected = CAPAlert(Reports.report(.fight, .suspected), settings: settings)
        #expect(suspected.messageType == .alert)
        #expect(suspected.xml.contains("<certainty>Possible<"))
        #expect(!suspected.xml.contains("<references>"))
        let confirmed = CAPAlert(
            Reports.report(.fight), settings: settings, earlier: suspected.reference)
        #expect(confirmed.messageType == .update)
        let closed = CAPAlert(
            Reports.report(.fight, .closed), settings: settings, earlier: confirmed.reference)
        #expect(closed.messageType == .update)
        #expect(closed.xml.contains("<urgency>Past<"))
        #expect(closed.xml.contains("<responseType>AllClear<"))
        #expect(
            closed.xml.contains(
                "<references>kuzet-hall.venue.example,\(Reports.identity.full)-confirmed,"
                    + "2025-10-31T18:02:03-00:00</references>"))
        let cancelled = CAPAlert(
            Reports.report(.fight, .closed), settings: settings, earlier: suspected.reference)
        #expect(cancelled.messageType == .cancel)
        #expect(cancelled.xml.contains("<certainty>Unlikely<"))
    }

    @Test func whatNobodySawEndIsNotAllClear() {
        let report = Reports.report(.fight, .closed, isInterrupted: true)
        let xml = CAPAlert(report, settings: settings).xml
        #expect(xml.contains("<responseType>Assess<"))
        #expect(xml.contains("<urgency>Unknown<"))
        #expect(xml.contains("nobody saw its end"))
    }

    @Test func subjectAndMeasureAreParameters() {
        var report = Reports.report(.presence)
        let plain = CAPAlert(report, settings: Self.settings()).xml
        #expect(!plain.contains("<valueName>subject") && !plain.contains("<valueName>measure"))
        (report.subject, report.measure) = (.track(7), .count(12))
        let xml = CAPAlert(report, settings: Self.settings()).xml
        #expect(xml.contains("zone 2, track 7, count 12</headline>"))
        for (name, value) in [("subject", "track 7"), ("measure", "count 12")] {
            let parameter = "<valueName>\(name)</valueName>"
            let parts = xml.split(separator: parameter)
            #expect(parts.count == 2 && parts[1].prefix(60).contains("<value>\(value)</value>"))
        }
    }

    @Test func exercisesAndTestsSaySo() {
        let exercise = CAPAlert(
            Reports.report(.fight), settings: Self.settings(purpose: .exercise("Nauryz & fire")))
        #expect(exercise.xml.contains("<status>Exercise<"))
        #expect(exercise.xml.contains("<note>Nauryz &amp; fire<"))
        let test = CAPAlert(Reports.report(.fight), settings: Self.settings(purpose: .test))
        #expect(test.xml.contains("<status>Test<"))
    }

    @Test func aClockThatWasNotSetIsAdmitted() {
        let report = Reports.report(.fight, source: .unset, at: -1)
        let xml = CAPAlert(report, settings: settings).xml
        #expect(xml.contains("<sent>1970-01-01T00:00:00-00:00<"))
        #expect(xml.contains("clock was not set"))
        #expect(xml.contains("<valueName>atSource</valueName>\n      <value>unset<"))
    }

    @Test func whatXMLCannotHoldIsReplaced() {
        #expect(XMLWriter.escaped("a<b>&\"c\"") == "a&lt;b&gt;&amp;&quot;c&quot;")
        #expect(XMLWriter.escaped("\0\u{1B}\u{FFFF}\r\t\n") == "\u{FFFD}\u{FFFD}\u{FFFD}&#13;\t\n")
        #expect(XMLWriter.escaped("Зал 1 🎶") == "Зал 1 🎶")
    }

    @Test func settingsThatCAPForbidsAreRefused() {
        for sender in ["", "a b", "a,b", "a<b", "a&b", "a\u{A0}b", "a\n"] {
            #expect(CAPSettings(sender: sender, addresses: ["x"], area: "") == nil)
        }
        for addresses in [[], [""], ["a\"b"], ["a\nb"], ["x", ""]] {
            #expect(CAPSettings(sender: "s", addresses: addresses, area: "") == nil)
        }
    }
}
