import Frames
import MadeNetworks
import Networks
import Testing

@testable import Detectors

/// A network that says the mean of what it sees for a fight, and twice that for aggression.
private func madeNetwork(side: Int = FightMoments.side, outputs: Int = 2) -> [UInt8] {
    var file = ModelFile()
    let input = file.add(
        .init(shape: [1, side, side, 3], kind: .int8, scales: [1 / 128], zeros: [0]))
    let mean = file.add(.init(shape: [1, 1, 1, 3], kind: .int8, scales: [1 / 128], zeros: [0]))
    let weights = file.add(
        .init(
            shape: [outputs, 1, 1, 3], kind: .int8,
            scales: (0..<outputs).map { Float(1 + $0 % 2) / 127 },
            zeros: [Int64](repeating: 0, count: outputs),
            content: (0..<3 * outputs).map { $0 % 3 == 0 ? 127 : 0 }))
    let bias = file.add(integers: [Int32](repeating: 0, count: outputs))
    let logits = file.add(
        .init(shape: [1, 1, 1, outputs], kind: .int8, scales: [1 / 32], zeros: [3]))
    file.nodes = [
        .init(
            code: 1, inputs: [input], outputs: [mean],
            options: [
                0: .int8(1), 1: .int32(1), 2: .int32(1), 3: .int32(Int32(side)),
                4: .int32(Int32(side))
            ]),
        .init(
            code: 3, inputs: [mean, weights, bias], outputs: [logits],
            options: [0: .int8(1), 1: .int32(1), 2: .int32(1), 3: .int8(0)])
    ]
    (file.inputs, file.outputs) = ([input], [logits])
    return file.bytes()
}

/// Writes down what it was asked and says what it is told.
private final class ToldWorker: LookWorker, @unchecked Sendable {
    let tasks: [LookTask] = [.fights]
    let said: FightOpinion
    private(set) var askedFor = 0

    init(_ said: FightOpinion) { self.said = said }
    func begin(_ look: Look) {
        askedFor += 1
        for index in look.fights.indices { look.fights[index].opinion = said }
    }
    func wait(for look: Look) {}
}

@Suite struct FightOpinionTests {
    /// Scores of a brawl by what a network says of it; every frame at its time.
    private func scores(_ worker: (any LookWorker)?, seconds: Int = 6) throws -> [Int] {
        let (sight, ring) = (Sight(looks: worker), Ring(.brawl))
        var scores: [Int] = []
        for index in 0..<seconds * 10 {
            try sight.decide(ring.film(at: index * 100))
            if let score = sight.newScores[.fights] { scores.append(Int(score.rawValue)) }
        }
        return scores
    }

    @Test func whatANetworkSaysRaisesAndLowersTheScoreOnceItCounts() throws {
        let alone = try scores(nil)
        let logit = 8 << 14
        let sure = try scores(ToldWorker(FightOpinion(fight: logit)))
        let against = try scores(ToldWorker(FightOpinion(fight: -logit)))
        // Nobody is asked before enough was seen, and nothing counts before its latency.
        #expect(alone.prefix(15) == sure.prefix(15))
        #expect(zip(alone, sure).suffix(20).allSatisfy { $0 <= $1 })
        #expect(zip(alone, against).suffix(20).allSatisfy { $0 >= $1 })
        #expect(sure.last != alone.last && against.last != alone.last)
    }

    /// What is recorded of aggression must explain it, where only a fight is seen, too.
    @Test func aFightIsAggressionWhateverElseIsSaidOfThat() throws {
        let worker = ToldWorker(FightOpinion(fight: 9 << 14, aggression: -9 << 14))
        let (sight, ring) = (Sight(looks: worker), Ring(.brawl))
        var fightCount = 0
        for index in 0..<60 {
            try sight.decide(ring.film(at: index * 100))
            guard let fight = sight.newScores[.fights], fight >= FightDetector.fightMin else {
                continue
            }
            fightCount += 1
            #expect(sight.newScores[.aggression] == fight)
            let shown = sight.sightings.filter { [.fight, .aggression].contains($0.kind) }
            #expect(shown.allSatisfy { $0.score == fight })
        }
        #expect(fightCount > 0)
    }

    @Test func aNetworkIsAskedEveryFourTenthsOfASecondAtMost() throws {
        let worker = ToldWorker(FightOpinion())
        _ = try scores(worker, seconds: 10)
        #expect((1...22).contains(worker.askedFor), "\(worker.askedFor)")
    }

    @Test func eachMomentIsShownOnceAndWhatWasSaidHoldsAsLongAsItsWindow() {
        let (detector, ring) = (FightDetector(width: 320, height: 240), Ring(.brawl))
        let look = Look(.fights, picture: Frame(width: 2, height: 2))
        var shown: [Instant] = []
        for index in 0..<60 {
            let frame = ring.film(at: index * 100)
            detector.update(frame.luma.view, at: frame.capturedAt)
            guard index == 20 || index == 24 || index == 25 else { continue }
            detector.fill(look)
            shown.append(contentsOf: look.fights.map(\.endedAt))
            for moment in look.fights.indices {
                look.fights[moment].opinion = FightOpinion(fight: 30 * (index - 19))
            }
            detector.take(look)
            // Five at first, then what is new; and 0.1 s later there is nothing to be shown.
            #expect(look.fights.count == [20: 5, 24: 1, 25: 0][index], "\(index)")
        }
        #expect(Set(shown).count == shown.count)
        let sorted = shown.sorted()
        #expect(zip(sorted, sorted.dropFirst()).allSatisfy { $1 - $0 >= FightMoments.apart })
        #expect(detector.opinion == nil)
    }

    @Test func anOpinionIsTheMeanOfWhatWasSaidOfTheWindow() {
        let (detector, ring) = (FightDetector(width: 320, height: 240), Ring(.brawl))
        let look = Look(.fights, picture: Frame(width: 2, height: 2))
        for index in 0..<50 {
            let frame = ring.film(at: index * 100)
            detector.update(frame.luma.view, at: frame.capturedAt)
            // Ended at 2.0, 1.6, 1.2, 0.8 and 0.4 s, and at 2.4 s.
            let expected = [21: 30, 25: 54, 27: 54, 30: 60, 40: 90, 44: 150][index]
            if let expected { #expect(detector.opinion?.fight == expected, "\(index)") }
            #expect((detector.opinion != nil) == (21...44 ~= index), "\(index)")
            guard index == 20 || index == 24 else { continue }
            detector.fill(look)
            for moment in look.fights.indices {
                look.fights[moment].opinion = FightOpinion(fight: index == 20 ? 30 : 150)
            }
            detector.take(look)
        }
    }

    @Test func whereNothingMovesNobodyIsAsked() throws {
        let (worker, ring) = (ToldWorker(FightOpinion()), Ring(.stand))
        let sight = Sight(looks: worker)
        for index in 0..<150 { try sight.decide(ring.film(at: index * 100)) }
        #expect(worker.askedFor == 0)
    }

    @Test func everyMomentIsGivenItsOpinion() throws {
        let network = try FightNetwork(Network(model: madeNetwork()))
        let look = Look(.fights, picture: Frame(width: 2, height: 2))
        #expect(look.moments.count == FightMoments.codeCount)
        look.fights.removeAll()
        for moment in 0..<FightMoments.countMax {
            look.fights.append(FightMoment(endedAt: .zero))
            let first = moment * FightMoments.momentCount
            for index in 0..<FightMoments.momentCount {
                look.moments[first + index] = Int8(moment * 16)
            }
        }
        network.look(at: look.moments, of: &look.fights)
        // Of 128 codes; one of the output is 1/32, which is 512 of 2¹⁴.
        for (moment, said) in look.fights.enumerated() {
            #expect(abs(said.opinion.fight - moment * 16 * 128) <= 512, "\(said)")
            #expect(abs(said.opinion.aggression - moment * 16 * 256) <= 512, "\(said)")
        }
    }

    @Test func aNetworkOfAnotherShapeIsRefusedInWords() throws {
        func refusal(_ file: [UInt8]) -> String {
            do {
                _ = try LookNetworks(replacing: [.fights: file])
                return ""
            } catch {
                return "\(error)"
            }
        }
        #expect(refusal(madeNetwork()) == "")
        #expect(refusal(madeNetwork(side: 96)).hasPrefix("fights network: check its input"))
        #expect(refusal(madeNetwork(outputs: 1)).hasPrefix("fights network: check its output"))
    }

    @Test func momentsAreTheChangeOfTheRegionEnlargedOrShrunkWithoutALoss() {
        let (filmed, motion) = (
            FightMoments(),
            BlockMotion(
                width: FightGrid.width, height: FightGrid.height, range: FightGrid.range,
                step: FightGrid.step, stillDifferenceMax: FightGrid.stillDifferenceMax)
        )
        let (dark, lit) = (
            Plane(width: FightGrid.width, height: FightGrid.height),
            Plane(width: FightGrid.width, height: FightGrid.height)
        )
        var steps: [FightStep] = []
        // What changes by n in the n-th step, everywhere.
        for step in 0..<20 {
            for y in 0..<FightGrid.height {
                for x in 0..<FightGrid.width { lit[x, y] = UInt8(step) }
            }
            steps.append(FightStep())
            let start = Instant.zero + .milliseconds(Int64(step) * 100)
            steps[step].measure(
                lit.view, before: dark.view, motion: motion, from: start,
                to: start + .milliseconds(100))
        }
        let look = Look(.fights, picture: Frame(width: 2, height: 2))
        let regions = [
            FightRegion(top: 0, bottom: 30, left: 0, right: 40),
            FightRegion(top: 26, bottom: 30, left: 36, right: 40),
            FightRegion(top: 3, bottom: 24, left: 5, right: 12)
        ]
        for region in regions {
            guard let codes = look.moments.baseAddress else { continue }
            var ends: [Int] = []
            filmed.fill(codes, from: steps[...], in: region, after: nil) {
                ends.append(Int(($0 - Instant.zero).milliseconds) / 100 - 1)
            }
            #expect(ends == [19, 15, 11, 7, 3])
            for (moment, end) in ends.enumerated() {
                let first = moment * FightMoments.momentCount
                for pixel in 0..<FightMoments.side * FightMoments.side {
                    for channel in 0..<3 {
                        let wanted = 3 * (end - 2 + channel) - 128
                        #expect(Int(codes[first + pixel * 3 + channel]) == wanted)
                        if Int(codes[first + pixel * 3 + channel]) != wanted { return }
                    }
                }
            }
        }
    }

    @Test func peopleInTheRegionAreNumbersAndNobodyLookingIsNone() {
        let (detector, ring) = (FightDetector(width: 320, height: 240), Ring(.brawl))
        func numbers(_ people: [PersonBox]?) -> [Int] {
            detector.update(ring.film(at: 90_000).luma.view, at: .zero)
            for index in 0..<25 {
                detector.update(
                    ring.film(at: index * 100).luma.view, at: ring.frame.capturedAt, people: people)
            }
            return FightNumber.ofPeople.map { Int(detector.numbers[$0.rawValue]) }
        }
        #expect(numbers(nil) == [0, 0, 0, 0, 0, 0])
        #expect(numbers([]) == [1, 1, 1, 1, 1, 10_000])
        let area = detector.region
        let one = PersonBox(
            region: Region(x: area.x, y: area.y, width: 80, height: 200), score: .perMille(500))
        let other = PersonBox(
            region: Region(x: area.x + 75, y: area.y, width: 80, height: 200),
            score: .perMille(250))
        let far = PersonBox(
            region: Region(x: 0, y: 0, width: 20, height: 50), score: .perMille(900))
        let found = numbers([one, other, far])
        #expect(found[0] == 4 && found[1] == 3 && found[2] == 201)
        // 75 of 1000 across are 100 of 1000 down: half of their height.
        #expect((490...515).contains(found[5]), "\(found)")
    }
}
