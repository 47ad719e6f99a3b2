import ArgumentParser
import Workbench

/// Runs one quantised network on bytes from a file.
struct InferCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "infer",
        abstract: "Runs a .tflite network on raw bytes.",
        discussion: """
            The input file holds the codes of all inputs, one after the other, as the model has \
            them (int8 or uint8); the output file gets those of all outputs. Where the model takes \
            or gives floating point, the codes behind its QUANTIZE and before its DEQUANTIZE \
            stand for it: see kuzet models inspect.

            Example: kuzet infer person.tflite --in picture.raw --out scores.raw --json
            """)

    @Argument(help: "A .tflite file, quantised to int8 or uint8.")
    var model: String

    @Option(name: .customLong("in"), help: "Raw input bytes.")
    var input: String

    @Option(name: .customLong("out"), help: "Where raw output bytes go; replaced.")
    var output: String

    @Option(name: .customLong("repeat"), help: "How often it is run, 1 to 1000000.")
    var repeatCount = 1

    @Option(help: "Threads that share the work, 1 to 64.")
    var threads = 1

    @Flag(
        help: """
            A last line {"milliseconds","wallMilliseconds","loadMilliseconds","arenaBytes"}: medians \
            of one run, of the first thread's processor time and of the clock on the wall, and of \
            loading, processor time.
            """)
    var json = false

    func validate() throws {
        guard (1...1_000_000).contains(repeatCount) else {
            throw ValidationError("--repeat \(repeatCount): allowed are 1 to 1000000")
        }
        guard (1...64).contains(threads) else {
            throw ValidationError("--threads \(threads): allowed are 1 to 64")
        }
    }

    func run() throws {
        try orExit {
            try Inference(
                model: model, input: input, output: output, repeatCount: repeatCount,
                threads: threads, isJSON: json
            ).run()
        }
    }
}
