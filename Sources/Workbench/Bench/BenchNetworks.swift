import Frames
import Linux
import MadeNetworks
import Models
import Networks
import Text

extension Bench {
    /// Networks to measure, by name: those of files, or if there are none, those made here and those that
    /// are part of the program.
    static func networks(_ paths: [String]) throws -> [(name: String, network: Network)] {
        guard paths.isEmpty else {
            return try paths.map { path in
                let name = path.split(separator: "/").last.map(String.init) ?? path
                return (name, try NetworkFile.open(path))
            }
        }
        let made = try [ModelFile.Tensor.Kind.int8, .uint8].map { kind in
            ("mobilenet \(kind)", try Network(model: MadeNetwork.mobileNet(kind)))
        }
        let shipped = try BuiltInModel.all.flatMap { model in
            try Network.sharing([model.bytes]).map { (model.name, $0) }
        }
        return made + shipped
    }
}

/// One network and its layers, on this thread.
final class NetworkStopwatch {
    private let name: String
    private let network: Network
    private let frameCount: Int
    private let counter: AllocationCounter?
    private let bytes: [UInt8]
    /// Of each layer, one frame after the other; of the whole frame at the end.
    private var times: [[Int64]]

    init(_ name: String, _ network: Network, frameCount: Int, counter: AllocationCounter?) {
        self.name = name
        self.network = network
        self.frameCount = frameCount
        self.counter = counter
        bytes = MadeNetwork.input(of: network)
        times = Array(repeating: [], count: network.layers.count + 1)
    }

    /// The whole network first, then each layer.
    func measure() -> [NetworkRow] {
        let layers = network.layers
        network.load(bytes)
        var layerHashes: [UInt64] = []
        for index in layers.indices {
            network.run(layer: index)
            layerHashes.append(Self.hash(network.output(ofLayer: index)))
        }
        var hash = StableHash()
        for byte in network.result() { hash.combine(byte) }
        // What the layers took together is less noisy than each: a run is timed whole.
        for _ in 0..<frameCount {
            network.load(bytes)
            let start = Clocks.threadNanoseconds()
            network.run()
            times[layers.count].append(Clocks.threadNanoseconds() - start)
        }
        for _ in 0..<frameCount {
            network.load(bytes)
            for index in layers.indices {
                let start = Clocks.threadNanoseconds()
                network.run(layer: index)
                times[index].append(Clocks.threadNanoseconds() - start)
            }
        }
        let allocations = countAllocations()
        let whole = row(
            name, layers.count, network.macCount, hash.value, allocations?.reduce(0, +))
        return [whole]
            + layers.indices.map { index in
                let number = String(1000 + index).dropFirst(index < 100 ? 2 : 1)
                return row(
                    "\(name) \(number) \(layers[index].name)", index, layers[index].macCount,
                    layerHashes[index], allocations?[index])
            }
    }

    private func row(
        _ name: String, _ place: Int, _ macCount: Int, _ hash: UInt64, _ allocations: UInt64?
    ) -> NetworkRow {
        NetworkRow(
            name: name, macCount: macCount, nanoseconds: times[place].sorted()[frameCount / 2],
            allocationCount: allocations, frameCount: frameCount, hash: hash)
    }

    /// Of each layer over all frames, apart from the timing: counting takes time.
    private func countAllocations() -> [UInt64]? {
        guard let counter else { return nil }
        var counts = [UInt64](repeating: 0, count: network.layers.count)
        for _ in 0..<frameCount {
            network.load(bytes)
            for index in counts.indices {
                guard let count = counter.allocations(during: { network.run(layer: index) }) else {
                    return nil
                }
                counts[index] += count
            }
        }
        return counts
    }

    private static func hash(_ codes: UnsafeBufferPointer<Int8>) -> UInt64 {
        var hash = StableHash()
        for code in codes { hash.combine(UInt8(bitPattern: code)) }
        return hash.value
    }
}

/// What a network, or one of its layers, took.
struct NetworkRow {
    let name: String
    /// Multiply-accumulates of one run.
    let macCount: Int
    /// The median over frames.
    let nanoseconds: Int64
    /// Calls to the allocator while all frames ran; nil where they cannot be counted.
    let allocationCount: UInt64?
    let frameCount: Int
    /// Over the codes of the result.
    let hash: UInt64

    static let header = columns("ROW", "MS/RUN", "GMAC/S", "ALLOCATIONS/RUN", "RESULT")

    var line: String {
        NetworkRow.columns(
            name, thousandths(nanoseconds / 1000), gigamacs ?? "-",
            perFrame(allocationCount, frameCount) ?? "-", hexadecimal(hash))
    }

    var json: String {
        "{\"name\":\(JSON.quoted(name)),\"macs\":\(macCount),"
            + "\"milliseconds\":\(thousandths(nanoseconds / 1000)),"
            + "\"gigamacsPerSecond\":\(gigamacs ?? "null"),"
            + "\"allocationsPerFrame\":\(perFrame(allocationCount, frameCount) ?? "null"),"
            + "\"hash\":\"\(hexadecimal(hash))\"}"
    }

    /// nil of a layer that multiplies nothing.
    private var gigamacs: String? {
        macCount == 0 ? nil : thousandths(Int64(macCount) * 1000 / max(nanoseconds, 1))
    }

    private static func columns(
        _ name: String, _ time: String, _ speed: String, _ allocations: String, _ hash: String
    ) -> String {
        BenchRow.columns(name, time, speed, allocations, hash, nameWidth: 46)
    }
}
