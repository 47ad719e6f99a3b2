import Frames
import Testing

@Test(arguments: tailWidths)
func everyTailLengthOfSampledRowsMatchesReference(width: Int) {
    for content in Picture.Content.allCases {
        for height in [1, 7, 61, 200] {
            let rows = SampledRows(width: width, height: height)
            rows.keep(Picture(width, height, .random, seed: 3).view)
            let later = Picture(width, height, stride: width + 5, content)
            #expect(rows.difference(from: later.view) == rows.differenceReference(from: later.view))
        }
    }
}

@Test func aKeptPictureDoesNotDifferFromItself() {
    let picture = Picture(33, 90, .noise)
    let rows = SampledRows(width: 33, height: 90)
    rows.keep(picture.view)
    #expect(rows.rowCount == 60 && rows.pixelCount == 33 * 60)
    #expect(rows.difference(from: picture.view) == 0)
    #expect(rows.differenceReference(from: picture.view) == 0)
}

@Test func whatIsHiddenNeverDiffers() {
    let left = Polygon(corners: [
        .init(x: 0, y: 0), .init(x: 500, y: 0), .init(x: 500, y: 1000), .init(x: 0, y: 1000)
    ])
    let rows = SampledRows(width: 40, height: 20, hidden: [left])
    #expect(rows.pixelCount == 20 * 20)
    rows.keep(Picture(40, 20, .black).view)
    let white = Picture(40, 20, .white).view
    #expect(rows.difference(from: white) == 20 * 20 * 255)
    #expect(rows.differenceReference(from: white) == 20 * 20 * 255)
}

@Test func aPictureThatIsWhollyHiddenHasNothingToDiffer() {
    let all = Polygon(corners: [
        .init(x: 0, y: 0), .init(x: 1000, y: 0), .init(x: 1000, y: 1000), .init(x: 0, y: 1000)
    ])
    let rows = SampledRows(width: 64, height: 48, hidden: [all])
    rows.keep(Picture(64, 48, .black).view)
    #expect(rows.pixelCount == 0 && rows.difference(from: Picture(64, 48, .white).view) == 0)
}
