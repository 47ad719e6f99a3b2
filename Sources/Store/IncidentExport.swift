import Cryptography
import Incidents
import Linux

/// A folder that shows one incident to somebody who has neither the appliance nor this program.
///
///     DIR/ID/manifest.json         what happened, and where each record stands in the chain
///     DIR/ID/record-N.chain        hash of record N−1, then the canonical bytes of record N:
///                                  the SHA-256 of this file is the hash of record N
///     DIR/ID/…-snapshot.jpg        the evidence
///     DIR/ID/SHA256SUMS            for `sha256sum --check`
///     DIR/ID/VERIFY.txt            how to check it
public enum IncidentExport {
    /// - Returns: the folder that was made.
    public static func write(
        _ summary: IncidentSummary, from reader: LedgerReader, to directory: String
    ) throws -> String {
        let folder = directory + "/" + summary.identity.full
        let records = try links(summary, reader)
        do throws(Errno) {
            try Files.makeFolder(folder)
            var sums = ""
            for (name, digest, bytes) in records {
                try Files.replace(folder + "/" + name, with: bytes)
                sums += "\(SHA256.hexadecimal(digest))  \(name)\n"
            }
            for evidence in summary.evidence {
                let name = evidence.name.fileName
                let bytes = try Files.read(
                    reader.folder.evidence + "/" + name, byteCountMax: EvidenceFiles.byteCountMax)
                try Files.replace(folder + "/" + name, with: bytes)
                sums += "\(SHA256.hexadecimal(evidence.sha256))  \(name)\n"
            }
            let manifest = manifest(summary, records.map { ($0.name, $0.digest) })
            for (name, text) in [
                ("SHA256SUMS", sums), ("manifest.json", manifest), ("VERIFY.txt", instructions)
            ] {
                try Files.replace(folder + "/" + name, with: Array(text.utf8))
            }
        } catch {
            throw StoreError("export \(folder)", "write incident \(summary.identity)", error)
        }
        return folder
    }

    private static func links(
        _ summary: IncidentSummary, _ reader: LedgerReader
    ) throws -> [(name: String, digest: [UInt8], bytes: [UInt8])] {
        let wanted = Set(summary.sequences)
        var records: [(name: String, digest: [UInt8], bytes: [UInt8])] = []
        var previous = Chain.genesis
        try reader.visit { entry in
            if wanted.contains(entry.sequence) {
                records.append(
                    (
                        "record-\(entry.sequence).chain", entry.hash,
                        Chain.chainInput(previous: previous, canonical: entry.body)
                    ))
            }
            previous = entry.hash
        }
        return records
    }

    /// Names and digits only: nothing in it needs escaping.
    private static func manifest(
        _ summary: IncidentSummary, _ records: [(name: String, digest: [UInt8])]
    ) -> String {
        let lines = records.map {
            "    {\"file\": \"\($0.name)\", \"hash\": \"\(SHA256.hexadecimal($0.digest))\"}"
        }
        let evidence = summary.evidence.map {
            "    {\"file\": \"\($0.name.fileName)\", \"sha256\": "
                + "\"\(SHA256.hexadecimal($0.sha256))\", \"bytes\": \($0.byteCount)}"
        }
        let incident = summary.incident
        return """
            {
              "format": "kuzet-export-1",
              "incident": "\(summary.identity.full)",
              "kind": "\(incident.kind)",
              "state": "\(summary.state)",
              "closeReason": \(summary.closeReason.map { "\"\($0)\"" } ?? "null"),
              "camera": \(incident.camera == Incident.noCamera ? "null" : "\(incident.camera)"),
              "zone": \(incident.zone),
              "openedAt": "\(summary.openedAt.utcText)",
              "openedAtMilliseconds": \(summary.openedAt.wallMilliseconds),
              "datedBy": "\(summary.openedAt.source.rawValue)",
              "peakScorePerMille": \(incident.peakScore.perMille),
              "records": [
            \(lines.joined(separator: ",\n"))
              ],
              "evidence": [
            \(evidence.joined(separator: ",\n"))
              ]
            }

            """
    }

    private static let instructions = """
        This folder holds one incident of a Kuzet appliance.

        1. In this folder, run:  sha256sum --check SHA256SUMS
           (or, file by file:    openssl dgst -sha256 FILE)
           Every line must say OK: the evidence is what the records vouch for, and each record has
           the hash that the ledger gave it.
        2. A file record-N.chain begins with the 32 bytes of the hash of record N-1, followed by
           record N itself. Where two records with following numbers are here, the first 32 bytes
           of the second are the hash of the first.
        3. The hash of a record covers all records before it. Compare it with the ledger of the
           appliance (kuzet incidents verify) or with a hash that somebody else noted.

        """
}
