import Frames
import Incidents
import Records
import Station

/// When something happens, by both clocks.
public struct Moment: Hashable, Sendable {
    public var monotonic: Instant
    /// Milliseconds since 1970-01-01 UTC, as far as the board knows.
    public var wallMilliseconds: Int64

    public init(monotonic: Instant, wallMilliseconds: Int64) {
        self.monotonic = monotonic
        self.wallMilliseconds = wallMilliseconds
    }
}

/// What a dialect wants done, in order.
public enum DialectAction: Hashable, Sendable {
    case send([UInt8])
    /// Messages can be given now.
    case opened
    /// The receiver has the entry of that sequence number for good.
    case delivered(Int64)
    /// It will never take it.
    case refused(Int64, cause: String)
    /// Somebody there wants something.
    case command([UInt8])
    case warned(String)
    /// The connection is of no use any more.
    case failed(String)
}

/// How one receiver is spoken to: a pure machine that knows no socket and no clock.
public protocol Dialect: Sendable {
    /// How many more entries it takes now.
    var freeCount: Int { get }
    /// Whether what was given and not confirmed stays with it over a lost connection.
    var keepsEntries: Bool { get }
    /// Whether the receiver answers what it is told, as far as is known.
    var isAnswered: Bool { get }
    /// Whether this connection, or the one that just ended, brought something to its end that is
    /// not to be said again: then its own end is no failure.
    var hasSettled: Bool { get }
    /// Until then a receiver may hang up that has been told all; nil where it may not.
    var isDueAt: Instant? { get }

    /// What it means that the other end hung up now, where that says more than the bare fact.
    var whyHungUp: String? { get }

    mutating func opened(at moment: Moment) -> [DialectAction]
    /// - Returns: what is known by the end of the connection.
    @discardableResult
    mutating func closed() -> [DialectAction]
    mutating func received(_ bytes: [UInt8], at moment: Moment) -> [DialectAction]
    /// What was sent is still on its way to the network, and moves.
    mutating func sending(at moment: Moment)
    /// Time has passed: at least once a second.
    mutating func passed(at moment: Moment) -> [DialectAction]
    /// Tells an entry; `delivered` or `refused` says the outcome.
    mutating func tell(_ entry: OutboxEntry, at moment: Moment) -> [DialectAction]
    /// Answers a command. Not to be called where `freeCount` is 0: the answer would be lost.
    mutating func answer(_ text: String, at moment: Moment) -> [DialectAction]
    /// Tells a count, as far as that can be done now: nobody waits for it.
    mutating func tell(_ count: CountReport, at moment: Moment) -> [DialectAction]
    /// The appliance goes down in order.
    mutating func leave(at moment: Moment) -> [DialectAction]
}

extension Dialect {
    /// Where the connection is opened with an answer.
    public var isAnswered: Bool { true }
    public var isDueAt: Instant? { nil }
    public var whyHungUp: String? { nil }
    public mutating func sending(at moment: Moment) {}
    public mutating func answer(_ text: String, at moment: Moment) -> [DialectAction] { [] }
    public mutating func tell(_ count: CountReport, at moment: Moment) -> [DialectAction] { [] }
    public mutating func leave(at moment: Moment) -> [DialectAction] { [] }
}

/// Who speaks: what stands in every message.
public struct Speaker: Hashable, Sendable {
    /// The appliance's name.
    public var device: String
    /// The cameras' names, in the order of the configuration.
    public var cameras: [String]

    public init(device: String, cameras: [String]) {
        self.device = device
        self.cameras = cameras
    }

    func camera(_ index: UInt8) -> String? {
        Int(index) < cameras.count ? cameras[Int(index)] : nil
    }

    /// The report that an entry makes; nil where it is about no incident's state.
    public func report(_ entry: OutboxEntry) -> IncidentReport? {
        let openedAt = entry.openedAt ?? entry.at
        switch entry.record.body {
        case .incident(let incident):
            return report(
                incident, boot: entry.record.stamp.boot, openedAt: openedAt, at: entry.at)
        case .interrupted(let boot, let ordinal):
            guard var incident = entry.subject, incident.ordinal == ordinal else { return nil }
            incident.state = .closed
            var report = report(incident, boot: boot, openedAt: openedAt, at: entry.at)
            report.isInterrupted = true
            return report
        case .escalated(let boot, let ordinal):
            guard let incident = entry.subject, incident.ordinal == ordinal else { return nil }
            var report = report(incident, boot: boot, openedAt: openedAt, at: entry.at)
            report.isEscalated = true
            return report
        case .started, .clockCorrected, .configured, .evidence, .operated, .repaired, .siren,
            .explained, .explainedByCounts, .salvaged, .commanded, .hours, .authorised,
            .acknowledged, .checkpoint,
            .beat, .discarded, .counted, .judged, .cautioned, .watched, .found:
            return nil
        }
    }

    private func report(
        _ incident: Incident, boot: BootID, openedAt: Dating.Date, at: Dating.Date
    ) -> IncidentReport {
        IncidentReport(
            identity: IncidentIdentity(boot: boot, ordinal: incident.ordinal),
            kind: incident.kind, state: incident.state, camera: camera(incident.camera),
            cameraIndex: incident.camera == Incident.noCamera ? nil : incident.camera,
            zone: incident.zone, openedAt: openedAt, at: at, peakScore: incident.peakScore,
            region: incident.region, subject: incident.subject, measure: incident.measure)
    }
}
