/// One operator of a network, verified, its constants packed: ready to run any number of times.
///
/// To add one: a file in `Operators` with a class that reads its `Site`, and a line in
/// `operatorTypes`. What grows with a number of the model that no tensor in the arena stands for is
/// announced to `Site.keep` before it is made.
protocol Operator: AnyObject, Sendable {
    /// - Throws: `ModelError` of what the site holds that this operator cannot do.
    init(_ site: Site) throws

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

/// Which class does which operator, by its name in the schema.
let operatorTypes: [String: any Operator.Type] = [
    "ADD": Addition.self,
    "AVERAGE_POOL_2D": AveragePool.self,
    "CONCATENATION": Concatenation.self,
    "CONV_2D": Convolution.self,
    "DEPTHWISE_CONV_2D": DepthwiseConvolution.self,
    "EXPAND_DIMS": Reshape.self,
    "FULLY_CONNECTED": FullyConnected.self,
    "HARD_SWISH": HardSwish.self,
    "LEAKY_RELU": LeakyReLU.self,
    "LOGISTIC": Logistic.self,
    "MAXIMUM": Maximum.self,
    "MAX_POOL_2D": MaximumPool.self,
    "MEAN": Mean.self,
    "MINIMUM": Minimum.self,
    "MUL": Multiplication.self,
    "PAD": Pad.self,
    "PADV2": Pad.self,
    "QUANTIZE": Quantize.self,
    "RELU": ReLU.self,
    "RELU6": ReLU6.self,
    "RELU_N1_TO_1": ReLUN1To1.self,
    "RESHAPE": Reshape.self,
    "RESIZE_BILINEAR": ResizeBilinear.self,
    "RESIZE_NEAREST_NEIGHBOR": ResizeNearest.self,
    "SOFTMAX": Softmax.self,
    "SPLIT": Split.self,
    "SQUEEZE": Reshape.self,
    "STRIDED_SLICE": StridedSlice.self,
    "SUB": Subtraction.self,
    "TANH": HyperbolicTangent.self,
    "TRANSPOSE_CONV": TransposedConvolution.self
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
