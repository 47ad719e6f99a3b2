import Testing

@testable import Networks

/// A small generator, so that every run tests the same.
private struct Dice {
    var state: UInt64
    mutating func roll(_ count: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % count
    }
}

@Test func buffersInUseAtOneTimeNeverShareAByte() {
    var dice = Dice(state: 1)
    for _ in 0..<200 {
        let buffers = (0..<1 + dice.roll(40)).map { _ in
            let first = dice.roll(30)
            return Arena.Buffer(
                byteCount: dice.roll(5_000), steps: first...first + dice.roll(6))
        }
        let arena = Arena(buffers)
        for one in buffers.indices {
            #expect(arena.offsets[one] % Arena.alignment == 0)
            #expect(arena.offsets[one] + buffers[one].byteCount <= arena.byteCount)
            for other in 0..<one where buffers[one].steps.overlaps(buffers[other].steps) {
                let isApart =
                    arena.offsets[one] + buffers[one].byteCount <= arena.offsets[other]
                    || arena.offsets[other] + buffers[other].byteCount <= arena.offsets[one]
                #expect(isApart || buffers[one].byteCount == 0 || buffers[other].byteCount == 0)
            }
        }
    }
}

@Test func buffersOneAfterTheOtherShareTheirPlace() {
    let arena = Arena((0..<10).map { .init(byteCount: 1_000, steps: $0...$0) })
    #expect(arena.byteCount == 1_024)
}
