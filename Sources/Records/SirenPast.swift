import Frames

/// What the siren did in earlier lives of the appliance, as far as it may still count.
///
/// How long ago a sounding ended is known for certain only from the time for which the appliance
/// has been running since: the kernel's monotonic time, boot by boot, as the records bear it. Time
/// without power is not in it; of that only a wall clock tells, which may be wrong. So each age is
/// the least that it can be.
public struct SirenPast: Hashable, Sendable {
    public struct Sounding: Hashable, Sendable {
        public var boot: BootID
        /// At most so long: where no record tells its end, as long as it was allowed.
        public var length: Interval
        /// The appliance ran for this long since its end; negative where that may be to come.
        public var age: Interval
        public var isFalseAlarm = false
        /// Milliseconds since 1970 at its end; nil where the clock of that boot was never set.
        public var wallEnd: Int64?
        /// Monotonic time of its boot.
        fileprivate var end: Instant
        fileprivate var isOngoing: Bool
    }

    private var soundings: [Sounding] = []
    private var running = RunningTime()

    /// A night is any twelve hours.
    public static let nightLength = Interval.seconds(12 * 3_600)
    /// So many are told apart; beyond, the oldest two count as one as young as the younger.
    public static let countMax = 64

    public init() {}

    mutating func learn(_ record: LedgerRecord) {
        guard RunningTime.counts(record) else { return }
        let stamp = record.stamp
        pass(to: stamp)
        switch record.body {
        case .siren(.began, let milliseconds):
            let length = Interval.milliseconds(Int64(milliseconds))
            add(length, until: stamp.monotonic + length, stamp, isOngoing: true)
        case .siren(let step, let milliseconds):
            if let index = soundings.lastIndex(where: { $0.isOngoing && $0.boot == stamp.boot }) {
                soundings.remove(at: index)
            }
            add(.milliseconds(Int64(milliseconds)), until: stamp.monotonic, stamp)
            soundings[soundings.count - 1].isFalseAlarm = step == .silenced
        case .started:
            // Of what went on before no end will be told.
            for index in soundings.indices { soundings[index].isOngoing = false }
        case .incident, .clockCorrected, .configured, .evidence, .operated, .repaired,
            .interrupted, .explained, .explainedByCounts, .discarded, .checkpoint, .beat, .salvaged,
            .commanded,
            .hours, .authorised, .acknowledged, .escalated, .counted, .judged, .cautioned, .watched,
            .found:
            break
        }
    }

    func all(at now: Instant, of boot: BootID) -> [Sounding] {
        var present = self
        present.pass(
            to: Stamp(boot: boot, monotonic: now, wallMilliseconds: 0, trust: .unset))
        return present.soundings
    }

    private mutating func add(
        _ length: Interval, until end: Instant, _ stamp: Stamp, isOngoing: Bool = false
    ) {
        soundings.append(
            Sounding(
                boot: stamp.boot, length: length, age: stamp.monotonic - end, wallEnd: nil,
                end: end, isOngoing: isOngoing))
        date(by: stamp)
        guard soundings.count > Self.countMax else { return }
        soundings[1].length = soundings[0].length + soundings[1].length
        soundings[1].isFalseAlarm = soundings[0].isFalseAlarm || soundings[1].isFalseAlarm
        soundings.removeFirst()
    }

    private mutating func pass(to stamp: Stamp) {
        let passed = running.pass(to: stamp)
        for index in soundings.indices { soundings[index].age = soundings[index].age + passed }
        soundings.removeAll { $0.age >= Self.nightLength }
        date(by: stamp)
    }

    /// The latest set clock of a boot is right about the whole of it.
    private mutating func date(by stamp: Stamp) {
        guard let wall = stamp.trustedWall else { return }
        for index in soundings.indices where soundings[index].boot == stamp.boot {
            let distance = (stamp.monotonic - soundings[index].end).milliseconds
            soundings[index].wallEnd = wall - distance
        }
    }
}
