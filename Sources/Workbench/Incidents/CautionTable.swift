import Incidents
import Linux
import Records
import Store
import Text

/// How cautious each camera of a ledger is, and by what that came.
package struct CautionTable {
    private var changes: [(at: Dating.Date, change: CautionChange)] = []
    private var past = CautionPast()

    package init(_ reader: LedgerReader) throws {
        var dating = Dating()
        var records: [LedgerRecord] = []
        try reader.visit { entry in
            guard let record = try? entry.record() else { return }
            dating.learn(record)
            past.learn(record)
            if case .cautioned = record.body { records.append(record) }
        }
        for record in records {
            guard case .cautioned(let change) = record.body else { continue }
            changes.append((dating.date(of: record.stamp.monotonic, by: record.stamp), change))
        }
    }

    private var cameras: [UInt8] { Set(changes.map(\.change.camera)).sorted() }

    package var text: String {
        guard !changes.isEmpty else { return "every camera goes by its rule: nothing was judged" }
        let lines = changes.map { each in
            Clocks.localText(wallMilliseconds: each.at.wallMilliseconds) + "  "
                + IncidentTable.printable(each.change.words)
        }
        let now = cameras.map { camera in
            "camera \(camera): caution \(past.steps(of: camera)) of \(Caution.stepCountMax) now"
        }
        return (lines + now).joined(separator: "\n")
    }

    /// One object.
    package var json: String {
        let now = cameras.map { "{\"camera\":\($0),\"steps\":\(past.steps(of: $0))}" }
        let all = changes.map { each in
            "{\"at\":\"\(each.at.utcText)\",\"camera\":\(each.change.camera),"
                + "\"from\":\(each.change.from),\"to\":\(each.change.to),"
                + "\"fightPerMille\":\(each.change.fightScore.perMille),"
                + "\"text\":\(JSON.quoted(each.change.words))}"
        }
        return "{\"stepsMax\":\(Caution.stepCountMax),\"now\":[\(now.joined(separator: ","))],"
            + "\"changes\":[\(all.joined(separator: ","))]}"
    }
}
