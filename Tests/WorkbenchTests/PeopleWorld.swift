import Detectors
import Frames
import Simulation

@testable import Workbench

/// People who walk about before a camera, as boxes: who is where, and what a network would say.
///
/// A floor of 14 × 12 m before a camera 3 m up that looks at it level; everybody walks from place to
/// place, waits, leaves at a side and is followed by somebody new.
struct PeopleWorld {
    struct Walker {
        var person: Int
        /// Millimetres across and ahead of the camera.
        var x: Int
        var z: Int
        var goalX: Int
        var goalZ: Int
        /// Millimetres a second.
        var speed: Int
        var height: Int
        /// Milliseconds that he still stands.
        var waits: Int
    }

    /// One look, with all that is true of it.
    struct Look {
        var at: Instant
        var truth: [(person: Int, box: Region)]
        var boxes: [PersonBox]
    }

    struct Errors {
        var missedPerMille = 100
        var falsePerMille = 50
        /// Of a box's height, at each side, at most; about half of that is usual.
        var jitterPerMille = 60
    }

    private var chance: SplitMix64
    private var walkers: [Walker] = []
    private var nextPerson = 1
    private let errors: Errors
    private let count: Int

    static let width = 640
    static let height = 480

    init(seed: UInt64, count: Int, errors: Errors = Errors()) {
        chance = SplitMix64(seed: seed)
        self.count = count
        self.errors = errors
        for _ in 0..<count { walkers.append(newcomer(anywhere: true)) }
    }

    /// - Parameter milliseconds: from look to look.
    static func looks(
        seed: UInt64, people: Int, seconds: Int, every milliseconds: Int,
        errors: Errors = Errors()
    ) -> [Look] {
        var world = PeopleWorld(seed: seed, count: people, errors: errors)
        return stride(from: 0, to: seconds * 1000, by: milliseconds).map { at in
            for _ in 0..<milliseconds / 50 { world.step(50) }
            return world.look(at: .zero + .milliseconds(Int64(at)))
        }
    }

    private mutating func newcomer(anywhere: Bool) -> Walker {
        defer { nextPerson += 1 }
        let z = chance.whole(in: 5_000...15_000)
        let side = chance.chance(1, in: 2) ? 1 : -1
        var walker = Walker(
            person: nextPerson,
            x: anywhere ? chance.whole(in: -z / 2...z / 2) : side * (z * 6 / 10),
            z: z, goalX: 0, goalZ: 0, speed: chance.whole(in: 700...1_700),
            height: chance.whole(in: 1_550...1_900), waits: 0)
        aim(&walker, leaves: false)
        return walker
    }

    private mutating func aim(_ walker: inout Walker, leaves: Bool) {
        walker.goalZ = chance.whole(in: 5_000...15_000)
        let half = walker.goalZ / 2
        walker.goalX =
            leaves
            ? (chance.chance(1, in: 2) ? 1 : -1) * walker.goalZ * 7 / 10
            : chance.whole(in: -half...half)
    }

    private mutating func step(_ milliseconds: Int) {
        for index in walkers.indices {
            var walker = walkers[index]
            if walker.waits > 0 {
                walker.waits -= milliseconds
            } else {
                let (dx, dz) = (walker.goalX - walker.x, walker.goalZ - walker.z)
                let way = Int(Double(dx * dx + dz * dz).squareRoot())
                let step = walker.speed * milliseconds / 1000
                if way <= step {
                    if abs(walker.x) * 10 > walker.z * 6 {
                        walker = newcomer(anywhere: false)
                    } else {
                        walker.waits = chance.chance(1, in: 2) ? chance.whole(in: 500...4_000) : 0
                        aim(&walker, leaves: chance.chance(1, in: 3))
                    }
                } else {
                    walker.x += dx * step / way
                    walker.z += dz * step / way
                }
            }
            walkers[index] = walker
        }
    }

    /// In tenths of per mille of the picture; a focal length of 0.8 of its width.
    private func edges(_ walker: Walker) -> (left: Int, top: Int, right: Int, bottom: Int) {
        let foot = 3_000 + 10_667 * 3_000 / walker.z
        let height = 10_667 * walker.height / walker.z
        let width = 8_000 * walker.height * 3 / 10 / walker.z
        let middle = 5_000 + 8_000 * walker.x / walker.z
        return (middle - width / 2, foot - height, middle + width / 2, foot)
    }

    private func region(_ edges: (left: Int, top: Int, right: Int, bottom: Int)) -> Region? {
        func perMille(_ value: Int) -> Int { min(max((value + 5) / 10, 0), 1000) }
        let (left, right) = (perMille(edges.left), perMille(edges.right))
        let (top, bottom) = (perMille(edges.top), perMille(edges.bottom))
        guard right - left >= 8, bottom - top >= 20 else { return nil }
        return Region(
            x: UInt16(left), y: UInt16(top), width: UInt16(right - left),
            height: UInt16(bottom - top))
    }

    private mutating func look(at: Instant) -> Look {
        var look = Look(at: at, truth: [], boxes: [])
        // Whoever is nearer hides whoever is behind: nearest first.
        let order = walkers.sorted { $0.z < $1.z }
        var nearer: [Region] = []
        for walker in order {
            let edges = edges(walker)
            guard let whole = region(edges) else { continue }
            let hidden = Hall.hidden(whole, by: nearer)
            nearer.append(whole)
            guard hidden < 750 else { continue }
            look.truth.append((walker.person, whole))
            guard !chance.chance(errors.missedPerMille, in: 1000),
                hidden < 450 || chance.chance(1, in: 2)
            else { continue }
            let score = hidden < 450 ? chance.whole(in: 550...950) : chance.whole(in: 220...480)
            if let box = jittered(edges) {
                look.boxes.append(PersonBox(region: box, score: .perMille(score)))
            }
        }
        for _ in 0..<max(look.truth.count, 1) where chance.chance(errors.falsePerMille, in: 1000) {
            let height = chance.whole(in: 80...400)
            look.boxes.append(
                PersonBox(
                    region: Region(
                        x: UInt16(chance.whole(in: 0...850)),
                        y: UInt16(chance.whole(in: 200...550)),
                        width: UInt16(height * 4 / 10), height: UInt16(height)),
                    score: .perMille(chance.whole(in: 300...800))))
        }
        return look
    }

    private mutating func jittered(
        _ edges: (left: Int, top: Int, right: Int, bottom: Int)
    ) -> Region? {
        let most = (edges.bottom - edges.top) * errors.jitterPerMille / 2_000
        // Two throws: small errors are more frequent than large ones.
        func off() -> Int { chance.whole(in: -most...most) + chance.whole(in: -most...most) }
        return region(
            (
                edges.left + off() / 2, edges.top + off(), edges.right + off() / 2,
                edges.bottom + off()
            ))
    }
}
