import Cryptography
import Incidents
import Linux

/// A folder that shows one incident to somebody who has neither the appliance nor this program,
/// and proves it with OpenSSL alone.
///
///     DIR/ID/index.html            to read and to play, where somebody made a page
///     DIR/ID/…-snapshot.jpg, …     the evidence
///     DIR/ID/chain/record-N        hash of record N−1, then the canonical bytes of record N:
///                                  the SHA-256 of this file is the hash of record N
///     DIR/ID/checkpoint-N.txt      what the device signed about record N
///     DIR/ID/checkpoint-N.sig      its signature, Ed25519, 64 bytes
///     DIR/ID/device.pem            the device's public key; device-2.pem where it changed
///     DIR/ID/manifest.json         what happened, and which file is what
///     DIR/ID/verify.sh, VERIFY.txt how to check it
///     DIR/ID/SHA256SUMS            of all the others
public struct IncidentExport: Sendable {
    public struct Evidence: Sendable {
        public var facts: IncidentSummary.Evidence
        /// nil where the file could not be read any more, for `loss`.
        public var bytes: [UInt8]?
        public var loss: String?
    }

    public let summary: IncidentSummary
    public let proof: IncidentProof
    public let evidence: [Evidence]
    /// The keys that signed, in the order of `device.pem`, `device-2.pem`, …
    public let keys: [[UInt8]]

    public init(_ summary: IncidentSummary, from reader: LedgerReader) throws {
        self.summary = summary
        let proof = try IncidentProof(summary, reader)
        self.proof = proof
        keys = proof.runs.compactMap(\.signed?.checkpoint.key).reduce(into: []) { keys, key in
            if !keys.contains(key) { keys.append(key) }
        }
        // A hostile ledger may name one file a thousand times.
        var names: Set<EvidenceName> = []
        evidence = summary.evidence.filter { names.insert($0.name).inserted }.map { facts in
            do throws(Errno) {
                let path = reader.folder.evidence + "/" + facts.name.fileName
                let bytes = try Files.read(
                    path, byteCountMax: EvidenceFiles.byteCountMax, followsLinks: false)
                return Evidence(facts: facts, bytes: bytes, loss: nil)
            } catch {
                return Evidence(facts: facts, bytes: nil, loss: "\(error)")
            }
        }
    }

    public static func keyFileName(_ index: Int) -> String {
        index == 0 ? "device.pem" : "device-\(index + 1).pem"
    }

    /// - Parameter page: `index.html`; nil for none.
    /// - Returns: the folder that was made.
    public func write(to directory: String, page: String? = nil) throws -> String {
        let folder = directory + "/" + summary.identity.full
        do throws(Errno) {
            try Files.makeFolder(folder + "/chain")
            var sums = ""
            for (name, bytes) in files(page) {
                try Files.replace(folder + "/" + name, with: bytes)
                sums += "\(SHA256.hexadecimal(SHA256.digest(bytes)))  \(name)\n"
            }
            try Files.replace(folder + "/SHA256SUMS", with: Array(sums.utf8))
        } catch {
            throw StoreError("export \(folder)", "write incident \(summary.identity)", error)
        }
        return folder
    }

    private func files(_ page: String?) -> [(name: String, bytes: [UInt8])] {
        var files: [(name: String, bytes: [UInt8])] = []
        if let page { files.append(("index.html", Array(page.utf8))) }
        for item in evidence {
            if let bytes = item.bytes { files.append((item.facts.name.fileName, bytes)) }
        }
        for link in proof.links { files.append((link.fileName, link.input)) }
        for signed in proof.runs.compactMap(\.signed) {
            let name = "checkpoint-\(signed.checkpoint.sequence)"
            files.append((name + ".txt", signed.message))
            files.append((name + ".sig", signed.checkpoint.signature))
        }
        for (index, key) in keys.enumerated() {
            files.append((Self.keyFileName(index), Array(PublicKey.pem(key).utf8)))
        }
        files.append(("manifest.json", Array(manifest.utf8)))
        files.append(("verify.sh", Array(script.utf8)))
        files.append(("VERIFY.txt", Array(Self.instructions.utf8)))
        return files
    }

    /// Names and digits only: nothing in it needs escaping.
    private var manifest: String {
        let records = proof.links.map {
            "    {\"file\": \"\($0.fileName)\", \"hash\": \"\(SHA256.hexadecimal($0.hash))\", "
                + "\"ofTheIncident\": \($0.isWanted)}"
        }
        let files = evidence.map {
            "    {\"file\": \"\($0.facts.name.fileName)\", \"sha256\": "
                + "\"\(SHA256.hexadecimal($0.facts.sha256))\", \"bytes\": \($0.facts.byteCount), "
                + "\"present\": \($0.bytes != nil)}"
        }
        let checkpoints = proof.runs.compactMap(\.signed).map {
            "    {\"record\": \($0.checkpoint.sequence), "
                + "\"key\": \"\(PublicKey.fingerprint($0.checkpoint.key))\"}"
        }
        let incident = summary.incident
        return """
            {
              "format": "kuzet-export-2",
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
            \(records.joined(separator: ",\n"))
              ],
              "checkpoints": [
            \(checkpoints.joined(separator: ",\n"))
              ],
              "evidence": [
            \(files.joined(separator: ",\n"))
              ]
            }

            """
    }
}
