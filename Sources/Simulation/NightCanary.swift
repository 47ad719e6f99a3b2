/// Faults that are none of a night's dangers but mistakes in the appliance or lies of a device:
/// a night with one of them must fail, or the night proves nothing.
public enum NightCanary: String, CaseIterable, Sendable {
    /// The disk acknowledges what a power cut takes back.
    case lyingDisk = "lying-disk"
    /// The ledger keeps a record twice when it is given again.
    case doublingDisk = "doubling-disk"
    /// The ledger swaps records of a batch.
    case reorderingDisk = "reordering-disk"
    /// Some records are acknowledged and never written.
    case forgetfulThread = "forgetful-thread"
    /// The siren's line does not go off again.
    case stuckRelay = "stuck-relay"
    /// The interlock allows more than the venue's policy says.
    case laxInterlock = "lax-interlock"
    /// The interlock rests for less than the policy says.
    case restlessInterlock = "restless-interlock"
    /// A restart within one boot names incidents from 1 again.
    case reusedNames = "reused-names"
    /// A restart leaves open what a crash left open.
    case forgottenPast = "forgotten-past"
    /// A restart begins a new night for the siren.
    case freshBudget = "fresh-budget"
    /// A restart forgets which hours the centre ordered.
    case forgottenHours = "forgotten-hours"
    /// A restart forgets which orders were obeyed.
    case forgottenOrders = "forgotten-orders"
    /// A restart forgets what people said of alarms.
    case forgottenJudgements = "forgotten-judgements"
    /// A restart forgets whose orders were obeyed: what one centre used up is used up for all.
    case sharedCounter = "shared-counter"
    /// Clips are never ended.
    case endlessClip = "endless-clip"
    /// The wall clock is told an hour wrong once it is set.
    case wrongClock = "wrong-clock"
    /// Detectors say nothing.
    case blindDetectors = "blind-detectors"
    /// Chance that no seed governs: two runs of one seed differ.
    case looseChance = "loose-chance"
}
