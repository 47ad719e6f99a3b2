import Frames

@testable import Detectors

/// A script of people before a camera of 640 × 480, seen through a detector: 5 looks a second,
/// 10 frames.
struct PeopleScene {
    struct Seen {
        var at: Int
        var sighting: Sighting
    }

    let detector: PeopleDetector
    private(set) var seen: [Seen] = []
    private var clock = FrameClock()
    private let every: Int

    static let width = 640
    static let height = 480

    init(
        _ settings: PeopleSettings, zones: [Zone] = [], every: Int = 200,
        furniture: [Region] = []
    ) {
        detector = PeopleDetector(
            settings: settings, zones: zones, width: Self.width, height: Self.height,
            furniture: furniture)
        self.every = every
    }

    /// - Parameters:
    ///   - milliseconds: from where to where.
    ///   - script: the boxes at a time.
    mutating func run(
        _ milliseconds: Range<Int>, crowd: CrowdCount? = nil,
        _ script: (Int) -> [PersonBox]
    ) {
        var sightings: [Sighting] = []
        for at in stride(from: milliseconds.lowerBound, to: milliseconds.upperBound, by: 100) {
            let now = Instant.zero + .milliseconds(Int64(at))
            clock.advance(to: now)
            if at % every == 0 { detector.take(script(at), takenAt: now, at: now) }
            sightings.removeAll(keepingCapacity: true)
            detector.update(clock: clock, crowd: crowd, into: &sightings)
            seen += sightings.map { Seen(at: at, sighting: $0) }
        }
    }

    var kinds: Set<Sighting.Kind> { Set(seen.map(\.sighting.kind)) }

    func first(_ kind: Sighting.Kind) -> Int? { seen.first { $0.sighting.kind == kind }?.at }
    func last(_ kind: Sighting.Kind) -> Int? { seen.last { $0.sighting.kind == kind }?.at }

    func sighting(_ kind: Sighting.Kind) -> Sighting? {
        seen.first { $0.sighting.kind == kind }?.sighting
    }
}

/// Somebody who stands, 240 thousandths high and a third as wide in the picture.
///
/// - Parameters: where the feet are, per mille; it may lie outside the picture.
func standing(_ x: Int, _ foot: Int, height: Int = 240, moved: Q15? = nil) -> PersonBox {
    // As wide as a third of its height: the picture is 4 : 3.
    boxed(x, foot, width: height / 4, height: height, moved: moved)
}

func boxed(_ x: Int, _ foot: Int, width: Int, height: Int, moved: Q15? = nil) -> PersonBox {
    func clamped(_ value: Int) -> Int { min(max(value, 0), 1000) }
    let (left, right) = (clamped(x - width / 2), clamped(x + width / 2))
    let (top, bottom) = (clamped(foot - height), clamped(foot))
    return PersonBox(
        region: Region(
            x: UInt16(left), y: UInt16(top), width: UInt16(right - left),
            height: UInt16(bottom - top)),
        score: .perMille(800), moved: moved)
}

/// A zone between two columns.
func zone(_ left: UInt16, _ right: UInt16) -> Zone {
    Zone(
        name: "zone",
        polygon: Polygon(corners: [
            .init(x: left, y: 0), .init(x: right, y: 0), .init(x: right, y: 1000),
            .init(x: left, y: 1000)
        ]))
}
