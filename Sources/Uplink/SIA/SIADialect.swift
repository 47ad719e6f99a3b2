import Frames
import Station

/// The ledger over SIA DC-09: what was confirmed, and its end. An alarm centre sends somebody for
/// each: suspicions, health and pictures are not for it.
public struct SIADialect: Dialect {
    private var session: SIASession
    private let speaker: Speaker

    public init(_ settings: SIASettings, speaker: Speaker) {
        session = SIASession(settings: settings)
        self.speaker = speaker
    }

    public var freeCount: Int { session.isReady ? 1 : 0 }
    /// What had no answer is offered again, and keeps its sequence number.
    public var keepsEntries: Bool { false }
    public var isAnswered: Bool { session.isAnswering }
    public var hasSettled: Bool { session.hasSettled }
    public var isDueAt: Instant? { session.isAnswering ? session.supervisedAt : nil }

    public mutating func opened(at moment: Moment) -> [DialectAction] {
        actions(session.connected(at: moment)) + [.opened]
    }

    @discardableResult
    public mutating func closed() -> [DialectAction] { actions(session.disconnected()) }

    public mutating func received(_ bytes: [UInt8], at moment: Moment) -> [DialectAction] {
        actions(session.received(bytes, at: moment))
    }

    public mutating func passed(at moment: Moment) -> [DialectAction] {
        actions(session.timePassed(at: moment))
    }

    public mutating func tell(_ entry: OutboxEntry, at moment: Moment) -> [DialectAction] {
        guard let report = speaker.report(entry), Self.isForCentre(entry) else {
            return [.delivered(entry.sequence)]
        }
        let message = SIAMessage(
            report, settings: session.settings, wallMilliseconds: moment.wallMilliseconds)
        return actions(session.offered(message, key: entry.sequence, at: moment))
    }

    private static func isForCentre(_ entry: OutboxEntry) -> Bool {
        switch entry.record.body {
        case .incident(let incident): incident.confirmedAt != nil
        case .interrupted: entry.subject?.confirmedAt != nil
        case .escalated: true
        case .started, .clockCorrected, .configured, .evidence, .operated, .repaired, .siren,
            .explained, .explainedByCounts, .salvaged, .commanded, .hours, .authorised,
            .acknowledged, .checkpoint,
            .beat, .discarded, .counted, .judged, .cautioned, .watched, .found:
            false
        }
    }

    private func actions(_ actions: [SIASession.Action]) -> [DialectAction] {
        actions.compactMap { action in
            switch action {
            case .send(let bytes): .send(bytes)
            case .finished(let key, .accepted): .delivered(key)
            case .finished(let key, .refused(let cause)): .refused(key, cause: "\(cause)")
            // The connection goes, and with the next one it is offered again.
            case .finished(_, .unanswered): nil
            case .drop(let cause): .failed(why(cause))
            }
        }
    }

    private func why(_ cause: SIAOutcome.Cause) -> String {
        switch cause {
        case .timeRefused:
            let seconds = (abs(session.offsetMilliseconds) + 500) / 1000
            let side = session.offsetMilliseconds < 0 ? "behind" : "ahead of"
            return "it refuses the time (NAK), even its own, \(seconds) s \(side) ours"
        case .silence, .connectionLost, .notReady:
            return session.complaint.map { "no valid answer: \($0)" } ?? "no answer"
        }
    }
}
