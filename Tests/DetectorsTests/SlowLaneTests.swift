import Frames
import Testing

@testable import Detectors

/// Says that it saw as many people as tell which picture it was, as soon or as late as it is told.
private final class MadeWorker: LookWorker, @unchecked Sendable {
    let tasks: [LookTask]
    private(set) var begun = 0
    private(set) var waitedFor = 0
    private var inHand: [ObjectIdentifier] = []

    init(_ tasks: [LookTask] = LookTask.allCases) { self.tasks = tasks }

    func begin(_ look: Look) {
        begun += 1
        #expect(!inHand.contains(ObjectIdentifier(look)), "a look is begun twice")
        inHand.append(ObjectIdentifier(look))
    }

    func wait(for look: Look) {
        waitedFor += 1
        guard let place = inHand.firstIndex(of: ObjectIdentifier(look)) else {
            Issue.record("a look is waited for that was not begun")
            return
        }
        inHand.remove(at: place)
    }
}

/// Every arrival of frames at these times: at which, of which task, when it was taken, what it saw.
private func arrivals(
    at milliseconds: [Int64], pace: (Int) -> LookPace = { _ in .full },
    worker: MadeWorker = MadeWorker()
) -> [String] {
    var lane = SlowLane(worker)
    let frame = Frame(width: 64, height: 48)
    var found: [String] = []
    for (index, time) in milliseconds.enumerated() {
        lane.pace = pace(index)
        frame.capturedAt = Instant(nanoseconds: time * 1_000_000)
        frame.luma[0, 0] = UInt8(truncatingIfNeeded: index)
        lane.step(frame) { look, takenAt in
            found.append("\(time): \(look.task) of \(takenAt.milliseconds)")
            if look.task == .crowd {
                // It has still the picture that it was begun with.
                #expect(milliseconds[Int(look.picture.luma[0, 0])] == takenAt.milliseconds)
            }
        }
    }
    lane.abandonAll()
    #expect(worker.begun == worker.waitedFor)
    return found
}

@Test func whatIsSeenCountsAtTheFirstFrameAfterItsLatency() {
    let found = arrivals(at: Array(stride(from: 0, through: 1_000, by: 50)))
    #expect(
        found == [
            "150: people of 0", "350: people of 200", "550: people of 400", "750: people of 600",
            "750: crowd of 0", "950: people of 800"
        ])
}

@Test func framesThatComeALittleEarlyOrLateKeepFiveLooksASecond() {
    var chance = SplitMix64(seed: 7)
    // 15 a second, each up to 5 ms off.
    let times = (0..<900 as Range<Int64>).map { $0 * 1_000 / 15 + Int64(chance.whole(in: 0...5)) }
    let count = arrivals(at: times, worker: MadeWorker([.people])).count
    #expect((298...300).contains(count), "\(count) looks in a minute")
}

@Test func aJumpInTimeLeavesNothingToCountLater() {
    let found = arrivals(at: [0, 100, 10_000, 10_100, 10_200, 5_000, 5_100, 5_200])
    #expect(
        found == ["10200: people of 10000", "5200: people of 5000"])
}

@Test func aSlowerPaceSkipsLooksAndCountsThem() {
    let worker = MadeWorker([.people])
    var lane = SlowLane(worker)
    let frame = Frame(width: 64, height: 48)
    for (pace, range) in [(LookPace.full, 0..<10), (.reduced, 10..<20), (.none, 20..<30)] {
        lane.pace = pace
        for second in range {
            for part in 0..<20 {
                frame.capturedAt = Instant(
                    nanoseconds: (Int64(second) * 1_000 + Int64(part) * 50) * 1_000_000)
                lane.step(frame) { _, _ in }
            }
        }
    }
    #expect(lane.counts.begun + lane.counts.skipped == 150)
    #expect((74...77).contains(lane.counts.begun), "\(lane.counts)")
}

@Test func everyPaceLooksLessOftenThanTheOneBeforeAndNeverDecidesOnWhatIsOld() {
    for task in LookTask.allCases {
        for (pace, slower) in zip(LookPace.allCases, LookPace.allCases.dropFirst()) {
            guard let period = pace.period(of: task) else { continue }
            #expect(slower.period(of: task).map { $0 > period } ?? true)
            #expect(pace.latency(of: task) < period)
            #expect(pace.latency(of: task) <= .milliseconds(750))
        }
    }
}

@Test func theNetworksOfTheProgramDoWhatTheirTasksAsk() throws {
    let networks = try LookNetworks()
    #expect(networks.tasks == LookTask.always)
    for task in networks.tasks {
        let look = Look(task, picture: Frame(width: 320, height: 240))
        networks.work(at: look)
        // A grey field: nobody.
        #expect(look.people.boxes.allSatisfy { $0.score < .perMille(300) })
        #expect(look.crowd.countTenths <= 100, "\(look.crowd.countTenths)")
    }
}

@Test func aNetworkForAnotherTaskIsRefusedInWords() throws {
    let crowd = Array(try #require(LookTask.crowd.model).bytes)
    #expect {
        _ = try LookNetworks(replacing: [.people: crowd])
    } throws: {
        "\($0)".hasPrefix("people network: check its outputs: it has 1, wanted are 6")
    }
    #expect(throws: (any Error).self) { try LookNetworks(replacing: [.people: []]) }
    #expect(throws: (any Error).self) { try LookNetworks(replacing: [.crowd: [1, 2, 3]]) }
}

/// The worker looks at a tall picture of another camera before what it saw in a wide one is read.
@Test func whereACrowdStandsIsReadAsItsOwnPictureLay() throws {
    let networks = try LookNetworks()
    var chance = SplitMix64(seed: 5)
    let wide = Frame(width: 640, height: 360)
    for y in 0..<360 {
        for x in 0..<640 { wide.luma[x, y] = UInt8(chance.whole(in: 0...255)) }
    }
    let look = Look(.crowd, picture: wide)
    networks.work(at: look)
    let left = look.crowd.countTenths { $0.x < 500 }
    let everywhere = look.crowd.countTenths { _ in true }
    networks.work(at: Look(.crowd, picture: Frame(width: 120, height: 480)))
    #expect(look.crowd.countTenths { $0.x < 500 } == left)
    #expect(look.crowd.countTenths { _ in true } == everywhere)
}
