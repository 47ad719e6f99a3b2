import Frames
import Testing

@testable import Watchlist

@Suite struct WatchFloorsTests {
    private static func key(_ number: Int) -> [UInt8] {
        [UInt8](repeating: 0, count: 31) + [UInt8(number)]
    }

    private static func floors(_ count: Int) -> WatchFloors {
        var floors = WatchFloors()
        for number in (0..<count).reversed() {
            let floor = WatchFloors.Floor(
                version: UInt64(number) + 1, signature: [UInt8](repeating: 3, count: 64))
            floors.raise(
                key(number), number % 3 == 0 ? .authorisation : .list, to: floor,
                known: [key(number)])
        }
        floors.passed(Sample.start)
        return floors
    }

    @Test func floorsAreReadAsTheyWereWritten() throws {
        for count in [0, 1, 2, 5, 64] {
            let floors = Self.floors(count)
            let bytes = floors.canonicalBytes
            #expect(bytes.count <= WatchFloors.byteCountMax)
            #expect(try WatchFloors(canonicalBytes: bytes) == floors)
            for end in bytes.indices {
                #expect(throws: WatchProblem.self) {
                    try WatchFloors(canonicalBytes: Array(bytes.prefix(end)))
                }
            }
            #expect(throws: WatchProblem.self) { try WatchFloors(canonicalBytes: bytes + [0]) }
        }
    }

    @Test func timeOnlyRises() {
        var floors = Self.floors(1)
        floors.passed(5)
        #expect(floors.latest == Sample.start)
        floors.passed(.max)
        #expect(floors.latest == UTCSeconds.max)
    }

    @Test func floorsOfTodaysKeysStayWhenThereAreTooMany() {
        var floors = Self.floors(64)
        let floor = WatchFloors.Floor(version: 9, signature: [UInt8](repeating: 1, count: 64))
        floors.raise(Self.key(100), .list, to: floor, known: [Self.key(100), Self.key(7)])
        #expect(floors[Self.key(100), .list] == floor)
        #expect(floors[Self.key(7), .list]?.version == 8)
        #expect(floors[Self.key(8), .list] == nil)
    }
}
