import Frames
import Testing

@testable import Detectors

@Suite struct CrowdReadingTests {
    /// A field of 32 × 16 in cells of 8, the picture 20 × 16 from the fourth pixel on; half a person a
    /// code.
    private func reading(_ codes: [Int8]) -> CrowdReading {
        var reading = CrowdReading()
        codes.withUnsafeBufferPointer {
            reading.fill(
                $0, zero: -128, scale: 1 << 23, width: 4, side: 8,
                inside: Rectangle(x: 4, y: 0, width: 20, height: 16))
        }
        return reading
    }

    @Test func placesAreThoseOfThePictureWithSomebodyInThem() {
        let found = reading([-126, -128, -127, -125, -128, -124, -128, -128]).places
        // The first is cut at the picture's left, the fourth lies beside it.
        #expect(
            found.map(\.region) == [
                Region(x: 0, y: 0, width: 200, height: 500),
                Region(x: 600, y: 0, width: 400, height: 500),
                Region(x: 200, y: 500, width: 400, height: 500)
            ])
        #expect(found.map(\.thousandths) == [1_000, 500, 2_000])
        #expect(CrowdReading().places.isEmpty)
    }

    @Test func boxesThatWereToldAreKeptSurestFirstAndOnlyOnceForEachPerson() {
        let look = Look(.people, picture: Frame(width: 64, height: 48))
        let place = Region(x: 100, y: 100, width: 100, height: 300)
        let other = Region(x: 600, y: 100, width: 100, height: 300)
        look.note([
            PersonBox(region: place, score: .perMille(500)),
            PersonBox(region: other, score: .perMille(600)),
            PersonBox(region: place, score: .perMille(900))
        ])
        #expect(look.people.boxes.map(\.region) == [place, other])
        #expect(look.people.boxes.map(\.score) == [.perMille(900), .perMille(600)])
        look.note([])
        #expect(look.people.boxes.isEmpty)
    }
}
