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
        look.fights = said
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
        // Nobody is asked before there are six moments, and nothing counts before its latency.
        #expect(alone.prefix(15) == sure.prefix(15))
        #expect(zip(alone, sure).suffix(20).allSatisfy { $0 <= $1 })
        #expect(zip(alone, against).suffix(20).allSatisfy { $0 >= $1 })
        #expect(sure.last != alone.last && against.last != alone.last)
    }

    @Test func aNetworkIsAskedTwiceASecondAtMostAndAnOldOpinionIsNone() throws {
        let worker = ToldWorker(FightOpinion())
        _ = try scores(worker, seconds: 10)
        #expect((1...19).contains(worker.askedFor), "\(worker.askedFor)")
        let (detector, ring) = (FightDetector(width: 320, height: 240), Ring(.brawl))
        for index in 0..<40 {
            if index == 20 { detector.take(FightOpinion(fight: 5), age: .milliseconds(300)) }
            let frame = ring.film(at: index * 100)
            detector.update(frame.luma.view, at: frame.capturedAt)
            #expect((detector.opinion != nil) == (20...31 ~= index), "\(index)")
        }
    }

    @Test func whereNothingMovesNobodyIsAsked() throws {
        let (worker, ring) = (ToldWorker(FightOpinion()), Ring(.stand))
        let sight = Sight(looks: worker)
        for index in 0..<150 { try sight.decide(ring.film(at: index * 100)) }
        #expect(worker.askedFor == 0)
    }

    @Test func theMeanOfSixMomentsIsSaid() throws {
        let network = try FightNetwork(Network(model: madeNetwork()))
        let look = Look(.fights, picture: Frame(width: 2, height: 2))
        #expect(look.moments.count == FightMoments.codeCount)
        let each = FightMoments.codeCount / FightMoments.count
        for moment in 0..<FightMoments.count {
            for index in 0..<each { look.moments[moment * each + index] = Int8(moment * 10) }
        }
        // The mean is 25 codes of 128: 0.195, of which a code of the output is 1/32.
        let said = network.look(at: look.moments)
        #expect((2_900...3_500).contains(said.fight), "\(said)")
        #expect((6_000...6_800).contains(said.aggression), "\(said)")
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
            filmed.fill(codes, from: steps[...], in: region)
            for (moment, end) in [2, 5, 9, 12, 16, 19].enumerated() {
                let first = moment * FightMoments.side * FightMoments.side * 3
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
