import ArgumentParser
import Linux
import Networks

/// Runs one quantised network on bytes from a file.
struct Infer: ParsableCommand {
    static let configuration = CommandConfiguration(
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
        let workers = threads > 1 ? try WorkerThreads(count: threads) : nil
        defer { workers?.stop() }
        let (network, load) = try NetworkFile.measure(
            model, workers: workers ?? LoneWorker(), loadCount: json ? 5 : 1)
        let wanted = network.inputs.reduce(0) { $0 + $1.count }
        let bytes = try read()
        guard bytes.count == wanted else {
            complain("\(input): read: it has \(bytes.count) bytes, the model takes \(wanted)")
            throw ExitCode(ExitStatus.badData)
        }
        var (times, walls): ([Int64], [Int64]) = ([], [])
        times.reserveCapacity(repeatCount)
        walls.reserveCapacity(repeatCount)
        for _ in 0..<repeatCount {
            network.load(bytes)
            let (start, wall) = (Clocks.threadNanoseconds(), Clocks.monotonicNanoseconds())
            network.run()
            times.append(Clocks.threadNanoseconds() - start)
            walls.append(Clocks.monotonicNanoseconds() - wall)
        }
        do {
            let file = try FileDescriptor.open(output, [.writeOnly, .create, .truncate])
            try file.writeAll(network.result())
            try file.close()
        } catch {
            complain("\(output): write: \(error)")
            throw ExitCode(ExitStatus.unavailable)
        }
        if json {
            print(
                "{\"milliseconds\":\(NetworkFile.median(times)),"
                    + "\"wallMilliseconds\":\(NetworkFile.median(walls)),"
                    + "\"loadMilliseconds\":\(load),"
                    + "\"arenaBytes\":\(network.arenaByteCount)}")
        }
    }

    private func read() throws -> [UInt8] {
        do {
            return try Files.read(input, byteCountMax: NetworkFile.byteCountMax)
        } catch {
            complain("\(input): read: \(error)")
            throw ExitCode(ExitStatus.badData)
        }
    }
}

/// A network from a file.
enum NetworkFile {
    static let byteCountMax = 1 << 28

    /// The network, and what loading it takes in this thread's processor time: reading the file,
    /// verifying it, packing its weights, laying out its memory. The median of `loadCount`.
    static func measure(
        _ path: String, workers: any Workers = LoneWorker(), loadCount: Int = 5
    ) throws -> (network: Network, milliseconds: String) {
        var times: [Int64] = []
        while true {
            let start = Clocks.threadNanoseconds()
            let network = try open(path, workers: workers)
            times.append(Clocks.threadNanoseconds() - start)
            if times.count == loadCount { return (network, median(times)) }
        }
    }

    /// In milliseconds, of nanoseconds.
    static func median(_ times: [Int64]) -> String {
        thousandths(times.sorted()[times.count / 2] / 1000)
    }

    /// - Error: a message fit for a person; exit status 65.
    static func open(_ path: String, workers: any Workers = LoneWorker()) throws -> Network {
        do {
            return try Network(
                model: try Files.read(path, byteCountMax: byteCountMax), workers: workers)
        } catch {
            complain("model \(path): \(error)")
            throw ExitCode(ExitStatus.badData)
        }
    }
}

extension Network {
    /// Writes the model's own bytes into all inputs, one after the other.
    func load(_ bytes: [UInt8]) {
        var place = 0
        for (index, port) in inputs.enumerated() {
            let flip: UInt8 = port.isUnsigned ? 0x80 : 0
            let codes = input(index)
            for offset in codes.indices {
                codes[offset] = Int8(bitPattern: bytes[place + offset] ^ flip)
            }
            place += port.count
        }
    }

    /// The model's own bytes of all outputs, one after the other.
    func result() -> [UInt8] {
        outputs.indices.flatMap { index in
            let flip: UInt8 = outputs[index].isUnsigned ? 0x80 : 0
            return output(index).map { UInt8(bitPattern: $0) ^ flip }
        }
    }
}

extension WorkerThreads: Workers {}
