import Testing

@testable import Frames

@Test func aFrameLiesInTheUpperLeftOfTheFieldInItsProportions() {
    let letterbox = Letterbox(width: 384, height: 224)
    let frame = Frame(width: 640, height: 480)
    for y in 0..<480 { for x in 0..<640 { frame.luma[x, y] = 200 } }
    var codes = [Int8](repeating: 0, count: 3 * 384 * 224)
    codes.withUnsafeMutableBufferPointer { letterbox.fill($0, with: frame) }
    #expect(letterbox.inside == Rectangle(x: 0, y: 0, width: 299, height: 224))
    for y in 0..<224 {
        for x in 0..<384 {
            let isInside = (0..<299).contains(x)
            for part in 0..<3 {
                let code = codes[3 * (384 * y + x) + part]
                guard code != (isInside ? 72 : -14) else { continue }
                Issue.record("at \(x), \(y): \(code)")
                return
            }
        }
    }
}

@Test func aTallFrameAndASmallOneAreFittedToo() {
    let letterbox = Letterbox(width: 384, height: 224)
    for (width, height, inside) in [
        (480, 640, Rectangle(x: 0, y: 0, width: 168, height: 224)),
        (64, 48, Rectangle(x: 0, y: 0, width: 299, height: 224)),
        (1_920, 480, Rectangle(x: 0, y: 0, width: 384, height: 96)),
        (65, 49, Rectangle(x: 0, y: 0, width: 297, height: 224))
    ] {
        var codes = [Int8](repeating: 0, count: 3 * 384 * 224)
        codes.withUnsafeMutableBufferPointer {
            letterbox.fill($0, with: Frame(width: width, height: height))
        }
        #expect(letterbox.inside == inside, "\(width)×\(height)")
        let whole = letterbox.region(
            left: inside.x << 8, top: inside.y << 8, right: (inside.x + inside.width) << 8,
            bottom: (inside.y + inside.height) << 8)
        #expect(whole == .whole)
        let nothing = letterbox.region(left: -999_999, top: -5, right: -7, bottom: 9_999_999)
        #expect(nothing.width == 0)
    }
}

@Test func aFrameInTheMiddleHasAsMuchFieldOnEitherSide() {
    let letterbox = Letterbox(width: 384, height: 224, isCentred: true)
    var codes = [Int8](repeating: 0, count: 3 * 384 * 224)
    codes.withUnsafeMutableBufferPointer {
        letterbox.fill($0, with: Frame(width: 640, height: 480))
    }
    #expect(letterbox.inside == Rectangle(x: 42, y: 0, width: 299, height: 224))
    #expect(codes[3 * 41] == -14 && codes[3 * 42] != -14 && codes[3 * 341] == -14)
    #expect(letterbox.inside.place(x: 41, y: 100) == nil)
    #expect(letterbox.inside.place(x: 42, y: 0) == Polygon.Corner(x: 0, y: 0))
    #expect(letterbox.region(left: 42 << 8, top: 0, right: 341 << 8, bottom: 224 << 8) == .whole)
}

@Test func coloursAreThoseOfJFIF() {
    let letterbox = Letterbox(width: 32, height: 32)
    let frame = Frame(width: 32, height: 32)
    // Pure red, green, blue, white as JFIF has them.
    let colours: [(UInt8, UInt8, UInt8, [Int])] = [
        (76, 85, 255, [254, 0, 0]), (150, 44, 21, [0, 255, 1]), (29, 255, 107, [0, 0, 254]),
        (255, 128, 128, [255, 255, 255])
    ]
    for (luma, cb, cr, wanted) in colours {
        for y in 0..<32 { for x in 0..<32 { frame.luma[x, y] = luma } }
        for y in 0..<16 {
            for x in 0..<16 { (frame.chroma[2 * x, y], frame.chroma[2 * x + 1, y]) = (cb, cr) }
        }
        var codes = [Int8](repeating: 0, count: 3 * 32 * 32)
        codes.withUnsafeMutableBufferPointer { letterbox.fill($0, with: frame) }
        let found = (0..<3).map { Int(codes[3 * 500 + $0]) + 128 }
        #expect(zip(found, wanted).allSatisfy { abs($0 - $1) <= 1 }, "\(found), not \(wanted)")
    }
}

/// Twice as large as the field, a frame has a pair of chroma for each of its pixels: none is lost.
@Test func chromaIsAsFineAsTheFieldWhereTheFrameBringsThat() {
    let letterbox = Letterbox(width: 32, height: 32)
    let frame = Frame(width: 64, height: 64)
    for y in 0..<64 { for x in 0..<64 { frame.luma[x, y] = 100 } }
    for y in 0..<32 {
        for x in 0..<32 {
            frame.chroma[2 * x, y] = 128
            frame.chroma[2 * x + 1, y] = (x + y) % 2 == 0 ? 148 : 108
        }
    }
    var codes = [Int8](repeating: 0, count: 3 * 32 * 32)
    codes.withUnsafeMutableBufferPointer { letterbox.fill($0, with: frame) }
    for y in 0..<32 {
        for x in 0..<32 {
            // 1.402 · 20 = 28 in red, and 0.714 · 20 = 14 the other way in green.
            let isRed = (x + y) % 2 == 0
            let found = (0..<3).map { Int(codes[3 * (32 * y + x) + $0]) + 128 }
            guard found != (isRed ? [128, 86, 100] : [72, 114, 100]) else { continue }
            Issue.record("at \(x), \(y): \(found)")
            return
        }
    }
}

@Test func theLogisticFunctionIsWhatItSays() {
    #expect(Logistic.q15(ofQ24: 0) == Q15(rawValue: 16_384))
    #expect(Logistic.q15(ofQ24: .max) == .one)
    #expect(Logistic.q15(ofQ24: .min) == .zero)
    var last = Q15.zero
    for step in -1_000...1_000 {
        let value = Logistic.q15(ofQ24: Int64(step) << 17)
        #expect(value >= last)
        last = value
        let opposite = Logistic.q15(ofQ24: Int64(-step) << 17)
        #expect(abs(Int(value.rawValue) + Int(opposite.rawValue) - 32_768) <= 1)
    }
}
