import Detectors
import Frames
import Records

/// Two minutes of an appliance on paper: the same switching of lamps and siren on every machine.
///
/// The board's selftest runs it without touching a line: it shows that the decisions of this
/// binary, on this processor, are the ones that were tested.
public enum LampScript {
    /// One switching of one output.
    public struct Switching: Hashable, Sendable {
        /// Since the start of the script.
        public var at: Interval
        public var output: Output
        public var isOn: Bool
    }

    /// A closed venue: green blinks; a hand covers a lens; a strobe; hands in the box; panic;
    /// silence; a lost camera; an orderly stop. Ten ticks and ten frames a second.
    public static func run() -> [Switching] {
        var policy = StationPolicy(
            cameras: [CameraPolicy(name: "bar")], openHours: .never,
            siren: SirenPolicy(onMax: .seconds(8), rest: .seconds(12), preAlarm: .seconds(3)))
        policy[.covered] = .siren
        var appliance = Appliance(policy: policy, boot: BootID(high: 0, low: 0))
        var switchings: [Switching] = []
        var effects: [Effect] = []

        func tell(_ cause: Event.Cause, at time: Interval) {
            effects.removeAll(keepingCapacity: true)
            appliance.step(Event(at: .zero + time, cause: cause), into: &effects)
            var recordCount = 0
            for effect in effects {
                switch effect {
                case .drive(let output, let isOn):
                    switchings.append(Switching(at: time, output: output, isOn: isOn))
                case .record:
                    recordCount += 1
                case .snapshot, .find, .watch, .clip, .rest, .look, .counted, .answer, .log:
                    break
                }
            }
            if recordCount > 0 { tell(.recordsKept(count: recordCount), at: time) }
        }

        for tenth in 0..<1_200 as Range<Int64> {
            let time = Interval.milliseconds(tenth * 100)
            for entry in script where entry.tenth == tenth { tell(entry.cause, at: time) }
            if !(900..<960).contains(tenth) {
                let kind = shown(at: tenth)
                let sightings = kind.map {
                    [Sighting(kind: $0, zone: 0, score: .perMille(800), region: .whole)]
                }
                tell(
                    .decided(
                        camera: 0, capturedAt: .zero + time, sightings: sightings ?? []),
                    at: time)
            }
            tell(.tick, at: time)
        }
        tell(.stopping, at: .seconds(120))
        return switchings
    }

    private static func shown(at tenth: Int64) -> Sighting.Kind? {
        switch tenth {
        case 150..<350: .covered
        case 450..<520: .strobe
        default: nil
        }
    }

    private static let script: [(tenth: Int64, cause: Event.Cause)] = [
        (600, .input(.enclosure, active: true)),
        (620, .input(.enclosure, active: false)),
        (700, .input(.panic, active: true)),
        (710, .input(.panic, active: false)),
        (730, .input(.silence, active: true)),
        (900, .cameraLost(camera: 0, cause: "script")),
        (960, .cameraRestored(camera: 0))
    ]

    /// What a hash is taken over: per switching milliseconds (8 bytes, big-endian), output and
    /// level (1 byte each).
    public static func bytes(of switchings: [Switching]) -> [UInt8] {
        var bytes: [UInt8] = []
        for switching in switchings {
            let time = UInt64(bitPattern: switching.at.milliseconds)
            for shift in stride(from: 56, through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: time >> UInt64(shift)))
            }
            bytes.append(switching.output.rawValue)
            bytes.append(switching.isOn ? 1 : 0)
        }
        return bytes
    }
}
