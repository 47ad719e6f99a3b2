import Detectors
import Frames

extension Bench {
    /// What every picture of a camera costs.
    static func sceneRows(_ frames: [Frame]) -> [Benchmark] {
        let step = SceneStep()
        let sight = Sight()
        var decided = StableHash()
        let fights = FightDetector(width: BenchPictures.width, height: BenchPictures.height)
        var fightScores = StableHash()
        return [
            Benchmark(
                name: "scene kernels", pixelCount: BenchPictures.pixelCount,
                frame: { step.take(frames[$0 % frames.count]) }, hash: { step.hash.value }),
            Benchmark(
                name: "scene decided", pixelCount: BenchPictures.pixelCount,
                frame: { index in
                    let frame = frames[index % frames.count]
                    frame.capturedAt = .zero + .milliseconds(40 * Int64(index + 1))
                    try? sight.decide(frame)
                    for sighting in sight.sightings {
                        decided.combine(sighting.kind.rawValue)
                        decided.combine(UInt64(UInt16(bitPattern: sighting.score.rawValue)))
                    }
                }, hash: { decided.value }),
            // Every frame is one of the ten in a second that are decided upon.
            Benchmark(
                name: "scene fights", pixelCount: BenchPictures.pixelCount,
                frame: { index in
                    let luma = frames[index % frames.count].luma.view
                    fights.update(luma, at: .zero + .milliseconds(100 * Int64(index + 1)))
                    fightScores.combine(UInt64(UInt16(bitPattern: fights.score.rawValue)))
                    for number in fights.numbers where fights.isMeasured {
                        fightScores.combine(UInt64(UInt16(bitPattern: number)))
                    }
                }, hash: { fightScores.value })
        ]
    }
}

/// The kernels of one scene step in their order, without the decisions: working picture,
/// background inside a zone, regions, motion.
private final class SceneStep {
    private let resize = BoxResize(
        fromWidth: BenchPictures.width, fromHeight: BenchPictures.height, toWidth: 160,
        toHeight: 120)
    private let background = RunningBackground(width: 160, height: 120)
    private let components = ConnectedComponents(width: 160, height: 120)
    private let motion = BlockMotion(width: 160, height: 120)
    private let zone = BenchPictures.zone(width: 160, height: 120)
    private let foreground = Plane(width: 160, height: 120)
    private var now = Plane(width: 160, height: 120)
    private var before = Plane(width: 160, height: 120)
    private var isFirst = true
    private(set) var hash = StableHash()

    func take(_ frame: Frame) {
        swap(&now, &before)
        resize.resize(frame.luma.view, into: now)
        if isFirst {
            background.begin(with: now.view)
            isFirst = false
        }
        let count = background.absorb(now.view, within: zone.view, foreground: foreground)
        components.find(in: foreground.view, areaMin: 12)
        motion.match(now.view, before: before.view)
        hash.combine(UInt64(count))
        for component in components.found {
            hash.combine(UInt64(component.area))
        }
        for vector in motion.vectors {
            hash.combine(vector.difference == vector.stillDifference ? 0 : UInt8(1))
        }
    }
}
