import Frames
import Testing

private func polygon(_ corners: [(UInt16, UInt16)]) -> Polygon {
    Polygon(corners: corners.map { Polygon.Corner(x: $0.0, y: $0.1) })
}

@Test func aRectangleCoversThePixelsWhoseCentresItHolds() {
    let mask = Plane(width: 4, height: 4, filledWith: 9)
    PolygonMask.draw([polygon([(250, 0), (750, 0), (750, 500), (250, 500)])], into: mask)
    let expected = plane([[0, 255, 255, 0], [0, 255, 255, 0], [0, 0, 0, 0], [0, 0, 0, 0]])
    #expect(mismatch(mask, expected) == nil)
}

@Test func neighboursShareNoPixelAndLeaveNone() {
    // Two triangles along the diagonal, whose edge meets pixel centres.
    let lower = polygon([(0, 0), (1000, 1000), (0, 1000)])
    let upper = polygon([(0, 0), (1000, 0), (1000, 1000)])
    for side in [1, 2, 5, 33] {
        let (a, b) = (Plane(width: side, height: side), Plane(width: side, height: side))
        PolygonMask.draw([lower], inside: 1, into: a)
        PolygonMask.draw([upper], inside: 1, into: b)
        for y in 0..<side {
            for x in 0..<side {
                #expect(a[x, y] + b[x, y] == 1)
            }
        }
    }
}

@Test func crossingItselfLeavesAHoleButTwoPolygonsUnite() {
    let outer = [(0, 0), (1000, 0), (1000, 1000), (0, 1000), (0, 0)] as [(UInt16, UInt16)]
    let inner = [(250, 250), (750, 250), (750, 750), (250, 750), (250, 250)] as [(UInt16, UInt16)]
    let mask = Plane(width: 4, height: 4)
    PolygonMask.draw([polygon(outer + inner)], into: mask)
    #expect(mask[0, 0] == 255 && mask[1, 1] == 0 && mask[2, 2] == 0)
    PolygonMask.draw([polygon(outer), polygon(inner)], into: mask)
    #expect(mask[1, 1] == 255)
}

@Test func hostileCornersAreHarmless() {
    let mask = Plane(width: 7, height: 5)
    PolygonMask.draw([polygon([(0, 0), (65_535, 65_535)])], into: mask)
    #expect(MaskCount.count(mask.view) == 0)
    PolygonMask.draw([polygon([(0, 0), (65_535, 0), (65_535, 65_535), (0, 65_535)])], into: mask)
    #expect(MaskCount.count(mask.view) == 35)
}

@Test(arguments: tailWidths)
func everyTailLengthOfHidingMatchesReference(width: Int) {
    for height in [1, 2, 5] {
        for content in Picture.Content.allCases {
            let privacy = Picture(width, height, stride: width + 1, content, seed: 3)
            let (fast, slow) = (random(width, height), random(width, height))
            PolygonMask.hide(privacy.view, in: fast)
            PolygonMask.hideReference(privacy.view, in: slow)
            #expect(mismatch(fast.luma, slow.luma) == nil)
            #expect(mismatch(fast.chroma, slow.chroma) == nil)
        }
    }
}

private func random(_ width: Int, _ height: Int) -> Frame {
    let frame = Frame(width: width, height: height)
    var chance = Chance(seed: 12)
    for plane in [frame.luma, frame.chroma] {
        for y in 0..<plane.height {
            for x in 0..<plane.width {
                plane[x, y] = UInt8(truncatingIfNeeded: chance.next())
            }
        }
    }
    return frame
}

@Test func onePixelHidesTheColourItSharesAndNoMore() {
    let frame = Frame(width: 4, height: 2)
    for x in 0..<4 {
        frame.chroma[x, 0] = 50
        (frame.luma[x, 0], frame.luma[x, 1]) = (90, 90)
    }
    PolygonMask.hideReference(plane([[0, 0, 0, 0], [0, 7, 0, 0]]).view, in: frame)
    #expect(mismatch(frame.luma, plane([[90, 90, 90, 90], [90, 16, 90, 90]])) == nil)
    #expect(mismatch(frame.chroma, plane([[128, 128, 50, 50]])) == nil)
}
