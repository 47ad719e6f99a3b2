import Detectors
import Frames
import Incidents
import Records
import Testing

@testable import Station

@Suite struct ApplianceTests {
    @Test func amberComesBeforeRedAndGreenBlinksThroughout() {
        var bench = Bench()
        bench.pass(.seconds(10))
        #expect(bench.outputs[.amber] == false)
        #expect(bench.outputs[.red] == false)
        let before = bench.switches.count
        bench.pass(.seconds(5), [see(.covered)])
        let new = bench.switches[before...]
        let amber = new.first { $0.output == .amber && $0.isOn }
        let red = new.first { $0.output == .red && $0.isOn }
        #expect(amber != nil && red != nil)
        if let amber, let red { #expect(amber.at < red.at) }
        #expect(bench.outputs[.amber] == false)
        #expect(bench.outputs[.red] == true)
        #expect(new.contains { $0.output == .green && $0.isOn })
        #expect(bench.story == ["covered suspected", "covered confirmed"])
        #expect(bench.snapshots == [1])
        bench.pass(.seconds(60))
        #expect(bench.story.last == "covered closed")
        #expect(bench.outputs[.red] == false)
        #expect(bench.broken == [])
        #expect(bench.switches.allSatisfy { $0.output != .siren || !$0.isOn })
    }

    @Test func anApplianceThatStartsAgainNamesNoIncidentTwice() {
        var bench = Bench()
        bench.appliance = Appliance(
            policy: StationPolicy(), boot: BootID(high: 1, low: 2), firstOrdinal: 41)
        bench.pass(.seconds(12))
        bench.tell(.input(.panic, active: true))
        bench.pass(.seconds(3), [see(.covered)])
        #expect(bench.appliance.openIncidents.map(\.ordinal) == [41, 42])
    }

    @Test func theFirstRecordIsTheStartWithItsConfiguration() {
        var bench = Bench(configuration: [1, 2, 3])
        bench.tell(.tick)
        #expect(bench.bodies == [.started(configuration: [1, 2, 3])])
        #expect(bench.outputs == [.green: true, .amber: false, .red: false, .siren: false])
    }

    @Test func aLampThatMeansLittleStaysAmberAndOneThatMeansNothingStaysDark() {
        var policy = StationPolicy()
        policy[.frozen] = .record
        var bench = Bench(policy)
        bench.pass(.seconds(20), [see(.strobe), see(.frozen)])
        #expect(bench.story.contains("strobe confirmed"))
        #expect(bench.story.contains("frozen confirmed"))
        #expect(bench.onTimes(.red).sum == .zero)
        #expect(bench.onTimes(.amber).sum > .seconds(5))
        var dark = Bench(policy)
        dark.pass(.seconds(20), [see(.frozen)])
        #expect(dark.onTimes(.amber).sum == .zero)
        #expect(dark.story == ["frozen suspected", "frozen confirmed"])
    }

    @Test func aLostCameraEndsItsIncidentsAndIsOneItself() {
        var bench = Bench()
        bench.pass(.seconds(5), [see(.covered)])
        bench.tell(.cameraLost(camera: 0, cause: "ENODEV"))
        #expect(
            bench.story == [
                "covered suspected", "covered confirmed", "covered closed", "cameraLost confirmed"
            ])
        #expect(bench.outputs[.red] == true)
        bench.pass(.seconds(30), nil)
        bench.tell(.cameraLost(camera: 0, cause: "ENODEV"))
        bench.tell(.cameraRestored(camera: 0))
        bench.pass(.seconds(1))
        #expect(bench.story.last == "cameraLost confirmed")
        bench.pass(.seconds(2))
        #expect(bench.story.last == "cameraLost closed")
        #expect(bench.story.count == 5)
        #expect(bench.broken == [])
    }

    @Test func aFlappingCameraIsOneLoss() {
        var bench = Bench()
        bench.pass(.seconds(1))
        for _ in 0..<100 {
            bench.tell(.cameraLost(camera: 0, cause: "EIO"))
            bench.pass(.seconds(1), nil)
            bench.tell(.cameraRestored(camera: 0))
            bench.pass(.seconds(1))
        }
        #expect(bench.story == ["cameraLost confirmed"])
        #expect(bench.broken == [])
    }

    @Test func framesFromBeforeTheLossDoNotRestoreACamera() {
        var bench = Bench()
        bench.pass(.seconds(1))
        let before = bench.now - .milliseconds(50)
        bench.tell(.cameraLost(camera: 0, cause: "EIO"))
        for _ in 0..<50 {
            bench.now = bench.now + .milliseconds(100)
            bench.tell(.decided(camera: 0, capturedAt: before, sightings: [see(.covered)]))
        }
        #expect(bench.story == ["cameraLost confirmed"])
    }

    @Test func aCameraThatFallsSilentIsLostEvenIfNobodySaysSo() {
        var bench = Bench()
        bench.pass(.seconds(5))
        bench.pass(.seconds(9), nil)
        #expect(bench.story == [])
        bench.pass(.seconds(2), nil)
        #expect(bench.story == ["cameraLost confirmed"])
        bench.pass(.seconds(5))
        #expect(bench.story == ["cameraLost confirmed", "cameraLost closed"])
        #expect(bench.logs.contains("camera 0: lost: no frame decided for 10 s"))
    }

    @Test func aConfiguredCameraThatNeverShowsAnythingIsLost() {
        var bench = Bench(StationPolicy(cameras: [CameraPolicy(name: "bar")]))
        bench.pass(.seconds(11), nil)
        #expect(bench.story == ["cameraLost confirmed"])
        #expect(bench.logs.contains("camera bar: lost: no frame decided for 10 s"))
    }

    @Test func greenSaysWhetherEverythingIsSeenAndKept() {
        func patternOfGreen(_ bench: Bench, since: Instant) -> Int {
            bench.switches.filter { $0.output == .green && $0.isOn && $0.at > since }.count
        }
        var bench = Bench(
            StationPolicy(cameras: [CameraPolicy(name: "bar"), CameraPolicy(name: "door")]))
        bench.pass(.seconds(2))
        // One camera is still missing: two blinks in two seconds, 0.3 s apart.
        let start = bench.now
        bench.pass(.seconds(4))
        let on = bench.switches.filter { $0.output == .green && $0.isOn && $0.at > start }
        #expect(on.count == 4)
        if on.count == 4 {
            #expect(
                on[1].at - on[0].at < .milliseconds(500)
                    || on[2].at - on[1].at < .milliseconds(500))
        }
        for _ in 0..<20 {
            bench.now = bench.now + .milliseconds(100)
            for camera in 0...1 as ClosedRange<UInt8> {
                bench.tell(.decided(camera: camera, capturedAt: bench.now, sightings: []))
            }
        }
        let calm = bench.switches.filter {
            $0.output == .green && $0.isOn && $0.at > bench.now - .seconds(2)
        }
        #expect(calm.count == 2)
        if calm.count == 2 { #expect(calm[1].at - calm[0].at == .seconds(1)) }
    }

    @Test func stoppingTurnsEverythingOffForGood() {
        var bench = Bench()
        bench.pass(.seconds(12))
        bench.tell(.input(.panic, active: true))
        #expect(bench.outputs[.siren] == true)
        bench.tell(.stopping)
        #expect(bench.outputs.values.allSatisfy { !$0 })
        bench.pass(.seconds(30), [see(.covered)])
        bench.tell(.input(.panic, active: true))
        bench.tell(.configured(policy: StationPolicy(), configuration: []))
        #expect(bench.outputs.values.allSatisfy { !$0 })
        #expect(bench.bodies.last == .operated("stopping"))
        #expect(bench.broken == [])
    }

    @Test func aClockSetLateIsCorrectedByAnAppendedRecord() {
        var bench = Bench()
        bench.pass(.seconds(100))
        #expect(bench.kept[0].stamp.trust == .unset)
        #expect(bench.kept[0].stamp.wallMilliseconds < 200)
        let wall: Int64 = 1_790_000_000_000
        bench.tell(.clock(wallMilliseconds: wall, trust: .synchronised, weekMinute: 30))
        #expect(bench.bodies.last == .clockCorrected(offsetMilliseconds: wall - 100_000))
        #expect(bench.kept.last?.stamp.trust == .synchronised)
        #expect(bench.kept.last?.stamp.wallMilliseconds == wall)
        // Steering is no setting, and an unset clock after a set one says nothing.
        bench.pass(.seconds(60))
        bench.tell(.clock(wallMilliseconds: wall + 60_030, trust: .synchronised, weekMinute: 31))
        bench.tell(.clock(wallMilliseconds: 0, trust: .unset, weekMinute: 0))
        #expect(bench.kept.count == 2)
        // An hour's jump is.
        bench.tell(
            .clock(wallMilliseconds: wall + 3_660_030, trust: .synchronised, weekMinute: 91))
        #expect(bench.bodies.last == .clockCorrected(offsetMilliseconds: 3_600_000))
    }

    @Test func aClockKnownFromTheFirstEventNeedsNoCorrection() {
        var bench = Bench()
        bench.tell(.clock(wallMilliseconds: 5_000_000, trust: .synchronised, weekMinute: 1))
        #expect(bench.bodies == [.started(configuration: [])])
        #expect(bench.kept[0].stamp.wallMilliseconds == 5_000_000)
        #expect(bench.kept[0].stamp.trust == .synchronised)
    }

    @Test func recordsWaitWhileTheLedgerFailsAndAlarmsGoOn() {
        var bench = Bench()
        bench.pass(.seconds(5))
        bench.isLedgerFailing = true
        bench.pass(.seconds(5), [see(.covered)])
        #expect(bench.outputs[.red] == true)
        #expect(bench.story == [])
        bench.pass(.seconds(60))
        bench.isLedgerFailing = false
        bench.tell(.storeRestored)
        bench.tell(.tick)
        #expect(
            bench.story == [
                "covered suspected", "storeFailed confirmed", "covered confirmed",
                "covered closed", "storeFailed closed"
            ])
        let stamps = bench.kept.map(\.stamp.monotonic)
        #expect(zip(stamps, stamps.dropFirst()).allSatisfy { $0 < $1 })
        #expect(bench.broken == [])
    }

    @Test func aLedgerThatWorksAgainIsFoundWithoutBeingTold() {
        var bench = Bench()
        bench.isLedgerFailing = true
        bench.pass(.seconds(300))
        let tries = bench.records.filter { $0.body == .started(configuration: []) }.count
        // 1, 2, 4, 8, 16, 30, 30, … s apart.
        #expect((13...16).contains(tries))
        bench.isLedgerFailing = false
        bench.pass(.seconds(31))
        #expect(
            bench.bodies.first == .started(configuration: [])
                && bench.story == ["storeFailed confirmed", "storeFailed closed"])
    }

    @Test func aLedgerThatDoesNotAnswerIsSaidToFail() {
        var bench = Bench()
        bench.isLedgerMute = true
        bench.pass(.seconds(11))
        #expect(bench.logs.contains { $0.hasPrefix("ledger: keep records: no answer for 10 s") })
        #expect(bench.onTimes(.amber).sum > .zero)
        bench.isLedgerMute = false
        bench.tell(.recordsKept(count: 1))
        bench.pass(.seconds(1))
        #expect(bench.story == ["storeFailed confirmed", "storeFailed closed"])
    }

    @Test func aRefusedConfigurationLeavesTheOldOneInForceAndBothAreRecorded() {
        var bench = Bench(StationPolicy(panicHold: .seconds(77)))
        bench.tell(.configured(policy: nil, configuration: [9]))
        #expect(bench.appliance.policy.panicHold == .seconds(77))
        #expect(bench.bodies.last == .configured(configuration: [9], accepted: false))
        bench.tell(.configured(policy: StationPolicy(), configuration: [8]))
        #expect(bench.appliance.policy == StationPolicy())
        #expect(bench.bodies.last == .configured(configuration: [8], accepted: true))
    }

    @Test func aCameraTakenOutOfTheConfigurationLeavesNothingOpen() {
        let two = [CameraPolicy(name: "bar"), CameraPolicy(name: "door")]
        var bench = Bench(StationPolicy(cameras: two))
        bench.pass(.seconds(12))
        #expect(bench.story == ["cameraLost confirmed"])
        bench.tell(
            .configured(policy: StationPolicy(cameras: [two[0]]), configuration: []))
        #expect(bench.story == ["cameraLost confirmed", "cameraLost closed"])
        #expect(bench.broken == [])
    }

    @Test func buttonsAndTheEnclosureRaiseIncidentsOfTheirOwn() {
        var bench = Bench()
        bench.pass(.seconds(12))
        bench.tell(.input(.panic, active: true))
        bench.tell(.input(.panic, active: false))
        bench.tell(.input(.enclosure, active: true))
        #expect(bench.story == ["panic confirmed", "enclosureOpened confirmed"])
        #expect(bench.bodies.contains(.operated("panic")))
        #expect(bench.snapshots == [1, 2])
        bench.pass(.seconds(31))
        bench.tell(.input(.enclosure, active: false))
        bench.pass(.seconds(6))
        #expect(bench.story.suffix(2) == ["panic closed", "enclosureOpened closed"])
    }

    @Test func evidenceIsNotedWithItsHash() {
        var bench = Bench()
        let hash = [UInt8](repeating: 7, count: 32)
        bench.tell(.evidenceKept(ordinal: 3, sha256: hash, byteCount: 99))
        #expect(
            bench.bodies.last
                == .evidence(ordinal: 3, kind: .snapshot, sha256: hash, byteCount: 99))
        bench.tell(.evidenceKept(ordinal: 3, sha256: [1], byteCount: 99))
        #expect(bench.kept.count == 2)
    }

    @Test func aPictureThatIsKeptWhileStoppingIsNotedAtOnce() {
        var bench = Bench()
        bench.tell(.tick)
        bench.tell(.stopping)
        let hash = [UInt8](repeating: 7, count: 32)
        bench.tell(.evidenceKept(ordinal: 3, sha256: hash, byteCount: 99))
        #expect(
            bench.bodies.last
                == .evidence(ordinal: 3, kind: .snapshot, sha256: hash, byteCount: 99))
        #expect(bench.appliance.waitingRecords.count == 0)
    }

    /// An earlier life of another boot left incident 5 open, and closed 4.
    private func past() -> LedgerPast {
        var past = LedgerPast()
        for (ordinal, state) in [(4, Incident.State.confirmed), (5, .suspected), (4, .closed)] {
            var incident = Incident(
                ordinal: UInt32(ordinal), camera: 0, kind: .covered, zone: 0, openedAt: .zero)
            incident.state = state
            let stamp = Stamp(
                boot: BootID(high: 8, low: 9), monotonic: .zero, wallMilliseconds: 0,
                trust: .unset)
            past.learn(LedgerRecord(stamp: stamp, body: .incident(incident)))
        }
        return past
    }

    @Test func whatAnEarlierLifeLeftOpenIsClosedBeforeAnythingElse() {
        var bench = Bench()
        bench.appliance = Appliance(
            policy: StationPolicy(), boot: BootID(high: 1, low: 2), past: past())
        bench.tell(.input(.panic, active: true))
        #expect(
            bench.bodies.prefix(3) == [
                .started(configuration: []),
                .interrupted(boot: BootID(high: 8, low: 9), ordinal: 5), .operated("panic")
            ])
        // Told again, as the ledger's thread does.
        bench.tell(.pastKnown(past()))
        bench.pass(.seconds(1))
        let interruptions = bench.bodies.filter {
            if case .interrupted = $0 { true } else { false }
        }
        #expect(interruptions.count == 1)
    }

    @Test func aPastThatIsKnownLateIsTakenUpOnce() {
        var bench = Bench()
        bench.appliance = Appliance(
            policy: StationPolicy(), boot: BootID(high: 1, low: 2), past: nil)
        bench.tell(.tick)
        #expect(bench.bodies == [.started(configuration: [])])
        for _ in 0..<2 { bench.tell(.pastKnown(past())) }
        #expect(
            bench.bodies == [
                .started(configuration: []),
                .interrupted(boot: BootID(high: 8, low: 9), ordinal: 5)
            ])
    }
}
