import Frames
import Testing

@testable import Detectors

@Suite struct SightTests {
    private let left = Polygon(corners: [
        .init(x: 0, y: 0), .init(x: 500, y: 0), .init(x: 500, y: 1000), .init(x: 0, y: 1000)
    ])

    private func picture(_ width: Int = 160, _ height: Int = 120, at: Int64 = 0) -> Frame {
        let frame = Frame(width: width, height: height)
        for y in 0..<height {
            for x in 0..<width { frame.luma[x, y] = UInt8(40 + (x * 7 + y * 13) % 150) }
        }
        frame.capturedAt = .zero + .milliseconds(at)
        return frame
    }

    @Test func whatIsMaskedIsGoneFromThePictureThatWasDecided() throws {
        let sight = Sight(DetectorSettings(privacyMasks: [left]))
        let frame = picture()
        try sight.decide(frame)
        #expect(frame.luma[79, 60] == 16 && frame.luma[80, 60] != 16)
        #expect(sight.isMasked)
        let plain = Sight()
        let whole = picture()
        try plain.decide(whole)
        #expect(whole.luma[79, 60] != 16 && !plain.isMasked)
    }

    @Test func otherMasksAndOtherSizesHoldFromTheNextFrameOn() throws {
        let sight = Sight()
        try sight.decide(picture())
        sight.replace(DetectorSettings(privacyMasks: [left]))
        for (width, height) in [(160, 120), (320, 240), (64, 48)] {
            let frame = picture(width, height, at: 100)
            try sight.decide(frame)
            #expect(frame.luma[width / 2 - 1, 9] == 16 && frame.luma[width / 2, 9] != 16)
        }
        sight.replace(DetectorSettings())
        let frame = picture(64, 48, at: 200)
        try sight.decide(frame)
        #expect(frame.luma[0, 0] != 16)
    }

    @Test func whatIsSeenIsWhatABankSees() throws {
        let zone = Zone(name: "left", polygon: left)
        let settings = DetectorSettings(zones: [zone])
        let sight = Sight(settings)
        let bank = DetectorBank(width: 160, height: 120, settings: settings)
        var (expected, count): ([Sighting], Int) = ([], 0)
        for index in 0..<80 {
            let frame = picture(at: 125 * Int64(index))
            if index > 40 { frame.luma.base.update(repeating: 50, count: 160 * 60) }
            bank.decide(frame, into: &expected)
            try sight.decide(frame)
            #expect(sight.sightings == expected)
            #expect(sight.newScores == bank.newScores)
            count += expected.count
        }
        #expect(count > 0)
    }

    @Test func aPictureThatCannotBeDecidedIsRefusedAndLeftAsItIs() throws {
        let sight = Sight(DetectorSettings(privacyMasks: [left]))
        try sight.decide(picture())
        let small = picture(63, 48)
        #expect(throws: Sight.Refusal(width: 63, height: 48)) { try sight.decide(small) }
        #expect(small.luma[0, 0] != 16)
        #expect(
            "\(Sight.Refusal(width: 63, height: 48))"
                == "pictures of 63×48 are too small: ask for 64×48 or more")
        #expect("\(Sight.Refusal(width: 9_999_999, height: 48))".contains("too large"))
        try sight.decide(picture(at: 100))
    }
}
