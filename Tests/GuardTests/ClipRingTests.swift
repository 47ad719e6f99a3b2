import Frames
import Station
import Testing

@testable import Guard

@Suite struct ClipRingTests {
    private func picture(_ milliseconds: Int64, byteCount: Int = 100) -> ClipPicture {
        ClipPicture(
            width: 64, height: 48, capturedAt: .zero + .milliseconds(milliseconds),
            jpeg: [UInt8](repeating: 0, count: byteCount))
    }

    private func times(_ batch: ClipRing.Batch) -> [Int64] {
        batch.pictures.map { $0.capturedAt.milliseconds }
    }

    @Test func picturesStayForTheTimeBeforeAnIncidentAndUntilItIsConfirmed() {
        let ring = ClipRing(policy: ClipPolicy(before: .seconds(5)))
        for second in Int64(0)..<100 { ring.add(picture(second * 1_000)) }
        #expect(ring.pictureCount == 21, "5 s and the 15 s of reach")
        ring.open(1, from: .zero + .seconds(94))
        #expect(times(ring.waiting(for: 1)) == (94..<100).map { $0 * 1_000 })
    }

    @Test func bytesAreBoundedWhateverComes() {
        let ring = ClipRing(policy: ClipPolicy())
        for index in Int64(0)..<100 {
            ring.add(picture(index * 100, byteCount: 300_000))
            #expect(ring.byteCount <= ring.byteCountMax)
        }
        #expect(ring.pictureCount == ring.byteCountMax / 300_000)
        ring.add(picture(99_999, byteCount: ring.byteCountMax + 1))
        #expect(ring.byteCount == 0)
    }

    @Test func eightCamerasHaveNoMoreMemoryThanFour() {
        let policy = ClipPolicy()
        for count in 1...StationPolicy.cameraCountMax {
            let each = ClipRing(policy: policy, ringCount: count).byteCountMax
            #expect(each <= 8 << 20 && each * count <= 32 << 20)
            #expect(each >= 4 << 20)
        }
    }

    @Test func whatAnOpenClipHasNotHadStaysAndIsCountedWhereItCannot() {
        let ring = ClipRing(policy: ClipPolicy(before: .seconds(1)))
        ring.add(picture(0))
        ring.open(7, from: .zero)
        // A disk that hangs for a minute: far longer than the ring remembers by itself.
        for index in Int64(1)...60 { ring.add(picture(index * 1_000)) }
        #expect(ring.waiting(for: 7).pictures.count == 61)
        for index in Int64(0)..<10 { ring.add(picture(61_000 + index, byteCount: 1 << 20)) }
        #expect(ring.byteCount <= ring.byteCountMax)
        let left = ring.pictureCount
        #expect(ring.close(7) == 71 - left)
        ring.add(picture(90_000))
        #expect(ring.pictureCount < left, "and goes when nobody needs it")
    }

    @Test func everyClipTakesPicturesAtItsOwnPace() {
        let ring = ClipRing(policy: ClipPolicy())
        for index in Int64(0)..<10 { ring.add(picture(index * 100)) }
        ring.open(1, from: .zero)
        ring.open(2, from: .zero + .milliseconds(550))
        let first = ring.waiting(for: 1)
        #expect(times(first) == (0..<10).map { $0 * 100 })
        #expect(times(ring.waiting(for: 1)) == times(first), "they stay until they were taken")
        ring.took(first, for: 1)
        #expect(times(ring.waiting(for: 1)) == [])
        ring.add(picture(1_000))
        #expect(times(ring.waiting(for: 1)) == [1_000])
        #expect(times(ring.waiting(for: 2)) == [600, 700, 800, 900, 1_000])
        #expect(times(ring.waiting(for: 3)) == [])
    }

    @Test func muchIsTakenInParts() {
        let ring = ClipRing(policy: ClipPolicy())
        for index in Int64(0)..<50 { ring.add(picture(index * 100, byteCount: 100_000)) }
        ring.open(1, from: .zero)
        var counts: [Int] = []
        while case let batch = ring.waiting(for: 1), !batch.pictures.isEmpty {
            counts.append(batch.pictures.count)
            ring.took(batch, for: 1)
        }
        #expect(counts == [20, 20, 10])
    }

    @Test func theRateIsThePolicysWhateverTheCamerasIs() {
        for (camera, wanted) in [(Int64(15), 100), (30, 100), (10, 100), (7, 70), (60, 100)] {
            let ring = ClipRing(policy: ClipPolicy(picturesPerSecond: 10))
            let count = (0..<camera * 10).filter {
                ring.wants(Instant(nanoseconds: $0 * 1_000_000_000 / camera))
            }.count
            #expect(abs(count - wanted) <= 1, "\(camera) a second: \(count) in ten")
        }
    }

    @Test func aTimeLineThatRunsBackBeginsAnew() {
        let ring = ClipRing(policy: ClipPolicy())
        #expect(ring.wants(.zero + .seconds(1_000)))
        ring.add(picture(1_000_000))
        #expect(ring.wants(.zero + .seconds(5)))
        ring.add(picture(5_000))
        #expect(ring.pictureCount == 1)
        #expect(ring.wants(.distantFuture))
        #expect(ring.wants(.zero + .seconds(6)))
    }

    @Test func withoutClipsNothingIsEncoded() {
        let ring = ClipRing(policy: ClipPolicy())
        ring.add(picture(0))
        ring.replace(ClipPolicy(lengthMax: .zero))
        #expect(!ring.wants(.zero + .seconds(1)))
        #expect(ring.pictureCount == 0)
        ring.replace(ClipPolicy())
        #expect(ring.wants(.zero + .seconds(2)))
    }
}
