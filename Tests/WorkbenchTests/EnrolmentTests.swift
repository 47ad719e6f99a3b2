import Camera
import Detectors
import Foundation
import Frames
import Linux
import Store
import Testing
import Watchlist

@testable import Workbench

/// Real faces, where there are any beside the clone.
private let faces: String? = {
    let path = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("shared/data/faces").path
    return Files.exists(path + "/labels.json") ? path : nil
}()

@Suite struct EnrolmentTests {
    private func temporary(_ name: String) -> String {
        "/tmp/kuzet-enrolment-\(Process.pid)-\(Clocks.monotonicNanoseconds())-\(name)"
    }

    @Test func aPictureWithoutAFaceIsRefusedAndSoIsWhatIsNoPicture() throws {
        let enrolment = try Enrolment()
        let grey = temporary("grey.jpg")
        try Files.replace(grey, with: try Snapshots.grey())
        #expect(throws: WorkbenchError.self) { try enrolment.photograph(grey) }
        do { _ = try enrolment.photograph(grey) } catch {
            #expect(
                "\(error)" == "photograph \(grey): enroll: no face was found; cut it to one face")
        }
        #expect(throws: WorkbenchError.self) { try enrolment.photograph("/none.jpg") }
    }

    @Test(.enabled(if: faces != nil, "there are no pictures of faces beside the clone"))
    func photographsOfOnePersonAreOneEntryAndOthersAreSaid() throws {
        let folder = try #require(faces) + "/orl/val/"
        let enrolment = try Enrolment()
        let own = try enrolment.photographs((1...3).map { folder + "s05_0\($0).jpg" })
        #expect(own.count == 3)
        for each in own {
            #expect(each.template.similarity(to: own[0].template) >= Enrolment.sameMin)
        }
        do {
            _ = try enrolment.photographs([folder + "s05_01.jpg", folder + "s12_01.jpg"])
            Issue.record("two people were taken for one")
        } catch { #expect("\(error)".contains("enroll them apart"), "\(error)") }
    }

    @Test(.enabled(if: faces != nil, "there are no pictures of faces beside the clone"))
    func aDraftGrowsByEntriesAndIsPacked() throws {
        let folder = try #require(faces) + "/orl/val/"
        let draft = temporary("draft.json")
        let now: Int64 = 1_795_000_000
        let enrolment = try Enrolment()
        for (number, person) in [(UInt32(17), "s05"), (3, "s12"), (17, "s07")] {
            let all = try enrolment.photographs([folder + person + "_01.jpg"])
            try WatchlistDraft.put(
                WatchEntry(
                    WatchNotice(
                        number: number, category: .missing, isChild: true,
                        reference: "case \(number)", law: "a law", from: now,
                        until: now + 86_400),
                    templates: all.map(\.template)), into: draft, at: now)
        }
        let list = try WatchlistDraft.read(draft)
        #expect(list.entries.map(\.number) == [3, 17])
        #expect(list.header.model == WatchlistDraft.model && list.header.version == 1)
        // The later one of a number took the earlier one's place.
        let again = try enrolment.photograph(folder + "s07_02.jpg").template
        #expect(
            try #require(list.entries.last?.templates.first).similarity(to: again)
                >= Enrolment.sameMin)
    }

    /// Not skill, which `kuzet eval faces` measures on all of them: that the way is whole.
    @Test(.enabled(if: faces != nil, "there are no pictures of faces beside the clone"))
    func aDozenPeopleAreToldApartAsTheirPicturesCome() throws {
        let folder = try #require(faces) + "/orl/val/"
        let networks = try LookNetworks([], looksForFaces: true)
        func template(_ person: Int, _ picture: Int) throws -> FaceTemplate {
            let name = (person < 10 ? "s0" : "s") + "\(person)_" + (picture < 10 ? "0" : "")
            let frame = try StillPicture.open(folder + name + "\(picture).jpg")
            return try #require(networks.portrait(of: frame)?.template)
        }
        let first = try (1...12).map { try template($0, 1) }
        var right = 0
        for person in 1...12 {
            let probe = try template(person, 6)
            let best = first.indices.max {
                first[$0].similarity(to: probe) < first[$1].similarity(to: probe)
            }
            if best == person - 1 { right += 1 }
        }
        #expect(right == 12, "\(right) of 12")
    }
}

private enum Snapshots {
    static func grey() throws -> [UInt8] { try Snapshot.encode(Frame(width: 320, height: 240)) }
}
