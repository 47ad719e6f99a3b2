// The one form in which lists, differences and authorisations travel, are signed and stored.
//
// All numbers are big-endian; signed ones are two's complement. What a letter and a version mean
// never changes: a change is a new version.
//
//     document       "KZW"  letter:1  version:1 (1)  payload  Ed25519 key:32  signature:64
//       list           'L'   header  count:4  entry:count
//       difference     'D'   base version:8  header  count:4  (removed number:4):count
//                            count:4  (new or changed entry):count
//       authorisation  'A'   version:8  authority, person, law, place: text  devices
//                            categories:1 (bit 0 wanted, 1 missing, 2 barred)
//                            issued:8s  from:8s  until:8s
//     header         X25519 key:32  devices  version:8  issued:8s  expires:8s
//                    flags:1 (bit 0 needs a set clock)  model SHA-256:32
//     entry          number:4  category:1  flags:1 (bit 0 lamp, bit 1 child)  from:8s  until:8s
//                    reference, reason, law: text  count:1  (template:256):count
//     devices        count:1  text:count
//     text           count:2  UTF-8:count
//
// A number after a colon counts bytes; `8s` is eight bytes, signed. Numbers of entries and names of
// devices ascend, so that one list has one form. Times are seconds since 1970-01-01 UTC.
//
// The signature is over `kuzet-watchlist-1`, a line feed, and everything before the signature. A
// difference carries that of the list it leads to: applied, it gives that list to the bit, or it is
// refused. So nobody has to sign it, and nothing in it has to be believed.

/// A document as it comes, taken apart and not yet believed.
public enum WatchDocument: Equatable, Sendable {
    case list(WatchedList, signature: [UInt8])
    case difference(ListDifference, signature: [UInt8])
    case authorisation(WatchAuthorisation, signature: [UInt8])

    /// A list of 10,000 entries of the longest texts and 20,000 templates.
    public static let byteCountMax = 10 << 20
    static let signed = Array("kuzet-watchlist-1\n".utf8)
    static let version: UInt8 = 1
    private static let (headCount, keyCount, signatureCount) = (5, 32, 64)
    /// Of an entry with one template and the shortest texts.
    static let entryByteCountMin = 4 + 1 + 1 + 8 + 8 + 3 * 2 + 2 + 1 + FaceTemplate.count

    /// What is wrong with the form, or with what it says by itself, is refused here already.
    public static func read(_ bytes: [UInt8]) throws(WatchProblem) -> WatchDocument {
        guard bytes.count <= byteCountMax else {
            throw WatchProblem(.byteCount(found: bytes.count, max: byteCountMax))
        }
        let frameCount = headCount + keyCount + signatureCount
        guard bytes.count >= frameCount else {
            throw WatchProblem(
                .tooShort(field: "document", wanted: frameCount, left: bytes.count))
        }
        guard bytes.starts(with: "KZW".utf8), "LDA".utf8.contains(bytes[3]) else {
            throw WatchProblem(.notADocument)
        }
        guard bytes[4] == version else {
            throw WatchProblem(.newerVersion(found: bytes[4], supported: version))
        }
        let payloadEnd = bytes.count - keyCount - signatureCount
        let key = Array(bytes[payloadEnd..<payloadEnd + keyCount])
        let signature = Array(bytes[(payloadEnd + keyCount)...])
        var reader = DocumentReader(bytes, from: headCount, to: payloadEnd)
        switch bytes[3] {
        case UInt8(ascii: "L"):
            let list = WatchedList(
                try ListHeader(fields: &reader, issuer: key), entries: try entries(&reader))
            try reader.expectEnd()
            if let problem = list.problem { throw problem }
            return .list(list, signature: signature)
        case UInt8(ascii: "D"):
            let difference = try ListDifference(fields: &reader, issuer: key)
            try reader.expectEnd()
            return .difference(difference, signature: signature)
        default:
            let authorisation = try WatchAuthorisation(fields: &reader, issuer: key)
            try reader.expectEnd()
            if let problem = authorisation.problem { throw problem }
            return .authorisation(authorisation, signature: signature)
        }
    }

    static func entries(_ reader: inout DocumentReader) throws(WatchProblem) -> [WatchEntry] {
        let count = try reader.count(
            "entries", max: WatchedList.entryCountMax, byteCountMin: entryByteCountMin)
        var (entries, templateCount) = ([WatchEntry](), 0)
        entries.reserveCapacity(count)
        for _ in 0..<count {
            let entry = try WatchEntry(fields: &reader)
            templateCount += entry.templates.count
            guard templateCount <= WatchedList.templateCountMax else {
                throw WatchProblem(
                    .count(
                        field: "templates in all", found: Int64(templateCount),
                        wanted: 0...Int64(WatchedList.templateCountMax)), entry: entry.number)
            }
            entries.append(entry)
        }
        return entries
    }

    /// Everything before the signature.
    private var body: [UInt8] {
        var bytes: [UInt8] = []
        // Room for all of it at once: what grows leaves copies of templates behind. Headers and
        // authorisations take less than 8,192 bytes, an entry's texts less than 512.
        bytes.reserveCapacity(
            8_192 + entries.reduce(0) { $0 + 512 + FaceTemplate.count * $1.templates.count })
        bytes += "KZW".utf8
        switch self {
        case .list(let list, _):
            bytes += [UInt8(ascii: "L"), Self.version]
            list.header.appendFields(to: &bytes)
            bytes.appendBigEndian(UInt32(list.entries.count))
            for entry in list.entries { entry.appendFields(to: &bytes) }
            bytes += list.header.issuer
        case .difference(let difference, _):
            bytes += [UInt8(ascii: "D"), Self.version]
            difference.appendFields(to: &bytes)
            bytes += difference.header.issuer
        case .authorisation(let authorisation, _):
            bytes += [UInt8(ascii: "A"), Self.version]
            authorisation.appendFields(to: &bytes)
            bytes += authorisation.issuer
        }
        return bytes
    }

    public var signature: [UInt8] {
        switch self {
        case .list(_, let signature), .difference(_, let signature),
            .authorisation(_, let signature):
            signature
        }
    }

    /// As it travels and is stored.
    public var bytes: [UInt8] {
        var bytes = body
        bytes += signature
        return bytes
    }

    private var entries: [WatchEntry] {
        switch self {
        case .list(let list, _): list.entries
        case .difference(let difference, _): difference.entries
        case .authorisation: []
        }
    }

    /// What a list's signature is over; its `issuer` is to be the key that signs.
    public static func message(_ list: WatchedList) -> [UInt8] {
        signed + WatchDocument.list(list, signature: []).body
    }

    /// What an authorisation's signature is over.
    public static func message(_ authorisation: WatchAuthorisation) -> [UInt8] {
        signed + WatchDocument.authorisation(authorisation, signature: []).body
    }
}

extension ListHeader {
    init(fields reader: inout DocumentReader, issuer: [UInt8]) throws(WatchProblem) {
        self.issuer = issuer
        sealingKey = try reader.raw(32, "sealing key")
        devices = try reader.names("devices")
        version = try reader.integer(UInt64.self, "version")
        issued = try reader.integer(Int64.self, "issued")
        expires = try reader.integer(Int64.self, "expires")
        needsSetClock = try reader.code("flags") { $0 == 0 ? false : $0 == 1 ? true : nil }
        model = try reader.raw(32, "model")
    }
}

extension WatchEntry {
    init(fields reader: inout DocumentReader) throws(WatchProblem) {
        let number = try reader.integer(UInt32.self, "number")
        reader.entry = number
        let category = try reader.code("category", WatchNotice.Category.init(rawValue:))
        let flags = try reader.code("flags") { $0 < 4 ? $0 : nil }
        let from = try reader.integer(Int64.self, "from")
        let until = try reader.integer(Int64.self, "until")
        notice = WatchNotice(
            number: number, category: category, answer: flags & 1 == 1 ? .lamp : .tell,
            isChild: flags & 2 == 2,
            reference: try reader.text("reference", 1...WatchNotice.referenceByteCountMax),
            reason: try reader.text("reason", 0...WatchNotice.reasonByteCountMax),
            law: try reader.text("law", 1...WatchNotice.lawByteCountMax), from: from, until: until)
        let count = try reader.code("templates") {
            (1...Self.templateCountMax).contains(Int($0)) ? Int($0) : nil
        }
        templates = []
        for ordinal in 1...count { templates.append(try reader.template(ordinal)) }
        reader.entry = nil
    }
}

extension WatchAuthorisation {
    init(fields reader: inout DocumentReader, issuer: [UInt8]) throws(WatchProblem) {
        self.issuer = issuer
        version = try reader.integer(UInt64.self, "version")
        let lengths = 1...Self.textByteCountMax
        authority = try reader.text("authority", lengths)
        person = try reader.text("person", lengths)
        law = try reader.text("law", lengths)
        place = try reader.text("place", lengths)
        devices = try reader.names("devices")
        let mask = try reader.code("categories") { $0 < 8 ? $0 : nil }
        categories = Set(
            WatchNotice.Category.allCases.filter { mask >> ($0.rawValue - 1) & 1 == 1 })
        issued = try reader.integer(Int64.self, "issued")
        from = try reader.integer(Int64.self, "from")
        until = try reader.integer(Int64.self, "until")
    }
}
