import Foundation
import Frames
import Station
import Testing

@testable import Simulation

/// The scenes that are drawn to judge by alone: whether people do in them what they are named for.
@Suite struct EverydaySceneTests {
    /// What `see` returns of the world every tenth of a second, from the twelfth second on.
    private func watch<Seen>(
        _ scene: VenueScript.Scene, seconds: Int = 60, seed: UInt64 = 5, _ see: (Venue) -> Seen
    ) -> [Seen] {
        var venue = Venue(
            width: 64, height: 48, script: .scene(scene, seconds: seconds, seed: seed), seed: seed)
        var seen: [Seen] = []
        while !venue.isOver {
            venue.advance(milliseconds: 100)
            if venue.milliseconds >= 12_000 { seen.append(see(venue)) }
        }
        return seen
    }

    private func hash(_ scene: VenueScript.Scene, seed: UInt64) -> UInt64 {
        let camera = VenueCamera(
            width: 96, height: 72, framesPerSecond: 4,
            script: .scene(scene, seconds: 20, seed: seed), seed: seed)
        var hash: UInt64 = 0
        while case .frame(let frame) = camera.next(timeout: .zero) {
            for y in 0..<frame.height {
                for x in 0..<frame.width { hash = hash &* 31 &+ UInt64(frame.luma[x, y]) }
            }
        }
        return hash
    }

    @Test(arguments: VenueScript.Scene.allCases.filter(\.isForJudgingAlone))
    func oneSeedDrawsOneScene(scene: VenueScript.Scene) {
        #expect(hash(scene, seed: 1) == hash(scene, seed: 1))
        #expect(hash(scene, seed: 1) != hash(scene, seed: 2))
    }

    @Test func noRecipeRendersWhatIsForJudgingAlone() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        for file in ["board/rendered", "Sources/Models/fights/footage.py"] {
            let text = try String(
                contentsOf: root.appendingPathComponent(file), encoding: .utf8)
            for scene in VenueScript.Scene.allCases where scene.isForJudgingAlone {
                #expect(!text.contains(scene.rawValue), "\(file): \(scene)")
            }
        }
    }

    @Test func whoThreatensLungesAndNeverReaches() {
        let gaps = watch(.threatening) { venue -> Int in
            let two = venue.people.filter {
                switch $0.activity {
                case .threatening, .backingOff: true
                default: false
                }
            }
            return two.count == 2 ? abs(two[0].x - two[1].x) : -1
        }.dropFirst(30)
        #expect(gaps.allSatisfy { $0 > 560 }, "an arm is not as long")
        #expect(gaps.contains { $0 < 760 } && gaps.contains { $0 > 850 })
    }

    @Test func oneChildIsToCatchAndNotAlwaysTheSame() {
        let catchers = watch(.playingChildren) { venue in
            venue.people.filter { $0.activity == .catching }.map(\.number)
        }
        #expect(catchers.allSatisfy { $0.count == 1 })
        #expect(Set(catchers.joined()).count > 1)
        let sizes = watch(.playingChildren) { $0.people.map(\.size) }
        #expect(sizes.allSatisfy { $0.count { $0 < 800 } >= 3 && $0.count { $0 == 1000 } >= 3 })
    }

    @Test func aCongaLineHoldsTogether() {
        for people in watch(.congaLine, { $0.people }).dropFirst(60) {
            for (front, back) in zip(people, people.dropFirst()) {
                #expect(abs(front.x - back.x) < 700 && abs(front.depth - back.depth) < 700)
            }
        }
    }

    @Test func chairsAreCarriedOneAtATime() {
        let chairs = watch(.carryingChairs) { venue in venue.people.map(\.chairs) }
        #expect(chairs.allSatisfy { $0.allSatisfy { $0.count { $0.isHeld } <= 1 } })
        #expect(chairs.contains { $0.contains { $0.contains { $0.isHeld } } })
        #expect(chairs.first?.map { $0.map(\.x) } != chairs.last?.map { $0.map(\.x) })
    }

    @Test func candlesBurnUntilOneBlowsThemOut() {
        let seen = watch(.birthday) { venue in
            (
                isBlown: venue.people.contains { $0.activity == .blowing },
                hasFlames: venue.table?.hasFlames ?? false, isFlashing: venue.light.flash > 0
            )
        }
        #expect(seen.contains { $0.isBlown && $0.hasFlames } && seen.contains { !$0.hasFlames })
        #expect(seen.contains { $0.isFlashing })
    }

    @Test func glassesAreRaisedAndLowered() {
        let highest = watch(.toasting) { venue in
            venue.people.filter { $0.activity == .toasting }.map {
                -$0.pose(at: 0, facing: 1) { $0 }.rightHand.y
            }.max() ?? 0
        }
        #expect(highest.contains { $0 > 1_050 } && highest.contains { $0 < 700 })
    }

    @Test func inAPitPeopleRunIntoEachOther() {
        let bumped = watch(.moshPit) { venue in
            venue.people.count {
                if case .moshing = $0.activity { $0.lunge < 250 } else { false }
            }
        }
        #expect(bumped.count { $0 > 0 } > bumped.count / 4)
    }
}
