import Cryptography
import Store
import Text

extension VerificationReport {
    package func text(of folder: String) -> String {
        var lines = notes.map { "note: \(IncidentTable.printable($0))" }
        lines += faults.map { IncidentTable.printable($0.description) }
        if unlistedFaultCount > 0 { lines.append("and \(unlistedFaultCount) more") }
        lines.append(
            "ledger \(folder): \(recordCount) records, \(evidenceCount) evidence files: "
                + verdict)
        lines.append("head \(SHA256.hexadecimal(headHash))")
        for key in keys {
            lines.append(
                "key  \(PublicKey.fingerprint(key.publicKey)): \(key.checkpointCount) checkpoints, "
                    + "records \(key.first) to \(key.last)")
        }
        if let unsigned {
            lines.append(
                "records \(unsigned.lowerBound) to \(unsigned.upperBound) are not signed yet")
        }
        return lines.joined(separator: "\n")
    }

    private var verdict: String {
        guard isValid else { return "broken" }
        return isUnfinished
            ? "what was acknowledged holds; what was being written is not in it"
            : hasPredecessor ? "everything in it holds; see what was set aside" : "everything holds"
    }

    package var json: String {
        let faults = faults.map {
            "{\"invariant\":\"\($0.invariant)\",\"record\":"
                + "\($0.sequence.map { "\($0)" } ?? "null"),\"text\":\(JSON.quoted($0.text))}"
        }
        return """
            {"valid":\(isValid),"unfinished":\(isUnfinished),\
            "records":\(recordCount),"evidence":\(evidenceCount),\
            "head":"\(SHA256.hexadecimal(headHash))",\
            "keys":[\(keys.map(\.json).joined(separator: ","))],\
            "unsigned":\(unsigned.map { "[\($0.lowerBound),\($0.upperBound)]" } ?? "null"),\
            "faults":[\(faults.joined(separator: ","))],\
            "notes":[\(notes.map(JSON.quoted).joined(separator: ","))]}
            """
    }
}

extension VerificationReport.Key {
    package var json: String {
        """
        {"fingerprint":"\(PublicKey.fingerprint(publicKey))",\
        "pem":\(JSON.quoted(PublicKey.pem(publicKey))),\
        "checkpoints":\(checkpointCount),"firstRecord":\(first),"lastRecord":\(last)}
        """
    }
}
