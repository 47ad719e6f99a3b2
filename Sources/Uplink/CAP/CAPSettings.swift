/// Whose alerts these are, whom they are for, and where.
public struct CAPSettings: Hashable, Sendable {
    public enum Purpose: Hashable, Sendable {
        case actual
        /// For those who take part in it; it is named in the note.
        case exercise(String)
        /// For nobody to act on.
        case test
    }

    /// Names the appliance among all senders: "kuzet-hall.venue.example".
    public let sender: String
    /// Alerts are private: who may read them, at least one.
    public let addresses: [String]
    /// For people: "Bar Altyn".
    public var senderName: String?
    /// For people: "Bar Altyn, Abay avenue 12".
    public var area: String
    /// Whom to call.
    public var contact: String?
    public var purpose: Purpose

    /// - Returns: nil where the sender has a space, a comma, "<" or "&" in it or is empty, where
    ///   there are no addresses, or where one is empty or has a quote in it.
    /// - Source: CAP 1.2, section 3.2.1, sender and addresses.
    public init?(
        sender: String, addresses: [String], senderName: String? = nil, area: String,
        contact: String? = nil, purpose: Purpose = .actual
    ) {
        let isSender = Self.isName(sender)
        let areAddresses = addresses.allSatisfy { address in
            !address.isEmpty && address.utf8.allSatisfy { $0 >= 0x20 && $0 != UInt8(ascii: "\"") }
        }
        guard isSender, !addresses.isEmpty, areAddresses else { return nil }
        self.sender = sender
        self.addresses = addresses
        self.senderName = senderName
        self.area = area
        self.contact = contact
        self.purpose = purpose
    }

    /// Whether it can name a sender or a message.
    static func isName(_ text: String) -> Bool {
        let forbidden = Array(",<&".utf8)
        return !text.isEmpty
            && text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F && !forbidden.contains($0) }
            && !text.unicodeScalars.contains { $0.properties.isWhitespace }
    }

    /// Separated by spaces; what has one inside stands in quotes.
    var addressesText: String {
        addresses.map { $0.utf8.contains(UInt8(ascii: " ")) ? "\"\($0)\"" : $0 }
            .joined(separator: " ")
    }
}
