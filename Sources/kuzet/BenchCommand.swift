import ArgumentParser
import Linux
import Workbench

/// `kuzet bench`: what the pixel work and the networks cost on this machine.
struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract:
            "Measures kernels, the scene step and networks: time, allocations, a hash of the result.",
        discussion: """
            Time is the processor time of one thread, the median over frames; allocations are \
            counted by the processor's breakpoints, and left out where it lends none. The hash is \
            over the results and the same on every machine for the same number of frames. A network \
            is run once for a frame; GMAC/s are thousand millions of multiply-accumulates in a second.
            """)

    @Argument(help: "What to measure: scene, frames or networks; everything if left out.")
    var part: Bench.Part?

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
        let rowCount = try orExit {
            try Bench(part, frames: frames, only: only, models: models, isJSON: json).run()
        }
        guard rowCount > 0 else {
            complain("bench: --only \(only ?? ""): no row has that in its name")
            throw ExitCode(64)
        }
    }
}

extension Bench.Part: ExpressibleByArgument {}
