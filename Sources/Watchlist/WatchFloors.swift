/// What a board must never forget: the newest documents that it ever admitted, and the latest moment
/// that it knows to have been. Kept beside the lists, and longer than they.
///
///     floors  "KZW"  'F'  version:1 (1)  latest:8s  count:1  row:count
///       row   Ed25519 key:32  present:1 (bit 0 list, bit 1 authorisation)
///             (version:8  signature:64) for each that is present
///
/// Rows ascend by key. Written after the document that they speak of: a board that loses power in
/// between has the document and an older floor, never the other way round.
public struct WatchFloors: Hashable, Sendable {
    public struct Floor: Hashable, Sendable {
        public var version: UInt64
        /// Of the document of that version: it alone may come again.
        public var signature: [UInt8]

        public init(version: UInt64, signature: [UInt8]) {
            self.version = version
            self.signature = signature
        }
    }

    public enum Kind: Hashable, Sendable { case list, authorisation }

    private struct Row: Hashable {
        var key: [UInt8]
        var list: Floor?
        var authorisation: Floor?
    }

    /// Seconds since 1970.
    public private(set) var latest: Int64 = 0
    private var rows: [Row] = []

    public static let rowCountMax = 64
    public static let byteCountMax = 5 + 8 + 1 + rowCountMax * (32 + 1 + 2 * 72)

    public init() {}

    public subscript(key: [UInt8], kind: Kind) -> Floor? {
        let row = rows.first { $0.key == key }
        return kind == .list ? row?.list : row?.authorisation
    }

    mutating func passed(_ seconds: Int64) {
        latest = max(latest, min(seconds, UTCSeconds.max))
    }

    /// - Parameter known: the keys of today; floors of others go when there are too many.
    mutating func raise(_ key: [UInt8], _ kind: Kind, to floor: Floor, known: [[UInt8]]) {
        if !rows.contains(where: { $0.key == key }) {
            if rows.count >= Self.rowCountMax { rows.removeAll { !known.contains($0.key) } }
            rows.append(Row(key: key))
            rows.sort { $0.key.lexicographicallyPrecedes($1.key) }
        }
        for index in rows.indices where rows[index].key == key {
            switch kind {
            case .list: rows[index].list = floor
            case .authorisation: rows[index].authorisation = floor
            }
        }
    }

    public var canonicalBytes: [UInt8] {
        var bytes = Array("KZWF".utf8) + [1]
        bytes.appendBigEndian(latest)
        bytes.append(UInt8(rows.count))
        for row in rows {
            bytes += row.key
            bytes.append((row.list == nil ? 0 : 1) | (row.authorisation == nil ? 0 : 2))
            for floor in [row.list, row.authorisation] {
                guard let floor else { continue }
                bytes.appendBigEndian(floor.version)
                bytes += floor.signature
            }
        }
        return bytes
    }

    public init(canonicalBytes bytes: [UInt8]) throws(WatchProblem) {
        guard bytes.count <= Self.byteCountMax else {
            throw WatchProblem(.byteCount(found: bytes.count, max: Self.byteCountMax))
        }
        guard bytes.starts(with: "KZWF".utf8) else { throw WatchProblem(.notADocument) }
        var reader = DocumentReader(bytes, from: 4, to: bytes.count)
        let version = try reader.integer(UInt8.self, "form")
        guard version == 1 else {
            throw WatchProblem(.newerVersion(found: version, supported: 1))
        }
        latest = try reader.integer(Int64.self, "latest")
        if let rule = WatchRule.time("latest", latest) { throw WatchProblem(rule) }
        let count = try reader.code("rows") { $0 <= Self.rowCountMax ? Int($0) : nil }
        for _ in 0..<count {
            var row = Row(key: try reader.raw(32, "key"))
            guard rows.last.map({ $0.key.lexicographicallyPrecedes(row.key) }) ?? true else {
                throw WatchProblem(.order(field: "key", found: "a smaller one", after: "another"))
            }
            let present = try reader.code("present") { $0 < 4 ? $0 : nil }
            if present & 1 == 1 { row.list = try Floor(fields: &reader) }
            if present & 2 == 2 { row.authorisation = try Floor(fields: &reader) }
            rows.append(row)
        }
        try reader.expectEnd()
    }
}

extension WatchFloors.Floor {
    fileprivate init(fields reader: inout DocumentReader) throws(WatchProblem) {
        version = try reader.integer(UInt64.self, "version")
        signature = try reader.raw(64, "signature")
    }
}
