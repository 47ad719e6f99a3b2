import Frames
import Linux
import Text

/// What the pixel work and the networks cost on this machine.
package struct Bench {
    package enum Part: String, CaseIterable {
        case scene, frames, networks
    }

    private let part: Part?
    private let frames: Int
    private let only: String?
    private let models: [String]
    private let json: Bool

    /// - Parameters:
    ///   - part: nil measures everything.
    ///   - frames: how many each row measures.
    ///   - only: what a row's name must contain.
    ///   - models: `.tflite` files to measure; networks made here if there are none.
    package init(_ part: Part?, frames: Int, only: String?, models: [String], isJSON: Bool) {
        self.part = part
        self.frames = frames
        self.only = only
        self.models = models
        json = isJSON
    }

    /// Prints a line for each row, and one at the end.
    ///
    /// - Returns: how many rows there were.
    package func run() throws -> Int {
        let stopwatch = BenchStopwatch(frameCount: frames)
        var digest = StableHash()
        var rowCount = 0
        let isWanted = { (name: String) in only.map { name.holds($0) } ?? true }
        if !json && part != .networks { print(BenchRow.header) }
        for bench in Bench.rows(part) where isWanted(bench.name) {
            let row = stopwatch.measure(bench)
            print(json ? row.json : row.line)
            digest.combine(row.hash)
            rowCount += 1
        }
        if part == nil || part == .networks {
            if !json { print((part == nil ? "\n" : "") + NetworkRow.header) }
            for (name, network) in try Bench.networks(models) {
                let watch = NetworkStopwatch(
                    name, network, frameCount: frames, counter: stopwatch.counter)
                for row in watch.measure() where isWanted(row.name) {
                    print(json ? row.json : row.line)
                    digest.combine(row.hash)
                    rowCount += 1
                }
            }
        }
        guard rowCount > 0 else { return 0 }
        let (lanes, counted) = (KernelSelftest.lanes, stopwatch.countsAllocations)
        let total = hexadecimal(digest.value)
        print(
            json
                ? "{\"rows\":\(rowCount),\"lanes\":\(JSON.quoted(lanes)),\"counted\":\(counted),"
                    + "\"digest\":\"\(total)\"}"
                : "\(rowCount) rows of \(frames) frames with \(lanes)"
                    + (counted ? "" : "; allocations not counted here") + "; digest \(total)")
        return rowCount
    }

    /// Of what works on pictures.
    static func rows(_ part: Part?) -> [Benchmark] {
        if part == .networks { return [] }
        let pictures = BenchPictures.frames()
        return switch part {
        case .scene: sceneRows(pictures)
        case .frames: kernelRows(pictures) + galleryRows()
        case .networks: []
        case nil: sceneRows(pictures) + kernelRows(pictures) + galleryRows()
        }
    }
}

/// Something to measure: `frame` works on one picture and leaves a result that `hash` reads.
struct Benchmark {
    let name: String
    /// Input pixels of one call.
    let pixelCount: Int
    /// The call; its argument counts up from 0.
    let frame: (Int) -> Void
    let hash: () -> UInt64
}

/// What one benchmark took.
struct BenchRow {
    let name: String
    let pixelCount: Int
    /// The median over frames.
    let picosecondsPerPixel: Int64
    /// Calls to the allocator while all frames ran; nil where they cannot be counted.
    let allocationCount: UInt64?
    let frameCount: Int
    let hash: UInt64

    static let header = columns("ROW", "NS/PIXEL", "MS/FRAME", "ALLOCATIONS/FRAME", "RESULT")

    var line: String {
        BenchRow.columns(
            name, thousandths(picosecondsPerPixel),
            thousandths(picosecondsPerPixel * Int64(pixelCount) / 1_000_000),
            perFrame(allocationCount, frameCount) ?? "-", hexadecimal(hash))
    }

    var json: String {
        "{\"name\":\(JSON.quoted(name)),\"pixels\":\(pixelCount),"
            + "\"nanosecondsPerPixel\":\(thousandths(picosecondsPerPixel)),"
            + "\"allocationsPerFrame\":\(perFrame(allocationCount, frameCount) ?? "null"),"
            + "\"hash\":\"\(hexadecimal(hash))\"}"
    }

    static func columns(
        _ name: String, _ time: String, _ frame: String, _ allocations: String, _ hash: String,
        nameWidth: Int = 34
    ) -> String {
        name.padded(nameWidth) + time.rightAligned(9) + frame.rightAligned(10)
            + allocations.rightAligned(19) + "  " + hash
    }
}

/// nil where nothing was counted.
func perFrame(_ count: UInt64?, _ frameCount: Int) -> String? {
    count.map { $0 == 0 ? "0" : thousandths(Int64($0) * 1000 / Int64(frameCount)) }
}
