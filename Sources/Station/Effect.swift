import Frames
import Incidents

/// What the station asks of the world, to be carried out in order.
public enum Effect: Hashable, Sendable {
    case drive(Output, on: Bool)
    /// Keep this in the ledger, in the order given. Answered with `recordsKept` or, where it could
    /// not be kept, with `storeFailed`; then the same record is given again later.
    case record(LedgerRecord)
    /// Keep the picture that `camera` shows now as evidence of an incident.
    case snapshot(camera: UInt8, ordinal: UInt32)
    /// Tells a destination what became of its command: `refusal` says why nothing did.
    case answer(Command, refusal: String?, destination: UInt8)
    /// Begin or end the clip of an incident; answered with `evidenceKept` when it is complete.
    case clip(ClipOrder)
    /// The cameras leave undone what `Heat` says.
    case rest(Heat)
    case log(Priority, String)
}

/// journald's priorities, by the numbers of syslog(3).
public enum Priority: UInt8, Sendable {
    case alert = 1
    case error = 3
    case warning = 4
    case notice = 5
    case info = 6
    case debug = 7
}
