import ArgumentParser
import Frames
import Linux

/// `kuzet bench`: what the pixel work costs on this machine.
struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measures kernels and the scene step: time, allocations, a hash of the result.",
        discussion: """
            Time is the processor time of one thread, the median over frames; allocations are \
            counted by the processor's breakpoints, and left out where it lends none. The hash is \
            over the results and the same on every machine for the same number of frames.
            """)

    enum Part: String, ExpressibleByArgument, CaseIterable {
        case scene, frames
    }

    @Argument(help: "What to measure: scene or frames; everything if left out.")
    var part: Part?

    @Option(help: "How many frames each row measures, 1 to 1000000.")
    var frames = 100

    @Option(help: "Only rows whose name contains this.")
    var only: String?

    @Flag(help: "One JSON object per row; the last is {\"rows\",\"lanes\",\"counted\",\"digest\"}.")
    var json = false

    func validate() throws {
        guard (1...1_000_000).contains(frames) else {
            throw ValidationError("--frames \(frames): allowed are 1 to 1000000")
        }
    }

    func run() throws {
        let stopwatch = BenchStopwatch(frameCount: frames)
        var digest = StableHash()
        var rowCount = 0
        if !json { print(BenchRow.header) }
        for bench in Bench.rows(part) where only.map({ bench.name.holds($0) }) ?? true {
            let row = stopwatch.measure(bench)
            print(json ? row.json : row.line)
            digest.combine(row.hash)
            rowCount += 1
        }
        guard rowCount > 0 else {
            complain("bench: --only \(only ?? ""): no row has that in its name")
            throw ExitCode(64)
        }
        let (lanes, counted) = (KernelSelftest.lanes, stopwatch.countsAllocations)
        let total = hexadecimal(digest.value)
        print(
            json
                ? "{\"rows\":\(rowCount),\"lanes\":\(JSON.quoted(lanes)),\"counted\":\(counted),"
                    + "\"digest\":\"\(total)\"}"
                : "\(rowCount) rows of \(frames) frames with \(lanes)"
                    + (counted ? "" : "; allocations not counted here") + "; digest \(total)")
    }

    static func rows(_ part: Part?) -> [Benchmark] {
        let pictures = BenchPictures.frames()
        return switch part {
        case .scene: sceneRows(pictures)
        case .frames: kernelRows(pictures)
        case nil: sceneRows(pictures) + kernelRows(pictures)
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
            allocationsPerFrame ?? "-", hexadecimal(hash))
    }

    var json: String {
        "{\"name\":\(JSON.quoted(name)),\"pixels\":\(pixelCount),"
            + "\"nanosecondsPerPixel\":\(thousandths(picosecondsPerPixel)),"
            + "\"allocationsPerFrame\":\(allocationsPerFrame ?? "null"),"
            + "\"hash\":\"\(hexadecimal(hash))\"}"
    }

    private var allocationsPerFrame: String? {
        allocationCount.map { count in
            count == 0 ? "0" : thousandths(Int64(count) * 1000 / Int64(frameCount))
        }
    }

    private static func columns(
        _ name: String, _ time: String, _ frame: String, _ allocations: String, _ hash: String
    ) -> String {
        name.padded(34) + time.rightAligned(9) + frame.rightAligned(10)
            + allocations.rightAligned(19) + "  " + hash
    }
}
