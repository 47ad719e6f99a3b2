import ArgumentParser
import Camera
import Detectors
import Frames
import Incidents
import Linux
import Station

/// What the detectors would have decided about a recording: the same on every machine, to the bit.
struct Replay: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Decides a recording as a camera's pictures, and proves what was decided.",
        discussion: """
            Prints one line per incident and last {"frames","incidents","digest"}: the digest is \
            SHA-256 over every sighting and incident, so two machines that print the same one \
            decided the same, bit for bit.

            Example: kuzet replay clip.mp4 --plot clip.html
            """)

    @Argument(
        help: """
            Y4M, MJPEG in AVI or Matroska, a Kuzet recording, or - for standard input; anything \
            else is decoded by ffmpeg, if it is installed.
            """)
    var input: String

    @Option(name: .customLong("config"), help: "Zones, masks and rules of its first camera.")
    var configurationPath: String?

    @Flag(help: "One JSON object per line instead of a table.")
    var json = false

    @Option(
        help: "Draw incidents, and scores with their thresholds, over time: a page of one file.")
    var plot: String?

    mutating func run() throws {
        Signals.ignoreBrokenPipes()
        var detection = ReplayRun.Detection.standard
        if let configurationPath {
            let configuration = try Configuration.loadOrExit(configurationPath).configuration
            detection = ReplayRun.Detection(configuration)
        }
        let replayed = ReplayRun(plotting: plot == nil ? nil : input)
        do {
            try replayed.run(try Recording.open(input), detection: detection)
        } catch let error as CameraError {
            // What was decided up to there is still true, and worth reading.
            if replayed.frameCount > 0 { print(replayed.report(isJSON: json), terminator: "") }
            complain("\(error)")
            throw ExitCode(
                error.kind == .badData ? ExitStatus.badData : ExitStatus.unavailable)
        }
        print(replayed.report(isJSON: json), terminator: "")
        if let plot, let page = replayed.page() {
            do {
                try Files.replace(plot, with: Array(page.utf8))
            } catch {
                complain("plot \(plot): write: \(error)")
                throw ExitCode(ExitStatus.unavailable)
            }
        }
        for notice in replayed.notices { complain(notice) }
    }
}

/// One pass of a source of frames through detectors and incidents.
final class ReplayRun {
    struct Detection {
        var settings: DetectorSettings
        var policy: IncidentPolicy

        static var standard: Detection {
            Detection(settings: DetectorSettings(), policy: IncidentPolicy())
        }

        init(settings: DetectorSettings, policy: IncidentPolicy) {
            self.settings = settings
            self.policy = policy
        }

        /// As the first camera of an appliance with this configuration would decide.
        init(_ configuration: Configuration) {
            settings = configuration.cameras.first?.detectorSettings ?? DetectorSettings()
            policy = configuration.station.cameras.first?.incidents ?? IncidentPolicy()
            policy.openHours = configuration.station.openHours
        }
    }

    /// What is drawn; nil where nobody asked.
    private var evening: Evening?

    /// - Parameter title: of the page that is drawn; nil to draw none.
    init(plotting title: String? = nil) {
        evening = title.map(Evening.init)
    }

    private(set) var frameCount: UInt64 = 0
    private(set) var notices: [String] = []
    private(set) var digest = ""
    /// Every incident as it stood last, in the order of opening.
    private(set) var incidents: [Incident] = []

    /// Decides every frame of `source`.
    ///
    /// Incidents that are open at the end stay open: nobody knows what came after.
    func run(_ source: any FrameSource, detection: Detection) throws {
        let trace = Trace()
        defer { digest = trace.finish() }
        var bank: DetectorBank?
        var mask: Plane?
        var tracker = IncidentTracker(camera: 0, policy: detection.policy)
        var sightings: [Sighting] = []
        var changes: [IncidentChange] = []
        while true {
            switch try source.next(timeout: .seconds(1)) {
            case .ended:
                if let recording = source as? Recording {
                    notices += recording.notices
                    let damaged = recording.counts.damaged
                    if damaged > 0 { notices.append("\(damaged) damaged pictures were left out") }
                }
                return
            case .waiting, .lost, .restored:
                continue
            case .frame(let frame):
                if bank == nil || bank?.width != frame.width || bank?.height != frame.height {
                    guard frame.width >= 64, frame.height >= 48 else {
                        throw CameraError(
                            kind: .badData, object: "picture \(frameCount)", attempt: "decide",
                            cause: "it has \(frame.width)×\(frame.height); "
                                + "detectors need 64×48 at the least")
                    }
                    bank = DetectorBank(
                        width: frame.width, height: frame.height, settings: detection.settings)
                    mask = Watch.mask(
                        of: detection.settings, width: frame.width, height: frame.height)
                }
                if let mask { PolygonMask.hide(mask.view, in: frame) }
                bank?.decide(frame, into: &sightings)
                trace.add(sightings, at: frame.capturedAt)
                evening?.saw(sightings, fightScore: bank?.newFightScore, at: frame.capturedAt)
                changes.removeAll(keepingCapacity: true)
                // A recording does not know the hour: schedules hold as before the clock is set.
                tracker.step(
                    at: frame.capturedAt, weekMinute: nil, sightings: sightings, into: &changes)
                for change in changes { keep(change.incident, trace) }
                frameCount += 1
            }
        }
    }

    private func keep(_ incident: Incident, _ trace: Trace) {
        trace.add(incident)
        if let index = incidents.lastIndex(where: { $0.ordinal == incident.ordinal }) {
            incidents[index] = incident
        } else {
            incidents.append(incident)
        }
    }

    func page() -> String? {
        guard var evening else { return nil }
        evening.counts.delivered = frameCount
        for incident in incidents { evening.changed(incident) }
        evening.facts = [
            ("Digest of every sighting and incident", digest),
            ("Weights of the fight detector, SHA-256", FightModelHash.text)
        ]
        return Report(evening: evening).html()
    }

    func report(isJSON: Bool) -> String {
        isJSON ? jsonReport() : tableReport()
    }

    private func jsonReport() -> String {
        var lines = incidents.map { incident in
            """
            {"camera":\(incident.camera),"kind":"\(incident.kind)","zone":\(incident.zone),\
            "state":"\(incident.state)","openedAt":\(Self.seconds(incident.openedAt)),\
            "confirmedAt":\(incident.confirmedAt.map(Self.seconds) ?? "null"),\
            "closedAt":\(incident.closedAt.map(Self.seconds) ?? "null"),\
            "peakScore":\(incident.peakScore.perMille),\
            "region":[\(incident.region.x),\(incident.region.y),\
            \(incident.region.width),\(incident.region.height)]}
            """
        }
        lines.append(
            """
            {"frames":\(frameCount),"incidents":\(incidents.count),"digest":"\(digest)"}
            """)
        return lines.joined(separator: "\n") + "\n"
    }

    private func tableReport() -> String {
        var lines: [String] = []
        if !incidents.isEmpty {
            lines.append("opened s    confirmed s  closed s     score  zone  state      kind")
        }
        for incident in incidents {
            lines.append(
                Self.seconds(incident.openedAt).padded(12)
                    + (incident.confirmedAt.map(Self.seconds) ?? "-").padded(13)
                    + (incident.closedAt.map(Self.seconds) ?? "-").padded(13)
                    + "\(incident.peakScore.perMille)".padded(7)
                    + "\(incident.zone)".padded(6) + "\(incident.state)".padded(11)
                    + "\(incident.kind)")
        }
        lines.append("\(frameCount) frames, \(incidents.count) incidents, digest \(digest)")
        return lines.joined(separator: "\n") + "\n"
    }

    /// Seconds with three decimals, rounded down; no fractions in between, so no rounding differs.
    static func seconds(_ instant: Instant) -> String {
        let milliseconds = instant.nanoseconds / 1_000_000
        let part = String(abs(milliseconds % 1000))
        return (milliseconds < 0 ? "-" : "") + "\(abs(milliseconds / 1000))."
            + String(repeating: "0", count: 3 - part.count) + part
    }
}
