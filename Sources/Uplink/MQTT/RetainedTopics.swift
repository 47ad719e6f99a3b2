/// Topics on which a broker keeps something for Home Assistant that we retained there, in this
/// life or an earlier one: what a broker retains, it keeps until it is taken back, whatever became
/// of who said it.
///
/// - Limits: `countMax` topics; of more the oldest are forgotten, and stay.
public struct RetainedTopics: Sendable {
    static let countMax = 64

    /// What was written last; empty before anything was.
    public var read: @Sendable () -> [String]
    /// Called before anything is retained on a topic that is not among them.
    public var write: @Sendable ([String]) -> Void

    public init(
        read: @escaping @Sendable () -> [String], write: @escaping @Sendable ([String]) -> Void
    ) {
        self.read = read
        self.write = write
    }

    /// Nothing is remembered, and nothing taken back.
    public static let unknown = RetainedTopics(read: { [] }, write: { _ in })
}
