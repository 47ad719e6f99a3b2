import Frames
import Incidents
import Records

/// One step of one incident as others are told of it: the same facts in every dialect.
public struct IncidentReport: Hashable, Sendable {
    public var identity: IncidentIdentity
    public var kind: Incident.Kind
    /// What is told now; `closed` takes back what was told before.
    public var state: Incident.State
    /// It was open when the appliance failed: nobody saw its end.
    public var isInterrupted: Bool
    /// Nobody acknowledged it in time.
    public var isEscalated: Bool
    /// The camera's name as configured; nil where none is concerned.
    public var camera: String?
    /// Its position in the configuration; nil where none is concerned.
    public var cameraIndex: UInt8?
    /// 0 is the whole picture.
    public var zone: UInt8
    public var openedAt: Dating.Date
    /// When this step was: opened, confirmed or closed.
    public var at: Dating.Date
    public var peakScore: Q15
    public var region: Region
    /// Which one of several; nil where its kind has but one in a zone.
    public var subject: Incident.Subject?
    /// What was measured at its peak.
    public var measure: Incident.Measure?

    public init(
        identity: IncidentIdentity, kind: Incident.Kind, state: Incident.State,
        isInterrupted: Bool = false, isEscalated: Bool = false, camera: String? = nil,
        cameraIndex: UInt8? = nil,
        zone: UInt8 = 0, openedAt: Dating.Date, at: Dating.Date, peakScore: Q15 = .one,
        region: Region = .whole, subject: Incident.Subject? = nil,
        measure: Incident.Measure? = nil
    ) {
        self.identity = identity
        self.kind = kind
        self.state = state
        self.isInterrupted = isInterrupted
        self.isEscalated = isEscalated
        self.camera = camera
        self.cameraIndex = cameraIndex
        self.zone = zone
        self.openedAt = openedAt
        self.at = at
        self.peakScore = peakScore
        self.region = region
        self.subject = subject
        self.measure = measure
    }
}
