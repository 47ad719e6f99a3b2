/// What the elements of a tensor are; numbered as in the schema.
enum TensorType: Equatable {
    case float32, int32, uint8, int64, int8
    case other(Int8)

    init(number: Int8) {
        switch number {
        case 0: self = .float32
        case 2: self = .int32
        case 3: self = .uint8
        case 4: self = .int64
        case 9: self = .int8
        default: self = .other(number)
        }
    }

    var isQuantised: Bool { self == .int8 || self == .uint8 }

    var name: String {
        switch self {
        case .float32: "float32"
        case .int32: "int32"
        case .uint8: "uint8"
        case .int64: "int64"
        case .int8: "int8"
        case .other(let number): "type \(number)"
        }
    }

    var byteCount: Int {
        switch self {
        case .float32, .int32: 4
        case .int64: 8
        case .uint8, .int8, .other: 1
        }
    }
}
