import Testing

@testable import Networks

@Test func halvesAreRoundedAwayFromZeroByTheShift() {
    let divided = [-5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5].map {
        Requantization.divide(Int32($0), byPowerOfTwo: 1)
    }
    #expect(divided == [-3, -2, -2, -1, -1, 0, 1, 1, 2, 2, 3])
    #expect(Requantization.divide(-6, byPowerOfTwo: 2) == -2)
    #expect(Requantization.divide(.max, byPowerOfTwo: 31) == 1)
    #expect(Requantization.divide(.min, byPowerOfTwo: 31) == -1)
}

@Test func aHalfIsAHalf() {
    #expect(Requantization.multiply(100, by: 1 << 30, shift: 0) == 50)
    #expect(Requantization.multiply(100, by: 1 << 30, shift: 3) == 400)
    #expect(Requantization.multiply(-101, by: 1 << 30, shift: 0) == -50)
    #expect(Requantization.multiply(101, by: 1 << 30, shift: -2) == 13)
}
