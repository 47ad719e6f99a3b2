import Linux
import Networks
import Text

/// Runs one quantised network on bytes from a file.
package struct Inference {
    private let model: String
    private let input: String
    private let output: String
    private let repeatCount: Int
    private let threads: Int
    private let json: Bool

    /// - Parameters:
    ///   - input: a file with the codes of all inputs.
    ///   - output: a file for those of all outputs; replaced.
    package init(
        model: String, input: String, output: String, repeatCount: Int, threads: Int, isJSON: Bool
    ) {
        self.model = model
        self.input = input
        self.output = output
        self.repeatCount = repeatCount
        self.threads = threads
        json = isJSON
    }

    /// - Error: `WorkbenchError`.
    package func run() throws {
        try WorkbenchError.refuseSame(input, output)
        try WorkbenchError.refuseSame(model, output)
        let workers = threads > 1 ? try WorkerThreads(count: threads) : nil
        defer { workers?.stop() }
        let (network, load) = try NetworkFile.measure(
            model, workers: workers ?? LoneWorker(), loadCount: json ? 5 : 1)
        let wanted = network.inputs.reduce(0) { $0 + $1.count }
        let bytes = try read()
        guard bytes.count == wanted else {
            throw WorkbenchError(
                .badData, "\(input): read: it has \(bytes.count) bytes, the model takes \(wanted)")
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
        try WorkbenchError.writing(output) {
            let file = try Files.openOutput(output)
            try file.writeAll(network.result())
            try file.close()
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
            throw WorkbenchError(NetworkFile.kind(of: error), "\(input): read: \(error)")
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

    /// A file that cannot be had is unavailable; one that is too large is bad data.
    static func kind(of error: any Error) -> WorkbenchError.Kind {
        guard let cause = error as? Errno, cause != .fileTooLarge else { return .badData }
        return .unavailable
    }

    /// - Error: `WorkbenchError`, `badData` where it is no network that can be run.
    static func open(_ path: String, workers: any Workers = LoneWorker()) throws -> Network {
        do {
            return try Network(
                model: try Files.read(path, byteCountMax: byteCountMax), workers: workers)
        } catch {
            throw WorkbenchError(kind(of: error), "model \(path): \(error)")
        }
    }
}

extension Network {
    /// Writes the model's own bytes into all inputs, one after the other.
    func load(_ bytes: [UInt8]) {
        var place = 0
        for (index, port) in inputs.enumerated() {
            let codes = input(index)
            precondition(bytes.count - place >= port.count, "the bytes of all inputs")
            bytes.withUnsafeBytes {
                UnsafeMutableRawBufferPointer(codes).copyMemory(
                    from: UnsafeRawBufferPointer(rebasing: $0[place..<place + port.count]))
            }
            if port.isUnsigned {
                for offset in codes.indices { codes[offset] ^= .min }
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
