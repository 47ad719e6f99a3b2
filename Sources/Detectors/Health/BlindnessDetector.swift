import Frames

/// Says of each zone when it cannot be watched, whatever the cause: alarms inability instead of
/// silence.
///
/// As with presence, zone 0 is judged only where no zones are configured.
final class BlindnessDetector {
    private var evidence: [Evidence]
    private(set) var score = Q15.zero

    private static let ramp = Ramp(none: 300, half: 500, full: 900)
    /// Where the health of the whole camera explains it, and where only the zone is lost: a guest
    /// who stands before it goes on, a cupboard does not.
    private static let needed = Interval.seconds(2)
    private static let neededAlone = Interval.seconds(8)
    /// A zone with fewer recognisable cells goes by the whole picture.
    private static let cellCountMin = 4

    init(zoneCount: Int) {
        evidence = Array(repeating: Evidence(), count: max(zoneCount, 1))
    }

    func update(
        _ health: CameraHealth, states: UnsafeMutableBufferPointer<CellState>, map: ZoneMap,
        foreground: PlaneView, foreignMin: Int, clock: FrameClock, into sightings: inout [Sighting]
    ) {
        let isWhollyBlind =
            health.dark.isShown || health.strobe.isShown || health.defocused.isShown
            || health.frozen.isShown || health.covered.isShown || health.sprayed.isShown
            || health.turned.isShown
        let whole = isWhollyBlind ? 1000 : Self.lost(states, map.whole, foreground, foreignMin) ?? 0
        let isExplained = isWhollyBlind || health.tamper != nil
        score = .zero
        for index in evidence.indices {
            if clock.hasJumped { evidence[index].forget() }
            let area = map.zones.isEmpty ? map.whole : map.zones[index]
            let share =
                isWhollyBlind ? whole : Self.lost(states, area, foreground, foreignMin) ?? whole
            let score = Self.ramp(share)
            self.score = max(self.score, score)
            evidence[index].update(
                score, elapsed: clock.elapsed,
                needed: isExplained || map.zones.isEmpty ? Self.needed : Self.neededAlone)
            guard evidence[index].isShown else { continue }
            sightings.append(
                Sighting(kind: .blind, zone: area.number, score: score, region: area.region))
        }
    }

    /// The share of recognisable cells that are lost without anything in their place; per mille.
    /// None where the zone is as it was but for guests who had outlines and went: neither so
    /// many of its pixels are foreign as of another view, nor two fifths of its cells lost.
    private static func lost(
        _ states: UnsafeMutableBufferPointer<CellState>, _ area: ZoneMap.Area,
        _ foreground: PlaneView, _ foreignMin: Int
    ) -> Int? {
        var (lost, count, all) = (0, 0, 0)
        for index in states.indices where area.cells[index] {
            all += 1
            switch states[index] {
            case .seen, .replaced: count += 1
            case .flat, .saturated:
                count += 1
                lost += 1
            case .plain, .hidden: break
            }
        }
        guard count >= cellCountMin else { return nil }
        let share = lost * 1000 / count
        guard share > ramp.none else { return share }
        let isForeign =
            lost * 1000 >= all * 400
            || foreign(foreground, area.cells) * 1000 >= all * CellGrid.pixelsPerCell * foreignMin
        return isForeign ? share : 0
    }

    /// Foreground pixels in the cells.
    private static func foreign(_ foreground: PlaneView, _ cells: [Bool]) -> Int {
        var bits = 0
        for index in cells.indices where cells[index] {
            let left = index % CellGrid.columns * CellLikeness.side
            for y in 0..<CellLikeness.side {
                let row = foreground.row(index / CellGrid.columns * CellLikeness.side + y)
                // In bounds: a cell is eight pixels wide.
                let pixels = UnsafeRawPointer(row + left).loadUnaligned(as: UInt64.self)
                bits += pixels.nonzeroBitCount
            }
        }
        return bits / 8
    }
}
