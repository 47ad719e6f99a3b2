/// One operator of a network, verified, its constants packed: ready to run any number of times.
///
/// To add one: a file in `Operators` with a class that reads its `Site`, and a line in
/// `operatorMakers`. What grows with a number of the model that no tensor in the arena stands for is
/// announced to `Site.keep` before it is made.
protocol Operator: AnyObject, Sendable {
    /// Multiply-accumulates of one run.
    var macCount: Int { get }
    /// Where one run looks at a code more often than once: how often it looks at any. It bounds how
    /// long a hostile model runs.
    var visitCount: Int { get }
    /// Bytes that it needs while it runs.
    var scratchByteCount: Int { get }

    func run(_ memory: Memory)
}

extension Operator {
    var macCount: Int { 0 }
    var visitCount: Int { 0 }
    var scratchByteCount: Int { 0 }
}

/// What makes an operator of its site, by its name in the schema; each throws `ModelError` of what
/// it cannot do.
let operatorMakers: [String: @Sendable (Site) throws -> any Operator] = [
    "ADD": { try Sum($0, otherSign: 1) },
    "AVERAGE_POOL_2D": { try AveragePool($0) },
    "CONCATENATION": { try Concatenation($0) },
    "CONV_2D": { try Convolution($0) },
    "DEPTHWISE_CONV_2D": { try DepthwiseConvolution($0) },
    "EXPAND_DIMS": { try Reshape($0) },
    "FULLY_CONNECTED": { try FullyConnected($0) },
    "HARD_SWISH": { try HardSwish.table($0) },
    "KuzetConv2D": { try Convolution($0, isBent: true) },
    "KuzetDepthwiseConv2D": { try DepthwiseConvolution($0, isBent: true) },
    "LEAKY_RELU": { try Unary.leakyRectifier($0) },
    "LOGISTIC": { try Unary.logistic($0) },
    "MAXIMUM": { try Extreme($0, isMaximum: true) },
    "MAX_POOL_2D": { try MaximumPool($0) },
    "MEAN": { try Mean($0) },
    "MINIMUM": { try Extreme($0, isMaximum: false) },
    "MUL": { try Multiplication($0) },
    "PAD": { try Pad($0) },
    "PADV2": { try Pad($0) },
    "QUANTIZE": { try Unary.quantize($0) },
    "RELU": { try Unary.rectifier($0, .relu) },
    "RELU6": { try Unary.rectifier($0, .relu6) },
    "RELU_N1_TO_1": { try Unary.rectifier($0, .reluN1To1) },
    "RESHAPE": { try Reshape($0) },
    "RESIZE_BILINEAR": { try ResizeBilinear($0) },
    "RESIZE_NEAREST_NEIGHBOR": { try ResizeNearest($0) },
    "SOFTMAX": { try Softmax($0) },
    "SPLIT": { try Split($0) },
    "SQUEEZE": { try Reshape($0) },
    "STRIDED_SLICE": { try StridedSlice($0) },
    "SUB": { try Sum($0, otherSign: -1) },
    "TANH": { try Unary.hyperbolicTangent($0) },
    "TRANSPOSE_CONV": { try TransposedConvolution($0) }
]

/// Where tensors are while a network runs.
struct Memory: @unchecked Sendable {
    /// By tensor index; what no operator touches points nowhere that may be read.
    let tensors: UnsafeMutablePointer<UnsafeMutablePointer<Int8>>
    let scratch: UnsafeMutableRawPointer
    let workers: any Workers

    subscript(codes: Codes) -> UnsafeMutablePointer<Int8> { tensors[codes.index] }
}

/// Threads that share the work of one operator.
public protocol Workers: Sendable {
    /// At least 1.
    var count: Int { get }
    /// Calls `part` with 0 ..< `count`, all at once or one after the other, and waits for all.
    func run(_ part: @Sendable (Int) -> Void)
}

/// The caller's own thread.
public struct LoneWorker: Workers {
    public init() {}
    public var count: Int { 1 }
    public func run(_ part: @Sendable (Int) -> Void) { part(0) }
}
