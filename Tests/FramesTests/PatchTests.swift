import Testing

@testable import Frames

@Suite struct PatchTests {
    /// Of a slope: luma is 2·x + y, so that any place between pixels is known.
    private let slope: Frame = {
        let frame = Frame(width: 64, height: 48)
        for y in 0..<48 {
            for x in 0..<64 { frame.luma.row(y)[x] = UInt8(2 * x + y) }
        }
        return frame
    }()

    private func codes(
        _ patch: Patch, width: Int, height: Int, of frame: Frame, outside: Int8 = .min
    ) -> [Int8] {
        var codes = [Int8](repeating: 0, count: 3 * width * height)
        codes.withUnsafeMutableBufferPointer {
            patch.fill($0, width: width, height: height, from: frame, outside: outside)
        }
        return codes
    }

    @Test func theWholePictureAtItsSizeIsThePicture() {
        let patch = Patch(Rectangle(x: 0, y: 0, width: 64, height: 48), width: 64, height: 48)
        let codes = codes(patch, width: 64, height: 48, of: slope)
        for y in 0..<48 {
            for x in 0..<64 {
                let wanted = Int8(2 * x + y - 128)
                for part in 0..<3 { #expect(codes[3 * (y * 64 + x) + part] == wanted) }
            }
        }
    }

    @Test func aPlaceBetweenPixelsIsBetweenThem() {
        // Twice as fine: middles at quarters.
        let patch = Patch(Rectangle(x: 8, y: 8, width: 8, height: 8), width: 16, height: 16)
        let codes = codes(patch, width: 16, height: 16, of: slope)
        for y in 0..<16 {
            for x in 0..<16 {
                // (8 + (x + ½) / 2 − ½) · 2 + …, in quarters, halves up.
                let quarters = 2 * (32 + 2 * x - 1) + (32 + 2 * y - 1)
                #expect(codes[3 * (y * 16 + x)] == Int8((quarters + 2) / 4 - 128))
            }
        }
    }

    @Test func whatIsShrunkIsAMean() {
        let stripes = Frame(width: 64, height: 48)
        for y in 0..<48 {
            for x in 0..<64 { stripes.luma.row(y)[x] = x % 2 == 0 ? 0 : 200 }
        }
        let patch = Patch(Rectangle(x: 0, y: 0, width: 64, height: 48), width: 32, height: 24)
        let codes = codes(patch, width: 32, height: 24, of: stripes)
        #expect(codes.allSatisfy { (-30 ... -26).contains(Int($0)) }, "\(codes.prefix(9))")
    }

    @Test func aTurnedPieceReadsColumnsAsRows() {
        let upright = Patch(Rectangle(x: 8, y: 8, width: 16, height: 16), width: 16, height: 16)
        var turned = upright
        (turned.right, turned.down) = (upright.down, upright.right)
        let (one, other) = (
            codes(upright, width: 16, height: 16, of: slope),
            codes(turned, width: 16, height: 16, of: slope)
        )
        for y in 0..<16 {
            for x in 0..<16 { #expect(one[3 * (y * 16 + x)] == other[3 * (x * 16 + y)]) }
        }
    }

    @Test func whatIsOutsideIsWhatIsAskedFor() {
        for (x, y) in [(-100, 0), (0, -100), (100, 0), (0, 100), (-1 << 20, 1 << 20)] {
            let patch = Patch(Rectangle(x: x, y: y, width: 16, height: 16), width: 8, height: 8)
            #expect(
                codes(patch, width: 8, height: 8, of: slope, outside: 77)
                    .allSatisfy { $0 == 77 })
        }
    }

    @Test func theSmallestPicturesAreSurvived() {
        for (width, height) in [(1, 1), (2, 1), (1, 2), (3, 3)] {
            let frame = Frame(width: width, height: height)
            let patch = Patch(
                Rectangle(x: -1, y: -1, width: 5, height: 5), width: 9, height: 9)
            let codes = codes(patch, width: 9, height: 9, of: frame, outside: 1)
            #expect(codes.contains(-112) && codes.contains(1))
        }
    }

    @Test func coloursAreThoseOfTheCard() {
        let red = Frame(width: 4, height: 4)
        red.luma.base.update(repeating: 76, count: red.luma.stride * 4)
        for y in 0..<2 {
            for x in 0..<2 { (red.chroma.row(y)[2 * x], red.chroma.row(y)[2 * x + 1]) = (85, 255) }
        }
        let patch = Patch(Rectangle(x: 0, y: 0, width: 4, height: 4), width: 4, height: 4)
        let codes = codes(patch, width: 4, height: 4, of: red)
        // JFIF's red is 254, 0, 0.
        #expect(codes[0] >= 124 && codes[1] <= -126 && codes[2] <= -126)
    }
}

@Test func powersAreRightToOnePartInEightThousand() {
    for step in -400...400 {
        let x = Double(step) / 40
        let found = Double(Exponential.q16(ofQ24: Int64(x * 0x1p24)))
        let wanted = power(x) * 65_536
        #expect(abs(found - wanted) <= wanted / 6_000 + 1, "\(x): \(found), not \(wanted)")
    }
    #expect(Exponential.q16(ofQ24: 0) == 65_536)
    #expect(Exponential.q16(ofQ24: .max) == Exponential.q16(ofQ24: 10 << 24))
    #expect(Exponential.q16(ofQ24: .min) == Exponential.q16(ofQ24: -10 << 24))
}

/// eˣ by its series, halved until it is small.
private func power(_ x: Double) -> Double {
    guard abs(x) < 0.5 else { return power(x / 2) * power(x / 2) }
    var (term, sum) = (1.0, 1.0)
    for index in 1...12 {
        term *= x / Double(index)
        sum += term
    }
    return sum
}
