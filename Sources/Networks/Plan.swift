/// A graph that was verified whole: operators in their order, their tensors laid out.
struct Plan {
    struct Step {
        let name: String
        /// Of its node in the file.
        let number: Int
        let work: any Operator
        let outputShape: [Int]
        /// The tensor that it writes; the first of several.
        let outputIndex: Int
        /// Where in the arena its scratch is.
        var scratchPlace = 0
    }

    /// Operators that turn floating point inputs into codes, and codes into floating point outputs:
    /// they are left out, what is inside them is the network.
    private struct Boundary {
        private(set) var nodes: Set<Int> = []
        /// The codes that stand for an input or an output, by its tensor.
        private(set) var behind: [Int: Int] = [:]
        private(set) var before: [Int: Int] = [:]

        init(_ graph: Graph) {
            var readerCounts: [Int: Int] = [:]
            for node in graph.nodes {
                for index in Set(node.inputs) { readerCounts[index, default: 0] += 1 }
            }
            let (inputs, outputs) = (Set(graph.inputs), Set(graph.outputs))
            for (number, node) in graph.nodes.enumerated()
            where node.inputs.count == 1 && node.outputs.count == 1 {
                let (input, output) = (node.inputs[0], node.outputs[0])
                guard input >= 0 else { continue }
                if node.code.name == "QUANTIZE", inputs.contains(input), readerCounts[input] == 1,
                    graph.tensors[input].type == .float32
                {
                    nodes.insert(number)
                    behind[input] = output
                }
                if node.code.name == "DEQUANTIZE", outputs.contains(output),
                    graph.tensors[output].type == .float32
                {
                    nodes.insert(number)
                    before[output] = input
                }
            }
        }
    }

    let steps: [Step]
    let inputs: [Codes]
    let outputs: [Codes]
    /// By tensor index: where in the arena its codes are; nil if it is a constant or not needed.
    let places: [Int?]
    /// The codes of constants that operators read when they run, one after the other, and where
    /// each begins.
    let constants: [Int8]
    let constantPlaces: [Int: Int]
    let arenaByteCount: Int
    /// Multiply-accumulates, and looks at codes, of one run: how long it takes, more or less.
    let workCount: Int

    /// No network of a venue's board is larger; a hostile one is refused before it is run.
    static let arenaByteCountMax = 1 << 26
    static let macCountMax = 1 << 36
    /// Codes that operators look at, each as often as they do.
    static let visitCountMax = 1 << 34
    /// Weights, constants and tables.
    static let keptByteCountMax = 1 << 28

    init(_ graph: Graph, workerCount: Int) throws {
        let boundary = Boundary(graph)
        try Self.checkOperators(graph, skipped: boundary.nodes)
        var steps: [Step] = []
        var sites: [Site] = []
        var (macCount, visitCount, keptByteCount) = (0, 0, 0)
        for (number, node) in graph.nodes.enumerated()
        where !boundary.nodes.contains(number) {
            let site = Site(
                graph: graph, number: number, node: node, workerCount: workerCount,
                keptByteCountMax: Self.keptByteCountMax - keptByteCount)
            guard let make = operatorMakers[node.code.name] else { continue }
            let work: any Operator
            do {
                work = try make(site)
            } catch let fault as FlatBuffer.Fault {
                throw site.fault("read its options: \(fault)")
            }
            // Every operator takes one at least.
            try site.requireAllOutputsTaken()
            keptByteCount += site.keptByteCount
            visitCount += work.visitCount + site.codeCount
            guard visitCount <= Self.visitCountMax else {
                throw site.fault("over \(Self.visitCountMax) looks at codes until here")
            }
            macCount += work.macCount
            guard macCount <= Self.macCountMax else {
                throw site.fault("over \(Self.macCountMax) multiply-accumulates until here")
            }
            sites.append(site)
            steps.append(
                Step(
                    name: node.code.name, number: number, work: work,
                    outputShape: graph.tensors[node.outputs[0]].shape,
                    outputIndex: node.outputs[0]))
        }
        let inputs = try graph.inputs.map { index in
            try Codes(graph, at: boundary.behind[index] ?? index, "inputs")
        }
        let outputs = try graph.outputs.map { index in
            try Codes(graph, at: boundary.before[index] ?? index, "outputs")
        }
        (places, arenaByteCount) = try Self.layOut(graph, &steps, sites, inputs, outputs)
        self.steps = steps
        self.inputs = inputs
        self.outputs = outputs
        workCount = macCount + visitCount
        (constants, constantPlaces) = try Self.gather(
            sites.flatMap(\.reads) + outputs, graph.file)
    }

    /// All that cannot be done, at once.
    private static func checkOperators(_ graph: Graph, skipped: Set<Int>) throws {
        var counts: [String: Int] = [:]
        for (number, node) in graph.nodes.enumerated()
        where !skipped.contains(number) && operatorMakers[node.code.name] == nil {
            counts[node.code.name, default: 0] += 1
        }
        guard counts.isEmpty else {
            let list = counts.keys.sorted().map { "\($0) (\(counts[$0] ?? 0))" }
            throw ModelError("file", "unsupported operators: \(list.joined(separator: ", "))")
        }
    }

    // MARK: Memory

    private static func layOut(
        _ graph: Graph, _ steps: inout [Step], _ sites: [Site], _ inputs: [Codes],
        _ outputs: [Codes]
    ) throws -> ([Int?], Int) {
        var firsts: [Int?] = Array(repeating: nil, count: graph.tensors.count)
        var lasts = Array(repeating: 0, count: graph.tensors.count)
        for input in inputs { firsts[input.index] = 0 }
        for (step, site) in sites.enumerated() {
            for index in site.node.inputs where index >= 0 { lasts[index] = step }
            for index in site.node.outputs {
                firsts[index] = step
                lasts[index] = step
            }
        }
        for output in outputs { lasts[output.index] = max(steps.count - 1, 0) }

        var buffers: [Arena.Buffer] = []
        var tensors: [Int] = []
        for index in graph.tensors.indices {
            guard let first = firsts[index] else { continue }
            let codes = try Codes(graph, at: index, "memory")
            buffers.append(.init(byteCount: codes.count, steps: first...max(first, lasts[index])))
            tensors.append(index)
        }
        for (step, site) in steps.enumerated() {
            buffers.append(.init(byteCount: site.work.scratchByteCount, steps: step...step))
        }
        let total = buffers.reduce(0) { $0 + $1.byteCount }
        guard buffers.count <= 1 << 14, total <= 1 << 34 else {
            throw ModelError("memory", "\(buffers.count) buffers of \(total) bytes are too many")
        }
        let arena = Arena(buffers)
        guard arena.byteCount <= arenaByteCountMax else {
            throw ModelError(
                "memory", "\(arena.byteCount) bytes at once, \(arenaByteCountMax) at most")
        }
        var places: [Int?] = Array(repeating: nil, count: graph.tensors.count)
        for (buffer, index) in tensors.enumerated() { places[index] = arena.offsets[buffer] }
        for step in steps.indices { steps[step].scratchPlace = arena.offsets[tensors.count + step] }
        return (places, arena.byteCount)
    }

    private static func gather(_ reads: [Codes], _ file: FlatBuffer) throws
        -> ([Int8], [Int: Int])
    {
        var constants: [Int8] = []
        var places: [Int: Int] = [:]
        for codes in reads {
            guard let content = codes.content, places[codes.index] == nil else { continue }
            places[codes.index] = constants.count
            guard content.count <= keptByteCountMax - constants.count else {
                throw ModelError("memory", "constants have over \(keptByteCountMax) bytes")
            }
            constants += file.codes(content, isUnsigned: codes.isUnsigned)
        }
        return (constants, places)
    }
}
