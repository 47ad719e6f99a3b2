/// How far a confirmed incident goes. Whatever this says, it is recorded.
public enum Response: UInt8, CaseIterable, Sendable, Comparable {
    /// Recorded only: no lamp.
    case record = 0
    /// At most the amber lamp.
    case amber = 1
    /// Amber while suspected, red when confirmed.
    case red = 2
    /// As red; the siren too, but only while the venue is closed.
    case sirenAfterHours = 3
    /// As red, and the siren.
    case siren = 4

    /// What holds for a kind where the configuration says nothing.
    public static func standard(_ kind: Incident.Kind) -> Response { kind.row.response }

    public static func < (left: Response, right: Response) -> Bool {
        left.rawValue < right.rawValue
    }
}
