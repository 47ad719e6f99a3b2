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
        /// The same for integers: in 1/2²⁴, rounded.
        public let scaleQ24: Int64
        public let zero: Int
        public var count: Int { shape.reduce(1, *) }
        let index: Int

        init(_ codes: Codes) {
            name = codes.title
            shape = codes.shape
            isUnsigned = codes.isUnsigned
            scale = codes.scale.text
            scaleQ24 = codes.scale.q24
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
    private let arena: Arena.Memory
    private let constants: UnsafeMutablePointer<Int8>
    private let tensors: UnsafeMutablePointer<UnsafeMutablePointer<Int8>>
    private let workers: any Workers

    /// - Parameter model: the bytes of a `.tflite` file, which may be anything.
    /// - Throws: `ModelError`.
    public convenience init(model: [UInt8], workers: any Workers = LoneWorker()) throws {
        let plan = try model.withUnsafeBytes { bytes in
            try Plan(try Graph(bytes: bytes), workerCount: workers.count)
        }
        self.init(plan, workers: workers, arena: Arena.Memory(byteCount: plan.arenaByteCount))
    }

    /// Networks of which one runs at a time: they compute in one memory, as large as the largest
    /// needs. Running one overwrites inputs and outputs of all others.
    ///
    /// - Parameter models: the bytes of `.tflite` files, read in place; not needed afterwards.
    /// - Throws: `ModelError` of the first that cannot be run.
    public static func sharing(
        _ models: [UnsafeRawBufferPointer], workers: any Workers = LoneWorker()
    ) throws -> [Network] {
        let plans = try models.map { model in
            try Plan(try Graph(bytes: model), workerCount: workers.count)
        }
        let arena = Arena.Memory(byteCount: plans.map(\.arenaByteCount).max() ?? 0)
        return plans.map { Network($0, workers: workers, arena: arena) }
    }

    private init(_ plan: Plan, workers: any Workers, arena: Arena.Memory) {
        inputs = plan.inputs.map(Port.init)
        outputs = plan.outputs.map(Port.init)
        layers = plan.steps.map {
            Layer(name: $0.name, outputShape: $0.outputShape, macCount: $0.work.macCount)
        }
        arenaByteCount = plan.arenaByteCount
        workCount = plan.workCount
        steps = plan.steps
        self.workers = workers
        self.arena = arena
        constants = .allocate(capacity: max(plan.constants.count, 1))
        constants.initialize(from: plan.constants, count: plan.constants.count)
        tensors = .allocate(capacity: plan.places.count)
        for index in plan.places.indices {
            let start = arena.start.assumingMemoryBound(to: Int8.self)
            var place = start + (plan.places[index] ?? 0)
            if let constant = plan.constantPlaces[index] { place = constants + constant }
            (tensors + index).initialize(to: place)
        }
    }

    deinit {
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

    /// Overwrites all that was computed, of this network and of those that share its memory.
    public func overwrite() { arena.overwrite() }

    /// One layer alone, for measurements; in their order, all of them are `run`.
    public func run(layer index: Int) {
        steps[index].work.run(
            Memory(
                tensors: tensors, scratch: arena.start + steps[index].scratchPlace,
                workers: workers))
    }
}
