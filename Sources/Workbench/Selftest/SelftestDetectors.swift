import Detectors
import Frames

extension SelftestCheck {
    /// Ten drawn seconds before one camera: somebody crosses the room, then the lens is covered.
    /// Every sighting must be the same on every machine.
    static let detectors = SelftestCheck {
        let hash = DetectorDrill().run()
        return [
            Outcome(
                name: "detectors drill", hash: hash,
                fault: hash == goldenDrill ? nil : "expected \(hexadecimal(goldenDrill))")
        ]
    }

    private static let goldenDrill: UInt64 = 0xf37f_44db_6c35_ec51
}

private struct DetectorDrill {
    private static let width = 160
    private static let height = 120
    private static let framesPerSecond = 8

    /// - Returns: a hash over every sighting.
    func run() -> UInt64 {
        let zone = Zone(
            name: "right half",
            polygon: Polygon(corners: [
                .init(x: 500, y: 0), .init(x: 1000, y: 0), .init(x: 1000, y: 1000),
                .init(x: 500, y: 1000)
            ]))
        let sight = Sight(DetectorSettings(zones: [zone]))
        let frame = Frame(width: Self.width, height: Self.height)
        var hash = StableHash()
        var noise: UInt64 = 1
        for index in 0..<10 * Self.framesPerSecond {
            let milliseconds = index * 1000 / Self.framesPerSecond
            draw(milliseconds, &noise, into: frame.luma)
            frame.capturedAt = .zero + .milliseconds(Int64(milliseconds))
            // Pictures of this size are never refused; if they were, the hash would tell.
            try? sight.decide(frame)
            for sighting in sight.sightings {
                hash.combine(UInt64(milliseconds))
                hash.combine(sighting.kind.rawValue)
                hash.combine(sighting.zone)
                hash.combine(UInt64(UInt16(bitPattern: sighting.score.rawValue)))
                hash.combine(UInt64(sighting.region.x) << 16 | UInt64(sighting.region.width))
            }
        }
        return hash.value
    }

    /// A wall of tiles, each with a shade and stripes of its own, under a sensor's noise.
    private func draw(_ milliseconds: Int, _ noise: inout UInt64, into luma: Plane) {
        let person = (milliseconds - 3_000) * Self.width / 3_000
        let hand = (milliseconds - 7_000) * Self.width / 800
        for y in 0..<Self.height {
            for x in 0..<Self.width {
                noise = noise &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                let tile = (x / 11) * 7 + (y / 9) * 13
                var value = 60 + tile * 37 % 120 + (x % (3 + tile % 4) == 0 ? 30 : 0)
                if x >= person && x < person + 14 && y >= 40 && y < 100 { value = 30 }
                if x < hand { value = 50 }
                luma[x, y] = UInt8(value + Int(noise >> 62))
            }
        }
    }
}
