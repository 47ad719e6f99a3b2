import Frames
import Incidents
import Records
import Store
import Uplink

extension IncidentSummary {
    /// An alert of CAP 1.2, as the incident stands now.
    package func alert(_ settings: CAPSettings) -> String {
        CAPAlert(
            report, settings: settings,
            evidence: evidence.filter { !$0.isDiscarded }.map(\.forCAP)
        ).xml
    }

    /// The incident as others are told of it now.
    var report: IncidentReport {
        IncidentReport(
            identity: identity, kind: incident.kind, state: state, isInterrupted: isInterrupted,
            isEscalated: isEscalated,
            camera: incident.camera == Incident.noCamera ? nil : "\(incident.camera)",
            cameraIndex: incident.camera == Incident.noCamera ? nil : incident.camera,
            zone: incident.zone, openedAt: openedAt, at: stateAt, peakScore: incident.peakScore,
            region: incident.region)
    }

    /// When it became what it is, by the same clock as its opening.
    private var stateAt: Dating.Date {
        let moment = incident.closedAt ?? incident.confirmedAt ?? incident.openedAt
        return Dating.Date(
            wallMilliseconds: openedAt.wallMilliseconds
                + (moment - incident.openedAt).milliseconds,
            source: openedAt.source)
    }
}

extension IncidentSummary.Evidence {
    fileprivate var forCAP: CAPAlert.Evidence {
        CAPAlert.Evidence(
            name: name.fileName, mimeType: name.kind == .clip ? "video/x-matroska" : "image/jpeg",
            byteCount: Int(byteCount), sha256: sha256)
    }
}
