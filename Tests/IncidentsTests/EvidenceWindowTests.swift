import Frames
import Testing

@testable import Incidents

@Suite struct EvidenceWindowTests {
    @Test func aShareIsExactOverWholeBinsWhateverTheFrameLength() {
        for length in [10, 16, 33, 40, 100, 250, 500] as [Int64] {
            var window = EvidenceWindow()
            var time: Int64 = 0
            while time < 4_000 {
                window.absorb(from: time, to: time + length, isSeen: true)
                time += length
            }
            #expect(window.perMille(over: .seconds(2)) == 1000)
        }
    }

    @Test func halfTheTimeSeenIsHalfTheShare() {
        var window = EvidenceWindow()
        for frame in 0..<200 as Range<Int64> {
            window.absorb(from: frame * 20, to: frame * 20 + 20, isSeen: frame % 2 == 0)
        }
        #expect((480...520).contains(window.perMille(over: .seconds(1))))
        #expect((490...510).contains(window.perMille(over: .seconds(3))))
    }

    @Test func whatLiesBeforeTheWindowIsForgotten() {
        var window = EvidenceWindow()
        window.absorb(from: 0, to: 1_000, isSeen: true)
        window.absorb(from: 1_000, to: 2_000, isSeen: false)
        #expect(window.perMille(over: .milliseconds(900)) == 0)
        #expect((480...520).contains(window.perMille(over: .seconds(2))))
        window.absorb(from: 2_000, to: 2_000_000, isSeen: false)
        #expect(window.perMille(over: EvidenceWindow.lengthMax) == 0)
        window.absorb(from: 2_000_000, to: 9_000_000, isSeen: true)
        #expect(window.perMille(over: EvidenceWindow.lengthMax) == 1000)
        window.clear(at: 9_000_000)
        #expect(window.perMille(over: EvidenceWindow.lengthMax) == 0)
    }
}
