import Cryptography
import Store
import Testing

/// The hash was computed by another program, from the table in CanonicalBytes.swift alone.
@Test func theSelftestOfTheLedgerGivesTheSameHashOnEveryMachine() throws {
    let hash = SHA256.hexadecimal(try LedgerSelftest.roundTrip())
    #expect(hash == "3c4faeac9665bff0d47245d568cd08393e404047aec50b7c8931cf185e8e266d")
}
