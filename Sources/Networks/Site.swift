/// Where an operator stands in a graph: what goes in and out of it, verified on the way.
final class Site {
    let graph: Graph
    let number: Int
    let node: Graph.Node
    /// Threads that will share its work.
    let workerCount: Int
    /// Tensors that are read when it runs; constants that it packs when it is made are not.
    private(set) var reads: [Codes] = []
    /// Of the inputs and outputs that it took, how many codes there are.
    private(set) var codeCount = 0
    private var takenOutputs: Set<Int> = []
    /// What it holds as long as the network lives.
    private(set) var keptByteCount = 0
    private let keptByteCountMax: Int

    init(graph: Graph, number: Int, node: Graph.Node, workerCount: Int, keptByteCountMax: Int) {
        self.graph = graph
        self.number = number
        self.node = node
        self.workerCount = workerCount
        self.keptByteCountMax = keptByteCountMax
    }

    static let elementCountMax = 1 << 28
    /// Sides of images that are resized: there are tables as long as they are.
    static let resizedSideMax = 1 << 13

    var object: String { "operator \(number) \(node.code.name)" }

    func fault(_ cause: String) -> ModelError { ModelError(object, cause) }

    func require(_ condition: Bool, _ cause: @autoclosure () -> String) throws {
        if !condition { throw fault(cause()) }
    }

    /// Before an operator makes something as large as the model says.
    func keep(_ byteCount: Int, _ what: String) throws {
        try require(
            byteCount <= keptByteCountMax - keptByteCount,
            "\(what): \(byteCount) bytes, \(keptByteCountMax - keptByteCount) of all that may be"
                + " kept are left")
        keptByteCount += byteCount
    }

    func requireAllOutputsTaken() throws {
        try require(
            takenOutputs.count == node.outputs.count,
            "has \(node.outputs.count) outputs, not \(takenOutputs.count)")
    }

    // MARK: Tensors

    var inputCount: Int { node.inputs.count }

    func hasInput(_ place: Int) -> Bool {
        node.inputs.indices.contains(place) && node.inputs[place] >= 0
    }

    /// A quantised input with one scale.
    func input(_ place: Int, rank: Int? = nil) throws -> Codes {
        let codes = try Codes(graph, at: index(place), object)
        try check(codes, rank)
        if let content = codes.content { try keep(content.count, codes.title) }
        reads.append(codes)
        codeCount += codes.count
        return codes
    }

    /// The only output, or one of several.
    func output(_ place: Int = 0, rank: Int? = nil) throws -> Codes {
        try require(node.outputs.indices.contains(place), "has \(node.outputs.count) outputs")
        let codes = try Codes(graph, at: node.outputs[place], object)
        try check(codes, rank)
        if takenOutputs.insert(place).inserted { codeCount += codes.count }
        return codes
    }

    private func check(_ codes: Codes, _ rank: Int?) throws {
        guard let rank, codes.shape.count != rank else { return }
        throw fault("\(codes.title): has \(codes.shape.count) dimensions, not \(rank)")
    }

    /// A constant input with codes, and a scale for each channel or for all.
    func weights(_ place: Int, rank: Int, channelAxis: Int) throws -> Weights {
        try Weights(self, at: index(place), rank: rank, channelAxis: channelAxis)
    }

    /// A constant vector of whole numbers.
    func integers(_ place: Int, _ what: String, countMax: Int = 2 * Graph.rankMax) throws -> [Int] {
        let index = try index(place)
        let tensor = graph.tensors[index]
        let size = tensor.type.byteCount
        try require(
            tensor.type == .int32 || tensor.type == .int64,
            "\(what), \(graph.title(index)): is \(tensor.type.name), not int32")
        guard let content = tensor.content else {
            throw fault("\(what), \(graph.title(index)): is not constant")
        }
        let title = "\(what), \(graph.title(index))"
        let shape = try Codes.checked(tensor.shape, title, object)
        try require(
            content.count == size * shape.reduce(1, *),
            "\(title): \(content.count) bytes for shape \(shape) of \(tensor.type.name)")
        try require(
            content.count / size <= countMax,
            "\(title): has \(content.count / size) numbers, \(countMax) at most")
        return try stride(from: content.lowerBound, to: content.upperBound, by: size).map {
            size == 4
                ? Int(try graph.file.number(at: $0, as: Int32.self))
                : Int(try graph.file.number(at: $0, as: Int64.self))
        }
    }

    /// A constant vector of `count` numbers with a point, each above 0.
    func floats(_ place: Int, _ what: String, count: Int) throws -> [UInt32] {
        let index = try index(place)
        let (tensor, title) = (graph.tensors[index], "\(what), \(graph.title(index))")
        try require(tensor.type == .float32, "\(title): is \(tensor.type.name), not float32")
        guard let content = tensor.content else { throw fault("\(title): is not constant") }
        try require(
            tensor.shape == [count], "\(title): shape \(tensor.shape), not [\(count)]")
        try require(
            content.count == 4 * count, "\(title): \(content.count) bytes for shape [\(count)]")
        return try stride(from: content.lowerBound, to: content.upperBound, by: 4).map {
            try graph.file.number(at: $0, as: UInt32.self)
        }
    }

    /// The same, of scales.
    func scales(_ place: Int, _ what: String, count: Int) throws -> [Scale] {
        let bits = try floats(place, what, count: count)
        let title = "\(what), \(graph.title(try index(place)))"
        return try bits.map {
            let scale = Scale(bitPattern: $0)
            try require(scale.isPositive, "\(title): \(scale.text) is not above 0 and finite")
            return scale
        }
    }

    /// One number for each of `count` channels; zeros if there is none.
    func bias(_ place: Int, count: Int) throws -> [Int32] {
        guard hasInput(place) else { return Array(repeating: 0, count: count) }
        let values = try integers(place, "bias", countMax: Graph.channelCountMax)
        try require(values.count == count, "bias: has \(values.count) numbers, not \(count)")
        return values.map(Int32.init(truncatingIfNeeded:))
    }

    private func index(_ place: Int) throws -> Int {
        guard hasInput(place) else { throw fault("input \(place): is missing") }
        return node.inputs[place]
    }

    // MARK: Options

    func option(_ field: Int, or absent: Int = 0) throws -> Int {
        Int(try node.options?.number(field, or: Int32(absent)) ?? Int32(absent))
    }

    func byteOption(_ field: Int, or absent: Int8 = 0) throws -> Int8 {
        try node.options?.number(field, or: absent) ?? absent
    }

    func isSet(_ field: Int) throws -> Bool { try node.options?.isSet(field) ?? false }

    /// A stride or the like: 1 ... 1024.
    func positive(_ field: Int, _ what: String, or absent: Int = 0) throws -> Int {
        let value = try option(field, or: absent)
        try require(1...1024 ~= value, "\(what): is \(value), not 1 ... 1024")
        return value
    }

    /// The codes that a fused activation leaves: `clamp` of the output.
    func activationRange(_ field: Int, of output: Codes) throws -> ClosedRange<Int8> {
        let number = try byteOption(field)
        guard let activation = FusedActivation(rawValue: number) else {
            throw fault("fused activation \(number): not NONE, RELU, RELU_N1_TO_1 or RELU6")
        }
        return activation.range(of: output)
    }
}

/// What an operator does to its results at the end; numbered as in the schema.
enum FusedActivation: Int8 {
    case none, relu, reluN1To1, relu6

    func range(of output: Codes) -> ClosedRange<Int8> {
        switch self {
        case .none: Int8.min...Int8.max
        case .relu: output.code(of: 0)...Int8.max
        case .reluN1To1: output.code(of: -1)...max(output.code(of: -1), output.code(of: 1))
        case .relu6: output.code(of: 0)...max(output.code(of: 0), output.code(of: 6))
        }
    }
}
