import Frames
import Incidents
import Records

/// When and for how long the siren may sound. No value here can make it dangerous: the interlock
/// clamps every one of them to the hard limits below.
public struct SirenPolicy: Hashable, Sendable {
    /// One sounding lasts at most this long; clamped to 1 s ... `onHardMax`.
    public var onMax: Interval
    /// Silence between two soundings; at least `restHardMin`.
    public var rest: Interval
    /// All soundings of any `nightLength` together; clamped to 0 ... `nightlyOnHardMax`.
    public var nightlyOnMax: Interval
    /// Amber, and no siren yet, for this long after an incident that calls for it. Not for panic.
    public var preAlarm: Interval
    /// The silence button holds the siren off for this long.
    public var silenceFor: Interval
    /// When the siren must not sound. Without a set clock the hour is unknown and not quiet.
    public var quietHours: WeekSchedule
    /// So many soundings may be silenced by staff in one `nightLength`; further detections are
    /// shown in amber and recorded as ever, but do not sound. 0 never sounds for a detection.
    public var falseAlarmBudget: Int
    /// The panic button is a person's own decision: it may sound in quiet hours …
    public var panicBreaksQuietHours: Bool
    /// … and while silenced. It never breaks rest, maximum on-time or the nightly cap.
    public var panicBreaksSilence: Bool

    /// No policy exceeds this: neighbours, and the siren's own coil.
    public static let onHardMax = Interval.seconds(180)
    public static let restHardMin = Interval.seconds(10)
    public static let nightlyOnHardMax = Interval.seconds(1_800)
    /// A night is any twelve hours of monotonic time, so that a clock that is set, wrong or
    /// hostile can never begin a new one.
    public static let nightLength = SirenPast.nightLength

    public init(
        onMax: Interval = .seconds(120), rest: Interval = .seconds(60),
        nightlyOnMax: Interval = .seconds(600), preAlarm: Interval = .seconds(10),
        silenceFor: Interval = .seconds(600), quietHours: WeekSchedule = .never,
        falseAlarmBudget: Int = 3, panicBreaksQuietHours: Bool = true,
        panicBreaksSilence: Bool = true
    ) {
        self.onMax = onMax
        self.rest = rest
        self.nightlyOnMax = nightlyOnMax
        self.preAlarm = preAlarm
        self.silenceFor = silenceFor
        self.quietHours = quietHours
        self.falseAlarmBudget = falseAlarmBudget
        self.panicBreaksQuietHours = panicBreaksQuietHours
        self.panicBreaksSilence = panicBreaksSilence
    }
}
