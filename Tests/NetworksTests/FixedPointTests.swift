import Testing

@testable import Networks

@Test func exponentialIsWithinAMillionthOfE() {
    // e^−1 and e^−2 in Q0.31.
    #expect(abs(FixedPoint.exponential(-(1 << 26)) - 790_015_084) < 2_000)
    #expect(abs(FixedPoint.exponential(-(2 << 26)) - 290_630_308) < 2_000)
    #expect(FixedPoint.exponential(0) == .max)
    #expect(FixedPoint.exponential(.min) == 0)
}

@Test func inverseOfOnePlusAHalfIsTwoThirds() {
    #expect(abs(FixedPoint.inverse(onePlus: 1 << 30) - 1_431_655_765) < 8)
    #expect(FixedPoint.inverse(onePlus: 0) > Int32.max - 8)
}

@Test func fullyConnectedSumsAreRoundedOnceAndHalvesAwayFromZero() throws {
    let scale = Scale(bitPattern: (0.5 as Float).bitPattern)
    let one = Scale(bitPattern: (1 as Float).bitPattern)
    let half = Scale.exactFactor(scale, one, to: one)
    #expect(
        [-5, -3, -1, 0, 1, 3, 5].map { FullyConnected.scale($0, by: half) } == [
            -3, -2, -1, 0, 1, 2, 3
        ])
    #expect(FullyConnected.scale(.min, by: half) == -(1 << 30))
    let tiny = Scale(bitPattern: (1e-20 as Float).bitPattern)
    #expect(FullyConnected.scale(.max, by: Scale.exactFactor(tiny, tiny, to: one)) == 0)
    #expect(FullyConnected.scale(1, by: Scale.exactFactor(one, one, to: tiny)) == 1 << 30)
}
