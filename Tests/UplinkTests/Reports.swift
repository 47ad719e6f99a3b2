import Cryptography
import Frames
import Incidents
import Records

@testable import Uplink

/// Reports to render, each different from the others.
enum Reports {
    static let identity = IncidentIdentity(
        boot: BootID(high: 0x6b75_7a65_7400_0001, low: 0x0123_4567_89ab_cdef), ordinal: 17)
    /// 2025-10-31T18:02:03Z
    static let wallMilliseconds: Int64 = 1_761_933_723_000

    static func report(
        _ kind: Incident.Kind, _ state: Incident.State = .confirmed, source: Dating.Source = .clock,
        isInterrupted: Bool = false, camera: String? = "hall", zone: UInt8 = 2,
        at wallMilliseconds: Int64 = wallMilliseconds
    ) -> IncidentReport {
        let concernsCamera =
            switch kind {
            case .panic, .enclosureOpened, .storeFailed, .uplinkLost: false
            default: true
            }
        return IncidentReport(
            identity: identity, kind: kind, state: state, isInterrupted: isInterrupted,
            camera: concernsCamera ? camera : nil, cameraIndex: concernsCamera ? 0 : nil,
            zone: concernsCamera ? zone : 0,
            openedAt: Dating.Date(wallMilliseconds: wallMilliseconds &- 2_000, source: source),
            at: Dating.Date(wallMilliseconds: wallMilliseconds, source: source),
            peakScore: .perMille(900))
    }

    /// Every kind, beginning and over.
    static let all: [IncidentReport] = Incident.Kind.allCases.flatMap { kind in
        [report(kind), report(kind, .closed)]
    }

    static func settings(
        codeBook: SIACodeBook = .siaDCS, key: String? = nil, form: SIAKeyForm = .ascii,
        account: String = "AB12"
    ) -> SIASettings {
        let made = SIASettings(
            account: account, receiver: "1", codeBook: codeBook,
            key: key.flatMap { AESKey(siaText: $0, form: form) })
        guard let made else { preconditionFailure("settings of tests hold") }
        return made
    }
}
