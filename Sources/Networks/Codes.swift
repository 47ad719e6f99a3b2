/// A quantised tensor as operators see it: int8 codes, value = scale · (code − zero). The codes of a
/// uint8 tensor are kept less 128, its zero with them.
///
/// - Shape: row-major; images are batch × height × width × channels.
struct Codes {
    let index: Int
    let title: String
    let shape: [Int]
    let scale: Scale
    let zero: Int32
    /// The file has it as uint8: rounding that is not symmetric about 0 goes by code + 128.
    let isUnsigned: Bool
    /// The codes, if they are constant: bytes as in the file.
    let content: Range<Int>?

    var count: Int { shape.reduce(1, *) }
    /// What was taken from the codes of the file.
    var offset: Int32 { isUnsigned ? 128 : 0 }

    init(_ graph: Graph, at index: Int, _ object: String) throws {
        let tensor = graph.tensors[index]
        title = graph.title(index)
        guard tensor.type.isQuantised else {
            throw ModelError(object, "\(title): is \(tensor.type.name), not int8 or uint8")
        }
        guard tensor.scales.count == 1, tensor.zeros.count == 1 else {
            throw ModelError(
                object,
                "\(title): has \(tensor.scales.count) scales and \(tensor.zeros.count) zero points,"
                    + " not one of each")
        }
        guard tensor.scales[0].isUsable else {
            throw ModelError(
                object, "\(title): scale \(tensor.scales[0].text): not 2⁻⁶⁰ ... 2⁶⁰")
        }
        self.index = index
        isUnsigned = tensor.type == .uint8
        let range: ClosedRange<Int64> = isUnsigned ? 0...255 : -128...127
        guard range.contains(tensor.zeros[0]) else {
            throw ModelError(object, "\(title): zero point \(tensor.zeros[0]), not \(range)")
        }
        shape = try Self.checked(tensor.shape, title, object)
        scale = tensor.scales[0]
        zero = Int32(tensor.zeros[0]) - (isUnsigned ? 128 : 0)
        content = tensor.content
        if let content, content.count != count {
            throw ModelError(object, "\(title): \(content.count) bytes for shape \(shape)")
        }
    }

    static func checked(_ shape: [Int], _ title: String, _ object: String) throws -> [Int] {
        var count = 1
        for side in shape {
            guard side >= 1, side <= Site.elementCountMax, shape.count <= 6 else {
                throw ModelError(object, "\(title): shape \(shape): not sizes from 1, 6 at most")
            }
            count *= side
            guard count <= Site.elementCountMax else {
                throw ModelError(
                    object, "\(title): shape \(shape): over \(Site.elementCountMax) elements")
            }
        }
        return shape
    }

    /// The code of a whole number, clamped.
    func code(of number: Int) -> Int8 {
        Int8(clamping: scale.code(of: number, zero: zero))
    }

    func sameNumbers(as other: Codes) -> Bool {
        scale == other.scale && zero == other.zero && isUnsigned == other.isUnsigned
    }
}

/// The constant codes of a convolution, and how they are scaled.
struct Weights {
    let title: String
    let shape: [Int]
    /// One for all channels, or one for each.
    let scales: [Scale]
    let zero: Int32
    let isUnsigned: Bool
    let codes: [Int8]

    init(_ site: Site, at index: Int, rank: Int, channelAxis: Int) throws {
        let tensor = site.graph.tensors[index]
        let title = site.graph.title(index)
        self.title = title
        try site.require(
            tensor.type.isQuantised, "weights, \(title): is \(tensor.type.name), not int8 or uint8")
        guard let content = tensor.content else {
            throw site.fault("weights, \(title): are not constant")
        }
        shape = try Codes.checked(tensor.shape, title, site.object)
        try site.require(
            shape.count == rank, "weights, \(title): have \(shape.count) dimensions, not \(rank)")
        try site.require(
            content.count == shape.reduce(1, *),
            "weights, \(title): \(content.count) bytes for shape \(shape)")
        let channelCount = shape[channelAxis]
        try site.require(
            channelCount <= Graph.channelCountMax,
            "weights, \(title): \(channelCount) channels, \(Graph.channelCountMax) at most")
        // As packed at worst, with 16 bits and sides of multiples of 16, and as in the file.
        let depth = content.count / channelCount
        let padded = ((channelCount + 15) & ~15) * ((depth + 15) & ~15)
        try site.keep(2 * (padded + content.count) + 64 * channelCount, "weights, \(title)")
        try site.require(
            tensor.scales.count == 1
                || (tensor.scales.count == channelCount && tensor.channelAxis == channelAxis),
            "weights, \(title): \(tensor.scales.count) scales along dimension \(tensor.channelAxis)"
                + " for shape \(shape)")
        for scale in tensor.scales {
            try site.require(
                scale.isPositive, "weights, \(title): scale \(scale.text): not above 0")
        }
        scales = tensor.scales
        isUnsigned = tensor.type == .uint8
        let zeros = Set(tensor.zeros)
        let point = zeros.first ?? 0
        try site.require(
            zeros.count <= 1 && (isUnsigned ? 0...255 : -128...127).contains(point),
            "weights, \(title): zero points \(zeros.sorted().prefix(3)): not one for all channels"
                + " that is a code")
        zero = Int32(point) - (isUnsigned ? 128 : 0)
        codes = site.graph.file.codes(content, isUnsigned: isUnsigned)
    }

    /// What makes codes of a convolution's sums at the end.
    enum Ending {
        /// A fused activation, by its field in the options.
        case clamp(field: Int)
        /// What input 3 belongs to.
        case bent(FusedBend)
    }

    /// What a convolution with these weights computes.
    ///
    /// - Parameters:
    ///   - count, depth: output channels, and products of each.
    ///   - bias: the place of the input that holds it.
    func kernel(
        _ site: Site, count: Int, depth: Int, from input: Codes, to output: Codes, bias: Int,
        _ ending: Ending
    ) throws -> KernelModel {
        let activation: Int
        switch ending {
        case .clamp(let field): activation = field
        case .bent(let bend):
            return try bentKernel(
                site, bend, count: count, depth: depth, from: input, to: output, bias: bias)
        }
        // The source rounds the product of a uint8 model's two scales to 32 bits.
        let factors =
            scales.count == 1 && input.isUnsigned
            ? [Scale.roundedFactor(input.scale, scales[0], to: output.scale)]
            : scales.map { Scale.factor(input.scale, $0, to: output.scale) }
        let each = factors.count == 1 ? Array(repeating: factors[0], count: count) : factors
        let range = try site.activationRange(activation, of: output)
        return KernelModel(
            weights: codes, count: count, depth: depth, inputZero: input.zero, weightZero: zero,
            bias: try site.bias(bias, count: count),
            output: Requantization(
                multipliers: each.map(\.multiplier), shifts: each.map(\.shift), zero: output.zero,
                minimum: range.lowerBound, maximum: range.upperBound))
    }
}
