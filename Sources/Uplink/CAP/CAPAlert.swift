import Cryptography
import Incidents

/// A step of an incident as an alert of the Common Alerting Protocol.
///
/// The first step that is told is an Alert, and every later one names the one before: an Update,
/// or a Cancel where nothing but a suspicion was told and it came to nothing. The same step gives
/// the same bytes whenever it is told, so that a repetition is recognised by its identifier.
///
/// - Shape: an XML document in UTF-8, one `info`, one `area`.
/// - Source: OASIS Common Alerting Protocol 1.2, section 3.2, and its schema.
public struct CAPAlert: Hashable, Sendable {
    /// What names an alert: kept by whoever sends it, and given with the incident's next step.
    public struct Reference: Hashable, Sendable {
        public var state: Incident.State
        public var sender: String
        public var identifier: String
        public var sent: String

        public init(state: Incident.State, sender: String, identifier: String, sent: String) {
            self.state = state
            self.sender = sender
            self.identifier = identifier
            self.sent = sent
        }

        var text: String { "\(sender),\(identifier),\(sent)" }
    }

    /// A file that shows it. CAP's own digest is SHA-1; ours stands among the parameters.
    public struct Evidence: Hashable, Sendable {
        public var name: String
        public var mimeType: String
        public var byteCount: Int
        public var sha256: [UInt8]
        /// Where it can be fetched, if anywhere.
        public var uri: String?

        public init(
            name: String, mimeType: String, byteCount: Int, sha256: [UInt8], uri: String? = nil
        ) {
            self.name = name
            self.mimeType = mimeType
            self.byteCount = byteCount
            self.sha256 = sha256
            self.uri = uri
        }
    }

    public enum MessageType: String, Sendable {
        case alert = "Alert"
        case update = "Update"
        case cancel = "Cancel"
    }

    private enum ResponseType: String {
        case monitor = "Monitor"
        case assess = "Assess"
        case allClear = "AllClear"
    }

    private enum Urgency: String {
        case immediate = "Immediate"
        case expected = "Expected"
        case past = "Past"
        case unknown = "Unknown"
    }

    public let report: IncidentReport
    public let settings: CAPSettings
    /// The alert of this incident that was sent last; nil where none was.
    public let earlier: Reference?
    public let evidence: [Evidence]

    public init(
        _ report: IncidentReport, settings: CAPSettings, earlier: Reference? = nil,
        evidence: [Evidence] = []
    ) {
        self.report = report
        self.settings = settings
        self.earlier = earlier
        self.evidence = evidence
    }

    public var reference: Reference {
        Reference(
            state: report.state, sender: settings.sender, identifier: report.key,
            sent: CAPTime.text(report.at))
    }

    public var messageType: MessageType {
        guard let earlier else { return .alert }
        return report.state == .closed && earlier.state == .suspected ? .cancel : .update
    }

    /// The document.
    public var xml: String {
        var writer = XMLWriter()
        writer.element("alert", attributes: " xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\"") {
            $0.element("identifier", report.key)
            $0.element("sender", settings.sender)
            $0.element("sent", CAPTime.text(report.at))
            $0.element("status", status)
            $0.element("msgType", messageType.rawValue)
            $0.element("source", report.camera)
            $0.element("scope", "Private")
            $0.element("addresses", settings.addressesText)
            $0.element("note", note)
            $0.element("references", earlier?.text)
            $0.element("incidents", report.identity.full)
            $0.element("info", writeInfo)
        }
        return writer.text
    }

    private var status: String {
        switch settings.purpose {
        case .actual: "Actual"
        case .exercise: "Exercise"
        case .test: "Test"
        }
    }

    private var note: String? {
        if case .exercise(let name) = settings.purpose { name } else { nil }
    }

    private func writeInfo(_ writer: inout XMLWriter) {
        let nature = report.kind.row.cap
        writer.element("language", "en")
        for category in nature.categories { writer.element("category", category.rawValue) }
        writer.element("event", report.title)
        writer.element("responseType", responseType.rawValue)
        writer.element("urgency", urgency.rawValue)
        writer.element("severity", nature.severity.rawValue)
        writer.element("certainty", certainty.rawValue)
        writeValues("eventCode", codes, to: &writer)
        writer.element("onset", CAPTime.text(report.openedAt))
        writer.element("senderName", settings.senderName)
        writer.element("headline", headline)
        writer.element("description", description)
        writer.element("contact", settings.contact)
        writeValues("parameter", parameters, to: &writer)
        for each in evidence {
            writer.element("resource") {
                $0.element("resourceDesc", each.name)
                $0.element("mimeType", each.mimeType)
                $0.element("size", String(each.byteCount))
                $0.element("uri", each.uri)
            }
        }
        writer.element("area") { $0.element("areaDesc", settings.area) }
    }

    private func writeValues(
        _ name: String, _ values: [(String, String)], to writer: inout XMLWriter
    ) {
        for (valueName, value) in values {
            writer.element(name) {
                $0.element("valueName", valueName)
                $0.element("value", value)
            }
        }
    }

    private var responseType: ResponseType {
        switch report.state {
        case .suspected: .monitor
        case .confirmed: .assess
        // Nobody saw that it is over.
        case .closed: report.isInterrupted ? .assess : .allClear
        }
    }

    private var urgency: Urgency {
        switch report.state {
        case .suspected: .expected
        case .confirmed: .immediate
        case .closed: report.isInterrupted ? .unknown : .past
        }
    }

    private var certainty: CAPNature.Certainty {
        switch messageType {
        case .cancel: .unlikely
        case .alert, .update:
            report.state == .suspected ? .possible : report.kind.row.cap.certainty
        }
    }

    private var headline: String {
        var text = "\(report.title), \(report.state)"
        if let camera = report.camera { text += ": camera \(camera)" }
        if report.zone > 0 { text += ", zone \(report.zone)" }
        return text + report.details
    }

    private var description: String {
        var text = "Began \(CAPTime.text(report.openedAt)), \(report.state) "
        text += "\(CAPTime.text(report.at))."
        if report.openedAt.source == .unset || report.at.source == .unset {
            text += " The appliance's clock was not set: times are a guess."
        }
        if report.isInterrupted { text += " The appliance failed: nobody saw its end." }
        return text
    }

    /// Of its beginning, in the code books that alarm centres know.
    private var codes: [(String, String)] {
        let code = report.kind.row.sia
        return [("SIA-DC-03", code.alarm), ("SIA-DC-05", String(code.contactID))]
    }

    private var parameters: [(String, String)] {
        let region = report.region
        let named: [(String, String?)] = [
            ("identity", report.identity.full), ("kind", "\(report.kind)"),
            ("state", "\(report.state)"), ("interrupted", report.isInterrupted ? "true" : nil),
            ("camera", report.camera), ("cameraIndex", report.cameraIndex.map { String($0) }),
            ("zone", String(report.zone)), ("subject", report.subject?.words),
            ("measure", report.measure?.words),
            ("peakScoreQ15", String(report.peakScore.rawValue)),
            ("regionPerMille", "\(region.x) \(region.y) \(region.width) \(region.height)"),
            ("openedAtSource", report.openedAt.source.rawValue),
            ("atSource", report.at.source.rawValue)
        ]
        let told = named.compactMap { name, value in value.map { (name, $0) } }
        return told + evidence.map { ("SHA-256 \($0.name)", SHA256.hexadecimal($0.sha256)) }
    }
}
