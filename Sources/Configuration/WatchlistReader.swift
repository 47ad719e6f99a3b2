import Text
import Watchlist

extension Settings {
    /// `[watchlist]`: nothing in it but `[[watchlist.authority]]`.
    mutating func readWatchlist(_ table: TableReader) {
        for authority in table.tables("authority", countMax: ListAuthority.countMax) {
            let read = ListAuthority(authority)
            if let value = authority.value("name"),
                authorities.contains(where: { $0.name == read.name })
            {
                authority.refuse(value, "name", allowed: "a name that no other authority has")
            }
            if let value = authority.value("key"),
                authorities.contains(where: { $0.key == read.key })
            {
                authority.refuse(value, "key", allowed: "a key that no other authority has")
            }
            authorities.append(read)
        }
        table.finish()
    }
}

extension ListAuthority {
    fileprivate init(_ table: TableReader) {
        let name = table.string(
            "name", default: nil, countMax: 64, allowed: "what the authority is called")
        var key: [UInt8] = []
        let allowed = "an Ed25519 public key, 32 bytes in Base64"
        if let value = table.value("key") {
            if case .string(let text) = value.content, let bytes = Base64.bytes(text),
                bytes.count == 32, bytes.contains(where: { $0 != 0 })
            {
                key = bytes
            } else {
                table.refuse(value, "key", allowed: allowed)
            }
        } else {
            table.missing("key", allowed: allowed)
        }
        self.init(
            name: name, key: key, lists: table.categories("lists"),
            authorises: table.categories("authorises"))
        table.finish()
    }
}

extension TableReader {
    /// Names of categories; none where the key is absent.
    fileprivate func categories(_ key: String) -> Set<WatchNotice.Category> {
        guard let value = value(key) else { return [] }
        let known = WatchNotice.Category.allCases
        let allowed = "a list of some of " + known.map { "\"\($0)\"" }.joined(separator: ", ")
        guard case .array(let elements) = value.content else {
            refuse(value, key, allowed: allowed)
            return []
        }
        var categories: Set<WatchNotice.Category> = []
        for element in elements {
            guard case .string(let text) = element.content,
                let category = known.first(where: { "\($0)" == text })
            else {
                refuse(element, key, allowed: allowed)
                continue
            }
            categories.insert(category)
        }
        return categories
    }
}
