/// Whose signature a board believes, and for what: from its configuration.
public struct ListAuthority: Hashable, Sendable {
    public typealias Category = WatchNotice.Category

    /// As the configuration calls it.
    public var name: String
    /// Ed25519, 32 bytes.
    public var key: [UInt8]
    /// What its entries may be. A venue may bar, and never want.
    public var lists: Set<Category>
    /// What it may switch on. May be nothing, and may be what it does not list itself: who asks and
    /// who permits are often two.
    public var authorises: Set<Category>

    /// Of a board.
    public static let countMax = 16

    public init(name: String, key: [UInt8], lists: Set<Category>, authorises: Set<Category>) {
        self.name = name
        self.key = key
        self.lists = lists
        self.authorises = authorises
    }
}
