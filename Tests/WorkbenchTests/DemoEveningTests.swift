import Camera
import Detectors
import Frames
import Incidents
import Linux
import Records
import Simulation
import Station
import Store
import Testing

@testable import Workbench

@Suite struct DemoEveningTests {
    private let boot = BootID(high: 3, low: 4)

    /// When each picture of a recording was taken, in milliseconds.
    private func times(of path: String) throws -> [Int64] {
        let recording = try Recording.open(path)
        var times: [Int64] = []
        while case .frame(let frame) = try recording.next(timeout: .zero) {
            times.append(frame.capturedAt.milliseconds)
        }
        #expect(recording.counts.damaged == 0)
        return times
    }

    /// The picture of an incident is the camera's own, whatever is drawn over it elsewhere.
    private func expectUndrawn(_ evening: Evening) throws {
        let camera = VenueCamera(
            width: DemoEvening.width, height: DemoEvening.height,
            framesPerSecond: DemoEvening.framesPerSecond,
            script: .evening(seconds: 30, seed: 1), seed: 1)
        var shots = evening.shots.values.sorted { $0.at < $1.at }
        #expect(!shots.isEmpty)
        #expect(shots.allSatisfy { $0.overlay.zones == DemoEvening.zones })
        while true {
            switch camera.next(timeout: .zero) {
            case .frame(let frame):
                while let shot = shots.first, shot.at <= camera.now {
                    #expect(try shot.jpeg == Snapshot.encode(frame))
                    shots.removeFirst()
                }
            case .ended:
                #expect(shots.isEmpty)
                return
            case .lost, .restored, .waiting:
                continue
            }
        }
    }

    @Test func networksLookAndLedgerAndReportHaveWhatTheyCount() throws {
        let folder = "/tmp/kuzet-evening-\(Process.pid)-\(Clocks.monotonicNanoseconds())"
        defer { _ = try? Child(["rm", "-r", folder]).wait() }
        let ledger = try SQLiteLedger(
            directory: folder,
            stamp: Stamp(boot: boot, monotonic: .zero, wallMilliseconds: 0, trust: .unset))
        let evening = DemoEvening(
            seconds: 12, seed: 7, boot: boot, ledger: ledger, wallStart: 0,
            looks: PromptWorker(try LookNetworks()))
        var (numbers, steps) = (Set<UInt32>(), 0)
        while evening.advance() {
            for person in evening.overlay.people {
                numbers.insert(person.number)
                steps = max(steps, person.trail.count)
            }
        }
        #expect(numbers.count >= 2 && steps >= 5)
        #expect(evening.evening.counted[0]?.contains { $0.count.count >= 2 } ?? false)
        let page = evening.finish(facts: []).report
        #expect(page.contains("class='between'") && page.contains("class='person'"))
        ledger.close()
        var (spans, networks) = (0, "")
        try LedgerReader(directory: folder).visit { entry in
            switch try? entry.record().body {
            case .counted(let span): spans += span.minutes.count
            case .operated(let words) where words.hasPrefix("networks: people "): networks = words
            default: break
            }
        }
        #expect(spans == 1)
        // The names, and a SHA-256 of each.
        #expect(networks.utf8.count == "networks: people , crowd , fights ".utf8.count + 3 * 64)
    }

    /// From the appliance's own decision to a verified ledger and back into the replay.
    @Test func anIncidentsClipIsVouchedForAndCanBeReplayed() throws {
        let folder = "/tmp/kuzet-evening-\(Process.pid)-\(Clocks.monotonicNanoseconds())"
        defer { _ = try? Child(["rm", "-r", folder]).wait() }
        let ledger = try SQLiteLedger(
            directory: folder,
            stamp: Stamp(boot: boot, monotonic: .zero, wallMilliseconds: 0, trust: .unset))
        let evening = DemoEvening(seconds: 30, seed: 1, boot: boot, ledger: ledger, wallStart: 0)
        while evening.advance() {}
        ledger.close()
        try expectUndrawn(evening.evening)
        let reader = try LedgerReader(directory: folder)
        #expect(try LedgerVerifier.verify(reader).faults.isEmpty)
        let incidents = try IncidentIndex(reader).incidents.filter {
            $0.incident.confirmedAt != nil
        }
        #expect(!incidents.isEmpty)
        for incident in incidents {
            let clip = try #require(incident.evidence.first { $0.name.kind == .clip })
            let times = try times(of: folder + "/evidence/" + clip.name.fileName)
            #expect(times.count > 50)
            #expect(times.first == 0)
            #expect(zip(times, times.dropFirst()).allSatisfy { $0 < $1 })
        }
    }
}
