import Frames
import Testing

@testable import Station

@Suite struct LampScriptTests {
    private let switchings = LampScript.run()

    private func on(_ output: Output) -> [Int64] {
        switchings.filter { $0.output == output && $0.isOn }.map(\.at.milliseconds)
    }

    private func off(_ output: Output) -> [Int64] {
        switchings.filter { $0.output == output && !$0.isOn && $0.at > .zero }.map(
            \.at.milliseconds)
    }

    @Test func theSirenSoundsForWhatCallsItAndNoLongerThanItMay() {
        // The covered lens until its maximum, and the enclosure until its incident closes. Panic
        // comes while it rests, and silence before that is over.
        #expect(on(.siren) == [18_800, 63_000])
        #expect(off(.siren) == [26_600, 67_000])
    }

    @Test func redFollowsAmberAndEverythingEndsDark() {
        #expect(on(.amber).first == 15_200)
        // It stays lit from incident to incident: it is held for 30 s after each.
        #expect(on(.red) == [15_800])
        for output in Output.allCases {
            #expect(switchings.last { $0.output == output }?.isOn == false)
        }
        #expect(on(.green).count > 100)
    }

    @Test func itsBytesAreTheSameEveryTime() {
        let bytes = LampScript.bytes(of: switchings)
        #expect(bytes == LampScript.bytes(of: LampScript.run()))
        #expect(bytes.count == switchings.count * 10)
        var hash = StableHash()
        for byte in bytes { hash.combine(byte) }
        #expect(hash.value == 0x287d_f416_c0ed_f110)
    }
}
