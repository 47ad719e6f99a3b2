/// What a `.tflite` file says: tensors, and operators in the order in which they run. Nothing of it
/// is checked yet but that it can be read.
///
/// - Source: TensorFlow Lite, `schema.fbs`, version 3; field numbers are the order of its fields.
struct Graph {
    /// A tensor's name, shape and numbers, as in the file.
    struct Tensor {
        var name: String
        var shape: [Int]
        var type: TensorType
        /// One for all, or one for each channel.
        var scales: [Scale]
        var zeros: [Int64]
        /// The dimension that `scales` runs along.
        var channelAxis: Int
        /// Where in the file its content is; nil if it is computed.
        var content: Range<Int>?
    }

    struct Node {
        var code: OperatorCode
        /// Tensors by index; −1 is an optional one that is not there.
        var inputs: [Int]
        var outputs: [Int]
        var options: FlatTable?
        /// Of an operator that is not the schema's: where in the file they are.
        var customOptions: Range<Int>?
    }

    var tensors: [Tensor]
    var nodes: [Node]
    var inputs: [Int]
    var outputs: [Int]
    let file: FlatBuffer

    /// No network of ours has a tenth of any of these; what grows with their square stays below a
    /// second.
    static let byteCountMax = 1 << 26
    static let partCountMax = 1 << 13
    static let operandCountMax = 1 << 16
    static let channelCountMax = 1 << 16
    static let rankMax = 8

    private static let identifier = Array("TFL3".utf8)

    /// - Throws: `ModelError` of object "file", or of a tensor or operator.
    init(bytes: UnsafeRawBufferPointer) throws {
        file = FlatBuffer(bytes: bytes)
        guard bytes.count <= Self.byteCountMax else {
            throw ModelError("file", "read: \(bytes.count) bytes: \(Self.byteCountMax) at most")
        }
        guard bytes.count >= 8, Array(bytes[4..<8]) == Self.identifier else {
            throw ModelError("file", "read: not a TFLite model: \"TFL3\" is not at byte 4")
        }
        do {
            let model = try file.root()
            let version = try model.number(0, or: UInt32(0))
            guard version == 3 else {
                throw ModelError("file", "read: schema version \(version), not 3")
            }
            let most = Self.partCountMax
            let graphs = try model.tables(2, "subgraphs", most: most)
            guard graphs.count == 1 else {
                throw ModelError("file", "read: \(graphs.count) subgraphs, not 1")
            }
            let codes = try model.tables(1, "operator codes", most: most).map(OperatorCode.init)
            // Beside those of tensors, there are empty ones and those of metadata.
            let buffers = try model.tables(4, "buffers", most: 2 * most).map { try $0.bytes(0) }
            tensors = try graphs[0].tables(0, "tensors", most: most).map {
                try Self.tensor($0, buffers)
            }
            inputs = try graphs[0].numbers(1, as: Int32.self, "inputs", most: most).map(Int.init)
            outputs = try graphs[0].numbers(2, as: Int32.self, "outputs", most: most).map(
                Int.init)
            nodes = []
            for (index, table) in try graphs[0].tables(3, "operators", most: most).enumerated() {
                nodes.append(try Self.node(table, index, codes))
            }
        } catch let FlatBuffer.Fault.outside(offset, length, byteCount) {
            throw ModelError(
                "file", "read: \(length) bytes at \(offset) are wanted, it has \(byteCount)")
        } catch FlatBuffer.Fault.overdrawn(let byteCount) {
            throw ModelError(
                "file", "read: its vectors overlap: they are over 4 times its \(byteCount) bytes")
        } catch let FlatBuffer.Fault.crowded(what, count, most) {
            throw ModelError("file", "read: \(count) \(what): \(most) at most")
        }
        try checkCounts()
        try checkReferences()
    }

    private static func tensor(_ table: FlatTable, _ buffers: [Range<Int>?]) throws -> Tensor {
        let name = try table.text(3)
        let number = try table.number(1, or: Int8(0))
        let buffer = Int(try table.number(2, or: UInt32(0)))
        guard buffers.indices.contains(buffer) else {
            throw ModelError(
                "tensor \"\(name)\"", "read: buffer \(buffer) of \(buffers.count)")
        }
        let quantization = try table.table(4)
        let content = buffers[buffer].flatMap { $0.isEmpty ? nil : $0 }
        let title = "tensor \"\(name)\""
        let (shape, scales, zeros) = (
            try table.numbers(0, as: Int32.self, "dimensions of \(title)", most: rankMax),
            try quantization?.numbers(
                2, as: UInt32.self, "scales of \(title)", most: channelCountMax),
            try quantization?.numbers(
                3, as: Int64.self, "zero points of \(title)", most: channelCountMax)
        )
        return Tensor(
            name: name, shape: shape.map(Int.init), type: TensorType(number: number),
            scales: (scales ?? []).map(Scale.init(bitPattern:)), zeros: zeros ?? [],
            channelAxis: Int(try quantization?.number(6, or: Int32(0)) ?? 0), content: content)
    }

    private static func node(_ table: FlatTable, _ index: Int, _ codes: [OperatorCode]) throws
        -> Node
    {
        let code = Int(try table.number(0, or: UInt32(0)))
        guard codes.indices.contains(code) else {
            throw ModelError("operator \(index)", "read: code \(code) of \(codes.count)")
        }
        return Node(
            code: codes[code],
            inputs: try table.numbers(
                1, as: Int32.self, "inputs of operator \(index)", most: partCountMax
            ).map(Int.init),
            outputs: try table.numbers(
                2, as: Int32.self, "outputs of operator \(index)", most: partCountMax
            ).map(Int.init),
            options: try table.table(4), customOptions: try table.bytes(5))
    }

    private func checkCounts() throws {
        let operandCount = nodes.reduce(0) { $0 + $1.inputs.count + $1.outputs.count }
        guard operandCount <= Self.operandCountMax else {
            throw ModelError(
                "file",
                "read: \(operandCount) operands of operators: \(Self.operandCountMax) at most")
        }
        guard !inputs.isEmpty, !outputs.isEmpty else {
            throw ModelError("file", "read: \(inputs.count) inputs and \(outputs.count) outputs")
        }
    }

    /// Every tensor that is named exists, and each has at most one operator that makes it.
    private func checkReferences() throws {
        var isMade = tensors.map { $0.content != nil }
        for index in inputs {
            guard tensors.indices.contains(index) else {
                throw ModelError("inputs", "read: tensor \(index) of \(tensors.count)")
            }
            guard !isMade[index] else {
                throw ModelError(title(index), "take it for an input: it is one, or a constant")
            }
            isMade[index] = true
        }
        for (number, node) in nodes.enumerated() {
            let object = "operator \(number) \(node.code.name)"
            for index in node.inputs where index != -1 {
                guard tensors.indices.contains(index) else {
                    throw ModelError(object, "read its inputs: tensor \(index) of \(tensors.count)")
                }
                guard isMade[index] else {
                    throw ModelError(object, "read its inputs: nothing made \(title(index)) before")
                }
            }
            for index in node.outputs {
                guard tensors.indices.contains(index) else {
                    throw ModelError(
                        object, "read its outputs: tensor \(index) of \(tensors.count)")
                }
                guard !isMade[index] else {
                    throw ModelError(object, "read its outputs: \(title(index)) is made already")
                }
                isMade[index] = true
            }
        }
        for index in outputs {
            guard tensors.indices.contains(index) else {
                throw ModelError("outputs", "read: tensor \(index) of \(tensors.count)")
            }
            guard isMade[index] else {
                throw ModelError("outputs", "read: nothing makes \(title(index))")
            }
        }
    }

    func title(_ index: Int) -> String { "tensor \(index) \"\(tensors[index].name)\"" }
}
