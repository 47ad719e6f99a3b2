import Cryptography
import Frames
import Glibc
import Incidents
import Linux
import Testing

@testable import Uplink

/// What judges from outside look at: `Tests/Uplink/judge-sia` and `judge-cap` run these, and know
/// for themselves what must come out.
@Suite struct JudgedTests {
    private static func environment(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }

    /// "PORT PORT PORT ACCOUNT FORM:KEY ACCOUNT FORM:KEY ...": one receiver for each of the tests,
    /// and "-" where there is no key.
    private static let receivers = environment("KUZET_TEST_RECEIVERS")
    private static let folder = environment("KUZET_TEST_CAP")

    @Test(.enabled(if: receivers != nil)) func aReceiverAcceptsEverythingWeSay() throws {
        let (port, accounts) = try accounts(of: 0)
        for (account, key) in accounts {
            for codeBook in SIACodeBook.allCases {
                let settings = try settings(account, key, codeBook)
                let line = try Line(port: port, settings: settings)
                // The whole list as an appliance tells it after an outage, and again as it happens.
                for reports in [Reports.all, live()] {
                    for report in reports { #expect(line.tell(report) == .accepted) }
                }
                #expect(line.session.offsetMilliseconds == 0)
                #expect(line.test())
            }
        }
    }

    @Test(.enabled(if: receivers != nil)) func aReceiverCorrectsOurClock() throws {
        let (port, accounts) = try accounts(of: 1)
        for (account, key) in accounts {
            let settings = try settings(account, key, .siaDCS)
            for skew: Int64 in [-86_400_000, 3_600_000] {
                let line = try Line(port: port, settings: settings, skewMilliseconds: skew)
                #expect(line.tell(Reports.report(.panic)) == .accepted)
                #expect(abs(line.session.offsetMilliseconds + skew) < 5_000)
                #expect(line.sentCount == 2)
                #expect(line.tell(Reports.report(.panic, .closed)) == .accepted)
                #expect(line.sentCount == 3)
            }
        }
    }

    @Test(.enabled(if: receivers != nil)) func aReceiverRefusesAndDemandsAndIsSilent() throws {
        let (port, accounts) = try accounts(of: 2)
        for (account, key) in accounts {
            let settings = try settings(account, key, .siaDCS)
            let line = try Line(port: port, settings: settings)
            let unknown = SIAMessage(
                token: .siaDCS, content: "#\(account)|Nri1/ZQ001", extensions: [])
            #expect(line.tell(unknown) == .refused(.notUnderstood))
            let keyed = SIAMessage(
                token: .siaDCS, content: "#\(account)|Nri1/RR", extensions: ["K0"])
            #expect(line.tell(keyed) == .accepted)
            let stranger = try self.settings("FFFFFF", key, .siaDCS)
            let silent = try Line(port: port, settings: stranger)
            #expect(silent.tell(Reports.report(.fight)) == .unanswered(.silence))
            #expect(silent.sentCount == 3)
        }
    }

    @Test(.enabled(if: folder != nil)) func documentsOfEveryKindAndStep() throws {
        let folder = try #require(Self.folder)
        func write(_ name: String, _ alert: CAPAlert) throws {
            try Files.replace("\(folder)/\(name).xml", with: Array(alert.xml.utf8))
        }
        for kind in Incident.Kind.allCases {
            let evidence = [
                CAPAlert.Evidence(
                    name: "\(kind).jpg", mimeType: "image/jpeg", byteCount: 12_345,
                    sha256: SHA256.digest(Array("\(kind)".utf8)), uri: "https://x.example/a?b=1&c=2"
                )
            ]
            let settings = CAPAlertTests.settings()
            let suspected = CAPAlert(Reports.report(kind, .suspected), settings: settings)
            let confirmed = CAPAlert(
                Reports.report(kind), settings: settings, earlier: suspected.reference,
                evidence: evidence)
            let closed = Reports.report(kind, .closed)
            try write("\(kind)-suspected", suspected)
            try write("\(kind)-confirmed", confirmed)
            try write(
                "\(kind)-closed",
                CAPAlert(closed, settings: settings, earlier: confirmed.reference))
            try write(
                "\(kind)-cancelled",
                CAPAlert(closed, settings: settings, earlier: suspected.reference))
            try write("\(kind)-alone", CAPAlert(Reports.report(kind), settings: settings))
        }
        let odd = Reports.report(
            .fight, source: .unset, isInterrupted: true, camera: "<&\"'>\u{1B}\u{FFFF} Зал",
            at: .max)
        for (name, purpose) in [
            ("actual", .actual), ("exercise", .exercise("Nauryz <1>")), ("test", .test)
        ] as [(String, CAPSettings.Purpose)] {
            try write(
                "odd-\(name)", CAPAlert(odd, settings: CAPAlertTests.settings(purpose: purpose)))
        }
    }

    private func accounts(of test: Int) throws -> (UInt16, [(String, String)]) {
        let words = try #require(Self.receivers).split(separator: " ").map(String.init)
        let accounts = stride(from: 3, to: words.count - 1, by: 2).map {
            (words[$0], words[$0 + 1])
        }
        return (try #require(UInt16(words[test])), accounts)
    }

    private func live() -> [IncidentReport] {
        Incident.Kind.allCases.flatMap { kind in
            [Incident.State.confirmed, .closed].map {
                Reports.report(kind, $0, at: Clocks.wallMilliseconds())
            }
        }
    }

    private func settings(
        _ account: String, _ key: String, _ codeBook: SIACodeBook
    ) throws -> SIASettings {
        let parts = key.split(separator: ":").map(String.init)
        let form = parts.first.flatMap(SIAKeyForm.init(rawValue:)) ?? .ascii
        var settings = Reports.settings(
            codeBook: codeBook, key: parts.count > 1 ? parts[1] : nil, form: form, account: account)
        #expect((settings.key == nil) == (key == "-"))
        settings.answerTimeout = .milliseconds(account == "FFFFFF" ? 200 : 5_000)
        return settings
    }
}

/// A real connection to a receiver on this machine, driven as an appliance would.
private final class Line {
    private let socket: Int32
    private let skewMilliseconds: Int64
    private(set) var session: SIASession
    private(set) var sentCount = 0
    private var key: Int64 = 0

    private struct Refused: Error {}

    init(port: UInt16, settings: SIASettings, skewMilliseconds: Int64 = 0) throws {
        self.skewMilliseconds = skewMilliseconds
        session = SIASession(settings: settings)
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(socket, $0, size) }
        }
        guard status == 0 else { throw Refused() }
        _ = session.connected(at: now)
    }

    deinit { close(socket) }

    private var now: Moment {
        Moment(
            monotonic: Instant(nanoseconds: Clocks.monotonicNanoseconds()),
            wallMilliseconds: Clocks.wallMilliseconds() + skewMilliseconds)
    }

    func tell(_ report: IncidentReport) -> SIAOutcome? {
        tell(
            SIAMessage(
                report, settings: session.settings, wallMilliseconds: now.wallMilliseconds))
    }

    func tell(_ message: SIAMessage) -> SIAOutcome? {
        key += 1
        return carryOut(session.offered(message, key: key, at: now))
    }

    /// Whether a link test is answered.
    func test() -> Bool {
        var later = now
        later.monotonic = later.monotonic + session.settings.supervision
        _ = carryOut(session.timePassed(at: later))
        return session.isReady
    }

    private func carryOut(_ first: [SIASession.Action]) -> SIAOutcome? {
        var actions = first
        while true {
            for action in actions {
                switch action {
                case .send(let bytes):
                    sentCount += 1
                    _ = send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL))
                case .finished(_, let outcome): return outcome
                case .drop: return nil
                }
            }
            guard case .waiting = session.state else { return nil }
            var interest = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
            guard poll(&interest, 1, 100) > 0 else {
                actions = session.timePassed(at: now)
                continue
            }
            var bytes = [UInt8](repeating: 0, count: 4_096)
            let count = recv(socket, &bytes, bytes.count, 0)
            actions =
                count > 0
                ? session.received(Array(bytes[..<count]), at: now) : session.disconnected()
        }
    }
}
