/// Why a model cannot be run: what part of it, and what is wrong with it, both values.
public struct ModelError: Error, Equatable, CustomStringConvertible {
    /// "operator 12 CONV_2D", "tensor 4 \"input\"", "file".
    public let object: String
    public let cause: String

    public init(_ object: String, _ cause: String) {
        self.object = object
        self.cause = cause
    }

    public var description: String { "\(object): \(cause)" }
}
