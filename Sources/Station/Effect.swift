import Detectors
import Frames
import Records

/// What the station asks of the world, to be carried out in order.
public enum Effect: Hashable, Sendable {
    case drive(Output, on: Bool)
    /// Keep this in the ledger, in the order given. Answered with `recordsKept` or, where it could
    /// not be kept, with `storeFailed`; then the same record is given again later.
    case record(LedgerRecord)
    /// Keep the picture that `camera` shows now as evidence of an incident.
    case snapshot(camera: UInt8, ordinal: UInt32)
    /// Keep the piece of a picture in which `camera` found somebody like an entry of a list, sealed for
    /// the authority whose list it is.
    case find(camera: UInt8, ordinal: UInt32, subject: UInt32)
    /// Take over a document for looking at faces, if it is right; answered with `watched`.
    case watch(document: [UInt8], Order)
    /// Tells a centre or a technician what became of their order.
    case answer(OrderAnswer)
    /// Begin or end the clip of an incident; answered with `evidenceKept` when it is complete.
    case clip(ClipOrder)
    /// A minute is over: how many people a camera saw in it, for whoever listens just now.
    case counted(camera: UInt8, CountedSpan.Minute, CameraCount)
    /// The cameras leave undone what `Heat` says.
    case rest(Heat)
    /// Networks look so often from now on, or less where `rest` says so.
    case look(LookPace)
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
