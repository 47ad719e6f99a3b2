import Testing

@testable import Workbench

@Suite struct ClipFramesTests {
    @Test func everyPictureComesWithItsTimeSinceTheFirst() {
        let clip = ClipFrames(matroska: Film.matroska(count: 25))
        #expect(clip.frames.map(\.time) == (0..<25).map { $0 * 100 })
        #expect(clip.frames.map { Array($0.jpeg) } == (0..<25).map(Film.picture))
        #expect(clip.step == 1)
    }

    @Test func aSegmentAndClustersOfUnknownLengthAndBlocksInGroupsAreReadToo() {
        let clip = ClipFrames(matroska: Film.matroska(count: 25, isLive: true))
        #expect(clip.frames.count == 25)
    }

    @Test func ofALongClipEverySecondPictureIsLeft() {
        let clip = ClipFrames(matroska: Film.matroska(count: 2_000))
        #expect(clip.step == 4)
        #expect(clip.frames.count == 500)
        #expect(clip.frames[1].time == 400)
    }

    @Test func whatIsDamagedGivesWhatStandsBeforeTheDamage() {
        let film = Film.matroska(count: 25, isLive: true)
        let whole = ClipFrames(matroska: film).frames.map { Array($0.jpeg) }
        for count in 0..<film.count {
            let found = ClipFrames(matroska: Array(film[..<count])).frames.map { Array($0.jpeg) }
            #expect(whole.starts(with: found))
        }
        // Knuth's MMIX generator; its upper bits are good enough to choose bytes.
        var state: UInt64 = 1
        func chance() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state >> 33
        }
        for _ in 0..<2_000 {
            var changed = film
            for _ in 0..<3 {
                changed[Int(chance() % UInt64(film.count))] = UInt8(
                    truncatingIfNeeded: chance())
            }
            #expect(ClipFrames(matroska: changed).frames.count <= ClipFrames.frameCountMax)
        }
    }
}

/// A clip as Matroska, with pictures that begin as JPEGs do.
enum Film {
    static func picture(_ index: Int64) -> [UInt8] {
        [0xFF, 0xD8, 0xFF, UInt8(truncatingIfNeeded: index), 0xFF, 0xD9]
    }

    /// - Parameter isLive: lengths that nobody knew when it was written.
    static func matroska(count: Int64, isLive: Bool = false) -> [UInt8] {
        var clusters: [UInt8] = []
        for start in stride(from: Int64(0), to: count, by: 10) {
            var cluster = element([0xE7], bigEndian(start * 100))
            for index in start..<min(start + 10, count) {
                let time = (index - start) * 100
                let block = [0x81, UInt8(time >> 8), UInt8(time & 255), 0x80] + picture(index)
                cluster +=
                    isLive ? element([0xA0], element([0xA1], block)) : element([0xA3], block)
            }
            clusters += element([0x1F, 0x43, 0xB6, 0x75], cluster, isLive: isLive)
        }
        let info = element(
            [0x15, 0x49, 0xA9, 0x66], element([0x2A, 0xD7, 0xB1], bigEndian(1_000_000)))
        return element([0x1A, 0x45, 0xDF, 0xA3], element([0x42, 0x86], [1]))
            + element(
                [0x18, 0x53, 0x80, 0x67], info + element([0xEC], [0, 0]) + clusters, isLive: isLive)
    }

    private static func bigEndian(_ value: Int64) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
    }

    private static func element(
        _ id: [UInt8], _ body: [UInt8], isLive: Bool = false
    ) -> [UInt8] {
        let length: [UInt8] =
            isLive
            ? [0x01] + [UInt8](repeating: 0xFF, count: 7)
            : [0x08, 0, 0, 0] + [UInt8](repeating: 0, count: 1)
        var bytes = id + length
        if !isLive {
            let count = body.count
            bytes[id.count] = 0x08
            for place in 0..<4 {
                bytes[id.count + 1 + place] = UInt8(truncatingIfNeeded: count >> (24 - 8 * place))
            }
        }
        return bytes + body
    }
}
