/// A small `.tflite` model made here, to be written as the bytes of a file.
///
/// - Source: TensorFlow Lite, `schema.fbs`, version 3. Which union member an operator's options are
///   is left out: its code says so.
package struct ModelFile {
    package struct Tensor {
        /// As in the schema.
        package enum Kind: Int8 {
            case float32 = 0
            case int32 = 2
            case uint8 = 3
            case int64 = 4
            case int8 = 9
        }

        package var name = ""
        package var shape: [Int]
        package var kind: Kind
        package var scales: [Float] = []
        package var zeros: [Int64] = []
        /// The dimension that several scales run along.
        package var channelAxis = 0
        /// nil if it is computed.
        package var content: [UInt8]?

        package init(
            name: String = "", shape: [Int], kind: Kind, scales: [Float] = [], zeros: [Int64] = [],
            channelAxis: Int = 0, content: [UInt8]? = nil
        ) {
            self.name = name
            self.shape = shape
            self.kind = kind
            self.scales = scales
            self.zeros = zeros
            self.channelAxis = channelAxis
            self.content = content
        }
    }

    package struct Node {
        package var code: Int32
        package var custom = ""
        /// By index; −1 is one that is left out.
        package var inputs: [Int]
        package var outputs: [Int]
        package var options: FlatWriter.Table = [:]
        /// Of an operator that is not the schema's; nil if there are none.
        package var customOptions: [UInt8]?

        package init(
            code: Int32, custom: String = "", inputs: [Int], outputs: [Int],
            options: FlatWriter.Table = [:], customOptions: [UInt8]? = nil
        ) {
            self.code = code
            self.custom = custom
            self.inputs = inputs
            self.outputs = outputs
            self.options = options
            self.customOptions = customOptions
        }
    }

    package var tensors: [Tensor] = []
    package var nodes: [Node] = []
    package var inputs: [Int] = []
    package var outputs: [Int] = []

    package init() {}

    /// - Returns: the index of the new tensor.
    package mutating func add(_ tensor: Tensor) -> Int {
        tensors.append(tensor)
        if tensors[tensors.count - 1].name.isEmpty {
            tensors[tensors.count - 1].name = "t\(tensors.count - 1)"
        }
        return tensors.count - 1
    }

    /// A constant vector of whole numbers.
    package mutating func add(integers: [Int32]) -> Int {
        add(
            Tensor(
                shape: [integers.count], kind: .int32,
                content: integers.flatMap { FlatWriter.little(UInt32(bitPattern: $0)) }))
    }

    /// A constant vector of numbers with a point.
    package mutating func add(units: [Float]) -> Int {
        add(
            Tensor(
                shape: [units.count], kind: .float32,
                content: units.flatMap { FlatWriter.little($0.bitPattern) }))
    }

    package func bytes() -> [UInt8] {
        // Buffer 0 is what has no content.
        var buffers: [FlatWriter.Table] = [[:]]
        var tensorTables: [FlatWriter.Table] = []
        for tensor in tensors {
            var table: FlatWriter.Table = [
                0: .int32s(tensor.shape.map { Int32(truncatingIfNeeded: $0) }),
                1: .int8(tensor.kind.rawValue), 3: .text(tensor.name)
            ]
            if let content = tensor.content {
                table[2] = .int32(Int32(buffers.count))
                buffers.append([0: .bytes(content)])
            }
            if !tensor.scales.isEmpty {
                table[4] = .table([
                    2: .floats(tensor.scales), 3: .int64s(tensor.zeros),
                    6: .int32(Int32(tensor.channelAxis))
                ])
            }
            tensorTables.append(table)
        }
        let codes = nodes.map { node -> FlatWriter.Table in
            // Old readers look at a byte, new ones at 32 bits.
            var table: FlatWriter.Table = [
                0: .int8(Int8(clamping: node.code)), 3: .int32(node.code)
            ]
            if !node.custom.isEmpty { table[1] = .text(node.custom) }
            return table
        }
        let nodeTables = nodes.enumerated().map { index, node -> FlatWriter.Table in
            var table: FlatWriter.Table = [
                0: .int32(Int32(index)), 1: .int32s(node.inputs.map(Int32.init)),
                2: .int32s(node.outputs.map(Int32.init)), 4: .table(node.options)
            ]
            if let options = node.customOptions { table[5] = .bytes(options) }
            return table
        }
        let graph: FlatWriter.Table = [
            0: .tables(tensorTables), 1: .int32s(inputs.map(Int32.init)),
            2: .int32s(outputs.map(Int32.init)), 3: .tables(nodeTables)
        ]
        return FlatWriter.file(
            [0: .int32(3), 1: .tables(codes), 2: .tables([graph]), 4: .tables(buffers)],
            identifier: "TFL3")
    }
}

/// Writes FlatBuffers: a table first, then what its fields point to, so that all offsets are forward.
package struct FlatWriter {
    /// By the number of the field in the schema.
    package typealias Table = [Int: Value]

    package indirect enum Value {
        case int8(Int8)
        case int32(Int32)
        case float(Float)
        case text(String)
        case bytes([UInt8])
        case int32s([Int32])
        case int64s([Int64])
        case floats([Float])
        case table(Table)
        case tables([Table])
    }

    private var bytes: [UInt8]

    package static func file(_ root: Table, identifier: String) -> [UInt8] {
        var writer = FlatWriter(bytes: [0, 0, 0, 0] + Array(identifier.utf8))
        writer.point(0, to: writer.write(root))
        return writer.bytes
    }

    package static func little<Number: FixedWidthInteger & UnsignedInteger>(_ number: Number)
        -> [UInt8]
    {
        (0..<Number.bitWidth / 8).map { UInt8(truncatingIfNeeded: number >> Number(8 * $0)) }
    }

    /// - Returns: where the table begins.
    private mutating func write(_ table: Table) -> Int {
        let fieldCount = (table.keys.max() ?? -1) + 1
        align(4)
        let index = bytes.count
        bytes += Self.little(UInt16(4 + 2 * fieldCount))
        bytes += Self.little(UInt16(4 + 4 * table.count))
        var offset: UInt16 = 4
        for field in 0..<fieldCount {
            bytes += Self.little(table[field] == nil ? 0 : offset)
            if table[field] != nil { offset += 4 }
        }
        align(4)
        let start = bytes.count
        bytes += Self.little(UInt32(start - index))
        bytes += [UInt8](repeating: 0, count: 4 * table.count)
        var place = start + 4
        for field in table.keys.sorted() {
            guard let value = table[field] else { continue }
            write(value, at: place)
            place += 4
        }
        return start
    }

    /// Every field takes four bytes: a number, or an offset to what follows.
    private mutating func write(_ value: Value, at place: Int) {
        switch value {
        case .int8(let number): put(UInt32(UInt8(bitPattern: number)), at: place)
        case .int32(let number): put(UInt32(bitPattern: number), at: place)
        case .float(let number): put(number.bitPattern, at: place)
        case .text(let text):
            point(place, to: write(Array(text.utf8), count: text.utf8.count, size: 1))
            bytes.append(0)
        case .bytes(let content):
            point(place, to: write(content, count: content.count, size: 16))
        case .int32s(let numbers):
            let content = numbers.flatMap { Self.little(UInt32(bitPattern: $0)) }
            point(place, to: write(content, count: numbers.count, size: 4))
        case .int64s(let numbers):
            let content = numbers.flatMap { Self.little(UInt64(bitPattern: $0)) }
            point(place, to: write(content, count: numbers.count, size: 8))
        case .floats(let numbers):
            let content = numbers.flatMap { Self.little($0.bitPattern) }
            point(place, to: write(content, count: numbers.count, size: 4))
        case .table(let table):
            point(place, to: write(table))
        case .tables(let tables):
            let none = [UInt8](repeating: 0, count: 4 * tables.count)
            let vector = write(none, count: tables.count, size: 4)
            point(place, to: vector)
            for (index, table) in tables.enumerated() {
                point(vector + 4 + 4 * index, to: write(table))
            }
        }
    }

    /// A vector whose elements begin at a multiple of `size`.
    private mutating func write(_ content: [UInt8], count: Int, size: Int) -> Int {
        while (bytes.count + 4) % max(size, 4) != 0 { bytes.append(0) }
        let start = bytes.count
        bytes += Self.little(UInt32(count)) + content
        return start
    }

    private mutating func align(_ size: Int) {
        while bytes.count % size != 0 { bytes.append(0) }
    }

    private mutating func point(_ place: Int, to target: Int) {
        put(UInt32(target - place), at: place)
    }

    private mutating func put(_ word: UInt32, at place: Int) {
        bytes.replaceSubrange(place..<place + 4, with: Self.little(word))
    }
}
