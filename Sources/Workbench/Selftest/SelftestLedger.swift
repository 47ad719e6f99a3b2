import Store

extension SelftestCheck {
    /// A second program, from the table of canonical bytes alone, computed the same hash.
    private static let goldenLedger: UInt64 = 0x3c4f_aeac_9665_bff0

    /// Records are written to a database in memory, read back, and their chain is checked.
    static let ledger = SelftestCheck {
        do {
            let hash = try LedgerSelftest.roundTrip().prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
            let fault = hash == goldenLedger ? nil : "expected \(hexadecimal(goldenLedger))"
            return [Outcome(name: "ledger round trip", hash: hash, fault: fault)]
        } catch {
            return [Outcome(name: "ledger round trip", hash: 0, fault: "\(error)")]
        }
    }
}
