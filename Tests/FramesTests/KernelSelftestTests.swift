import Frames
import Testing

@Test func everyKernelOfTheSelftestGivesItsReferencesBits() {
    let outcomes = KernelSelftest.run()
    for outcome in outcomes {
        #expect(outcome.fastHash == outcome.referenceHash, "\(outcome.name)")
    }
    #expect(Set(outcomes.map(\.referenceHash)).count == outcomes.count)
}

@Test func theStableHashIsFNV1a() {
    // Source: Fowler, Noll, Vo, test vectors: "", "a", "foobar".
    #expect(StableHash().value == 0xcbf2_9ce4_8422_2325)
    var hash = StableHash()
    hash.combine(UInt8(ascii: "a"))
    #expect(hash.value == 0xaf63_dc4c_8601_ec8c)
    var foobar = StableHash()
    for byte in "foobar".utf8 {
        foobar.combine(byte)
    }
    #expect(foobar.value == 0x8594_4171_f739_67e8)
}
