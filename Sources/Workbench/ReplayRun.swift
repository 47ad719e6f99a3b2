import Camera
import Configuration
import Detectors
import Frames
import Incidents
import Station
import Text
import Uplink

/// One pass of a source of frames through detectors and incidents.
package final class ReplayRun {
    package struct Detection {
        var settings: DetectorSettings
        var policy: IncidentPolicy
        /// nil for those that are part of the program.
        var networks: LookNetworks?

        package static var standard: Detection {
            Detection(settings: DetectorSettings(), policy: IncidentPolicy())
        }

        package init(settings: DetectorSettings, policy: IncidentPolicy) {
            self.settings = settings
            self.policy = policy
        }

        /// As the first camera of an appliance with this configuration would decide.
        ///
        /// - Error: `ConfigurationError`, of a network that it names.
        package init(_ configuration: Settings) throws {
            networks = try ConfiguredNetworks(configuration.models).networks
            settings = configuration.cameras.first?.detectors ?? DetectorSettings()
            policy = configuration.station.cameras.first?.incidents ?? IncidentPolicy()
            policy.openHours = configuration.station.openHours
        }
    }

    /// What is drawn; nil where nobody asked.
    private var evening: Evening?
    private var pictures = PagePictures()

    /// - Parameter title: of the page that is drawn; nil to draw none.
    package init(plotting title: String? = nil) {
        evening = title.map(Evening.init)
    }

    package private(set) var frameCount: UInt64 = 0
    package private(set) var notices: [String] = []
    package private(set) var digest = ""
    private(set) var lookCounts = LookCounts()
    /// Of each line: who crossed it in its direction, and against it.
    private(set) var crossings: [(name: String, ins: UInt32, outs: UInt32)] = []
    /// Every incident as it stood last, in the order of opening.
    private(set) var incidents: [Incident] = []

    /// Decides every frame of `source`.
    ///
    /// Incidents that are open at the end stay open: nobody knows what came after.
    package func run(_ source: any FrameSource, detection: Detection) throws {
        let trace = Trace()
        defer { digest = trace.finish() }
        let sight = Sight(
            detection.settings, looks: PromptWorker(try detection.networks ?? LookNetworks()))
        evening?.zoneNames = detection.settings.zones.map(\.name)
        evening?.capacities = detection.settings.people.capacities
        defer {
            lookCounts = sight.lookCounts
            crossings = zip(detection.settings.people.lines, sight.crossings).map {
                ($0.name, $1.ins, $1.outs)
            }
        }
        var tracker = IncidentTracker(camera: 0, policy: detection.policy)
        var refused: CameraError?
        var changes: [IncidentChange] = []
        while true {
            switch try source.next(timeout: .seconds(1)) {
            case .ended:
                if let recording = source as? Recording {
                    notices += recording.notices
                }
                if let refused {
                    guard frameCount > 0 else { throw refused }
                    notices.append("\(refused); such pictures were left out")
                }
                return
            case .waiting, .lost, .restored:
                continue
            case .frame(let frame):
                do throws(Sight.Refusal) {
                    try sight.decide(frame)
                } catch {
                    refused =
                        refused
                        ?? CameraError(
                            kind: .badData, object: "picture \(frameCount)", attempt: "decide",
                            cause: "\(error)")
                    continue
                }
                trace.add(sight.sightings, at: frame.capturedAt)
                evening?.saw(sight.sightings, scores: sight.newScores, at: frame.capturedAt)
                changes.removeAll(keepingCapacity: true)
                // A recording does not know the hour: schedules hold as before the clock is set.
                tracker.step(
                    at: frame.capturedAt, weekMinute: nil, sightings: sight.sightings,
                    into: &changes)
                for change in changes { keep(change.incident, trace) }
                if evening != nil { draw(frame, sight, changes) }
                frameCount += 1
            }
        }
    }

    private func draw(_ frame: Frame, _ sight: Sight, _ changes: [IncidentChange]) {
        evening?.counted(by: sight, at: frame.capturedAt)
        pictures.saw(
            frame, sightings: sight.sightings, changes: changes, people: sight.people,
            lookedAt: sight.newCount == nil ? nil : sight.peopleSeenAt,
            zones: sight.settings.zones)
    }

    private func keep(_ incident: Incident, _ trace: Trace) {
        trace.add(incident)
        if let index = incidents.lastIndex(where: { $0.ordinal == incident.ordinal }) {
            incidents[index] = incident
        } else {
            incidents.append(incident)
        }
    }

    package func page() -> String? {
        guard var evening else { return nil }
        evening.counts.delivered = frameCount
        pictures.end()
        evening.strip = pictures.strip
        for (ordinal, shot) in pictures.shots { evening.kept(shot, ordinal: ordinal) }
        for incident in incidents { evening.changed(incident) }
        evening.facts = [
            ("Looks of networks", lookCounts.words),
            ("Digest of every sighting and incident", digest),
            ("Weights of the fight detector, SHA-256", FightModelHash.text)
        ]
        if pictures.leftOutCount > 0 {
            evening.facts.append(
                ("Incidents without a picture", "\(pictures.leftOutCount), to keep this page small")
            )
        }
        return Report(evening: evening).html()
    }

    package func report(isJSON: Bool) -> String {
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
            \(MessageJSON.details(incident.subject, incident.measure))\
            "region":[\(incident.region.x),\(incident.region.y),\
            \(incident.region.width),\(incident.region.height)]}
            """
        }
        let quoted = notices.map(JSON.quoted).joined(separator: ",")
        let said = notices.isEmpty ? "" : ",\"notices\":[\(quoted)]"
        lines.append(
            """
            {"frames":\(frameCount),"incidents":\(incidents.count),\
            "looks":\(Self.json(lookCounts)),\(lineTotals)"digest":"\(digest)"\(said)}
            """)
        return lines.joined(separator: "\n") + "\n"
    }

    private var lineTotals: String {
        guard !crossings.isEmpty else { return "" }
        let totals = crossings.map {
            "{\"name\":\(JSON.quoted($0.name)),\"in\":\($0.ins),\"out\":\($0.outs)}"
        }
        return "\"lines\":[\(totals.joined(separator: ","))],"
    }

    private static func json(_ counts: LookCounts) -> String {
        let tasks = counts.tasks.map { task in
            "\"\(task)\":{\"begun\":\(counts[task].begun),"
                + "\"skipped\":\(counts[task].skipped)}"
        }
        return "{\(tasks.joined(separator: ","))}"
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
                    + incident.name)
        }
        for line in crossings {
            lines.append("line \(line.name): \(line.ins) in, \(line.outs) out")
        }
        lines.append("looks: \(lookCounts.words)")
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
