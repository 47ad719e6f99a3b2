import Incidents
import Records

extension OutboxEntry {
    /// Whether it tells of somebody like an entry of a list, which is for an authority's desk alone.
    public var isOfFaces: Bool {
        switch record.body {
        case .found: true
        case .incident(let incident): incident.kind.row.category == .list
        case .interrupted, .escalated: subject?.kind.row.category == .list
        case .evidence(_, let kind, _, _), .salvaged(_, _, let kind, _, _): kind == .find
        case .discarded(let discard): discard.kind == .find
        case .started, .clockCorrected, .configured, .operated, .repaired, .siren, .explained,
            .explainedByCounts, .commanded, .hours, .authorised, .acknowledged, .checkpoint, .beat,
            .counted, .judged, .cautioned, .watched:
            false
        }
    }
}
