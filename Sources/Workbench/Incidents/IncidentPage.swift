import Cryptography
import Frames
import Incidents
import Records
import Store

extension IncidentSummary {
    /// Everything that the ledger has about the incident.
    package func page(from reader: LedgerReader) throws -> String {
        var page = IncidentTable.text([self])
        func line(_ text: String) { page += text + "\n" }
        line("identity  \(identity.full)")
        line("opened    \(openedAt.utcText) (\(openedAt.source.words))")
        line("frames    \(incident.sightingCount) showed it")
        let region = incident.region
        line(
            "region    \(region.width)×\(region.height) at \(region.x), \(region.y) "
                + "(per mille of the picture)")
        if let configuration = configuration {
            line("settings  SHA-256 \(SHA256.hexadecimal(configuration))")
        }
        if let explanation { line(explanation.text) }
        if let countExplanation { line(countExplanation.text) }
        if let right { line("right     \(IncidentTable.printable(right))") }
        for evidence in evidence {
            line("evidence  \(reader.folder.evidence)/\(evidence.name.fileName)")
            line(
                "          \(evidence.byteCount) bytes, SHA-256 "
                    + SHA256.hexadecimal(evidence.sha256))
        }
        let wanted = Set(sequences)
        try reader.visit { entry in
            guard wanted.contains(entry.sequence), let record = try? entry.record() else {
                return
            }
            let at = ReplayRun.seconds(record.stamp.monotonic)
            line(
                "record    \(entry.sequence) at \(at) s: "
                    + IncidentTable.printable(record.body.words))
            line("          hash \(SHA256.hexadecimal(entry.hash))")
        }
        return page
    }
}
