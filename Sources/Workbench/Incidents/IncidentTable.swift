import Cryptography
import Frames
import Incidents
import Linux
import Records
import Store
import Text
import Uplink

/// Incidents as people and programs read them.
package enum IncidentTable {
    private static let heading = [
        "id", "opened (local)", "kind", "camera", "zone", "state", "lasted", "score", "evidence"
    ]

    package static func text(_ incidents: [IncidentSummary]) -> String {
        guard !incidents.isEmpty else { return "no incidents\n" }
        let rows = [heading] + incidents.map(row)
        let widths = heading.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            var line = ""
            for (cell, width) in zip(row, widths) {
                line += cell + String(repeating: " ", count: width - cell.count + 2)
            }
            while line.last == " " { line.removeLast() }
            return line + "\n"
        }.joined()
    }

    /// Text from a ledger of unknown origin must not steer the terminal that shows it.
    package static func printable(_ text: String) -> String {
        text.replacingControls(by: "\u{FFFD}")
    }

    private static func row(_ summary: IncidentSummary) -> [String] {
        let incident = summary.incident
        let opened = Clocks.localText(wallMilliseconds: summary.openedAt.wallMilliseconds)
        return [
            summary.identity.description,
            opened + summary.openedAt.source.mark,
            incident.name,
            incident.camera == Incident.noCamera ? "-" : "\(incident.camera)",
            incident.zone == 0 ? "all" : "\(incident.zone)",
            state(summary),
            summary.duration.map(duration) ?? (summary.isInterrupted ? "until a restart" : "open"),
            "\(incident.peakScore.perMille)",
            "\(summary.evidence.count)"
        ]
    }

    /// What was only suspected is told from what was confirmed.
    private static func state(_ summary: IncidentSummary) -> String {
        if let judgement = summary.judgement { return "judged \(judgement.verdict)" }
        return summary.state == .closed && summary.incident.confirmedAt == nil
            ? "only suspected" : "\(summary.state)"
    }

    /// "0.4 s", "12 s", "3 min", "2 h".
    private static func duration(_ interval: Interval) -> String {
        let milliseconds = max(interval.milliseconds, 0)
        switch milliseconds {
        case ..<10_000: return "\(milliseconds / 1000).\(milliseconds / 100 % 10) s"
        case ..<120_000: return "\(milliseconds / 1000) s"
        case ..<7_200_000: return "\(milliseconds / 60_000) min"
        default: return "\(milliseconds / 3_600_000) h"
        }
    }
}

extension Dating.Source {
    /// How the time is known, beside a time.
    fileprivate var mark: String {
        switch self {
        case .clock: ""
        case .correction: " (dated by correction)"
        case .unset: " (clock not set)"
        }
    }

    package var words: String {
        switch self {
        case .clock: "by the clock, which was set"
        case .correction: "dated by correction: the clock was set later in this boot"
        case .unset: "the clock was not set: only order and distance in time are known"
        }
    }
}

extension LedgerRecord.Body {
    package var words: String {
        switch self {
        case .started: "the appliance started"
        case .incident(let incident):
            "\(incident.kind) \(incident.state)"
                + (incident.measure.map { ", \($0.words)" } ?? "")
        case .clockCorrected(let offset): "the clock was corrected by \(offset) ms"
        case .configured(_, let accepted): "configuration \(accepted ? "replaced" : "refused")"
        case .evidence(_, let kind, _, let byteCount): "\(kind), \(byteCount) bytes"
        case .salvaged(_, _, let kind, _, let byteCount):
            "\(kind), \(byteCount) bytes, finished at the next start"
        case .operated(let text): text
        case .repaired(let text): text
        case .siren(let step, let milliseconds): "siren \(step), \(milliseconds) ms"
        case .explained(let explanation): "explained by \(explanation.series.entries.count) scores"
        case .explainedByCounts(let explanation):
            explanation.series.entries.isEmpty
                ? "networks that looked: \(explanation.networks.count)"
                : "explained by \(explanation.series.entries.count) counts of people"
        case .commanded(_, let by, let words): "command \(words), by \(by)"
        case .authorised(let authority): "of the next order: \(authority.words)"
        case .hours(let order, _, let by): "hours: \(order.words), by \(by)"
        case .acknowledged(_, _, let by): "acknowledged by \(by)"
        case .judged(let judgement, let by): "judged \(judgement.words), by \(by)"
        case .cautioned(let change): change.words
        case .watched(let words): words
        case .found(_, let entry): entry.words
        case .escalated: "escalated: nobody acknowledged it in time"
        case .checkpoint(let checkpoint): "signed up to record \(checkpoint.sequence)"
        case .beat(let frameCount, _): "on watch: \(frameCount) frames decided since the last beat"
        case .counted(let span):
            "camera \(span.camera): people in \(span.minutes.count) minutes, "
                + "at most \(span.minutes.map(\.most).max() ?? 0)"
        case .discarded(let discard):
            "\(discard.kind) removed to make room, "
                + (discard.wasDelivered ? "delivered before" : "never delivered")
        case .interrupted: "closed: the appliance was restarted while it was open"
        }
    }
}

extension IncidentSummary {
    package var json: String {
        let files = evidence.map {
            "{\"file\":\(JSON.quoted($0.name.fileName)),\"kind\":\"\($0.name.kind)\","
                + "\"bytes\":\($0.byteCount),"
                + "\"sha256\":\"\(SHA256.hexadecimal($0.sha256))\"}"
        }
        let region = incident.region
        return """
            {"id":"\(identity)","identity":"\(identity.full)","camera":\(incident.camera == Incident.noCamera ? "null" : "\(incident.camera)"),\
            "kind":"\(incident.kind)","zone":\(incident.zone),"state":"\(state)","confirmed":\(incident.confirmedAt != nil),\
            "acknowledgedBy":\(acknowledgedBy.map { JSON.quoted($0) } ?? "null"),\
            "escalated":\(isEscalated),\
            "judged":\(judgement.map { "\"\($0.verdict)\"" } ?? "null"),\
            "because":\(judgement.map { JSON.quoted($0.because) } ?? "null"),\
            "closeReason":\(closeReason.map { "\"\($0)\"" } ?? "null"),\
            "openedAt":"\(openedAt.utcText)","openedAtMilliseconds":\(openedAt.wallMilliseconds),\
            "datedBy":"\(openedAt.source.rawValue)",\
            "durationMilliseconds":\(duration.map { "\($0.milliseconds)" } ?? "null"),\
            "peakScore":\(incident.peakScore.perMille),\
            \(MessageJSON.details(incident.subject, incident.measure))\
            "finds":[\(finds.map { "{\(MessageJSON.found($0))}" }.joined(separator: ","))],\
            "right":\(right.map { JSON.quoted($0) } ?? "null"),\
            "sightings":\(incident.sightingCount),\
            "region":[\(region.x),\(region.y),\(region.width),\(region.height)],\
            "records":[\(sequences.map(String.init).joined(separator: ","))],\
            "evidence":[\(files.joined(separator: ","))],\
            "configuration":\(configuration.map { "\"\(SHA256.hexadecimal($0))\"" } ?? "null"),\
            "explanation":\(explanation?.json ?? countExplanation?.json ?? "null")}
            """
    }
}
