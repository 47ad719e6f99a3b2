import Detectors
import Frames
import Incidents

/// One camera's name and what counts as an incident in its view.
public struct CameraPolicy: Hashable, Sendable {
    /// As in the configuration; stands in log lines.
    public var name: String
    public var incidents: IncidentPolicy

    public init(name: String, incidents: IncidentPolicy = IncidentPolicy()) {
        self.name = name
        self.incidents = incidents
    }
}

/// What the venue decided about alarms; the configuration file's `[alarm]`, `[siren]` and
/// `[[schedule]]` parts become this.
public struct StationPolicy: Hashable, Sendable {
    /// In the order of the configuration: `Event.decided(camera: 0, …)` is the first. A camera
    /// beyond the list, up to `cameraCountMax`, goes by the standard rules.
    public var cameras: [CameraPolicy]
    /// The venue's hours. They hold for every camera: the station copies them into each
    /// camera's `incidents.openHours`.
    public var openHours: OpenHours
    public var lamps: LampPolicy
    public var siren: SirenPolicy
    /// A panic incident stays open for this long after the button was let go.
    public var panicHold: Interval
    /// A camera that was decided before and is not for this long is lost, even where its driver
    /// says nothing. At least 1 s.
    public var decisionTimeout: Interval
    /// A destination that is not reached for so long is an incident. At least 1 s.
    public var uplinkLostAfter = Interval.seconds(180)
    /// What is confirmed as red or more, and what a person calls for, escalates when nobody
    /// acknowledged it for this long; nil never.
    public var acknowledgeWithin: Interval?
    /// What escalates and still goes on sounds the siren.
    public var escalationSounds = false
    public var clip: ClipPolicy
    /// The processor's temperature from which on less is done.
    public var celsiusMax = 80
    private var responses: [Incident.Kind: Response]

    public static let cameraCountMax = 8

    public init(
        cameras: [CameraPolicy] = [], openHours: OpenHours = .always,
        lamps: LampPolicy = LampPolicy(), siren: SirenPolicy = SirenPolicy(),
        panicHold: Interval = .seconds(30), decisionTimeout: Interval = .seconds(10),
        clip: ClipPolicy = ClipPolicy()
    ) {
        self.cameras = cameras
        self.openHours = openHours
        self.lamps = lamps
        self.siren = siren
        self.panicHold = panicHold
        self.decisionTimeout = decisionTimeout
        self.clip = clip
        responses = [:]
    }

    /// How far a confirmed incident of `kind` goes.
    public subscript(kind: Incident.Kind) -> Response {
        get { responses[kind] ?? Response.standard(kind) }
        set { responses[kind] = newValue }
    }
}
