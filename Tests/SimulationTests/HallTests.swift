import Frames
import Testing

@testable import Simulation

@Suite struct HallTests {
    /// Two hours, each second: nobody is twice, and only the script's ten stand together.
    @Test func whoIsThereIsThereOnceAndNobodyGathersByHimself() {
        var hall = Hall(seed: 3, gathersEvery: 60)
        var (most, gathered, apart) = (0, 0, 0)
        for second in 1...7_200 {
            for _ in 0..<5 { hall.advance(milliseconds: 200) }
            let seen = hall.seen
            #expect(Set(seen.map(\.number)).count == seen.count)
            most = max(most, seen.count(where: \.isPlain))
            let now = second * 1000
            let isMeant = hall.gatherings.contains { $0.start...$0.end + 30_000 ~= now }
            let group = hall.largestGroup(within: 1_600)
            if isMeant { gathered = max(gathered, group) } else { apart = max(apart, group) }
        }
        #expect(hall.gatherings.map(\.start) == [1_800_000, 5_400_000])
        #expect(gathered == 10, "\(gathered) of 10")
        #expect(apart < 8, "\(apart) stand together by themselves")
        #expect((8...22).contains(most), "\(most)")
    }

    @Test func theSameSeedIsTheSameHallAndAnotherIsNot() {
        func after(_ seed: UInt64) -> [Hall.Seen] {
            var hall = Hall(seed: seed)
            for _ in 0..<3_000 { hall.advance(milliseconds: 200) }
            return hall.seen
        }
        #expect(after(1) == after(1))
        #expect(after(1) != after(2))
    }

    /// Whoever sits is lower by a quarter than whoever stands in his place.
    @Test func aPersonIsAsLargeInThePictureAsTheCameraSays() throws {
        var random = SplitMix64(seed: 1)
        var person = HallPerson(number: 1, x: 0, z: 10_000, stops: 1, &random)
        let standing = try #require(person.edges.region)
        // 1 m at 10 m is 106.7 ‰ of the picture's height; the feet are 3 m below the camera.
        #expect(abs(Int(standing.height) - person.height * 1067 / 10_000) <= 1)
        #expect(abs(Int(standing.y) + Int(standing.height) - 620) <= 1)
        person.arrive(at: HallPlace(kind: .seat, x: 0, z: 10_000))
        let sitting = try #require(person.edges.region)
        #expect(abs(Int(sitting.height) * 100 - Int(standing.height) * 77) <= 200)
        #expect(sitting.y + sitting.height == standing.y + standing.height)
    }

    @Test func peopleAreDrawnWhereTheyAreSaidToBe() throws {
        let hall = Hall(seed: 2, wanted: 12...12, gathersEvery: nil)
        let camera = HallCamera(width: 640, minutes: 1, hall: hall)
        let empty = HallCamera(
            width: 640, minutes: 1, hall: Hall(seed: 2, wanted: 0...0, gathersEvery: nil))
        guard case .frame(let full) = camera.next(timeout: .zero),
            case .frame(let none) = empty.next(timeout: .zero)
        else {
            Issue.record("no picture")
            return
        }
        #expect(camera.hall.seen.count >= 8 && empty.hall.seen.isEmpty)
        // Noise is within 8 code values of what is painted.
        func changed(_ x: Int, _ y: Int) -> Bool {
            abs(Int(full.luma[x, y]) - Int(none.luma[x, y])) > 16
        }
        for person in camera.hall.seen where person.hidden == 0 {
            let box = person.box.rectangle(inWidth: 640, height: 480)
            let count = (0..<box.area).count {
                changed(box.x + $0 % box.width, box.y + $0 / box.width)
            }
            #expect(count * 10 > box.area, "\(person): \(count) of \(box.area)")
        }
        // Left of everybody is nobody.
        let left = camera.hall.seen.map { Int($0.box.x) * 640 / 1000 }.min() ?? 0
        if left > 20 {
            let outside = (0..<480).count { changed(left - 20, $0) }
            #expect(outside == 0)
        }
    }

    @Test func boxesErrAsMuchAsIsSaid() {
        let seen = (0..<10).map { index in
            Hall.Seen(
                number: index,
                box: Region(x: UInt16(index * 90), y: 400, width: 60, height: 200),
                foot: .init(x: UInt16(index * 90 + 30), y: 600), hidden: index == 9 ? 600 : 0)
        }
        var erring = ErringBoxes(seed: 1)
        erring.falsePerMille = 0
        var (count, faint) = (0, 0)
        for _ in 0..<1_000 {
            let boxes = erring.boxes(of: seen)
            count += boxes.count
            faint += boxes.count { $0.score < .perMille(500) }
            #expect(boxes.allSatisfy { abs(Int($0.region.height) - 200) <= 24 + 2 })
        }
        // Nine of ten are seen well: 90 % of those, and half as many of the hidden one.
        #expect((8_300...8_800).contains(count), "\(count)")
        #expect((380...520).contains(faint), "\(faint)")
        erring.missedPerMille = 1_000
        erring.falsePerMille = 1_000
        #expect(erring.boxes(of: seen).count == 10)
    }
}
