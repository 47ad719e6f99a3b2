import Testing

@testable import Networks

private func fault(_ bytes: [UInt8]) -> String {
    do {
        _ = try Network(model: bytes)
        return "none"
    } catch {
        return "\(error)"
    }
}

@Test func whatIsNoModelIsNamed() {
    #expect(fault([]) == "file: read: not a TFLite model: \"TFL3\" is not at byte 4")
    #expect(fault(Array("MZ  TFL2    ".utf8)).hasPrefix("file: read: not a TFLite model"))
}

@Test func anOffsetPastTheEndIsNamedWithBothValues() {
    let bytes: [UInt8] = [200, 0, 0, 0] + Array("TFL3".utf8)
    #expect(fault(bytes) == "file: read: 4 bytes at 200 are wanted, it has 8")
}

@Test func bytesOfAllKindsBehindTheMarkAreRefusedInWords() {
    var state: UInt64 = 7
    for _ in 0..<2_000 {
        var bytes = (0..<64).map { _ -> UInt8 in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 60 < 8 ? 4 * (state >> 40 & 7) : state >> 33)
        }
        bytes.replaceSubrange(4..<8, with: Array("TFL3".utf8))
        #expect(fault(bytes) != "none")
    }
}
