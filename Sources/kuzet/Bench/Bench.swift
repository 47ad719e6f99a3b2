import ArgumentParser
import Frames
import Linux
import Text

/// `kuzet bench`: what the pixel work and the networks cost on this machine.
struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Measures kernels, the scene step and networks: time, allocations, a hash of the result.",
        discussion: """
            Time is the processor time of one thread, the median over frames; allocations are \
            counted by the processor's breakpoints, and left out where it lends none. The hash is \
            over the results and the same on every machine for the same number of frames. A network \
            is run once for a frame; GMAC/s are thousand millions of multiply-accumulates in a second.
            """)

    enum Part: String, ExpressibleByArgument, CaseIterable {
        case scene, frames, networks
    }

    @Argument(help: "What to measure: scene, frames or networks; everything if left out.")
    var part: Part?

    @Option(help: "How many frames each row measures, 1 to 1000000.")
    var frames = 100

    @Option(help: "Only rows whose name contains this.")
    var only: String?

    @Option(
        name: .customLong("model"),
        help: "A .tflite file to measure, any number of times; networks made here if left out.")
    var models: [String] = []

    @Flag(help: "One JSON object per row; the last is {\"rows\",\"lanes\",\"counted\",\"digest\"}.")
    var json = false

    func validate() throws {
        guard (1...1_000_000).contains(frames) else {
            throw ValidationError("--frames \(frames): allowed are 1 to 1000000")
        }
        guard models.isEmpty || part == nil || part == .networks else {
            throw ValidationError("--model: only networks are measured with it")
        }
    }

    func run() throws {
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

    /// Of what works on pictures.
    static func rows(_ part: Part?) -> [Benchmark] {
        if part == .networks { return [] }
        let pictures = BenchPictures.frames()
        return switch part {
        case .scene: sceneRows(pictures)
        case .frames: kernelRows(pictures)
        case .networks: []
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
