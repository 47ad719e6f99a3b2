import Detectors
import Frames
import Records

@testable import Station

/// An appliance on the bench: time passes by command, and everything it asks for is kept.
struct Bench {
    var appliance: Appliance
    var now = Instant.zero
    var outputs: [Output: Bool] = [:]
    var records: [LedgerRecord] = []
    var kept: [LedgerRecord] = []
    var finds: [(ordinal: UInt32, subject: UInt32)] = []
    var documents: [[UInt8]] = []
    var snapshots: [UInt32] = []
    var clips: [(at: Instant, order: ClipOrder)] = []
    var rests: [Heat] = []
    var paces: [LookPace] = []
    var minutes: [CountedSpan.Minute] = []
    var logs: [String] = []
    /// What became of orders: "done", or why not.
    var answers: [String] = []
    /// As the last answer told.
    var epoch: Epoch?
    var broken: [String] = []
    /// For effects that nobody looks at.
    var scratch: [Effect] = []
    /// Every switching of an output, with its time.
    var switches: [(at: Instant, output: Output, isOn: Bool)] = []
    /// Whether the ledger answers, and how.
    var isLedgerFailing = false
    var isLedgerMute = false

    /// The next life of the appliance, after a reboot: it knows what the ledger kept.
    func restarted(_ policy: StationPolicy? = nil, boot: UInt64 = 3) -> Bench {
        var later = Bench(policy ?? appliance.policy)
        let boot = BootID(high: boot, low: 4)
        let past = LedgerPast(kept)
        later.appliance = Appliance(
            policy: policy ?? appliance.policy, boot: boot,
            firstOrdinal: past.lastOrdinal(of: boot) + 1, past: past)
        later.kept = kept
        return later
    }

    init(
        _ policy: StationPolicy = StationPolicy(), configuration: [UInt8] = [],
        networks: [LookNetworkName] = []
    ) {
        appliance = Appliance(
            policy: policy, boot: BootID(high: 1, low: 2), configuration: configuration,
            networks: networks)
    }

    mutating func tell(_ cause: Event.Cause) {
        var causes = [cause]
        while let next = causes.popLast() {
            var effects: [Effect] = []
            appliance.step(Event(at: now, cause: next), into: &effects)
            broken += appliance.checkInvariants().map { "\(now.nanoseconds): \($0)" }
            var batch: [LedgerRecord] = []
            for effect in effects {
                switch effect {
                case .drive(let output, let isOn):
                    outputs[output] = isOn
                    switches.append((now, output, isOn))
                case .record(let record): batch.append(record)
                case .snapshot(_, let ordinal): snapshots.append(ordinal)
                case .find(_, let ordinal, let subject): finds.append((ordinal, subject))
                case .watch(let document, _): documents.append(document)
                case .answer(let answer):
                    answers.append(answer.refusal ?? "done")
                    epoch = answer.epoch
                case .clip(let order): clips.append((now, order))
                case .rest(let heat): rests.append(heat)
                case .look(let pace): paces.append(pace)
                case .counted(_, let minute, _): minutes.append(minute)
                case .log(_, let text): logs.append(text)
                }
            }
            records += batch
            if batch.isEmpty || isLedgerMute { continue }
            if isLedgerFailing {
                causes.append(.storeFailed(cause: "disk full"))
            } else {
                kept += batch
                causes.append(.recordsKept(count: batch.count))
            }
        }
    }

    /// Time passes: ten ticks and ten frames of camera 0 a second.
    /// A frame in which people were counted anew.
    mutating func decide(people: CameraCount, _ sightings: [Sighting] = []) {
        tell(
            .decided(
                camera: 0, capturedAt: now, sightings: sightings,
                measure: Event.FrameMeasure(people: people)))
    }

    mutating func pass(_ length: Interval, _ sightings: [Sighting]? = []) {
        for _ in 0..<(length.milliseconds / 100) {
            now = now + .milliseconds(100)
            if let sightings {
                tell(.decided(camera: 0, capturedAt: now, sightings: sightings))
            }
            tell(.tick)
        }
    }

    /// For how long an output was on, longest stretch and sum.
    func onTimes(_ output: Output) -> (longest: Interval, sum: Interval) {
        var longest = Interval.zero
        var sum = Interval.zero
        var since: Instant?
        for change in switches where change.output == output {
            if change.isOn {
                since = since ?? change.at
            } else if let start = since {
                longest = max(longest, change.at - start)
                sum = sum + (change.at - start)
                since = nil
            }
        }
        if let start = since {
            longest = max(longest, now - start)
            sum = sum + (now - start)
        }
        return (longest, sum)
    }

    /// Kinds and states of the incidents that are durable, in order.
    var story: [String] {
        kept.compactMap {
            guard case .incident(let incident) = $0.body else { return nil }
            return "\(incident.kind) \(incident.state)"
        }
    }

    var bodies: [LedgerRecord.Body] { kept.map(\.body) }
}

/// What a centre orders.
func centre(
    _ action: Order.Action, _ counter: UInt64, epoch: Epoch? = nil, by actor: String = "Aigul",
    of destination: String = "city"
) -> Event.Cause {
    .ordered(
        Order(
            actor: actor,
            authority: .centre(
                Centre(destination: destination, key: [UInt8](repeating: 7, count: 32)),
                Ticket(counter: counter, epoch: epoch)),
            action: action))
}

func see(_ kind: Sighting.Kind, _ perMille: Int = 900, zone: UInt8 = 0) -> Sighting {
    Sighting(kind: kind, zone: zone, score: .perMille(perMille), region: .whole)
}
