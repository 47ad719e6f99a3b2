import Frames

/// What one frame tells, before it has a sequence number and a time.
///
/// A camera is a partition ("area"): the first one is 1, and 0 is the appliance itself. A zone
/// keeps its number, and 0 is the whole picture.
///
///     SIA-DCS  #AB12|Nri1/UA002^fight confirmed, camera hall, zone 2, 6b75…-17^  [H18:02:03,…]
///     ADM-CID  #AB12|1150 01 002                                                  [I…] or [H…]
///
/// - Shape: with brackets and times at most 76 bytes around a text of `textByteCountMax`: padded 16
///   blocks, as digits 512 bytes, and a frame of less than 600.
/// - Source: ANSI/SIA DC-09-2013, section 5.5.1; DC-03; DC-05.
public struct SIAMessage: Hashable, Sendable {
    public var token: SIAFrame.Token
    public var content: String
    public var extensions: [String]

    /// The link test.
    public static let linkTest = SIAMessage(token: .null, content: "", extensions: [])

    static let textByteCountMax = 160
    /// Older than what a receiver lets pass as now: Contact ID then tells when it was.
    static let lateMilliseconds: Int64 = 30_000

    init(token: SIAFrame.Token, content: String, extensions: [String]) {
        self.token = token
        self.content = content
        self.extensions = extensions
    }

    /// A step of an incident: an alarm, or its restoral where it is over.
    ///
    /// - Parameter wallMilliseconds: now. Receivers of Contact ID take one extended data only: the
    ///   time for what is late, the text otherwise.
    public init(_ report: IncidentReport, settings: SIASettings, wallMilliseconds: Int64) {
        let code = report.kind.row.sia
        let isOver = report.state == .closed
        let time: String? =
            report.at.source == .unset
            ? nil : "H" + SIATime.text(milliseconds: report.at.wallMilliseconds)
        switch settings.codeBook {
        case .siaDCS:
            token = .siaDCS
            let zone = report.zone == 0 ? "" : Self.padded(Int(report.zone), 3)
            content =
                "#\(settings.account)|Nri\(report.siaPartition)/"
                + "\(isOver ? code.restoral : code.alarm)\(zone)^\(report.siaText)^"
            extensions = time.map { [$0] } ?? []
        case .admCID:
            token = .admCID
            content =
                "#\(settings.account)|\(isOver ? 3 : 1)\(code.contactID) "
                + "\(Self.padded(min(report.siaPartition, 99), 2)) "
                + Self.padded(Int(report.zone), 3)
            let (age, isAbsurd) = wallMilliseconds.subtractingReportingOverflow(
                report.at.wallMilliseconds)
            let isLate = isAbsurd || age > Self.lateMilliseconds
            extensions = [isLate ? time ?? "I\(report.siaText)" : "I\(report.siaText)"]
        }
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(width - digits.utf8.count, 0)) + digits
    }
}

extension IncidentReport {
    fileprivate var siaPartition: Int { cameraIndex.map { Int($0) + 1 } ?? 0 }

    /// For the operator's screen, and to know it again: what, where, and the incident's full name.
    ///
    /// - Shape: at most 24 + 14 + 41 + 10 + 44 = 133 bytes of printable ASCII without "[]|^", and
    ///   what of subject and measure has room besides.
    var siaText: String {
        var text = "\(title) \(state)\(isInterrupted ? " (unseen)" : "")"
        if isEscalated { text += " (unanswered)" }
        if let name = siaCameraName { text += ", camera \(name)" }
        if zone > 0 { text += ", zone \(zone)" }
        let name = ", \(identity.full)"
        for detail in [subject?.words, measure?.words].compactMap({ $0 })
        where text.utf8.count + detail.utf8.count + 2 + name.utf8.count
            <= SIAMessage.textByteCountMax
        {
            text += ", \(detail)"
        }
        return String((text + name).prefix(SIAMessage.textByteCountMax))
    }

    /// Its number where the name cannot be written in ASCII: receivers have no other letters.
    private var siaCameraName: String? {
        let special = Array("[]|^\"".utf8)
        let isPlain = { (byte: UInt8) in (0x20...0x7E).contains(byte) && !special.contains(byte) }
        if let camera, !camera.isEmpty, camera.utf8.allSatisfy(isPlain) {
            return String(camera.prefix(32))
        }
        return cameraIndex.map { String(Int($0) + 1) }
    }
}
