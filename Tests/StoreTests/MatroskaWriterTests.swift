import Frames
import Linux
import Station
import Testing

@testable import Store

@Suite struct MatroskaWriterTests {
    private func writer() -> MatroskaWriter {
        MatroskaWriter(width: Film.width, height: Film.height, title: "incident 1")
    }

    /// A recording that was not finished, and where each of its clusters ends.
    private func unfinished(
        _ counts: [Int]
    ) throws -> (bytes: [UInt8], ends: [Int], writer: MatroskaWriter) {
        var writer = writer()
        var bytes = writer.head
        var ends: [Int] = []
        var start = 0
        for count in counts {
            bytes += writer.add(try Film.pictures(start..<start + count))
            start += count
            ends.append(bytes.count)
            #expect(bytes.count == writer.byteCount)
        }
        return (bytes, ends, writer)
    }

    private func finished(_ bytes: [UInt8], _ writer: MatroskaWriter) -> [UInt8] {
        let (tail, head) = writer.finish()
        #expect(head.count == MatroskaWriter.headByteCount)
        return head + bytes.dropFirst(head.count) + tail
    }

    @Test(.enabled(if: Tool.hasFFmpeg))
    func whatIsFinishedIsPlayedByOthersWithoutAWord() throws {
        let folder = try TestFolder()
        let path = folder.path + "/a.mkv"
        let (bytes, _, writer) = try unfinished([30, 20, 25])
        try Files.replace(path, with: finished(bytes, writer))
        let (times, complaints) = try Tool.probe(path)
        #expect(times == (0..<75).map { $0 * 100 })
        #expect(complaints == [])
        let facts = try Tool.run([
            "ffprobe", "-v", "warning", "-show_entries",
            "format=duration:format_tags=title:stream=codec_name,width,height", "-of",
            "default=nw=1", path
        ])
        #expect(
            facts == """
                codec_name=mjpeg
                width=160
                height=120
                duration=7.500000
                TAG:title=incident 1

                """)
        // With every check sum looked at; and found by its cues from a place in the middle.
        #expect(
            try Tool.run([
                "ffmpeg", "-v", "warning", "-nostdin", "-err_detect", "crccheck+explode", "-i",
                path,
                "-f", "null", "-"
            ]) == "")
        let late = try Tool.run([
            "ffprobe", "-v", "warning", "-read_intervals", "5%", "-show_entries", "packet=pts",
            "-of",
            "csv=p=0", path
        ])
        #expect(late.hasPrefix("5000"), "\(late.prefix(40))")
    }

    /// As a power cut leaves it: cut anywhere, it plays up to the last whole cluster.
    @Test func everyPrefixIsGoodUpToItsLastWholeCluster() throws {
        let (bytes, ends, _) = try unfinished([6, 5, 7, 1])
        let counts = [6, 11, 18, 19]
        var chance = SplitMix(seed: 4)
        var cuts = ends + ends.map { $0 - 1 } + ends.dropLast().map { $0 + 1 }
        cuts += (0..<6).map { _ in ends[0] + chance.below(bytes.count - ends[0]) }
        let folder = try TestFolder()
        for cut in cuts {
            let whole = ends.lastIndex { $0 <= cut }
            let pictureCount = whole.map { counts[$0] } ?? 0
            let part = Array(bytes[..<cut])
            var found = try #require(
                MatroskaWriter(head: Array(part.prefix(MatroskaWriter.headByteCount))))
            while found.adopt(part[found.byteCount...]) != nil {}
            #expect(found.pictureCount == pictureCount, "cut at \(cut)")
            #expect(found.byteCount == whole.map { ends[$0] } ?? MatroskaWriter.headByteCount)
            guard Tool.hasFFmpeg, pictureCount > 0 else { continue }
            let path = folder.path + "/cut.mkv"
            try Files.replace(path, with: part)
            let times = try Tool.probe(path).times
            // Pictures of the broken cluster that are whole are shown too.
            #expect(times.starts(with: (0..<pictureCount).map { $0 * 100 }), "cut at \(cut)")
            #expect(zip(times, times.dropFirst()).allSatisfy { $0 < $1 })
        }
    }

    @Test func whatWasCutShortIsFinishedAsItWouldHaveBeen() throws {
        let (bytes, _, writer) = try unfinished([12, 9])
        var found = try #require(MatroskaWriter(head: Array(bytes.prefix(1_024))))
        while found.adopt(bytes[found.byteCount...]) != nil {}
        let whole = finished(bytes, writer)
        #expect(finished(bytes, found) == whole)
        // And a finished one as it is.
        var again = try #require(MatroskaWriter(head: Array(whole.prefix(1_024))))
        while again.adopt(whole[again.byteCount...]) != nil {}
        #expect(finished(bytes, again) == whole)
    }

    @Test func aByteThatChangedIsNoticed() throws {
        let (bytes, ends, _) = try unfinished([3])
        for offset in stride(from: MatroskaWriter.headByteCount, to: ends[0], by: 97) {
            var changed = bytes
            changed[offset] ^= 0x40
            var found = try #require(MatroskaWriter(head: Array(changed.prefix(1_024))))
            #expect(found.adopt(changed[found.byteCount...]) == nil, "byte \(offset)")
        }
    }

    @Test func timesIncreaseWhateverTheCameraSays() {
        var writer = writer()
        var pictures = Film.bytes(0..<6, byteCount: 10)
        let times: [Int64] = [5_000, 5_000, 4_000, 5_100, 65_000, .max / 1_000_000]
        for (index, time) in times.enumerated() {
            pictures[index].capturedAt = Instant(nanoseconds: time * 1_000_000)
        }
        let bytes = writer.add(pictures)
        var cursor = EBMLCursor(bytes[...])
        var found: [Int64] = []
        while let (_, body) = cursor.next() {
            var inner = EBMLCursor(body)
            var cluster: Int64 = 0
            while let (id, part) = inner.next() {
                if id == EBML.ID.timestamp { cluster = Int64(EBMLCursor.unsigned(part)) }
                guard id == EBML.ID.simpleBlock else { continue }
                let offset = Int64(EBMLCursor.unsigned(part.dropFirst().prefix(2)))
                #expect(offset <= MatroskaWriter.clusterLengthMax)
                found.append(cluster + offset)
            }
        }
        #expect(found == [0, 1, 2, 100, 60_000, .max / 1_000_000 - 5_000])
    }

    @Test func clustersAreBounded() {
        var writer = writer()
        let bytes = writer.add(Film.bytes(0..<100, byteCount: 100_000))
        var cursor = EBMLCursor(bytes[...])
        var counts: [Int] = []
        while let (id, body) = cursor.next() {
            #expect(id == EBML.ID.cluster)
            counts.append(body.count)
        }
        #expect(cursor.byteCountLeft == 0)
        #expect((counts.max() ?? 0) <= MatroskaWriter.clusterByteCountMax + 64)
        #expect(counts.count == 5, "of two megabytes each")
    }

    @Test func noBytesMakeItTrap() throws {
        let (bytes, _, _) = try unfinished([2, 2])
        var chance = SplitMix(seed: 8)
        for _ in 0..<3_000 {
            var hostile = bytes
            for _ in 0...chance.below(4) {
                hostile[chance.below(hostile.count)] = UInt8(chance.below(256))
            }
            let end = chance.below(hostile.count)
            if chance.below(3) == 0 { hostile.removeSubrange(end...) }
            guard var found = MatroskaWriter(head: Array(hostile.prefix(1_024))) else { continue }
            while found.byteCount < hostile.count,
                MatroskaWriter.clusterByteCount(hostile[found.byteCount...].prefix(12)) != nil,
                found.adopt(hostile[found.byteCount...]) != nil
            {}
            #expect(found.finish().head.count == MatroskaWriter.headByteCount)
        }
    }
}
