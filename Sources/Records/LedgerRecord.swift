import Frames
import Incidents

/// When a record was made, and how far its wall-clock time can be trusted.
public struct Stamp: Hashable, Sendable {
    /// The raw values stand in the ledger: never renumber them.
    public enum Trust: UInt8, Sendable {
        /// The clock was never set in this boot: `wallMilliseconds` is what it happened to show.
        case unset = 0
        /// Set in this boot, from the network or a battery-backed clock.
        case synchronised = 1
    }

    /// The kernel's boot identity, 16 bytes (`/proc/sys/kernel/random/boot_id`).
    public var boot: BootID
    public var monotonic: Instant
    /// Milliseconds since 1970-01-01 UTC.
    public var wallMilliseconds: Int64
    public var trust: Trust

    public init(boot: BootID, monotonic: Instant, wallMilliseconds: Int64, trust: Trust) {
        self.boot = boot
        self.monotonic = monotonic
        self.wallMilliseconds = wallMilliseconds
        self.trust = trust
    }
}

/// 128 bits that name one boot of one machine.
public struct BootID: Hashable, Sendable {
    public var high: UInt64
    public var low: UInt64

    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }
}

extension BootID {
    /// 32 lower-case digits.
    public var hexadecimal: String {
        [high, low].map { half in
            let digits = String(half, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }
}

/// One line of the ledger, before it is chained: what happened, and when.
public struct LedgerRecord: Hashable, Sendable {
    public enum Body: Hashable, Sendable {
        /// The appliance started, with the SHA-256 of its configuration.
        case started(configuration: [UInt8])
        /// An incident opened, was confirmed or closed: the whole incident as it then stood.
        case incident(Incident)
        /// The clock was set: add `offsetMilliseconds` to the wall times of this boot before now.
        case clockCorrected(offsetMilliseconds: Int64)
        /// The configuration was replaced, or a replacement was refused.
        case configured(configuration: [UInt8], accepted: Bool)
        /// An evidence file of an incident, by its SHA-256.
        case evidence(ordinal: UInt32, kind: EvidenceKind, sha256: [UInt8], byteCount: UInt32)
        /// Somebody pressed a button or gave a command: "silence", "panic".
        case operated(String)
        /// The store found damage or stray files when it opened: what, and where they are now.
        case repaired(String)
        /// An incident of an earlier life, of this boot or another, was open when the appliance
        /// started again: it is closed, and nobody saw its end.
        case interrupted(boot: BootID, ordinal: UInt32)
        /// The siren began or ended, so that a later life knows how much of the night's time is
        /// used up.
        case siren(SirenStep, milliseconds: UInt32)
        /// Why an incident was confirmed.
        case explained(Explanation)
        /// The same where people were counted.
        case explainedByCounts(CountExplanation)
        /// The operations centre wanted something else: what, who, and the command's counter.
        case commanded(counter: UInt64, by: String, words: String)
        /// The operations centre said when the venue is open: who, and the command's counter. It
        /// holds from here on, in later lives too.
        case hours(HoursOrder, counter: UInt64, by: String)
        /// Whose the order is that the next `commanded` or `hours` record tells of; older programs
        /// wrote none.
        case authorised(Authority)
        /// A person saw to an incident.
        case acknowledged(boot: BootID, ordinal: UInt32, by: String)
        /// Nobody acknowledged an incident in time.
        case escalated(boot: BootID, ordinal: UInt32)
        /// A person said of an incident whether it was one: what, and who.
        case judged(Judgement, by: String)
        /// A camera is as cautious from here on.
        case cautioned(CautionChange)
        /// What became of a document for looking at faces: a list that was taken over or refused, a right
        /// that began or ended.
        case watched(String)
        /// Why somebody was to be looked at: an incident of this boot.
        case found(ordinal: UInt32, FoundEntry)
        /// The store signed what stands before; the station makes none.
        case checkpoint(Checkpoint)
        /// The hour is over: so many frames were decided since the last beat, and nothing else
        /// was recorded since `quietSince`.
        case beat(frameCount: UInt32, quietSince: Instant)
        /// How many people a camera saw in some minutes.
        case counted(CountedSpan)
        /// An evidence file is removed, to make room. The record is the order: the store removes
        /// the file when it has it.
        case discarded(Discard)
        /// An evidence file that an earlier life, of this boot or another, did not come to vouch
        /// for: as it was found at a start, and finished.
        case salvaged(
            boot: BootID, ordinal: UInt32, kind: EvidenceKind, sha256: [UInt8], byteCount: UInt32)
    }

    /// The raw values stand in the ledger: never renumber them.
    public enum EvidenceKind: UInt8, CaseIterable, Sendable {
        case snapshot = 1
        case clip = 2
        /// A piece of a picture that is sealed for an authority: nobody else can open it.
        case find = 3
    }

    /// What the milliseconds of a `siren` record mean. The raw values stand in the ledger: never
    /// renumber them.
    public enum SirenStep: UInt8, CaseIterable, Sendable {
        /// It sounds, for at most so long.
        case began = 1
        /// It sounded for so long.
        case ended = 2
        /// It sounded for so long when staff silenced what a detector had called: a false alarm.
        case silenced = 3
        /// The past was damaged: so long is taken to have been used up.
        case assumed = 4
    }

    public var stamp: Stamp
    public var body: Body

    public init(stamp: Stamp, body: Body) {
        self.stamp = stamp
        self.body = body
    }
}
