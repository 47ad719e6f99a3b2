import Detectors
import Frames
import Incidents
import Store
import Testing

@testable import Workbench

/// A picture of one grey.
private func frame(
    _ luma: UInt8, at milliseconds: Int64, width: Int = 64, height: Int = 48
) -> Frame {
    let frame = Frame(width: width, height: height)
    for y in 0..<height { for x in 0..<width { frame.luma[x, y] = luma } }
    frame.capturedAt = .zero + .milliseconds(milliseconds)
    return frame
}

@Suite struct PagePicturesTests {
    private func sighting(_ perMille: Int, zone: UInt8 = 0) -> Sighting {
        Sighting(kind: .gathering, zone: zone, score: .perMille(perMille), region: .whole)
    }

    private func incident(_ ordinal: UInt32 = 1, zone: UInt8 = 0) -> Incident {
        Incident(ordinal: ordinal, camera: 0, kind: .gathering, zone: zone, openedAt: .zero)
    }

    private func see(
        _ pictures: inout PagePictures, _ luma: UInt8, _ sightings: [Sighting],
        _ changes: [IncidentChange] = []
    ) {
        pictures.saw(
            frame(luma, at: Int64(luma) * 100), sightings: sightings, changes: changes, people: [],
            lookedAt: nil, zones: [Zone(name: "z", polygon: Polygon(corners: []))])
    }

    /// Opened at the first frame, confirmed at the second; its peak is the third.
    private func life(_ pictures: inout PagePictures, _ ordinal: UInt32 = 1) -> Incident {
        var incident = incident(ordinal)
        see(&pictures, 10, [sighting(600)], [.opened(incident)])
        incident.state = .confirmed
        incident.confirmedAt = .zero + .seconds(1)
        see(&pictures, 11, [sighting(700)], [.confirmed(incident)])
        see(&pictures, 12, [sighting(900), sighting(300)])
        see(&pictures, 13, [sighting(900), sighting(999, zone: 1)])
        return incident
    }

    @Test func aConfirmedIncidentHasThePictureOfItsHighestScore() throws {
        var pictures = PagePictures()
        var incident = life(&pictures)
        #expect(pictures.shots.isEmpty)
        incident.state = .closed
        see(&pictures, 14, [], [.closed(incident)])
        let shot = try #require(pictures.shots[1])
        #expect(shot.at == .zero + .milliseconds(1_200))
        #expect(try shot.jpeg == Snapshot.encode(frame(12, at: 0)))
        #expect(shot.overlay.zones.map(\.name) == ["z"])
        pictures.end()
        #expect(pictures.shots.count == 1 && pictures.leftOutCount == 0)
    }

    @Test func whatIsOpenAtTheEndHasItsPictureAndWhatWasNeverConfirmedHasNone() {
        var pictures = PagePictures()
        _ = life(&pictures)
        see(&pictures, 15, [sighting(999, zone: 1)], [.opened(incident(2, zone: 1))])
        pictures.end()
        #expect(pictures.shots.keys.sorted() == [1])
    }

    @Test func aPeakMayHaveComeBeforeTheIncidentOpened() throws {
        var pictures = PagePictures()
        // Long before, and no part of it.
        see(&pictures, 10, [sighting(990)])
        see(&pictures, 100, [sighting(600)])
        see(&pictures, 101, [sighting(900)])
        see(&pictures, 102, [sighting(700)])
        var confirmed = incident()
        confirmed.confirmedAt = .zero
        see(&pictures, 103, [], [.opened(confirmed)])
        pictures.end()
        #expect(try #require(pictures.shots[1]).at == .zero + .milliseconds(10_100))
    }

    @Test func whatWasNeverSeenShowsHowItOpened() throws {
        var pictures = PagePictures()
        var confirmed = incident()
        confirmed.confirmedAt = .zero
        see(&pictures, 50, [], [.opened(confirmed)])
        see(&pictures, 51, [])
        pictures.end()
        #expect(try #require(pictures.shots[1]).at == .zero + .seconds(5))
    }

    @Test func whereThereIsNoRoomThatIsCounted() {
        var pictures = PagePictures(byteCountMax: 1)
        _ = life(&pictures)
        pictures.end()
        #expect(pictures.shots.isEmpty && pictures.leftOutCount == 1)
    }

    @Test(arguments: [(15, 2, 10), (115, 12, 10), (125, 7, 20), (36_000, 8, 5_120)])
    func aStripIsAsLongAsAPageHasRoomFor(seconds: Int64, count: Int, period: Int64) {
        var strip = Strip()
        for second in 0...seconds { strip.pass(frame(1, at: second * 1_000), Overlay()) }
        #expect(strip.shots.count <= Strip.countMax)
        let gaps = zip(strip.shots, strip.shots.dropFirst()).map { $1.at - $0.at }
        #expect(strip.period == .seconds(period))
        #expect(gaps.allSatisfy { $0 >= strip.period && $0 <= strip.period + .seconds(1) })
        #expect(strip.shots.count == count)
    }

    @Test func aReducedPictureIsTheMeanOfSquares() {
        for (width, height) in [(64, 48), (480, 2), (481, 3), (1_000, 751), (16_384, 5)] {
            let large = frame(0, at: 7, width: width, height: height)
            for y in 0..<height {
                for x in 0..<width { large.luma[x, y] = UInt8(truncatingIfNeeded: x &* 7 &+ y) }
            }
            for y in 0..<large.chroma.height {
                for x in 0..<large.chroma.width { large.chroma[x, y] = x % 2 == 0 ? 90 : 200 }
            }
            let small = Reduction.reduced(large, into: nil)
            let step = (width + 479) / 480
            #expect(small.width == width / step && small.height == max(height / step, 1))
            #expect(small.capturedAt == large.capturedAt)
            var sum = 0
            for y in 0..<min(step, height) {
                for x in 0..<step { sum += Int(large.luma[x, y]) }
            }
            #expect(Int(small.luma[0, 0]) == sum / (step * min(step, height)))
            let ends = (small.chroma.width - 2, small.chroma.height - 1)
            #expect(small.chroma[ends.0, ends.1] == 90 && small.chroma[ends.0 + 1, ends.1] == 200)
            #expect(Reduction.reduced(large, into: small) === small)
        }
    }
}
