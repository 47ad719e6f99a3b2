/// Which operator a node is, by its number in the schema.
struct OperatorCode: Hashable {
    let number: Int32
    /// Of an operator that is not TensorFlow Lite's own.
    let custom: String

    init(_ table: FlatTable) throws {
        // The older field is a byte; models of either age fill at least the one that they know.
        let old = Int32(try table.number(0, or: Int8(0)))
        let new = try table.number(3, or: Int32(0))
        number = max(old, new)
        custom = try table.text(1)
    }

    var name: String {
        if number == Self.customNumber, Self.own.contains(custom) { return custom }
        if !custom.isEmpty { return "custom \"\(custom)\"" }
        return Self.names[number] ?? "operator code \(number)"
    }

    private static let customNumber: Int32 = 32
    /// Ours, which go by their own name: no other begins like them.
    private static let own: Set = ["KuzetConv2D", "KuzetDepthwiseConv2D"]

    private static let names: [Int32: String] = [
        0: "ADD", 1: "AVERAGE_POOL_2D", 2: "CONCATENATION", 3: "CONV_2D", 4: "DEPTHWISE_CONV_2D",
        5: "DEPTH_TO_SPACE", 6: "DEQUANTIZE", 9: "FULLY_CONNECTED", 11: "L2_NORMALIZATION",
        14: "LOGISTIC", 17: "MAX_POOL_2D", 18: "MUL", 19: "RELU", 20: "RELU_N1_TO_1", 21: "RELU6",
        22: "RESHAPE", 23: "RESIZE_BILINEAR", 25: "SOFTMAX", 26: "SPACE_TO_DEPTH", 28: "TANH",
        32: "CUSTOM", 34: "PAD", 36: "GATHER", 37: "BATCH_TO_SPACE_ND", 38: "SPACE_TO_BATCH_ND",
        39: "TRANSPOSE", 40: "MEAN", 41: "SUB", 42: "DIV", 43: "SQUEEZE", 45: "STRIDED_SLICE",
        47: "EXP", 48: "TOPK_V2", 49: "SPLIT", 53: "CAST", 54: "PRELU", 55: "MAXIMUM",
        56: "ARG_MAX", 57: "MINIMUM", 58: "LESS", 60: "PADV2", 65: "SLICE", 67: "TRANSPOSE_CONV",
        70: "EXPAND_DIMS", 74: "SUM", 75: "SQRT", 76: "RSQRT", 77: "SHAPE", 83: "PACK",
        88: "UNPACK", 97: "RESIZE_NEAREST_NEIGHBOR", 98: "LEAKY_RELU", 101: "ABS", 102: "SPLIT_V",
        114: "QUANTIZE", 117: "HARD_SWISH"
    ]
}
