/// Why a receiver could not be reached, as *object: attempt: cause*.
public struct LinkError: Error, Hashable, CustomStringConvertible, Sendable {
    public var object: String
    public var attempt: String
    public var cause: String
    /// The other end is gone, and nothing says why.
    var isHangUp = false

    public var description: String { "\(object): \(attempt): \(cause)" }
}
