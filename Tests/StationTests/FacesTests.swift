import Detectors
import Frames
import Incidents
import Records
import Testing

@testable import Station

/// Somebody is like an entry of a list: from the camera to the records, the lamp and the answer.
@Suite struct FacesTests {
    private let policy = StationPolicy(cameras: [CameraPolicy(name: "door")])

    private func entry(
        _ number: UInt32 = 17, _ category: FoundEntry.Category = .wanted
    ) -> FoundEntry {
        FoundEntry(
            authority: "city", listVersion: 3, category: category, number: number,
            reference: "case 4711", similarity: .perMille(610), threshold: .perMille(480),
            quality: FaceQuality(
                eyeDistance: 23, turnPerMille: 100, mean: 90, contrast: 30,
                sharpnessPerMille: 140))
    }

    private func sighting(_ number: UInt32 = 17, _ kind: Sighting.Kind = .wanted) -> Sighting {
        Sighting(
            kind: kind, zone: 0, score: .perMille(610), region: .whole, subject: .entry(number),
            measure: .similarity(.perMille(610)))
    }

    private func found(_ bench: Bench) -> [(ordinal: UInt32, entry: FoundEntry)] {
        bench.records.compactMap {
            if case .found(let ordinal, let entry) = $0.body { (ordinal, entry) } else { nil }
        }
    }

    @Test func whoIsFoundIsToldOnceWithWhyAndAsASealedPicture() throws {
        var bench = Bench(policy)
        bench.pass(.seconds(1))
        bench.tell(.found(camera: 0, entry(), subject: 17, lightsLamp: false))
        bench.pass(.seconds(3), [sighting()])
        let told = found(bench)
        #expect(told.count == 1 && told[0].entry == entry())
        let incident = try #require(
            bench.records.compactMap { record -> Incident? in
                guard case .incident(let incident) = record.body, incident.state == .confirmed
                else { return nil }
                return incident
            }.first)
        #expect(incident.kind == .wanted && incident.ordinal == told[0].ordinal)
        #expect(bench.finds.map(\.subject) == [17] && bench.finds[0].ordinal == incident.ordinal)
        // Nothing that venue staff could look at, and no lamp.
        #expect(bench.snapshots.isEmpty && bench.clips.isEmpty)
        #expect(bench.outputs[.amber] != true && bench.outputs[.red] != true)
        #expect(bench.logs.contains { $0.contains("look at this: like entry 17 (case 4711)") })
        #expect(bench.broken.isEmpty)
    }

    /// Not behind what an outage left of clips.
    @Test func aSealedPictureGoesWithTheAlarms() {
        for kind in LedgerRecord.EvidenceKind.allCases {
            let note = LedgerRecord(
                stamp: Stamp(
                    boot: BootID(high: 1, low: 2), monotonic: .zero, wallMilliseconds: 0,
                    trust: .unset),
                body: .evidence(ordinal: 1, kind: kind, sha256: [], byteCount: 1))
            #expect(DeliveryLane(of: note) == (kind == .find ? .alarm : .evidence))
        }
    }

    @Test func aLampIsLitWhereTheEntryAsksForItAndNeverRed() {
        var bench = Bench(policy)
        bench.pass(.seconds(1))
        bench.tell(.found(camera: 0, entry(), subject: 17, lightsLamp: true))
        bench.pass(.seconds(3), [sighting()])
        #expect(bench.switches.contains { $0.output == .amber && $0.isOn })
        #expect(!bench.switches.contains { $0.output == .red && $0.isOn })
        #expect(!bench.switches.contains { $0.output == .siren && $0.isOn })
    }

    /// Whatever a policy says: the configuration does not let it be said either.
    @Test func oneWhoIsMissingLightsNothingWhateverIsAsked() {
        for (kind, category) in [
            (Sighting.Kind.missing, FoundEntry.Category.missing), (.wanted, .wanted),
            (.barred, .barred)
        ] {
            var loud = policy
            for kind in [Incident.Kind.wanted, .missing, .barred] { loud[kind] = .siren }
            var bench = Bench(loud)
            bench.pass(.seconds(1))
            bench.tell(.found(camera: 0, entry(5, category), subject: 5, lightsLamp: true))
            bench.pass(.seconds(40), [sighting(5, kind)])
            #expect(found(bench).count == 1)
            #expect(!bench.switches.contains { $0.output == .red && $0.isOn })
            #expect(!bench.switches.contains { $0.output == .siren && $0.isOn })
            let isLit = bench.switches.contains { $0.output == .amber && $0.isOn }
            #expect(isLit == (category != .missing))
        }
    }

    @Test func ofAFindWithoutASightingNothingIsTold() {
        var bench = Bench(policy)
        bench.pass(.seconds(1))
        for number in UInt32(1)...100 {
            bench.tell(.found(camera: 0, entry(number), subject: number, lightsLamp: true))
        }
        bench.pass(.seconds(6))
        #expect(found(bench).isEmpty && bench.finds.isEmpty)
        // Nor is it silent, nor does it wait for somebody else.
        #expect(bench.appliance.finds.isEmpty)
        #expect(bench.logs.count { $0.contains("found, and not told") } == 100)
        bench.tell(.found(camera: 200, entry(), subject: 17, lightsLamp: true))
        #expect(bench.broken.isEmpty)
    }

    @Test func whoComesBackIsToldAgainAndWhoStaysIsNot() {
        var bench = Bench(policy)
        bench.pass(.seconds(1))
        for _ in 0..<20 {
            bench.tell(.found(camera: 0, entry(), subject: 17, lightsLamp: false))
            bench.pass(.seconds(2), [sighting()])
        }
        #expect(found(bench).count == 1 && bench.finds.count == 1)
        bench.pass(.seconds(70))
        bench.tell(.found(camera: 0, entry(), subject: 17, lightsLamp: false))
        bench.pass(.seconds(2), [sighting()])
        #expect(found(bench).count == 2 && Set(found(bench).map(\.ordinal)).count == 2)
    }

    /// Every authority numbers its entries from 1.
    @Test func oneNumberOfTwoAuthoritiesIsTwoIncidents() {
        var bench = Bench(policy)
        bench.pass(.seconds(1))
        let border: UInt32 = 1 << 24 | 17
        bench.tell(.found(camera: 0, entry(), subject: 17, lightsLamp: false))
        bench.tell(.found(camera: 0, entry(), subject: border, lightsLamp: false))
        bench.pass(.seconds(3), [sighting(), sighting(border)])
        #expect(Set(bench.finds.map(\.subject)) == [17, border])
        #expect(Set(found(bench).map(\.ordinal)).count == 2)
    }

    @Test func aDocumentThatIsHeardAgainIsJudgedAgain() {
        var bench = Bench(policy)
        bench.pass(.seconds(1))
        bench.tell(centre(.watch(document: [7]), 5))
        bench.tell(centre(.watch(document: [7]), 5))
        #expect(bench.documents == [[7], [7]] && bench.answers.isEmpty)
        var later = bench.restarted()
        later.pass(.seconds(1))
        later.tell(centre(.watch(document: [7]), 5))
        #expect(later.documents == [[7]] && later.answers.isEmpty)
    }

    @Test func twoEntriesAreTwoIncidents() {
        var bench = Bench(policy)
        bench.pass(.seconds(1))
        bench.tell(.found(camera: 0, entry(1), subject: 1, lightsLamp: false))
        bench.tell(.found(camera: 0, entry(2), subject: 2, lightsLamp: false))
        bench.pass(.seconds(3), [sighting(1), sighting(2)])
        #expect(Set(found(bench).map(\.entry.number)) == [1, 2])
        #expect(Set(found(bench).map(\.ordinal)).count == 2)
    }

    // MARK: Documents

    private func order(_ document: [UInt8]) -> Order {
        Order(actor: "Marat", authority: .technician, action: .watch(document: document))
    }

    @Test func aDocumentIsHandedOnAndAnsweredWhenItIsJudged() {
        var bench = Bench(policy)
        bench.pass(.seconds(1))
        bench.tell(.ordered(order([1, 2, 3])))
        #expect(bench.documents == [[1, 2, 3]] && bench.answers.isEmpty)
        bench.tell(
            .watched(
                WatchNews(
                    words: ["watch list 3 of city: admit: entry 4: …"], order: order([1, 2, 3]),
                    refusal: "entry 4: …")))
        #expect(bench.answers == ["entry 4: …"])
        bench.tell(.ordered(order([9])))
        bench.tell(
            .watched(
                WatchNews(
                    words: ["watch list 3 of city: 1 entries"], order: order([9]),
                    watching: .entries("1 entry; wanted at bar"))))
        #expect(bench.answers == ["entry 4: …", "done"])
        let words = bench.records.compactMap {
            if case .watched(let words) = $0.body { words } else { nil }
        }
        #expect(
            words == [
                "watch list 3 of city: admit: entry 4: …", "watch list 3 of city: 1 entries",
                "faces: looked for: 1 entry; wanted at bar"
            ])
    }

    @Test func nobodyPressesADocumentIn() {
        var bench = Bench(policy)
        bench.pass(.seconds(1))
        bench.tell(
            .ordered(Order(actor: "x", authority: .button, action: .watch(document: [1]))))
        #expect(bench.documents.isEmpty)
    }

    @Test func theGreenLampSaysThatFacesAreLookedFor() {
        func lit(_ bench: inout Bench) -> Int64 {
            bench.switches = []
            let start = bench.now
            bench.pass(.seconds(10), [])
            var (on, last, isOn) = (Int64(0), start, false)
            for change in bench.switches where change.output == .green {
                if isOn { on += (change.at - last).milliseconds }
                (last, isOn) = (change.at, change.isOn)
            }
            return on
        }
        var bench = Bench(policy)
        bench.pass(.seconds(2), [])
        #expect(lit(&bench) < 2_000)
        bench.tell(.watched(WatchNews(words: [], watching: .entries("1 entry"))))
        #expect(lit(&bench) > 7_000)
        bench.tell(.watched(WatchNews(words: [], watching: .asBefore)))
        #expect(lit(&bench) > 7_000)
        bench.tell(.watched(WatchNews(words: [], watching: .nobody)))
        #expect(lit(&bench) < 2_000)
    }
}
