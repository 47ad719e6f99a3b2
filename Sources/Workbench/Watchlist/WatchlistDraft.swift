import Cryptography
import Guard
import Linux
import Records
import Text
import Watchlist

/// A list as an authority writes it: JSON that people edit, `enroll` adds to and `pack` reads.
///
///     {"format":"kuzet-watchlist-draft-1","version":7,
///      "issued":"2025-11-22T18:00","expires":"2025-12-22","clock":"set","devices":["bar"],
///      "model":"64 digits",
///      "entries":[{"number":1,"category":"missing","answer":"tell","child":true,
///                  "reference":"case 17","reason":"a red jacket","law":"…",
///                  "from":"2025-11-22","until":"2026-01-01","templates":["BASE64"]}]}
///
/// - Optional: `clock` ("set", unless it is "any": whether the list holds while a board's clock is not
///   set), `devices` (without: any board), `answer` ("tell"), `child` (false), `reason` ("").
package enum WatchlistDraft {
    package static let format = "kuzet-watchlist-draft-1"
    /// What makes templates here.
    package static let model = WatchKeeper.model
    /// The largest list in Base64, with room for what people write around it.
    package static let byteCountMax = 24 << 20

    /// The list, without its keys: `sign` puts them in.
    package static func read(_ path: String) throws -> WatchedList {
        let value: JSONValue
        do {
            value = try JSONValue.read(try Files.read(path, byteCountMax: byteCountMax))
        } catch {
            throw WorkbenchError.reading(path, error)
        }
        let list = try Fields(path, "", value).list()
        if let problem = list.problem { throw WorkbenchError(path, problem) }
        return list
    }

    package static func text(_ list: WatchedList) -> String {
        let header = list.header
        let devices = header.devices.map(JSON.quoted).joined(separator: ",")
        let entries = list.entries.map(text).joined(separator: ",\n ")
        return """
            {"format":"\(format)","version":\(header.version),
             "issued":"\(time(header.issued))","expires":"\(time(header.expires))",
             "clock":"\(header.needsSetClock ? "set" : "any")","devices":[\(devices)],
             "model":"\(SHA256.hexadecimal(header.model))",
             "entries":[
             \(entries)]}

            """
    }

    /// One entry, as `enroll` prints it.
    package static func text(_ entry: WatchEntry) -> String {
        let notice = entry.notice
        let templates = entry.templates.map { template in
            let codes = template.withCodes { $0.map { UInt8(bitPattern: $0) } }
            return "\"\(Base64.text(codes))\""
        }
        return "{\"number\":\(notice.number),\"category\":\"\(notice.category)\","
            + "\"answer\":\"\(notice.answer)\",\"child\":\(notice.isChild),"
            + "\"reference\":\(JSON.quoted(notice.reference)),"
            + "\"reason\":\(JSON.quoted(notice.reason)),\"law\":\(JSON.quoted(notice.law)),"
            + "\"from\":\"\(time(notice.from))\",\"until\":\"\(time(notice.until))\",\n  "
            + "\"templates\":[\(templates.joined(separator: ",\n  "))]}"
    }

    static func time(_ seconds: Int64) -> String { UTC.text(milliseconds: seconds * 1000) }

    /// Takes fields of an object; what is wrong is said with where it stands.
    private struct Fields {
        let path: String
        /// "entry 3: ", counted from 1.
        let place: String
        let members: [String: JSONValue]

        init(_ path: String, _ place: String, _ value: JSONValue) throws {
            guard case .object(let members) = value else {
                throw WorkbenchError(.badData, "\(path): read: \(place)an object was expected")
            }
            (self.path, self.place, self.members) = (path, place, members)
        }

        func wrong(_ name: String, _ wanted: String) -> WorkbenchError {
            WorkbenchError(.badData, "\(path): read: \(place)\(name): \(wanted) was expected")
        }

        func refuseOthers(than known: Set<String>) throws {
            // A misspelt `until` must not be taken for one that is missing, or for none.
            if let other = members.keys.filter({ !known.contains($0) }).min() {
                throw WorkbenchError(.badData, "\(path): read: \(place)\(other): no such name")
            }
        }

        func text(_ name: String, or missing: String? = nil) throws -> String {
            if members[name] == nil, let missing { return missing }
            guard let text = members[name]?.string else { throw wrong(name, "a text") }
            return text
        }

        func number(_ name: String) throws -> UInt64 {
            guard let thousandths = members[name]?.thousandths, thousandths >= 0,
                thousandths % 1000 == 0
            else { throw wrong(name, "a whole number") }
            return UInt64(thousandths / 1000)
        }

        func time(_ name: String) throws -> Int64 {
            guard let milliseconds = UTC.milliseconds(try text(name)) else {
                throw wrong(name, "2025-11-22 or 2025-11-22T18:00 (UTC)")
            }
            return milliseconds / 1000
        }

        func code<Value>(
            _ name: String, _ values: [Value], or missing: Value? = nil
        ) throws -> Value {
            if members[name] == nil, let missing { return missing }
            let text = members[name]?.string
            guard let value = values.first(where: { "\($0)" == text }) else {
                throw wrong(name, values.map { "\($0)" }.joined(separator: " or "))
            }
            return value
        }

        func items(_ name: String, or missing: [JSONValue]? = nil) throws -> [JSONValue] {
            if members[name] == nil, let missing { return missing }
            guard let items = members[name]?.array else { throw wrong(name, "an array") }
            return items
        }

        func list() throws -> WatchedList {
            try refuseOthers(
                than: [
                    "format", "version", "issued", "expires", "clock", "devices", "model",
                    "entries"
                ])
            guard members["format"]?.string == WatchlistDraft.format else {
                throw wrong("format", WatchlistDraft.format)
            }
            let devices = try items("devices", or: []).map { item in
                guard let name = item.string else { throw wrong("devices", "a text") }
                return name
            }
            guard let model = Self.bytes(hexadecimal: try text("model")), model.count == 32 else {
                throw wrong("model", "64 hexadecimal digits")
            }
            let header = ListHeader(
                issuer: WatchDocumentFile.nobody, sealingKey: WatchDocumentFile.nobody,
                devices: devices.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) },
                version: try number("version"), issued: try time("issued"),
                expires: try time("expires"),
                needsSetClock: try code("clock", ["set", "any"], or: "set") == "set",
                model: model)
            let entries = try items("entries").enumerated().map { index, item in
                try Fields(path, "entry \(index + 1): ", item).entry()
            }
            return WatchedList(header, entries: entries.sorted { $0.number < $1.number })
        }

        func entry() throws -> WatchEntry {
            try refuseOthers(
                than: [
                    "number", "category", "answer", "child", "reference", "reason", "law", "from",
                    "until", "templates"
                ])
            guard let number = UInt32(exactly: try number("number")) else {
                throw wrong("number", "1 ... \(UInt32.max)")
            }
            var isChild = false
            if let value = members["child"] {
                guard case .boolean(let says) = value else { throw wrong("child", "true or false") }
                isChild = says
            }
            let templates = try items("templates").map { item in
                let codes = item.string.flatMap { Base64.bytes($0) } ?? []
                guard let template = FaceTemplate(codes.map { Int8(bitPattern: $0) }) else {
                    throw wrong("templates", "256 bytes in Base64, not all 0,")
                }
                return template
            }
            return WatchEntry(
                WatchNotice(
                    number: number,
                    category: try code("category", WatchNotice.Category.allCases),
                    answer: try code("answer", WatchNotice.Answer.allCases, or: .tell),
                    isChild: isChild, reference: try text("reference"),
                    reason: try text("reason", or: ""), law: try text("law"),
                    from: try time("from"), until: try time("until")), templates: templates)
        }

        private static func bytes(hexadecimal text: String) -> [UInt8]? {
            let digits = text.utf8.map { Character(Unicode.Scalar($0)).hexDigitValue }
            guard digits.count % 2 == 0, !digits.contains(nil) else { return nil }
            let values = digits.compactMap { $0 }
            return stride(from: 0, to: values.count, by: 2).map {
                UInt8(values[$0] << 4 | values[$0 + 1])
            }
        }
    }
}

extension WorkbenchError {
    /// Of a list that breaks a rule.
    init(_ object: String, _ problem: WatchProblem) {
        let entry = problem.entry.map { "entry \($0): " } ?? ""
        self.init(.badData, "\(object): read: \(entry)\(problem.rule)")
    }
}
