import Cryptography
import Text
import Watchlist

/// What a document says, for whoever is about to sign, send or take it.
extension WatchDocument {
    private var issuer: [UInt8] {
        switch self {
        case .list(let list, _): list.header.issuer
        case .difference(let difference, _): difference.header.issuer
        case .authorisation(let authorisation, _): authorisation.issuer
        }
    }

    /// nil where only the list that it leads to could tell.
    private var isSigned: Bool? {
        switch self {
        case .list(let list, let signature):
            WatchDocumentFile.isRight(signature, WatchDocument.message(list), by: issuer)
        case .authorisation(let authorisation, let signature):
            WatchDocumentFile.isRight(signature, WatchDocument.message(authorisation), by: issuer)
        case .difference: nil
        }
    }

    /// Somebody has signed it, and it was changed since.
    package var isNotRight: Bool { isSigned == false && issuer != WatchDocumentFile.nobody }

    private var signatureWords: String {
        switch isSigned {
        case true?: "by \(PublicKey.fingerprint(issuer))"
        case false? where issuer == WatchDocumentFile.nobody: "nobody has signed it yet"
        case false?: "NOT RIGHT"
        case nil: "of the list that it leads to, by \(PublicKey.fingerprint(issuer))"
        }
    }

    package var report: String {
        let lines: [String]
        switch self {
        case .list(let list, _):
            lines =
                ["list \(list.header.version)"] + Self.lines(list.header) + [
                    "signature    \(signatureWords)",
                    "entries      \(list.entries.count), \(list.templateCount) templates"
                ] + list.entries.map(Self.line)
        case .difference(let difference, _):
            let removed = difference.removed.map { "\($0)" }.joined(separator: " ")
            let versions = "\(difference.baseVersion) to \(difference.header.version)"
            lines =
                ["difference from version \(versions)"] + Self.lines(difference.header) + [
                    "signature    \(signatureWords)",
                    "removed      \(removed.isEmpty ? "none" : removed)",
                    "new, changed \(difference.entries.count)"
                ] + difference.entries.map(Self.line)
        case .authorisation(let authorisation, _):
            lines = [
                "authorisation \(authorisation.version)",
                "says         \(authorisation.words)",
                "devices      \(authorisation.devices.joined(separator: ", "))",
                "issued       \(WatchlistDraft.time(authorisation.issued))",
                "signature    \(signatureWords)"
            ]
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func lines(_ header: ListHeader) -> [String] {
        let devices = header.devices.isEmpty ? "any" : header.devices.joined(separator: ", ")
        let clock = header.needsSetClock ? ", needs a set clock" : ""
        return [
            "issued       \(WatchlistDraft.time(header.issued))",
            "expires      \(WatchlistDraft.time(header.expires))\(clock)",
            "devices      \(devices)",
            "network      \(SHA256.hexadecimal(header.model))"
        ]
    }

    private static func line(_ entry: WatchEntry) -> String {
        let notice = entry.notice
        let (from, until) = (WatchlistDraft.time(notice.from), WatchlistDraft.time(notice.until))
        let parts = [
            "\(notice.number)", "\(notice.category)\(notice.isChild ? ", a child" : "")",
            "\(notice.answer)", "\(from) to \(until)",
            "\(entry.templates.count) \(entry.templates.count == 1 ? "template" : "templates")",
            notice.reference, notice.law, notice.reason
        ]
        return parts.filter { !$0.isEmpty }.joined(separator: "  ")
    }

    /// One object; templates are counted, never printed.
    package var json: String {
        var members: [String]
        switch self {
        case .list(let list, _):
            let entries = list.entries.map(Self.json).joined(separator: ",")
            members = ["\"document\":\"list\"", Self.json(list.header), "\"entries\":[\(entries)]"]
        case .difference(let difference, _):
            let removed = difference.removed.map { "\($0)" }.joined(separator: ",")
            let entries = difference.entries.map(Self.json).joined(separator: ",")
            members = [
                "\"document\":\"difference\"", "\"base\":\(difference.baseVersion)",
                Self.json(difference.header), "\"removed\":[\(removed)]", "\"entries\":[\(entries)]"
            ]
        case .authorisation(let right, _):
            let categories = WatchNotice.Category.allCases.filter(right.categories.contains)
                .map { "\"\($0)\"" }.joined(separator: ",")
            let devices = right.devices.map(JSON.quoted).joined(separator: ",")
            members = ["\"document\":\"authorisation\"", "\"version\":\(right.version)"]
            for (name, text) in [
                ("authority", right.authority), ("person", right.person), ("law", right.law),
                ("place", right.place)
            ] { members.append("\"\(name)\":\(JSON.quoted(text))") }
            members += ["\"devices\":[\(devices)]", "\"categories\":[\(categories)]"]
            for (name, seconds) in [
                ("issued", right.issued), ("from", right.from), ("until", right.until)
            ] { members.append("\"\(name)\":\"\(WatchlistDraft.time(seconds))\"") }
        }
        members.append("\"fingerprint\":\"\(PublicKey.fingerprint(issuer))\"")
        members.append("\"signed\":\(isSigned.map { "\($0)" } ?? "null")")
        return "{\(members.joined(separator: ","))}"
    }

    private static func json(_ header: ListHeader) -> String {
        "\"version\":\(header.version),\"issued\":\"\(WatchlistDraft.time(header.issued))\","
            + "\"expires\":\"\(WatchlistDraft.time(header.expires))\","
            + "\"clock\":\"\(header.needsSetClock ? "set" : "any")\","
            + "\"devices\":[\(header.devices.map(JSON.quoted).joined(separator: ","))],"
            + "\"model\":\"\(SHA256.hexadecimal(header.model))\""
    }

    private static func json(_ entry: WatchEntry) -> String {
        let notice = entry.notice
        return "{\"number\":\(notice.number),\"category\":\"\(notice.category)\","
            + "\"answer\":\"\(notice.answer)\",\"child\":\(notice.isChild),"
            + "\"reference\":\(JSON.quoted(notice.reference)),"
            + "\"reason\":\(JSON.quoted(notice.reason)),\"law\":\(JSON.quoted(notice.law)),"
            + "\"from\":\"\(WatchlistDraft.time(notice.from))\","
            + "\"until\":\"\(WatchlistDraft.time(notice.until))\","
            + "\"templates\":\(entry.templates.count)}"
    }
}
