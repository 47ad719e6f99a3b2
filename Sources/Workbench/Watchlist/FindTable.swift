import Incidents
import Linux
import Records
import Store
import Text

/// What a ledger tells of faces: by what right they are looked for, and whom was found, as often as an
/// officer said it was he and as often as not.
package struct FindTable {
    private struct Entry: Hashable {
        var authority: String
        var number: UInt32
    }

    private struct Tally {
        var category: FoundEntry.Category
        var reference: String
        var found = 0
        var confirmed = 0
        var dismissed = 0
    }

    private var documents: [(at: Dating.Date, words: String)] = []
    private var tallies: [Entry: Tally] = [:]

    package init(_ reader: LedgerReader) throws {
        var dating = Dating()
        var records: [LedgerRecord] = []
        try reader.visit { entry in
            guard let record = try? entry.record() else { return }
            dating.learn(record)
            if case .watched = record.body { records.append(record) }
        }
        for record in records {
            guard case .watched(let words) = record.body else { continue }
            documents.append((dating.date(of: record.stamp.monotonic, by: record.stamp), words))
        }
        for summary in try IncidentIndex(reader).incidents {
            for find in summary.finds {
                let entry = Entry(authority: find.authority, number: find.number)
                var tally =
                    tallies[entry] ?? Tally(category: find.category, reference: find.reference)
                tally.found += 1
                switch summary.judgement?.verdict {
                case .real: tally.confirmed += 1
                case .nothing: tally.dismissed += 1
                case nil: break
                }
                tallies[entry] = tally
            }
        }
    }

    private var entries: [(entry: Entry, tally: Tally)] {
        tallies.sorted {
            ($0.key.authority, $0.key.number) < ($1.key.authority, $1.key.number)
        }.map { ($0.key, $0.value) }
    }

    package var text: String {
        guard !documents.isEmpty || !tallies.isEmpty else {
            return "faces: never looked for"
        }
        let told = documents.map { each in
            Clocks.localText(wallMilliseconds: each.at.wallMilliseconds) + "  "
                + IncidentTable.printable(each.words)
        }
        let found = entries.map { entry, tally in
            IncidentTable.printable(
                "entry \(entry.number) of \(entry.authority) (\(tally.category), "
                    + "\(tally.reference)): told \(tally.found), it was he \(tally.confirmed), "
                    + "it was not \(tally.dismissed)")
        }
        return (told + found).joined(separator: "\n")
    }

    /// One object.
    package var json: String {
        let told = documents.map {
            "{\"at\":\"\($0.at.utcText)\",\"text\":\(JSON.quoted($0.words))}"
        }
        let found = entries.map { entry, tally in
            "{\"authority\":\(JSON.quoted(entry.authority)),\"entry\":\(entry.number),"
                + "\"category\":\"\(tally.category)\","
                + "\"reference\":\(JSON.quoted(tally.reference)),\"told\":\(tally.found),"
                + "\"confirmed\":\(tally.confirmed),\"dismissed\":\(tally.dismissed)}"
        }
        return "{\"documents\":[\(told.joined(separator: ","))],"
            + "\"entries\":[\(found.joined(separator: ","))]}"
    }
}
