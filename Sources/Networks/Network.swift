/// A quantised network that is ready to run: integers alone, and no allocation in a run.
///
/// Inputs are written and outputs read in place, as the model's own codes: int8, or uint8 whose
/// bytes are the same less 128 (`isUnsigned`). Where the model takes or gives floating point, the
/// codes behind its QUANTIZE and before its DEQUANTIZE stand for it.
public final class Network: @unchecked Sendable {
    /// Codes that go in or come out.
    public struct Port: Sendable {
        public let name: String
        public let shape: [Int]
        /// The model's codes are uint8: they are these plus 128.
        public let isUnsigned: Bool
        /// value = scale · (code − zero); the scale as text, for people. `zero` is the model's.
        public let scale: String
        public let zero: Int
        public var count: Int { shape.reduce(1, *) }
        let index: Int

        init(_ codes: Codes) {
            name = codes.title
            shape = codes.shape
            isUnsigned = codes.isUnsigned
            scale = codes.scale.text
            zero = Int(codes.zero + codes.offset)
            index = codes.index
        }
    }

    /// What an operator is and costs.
    public struct Layer: Sendable {
        public let name: String
        public let outputShape: [Int]
        public let macCount: Int
    }

    public let inputs: [Port]
    public let outputs: [Port]
    public let layers: [Layer]
    /// Bytes for everything that is computed; weights and constants are beside it.
    public let arenaByteCount: Int
    public var macCount: Int { layers.reduce(0) { $0 + $1.macCount } }
    /// Multiply-accumulates and looks at codes of one run.
    let workCount: Int

    private let steps: [Plan.Step]
    private let arena: UnsafeMutableRawPointer
    private let constants: UnsafeMutablePointer<Int8>
    private let tensors: UnsafeMutablePointer<UnsafeMutablePointer<Int8>>
    private let workers: any Workers

    /// - Parameter model: the bytes of a `.tflite` file, which may be anything.
    /// - Throws: `ModelError`.
    public init(model: [UInt8], workers: any Workers = LoneWorker()) throws {
        let graph = try Graph(bytes: model)
        let plan = try Plan(graph, workerCount: workers.count)
        inputs = plan.inputs.map(Port.init)
        outputs = plan.outputs.map(Port.init)
        layers = plan.steps.map {
            Layer(name: $0.name, outputShape: $0.outputShape, macCount: $0.work.macCount)
        }
        arenaByteCount = plan.arenaByteCount
        workCount = plan.workCount
        steps = plan.steps
        self.workers = workers
        arena = .allocate(byteCount: max(plan.arenaByteCount, 1), alignment: Arena.alignment)
        arena.initializeMemory(as: UInt8.self, repeating: 0, count: plan.arenaByteCount)
        constants = .allocate(capacity: max(plan.constants.count, 1))
        constants.initialize(from: plan.constants, count: plan.constants.count)
        tensors = .allocate(capacity: graph.tensors.count)
        for index in graph.tensors.indices {
            let start = arena.assumingMemoryBound(to: Int8.self)
            var place = start + (plan.places[index] ?? 0)
            if let constant = plan.constantPlaces[index] { place = constants + constant }
            (tensors + index).initialize(to: place)
        }
    }

    deinit {
        arena.deallocate()
        constants.deallocate()
        tensors.deallocate()
    }

    /// The codes of an input, to be written before `run`; `run` may overwrite them.
    public func input(_ place: Int) -> UnsafeMutableBufferPointer<Int8> {
        UnsafeMutableBufferPointer(start: tensors[inputs[place].index], count: inputs[place].count)
    }

    /// The codes of an output, valid until the next `run`.
    public func output(_ place: Int) -> UnsafeBufferPointer<Int8> {
        UnsafeBufferPointer(start: tensors[outputs[place].index], count: outputs[place].count)
    }

    /// What a layer wrote, the first of several tensors, until a later layer takes its place.
    public func output(ofLayer index: Int) -> UnsafeBufferPointer<Int8> {
        UnsafeBufferPointer(
            start: tensors[steps[index].outputIndex],
            count: steps[index].outputShape.reduce(1, *))
    }

    public func run() {
        for index in steps.indices { run(layer: index) }
    }

    /// One layer alone, for measurements; in their order, all of them are `run`.
    public func run(layer index: Int) {
        steps[index].work.run(
            Memory(
                tensors: tensors, scratch: arena + steps[index].scratchPlace, workers: workers))
    }
}
