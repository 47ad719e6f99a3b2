import Frames
import Networks

/// A network of MobileNetV2's shape, a thirtieth of its size, with random weights: every machine has
/// it without a file. Scales are chosen so that codes spread over their range, as in a trained one.
///
/// - Source: Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks", CVPR 2018,
///   table 2.
package struct MadeNetwork {
    private var file = ModelFile()
    private let kind: ModelFile.Tensor.Kind
    private var random: SplitMix64
    /// What was made last.
    private var last = 0
    private var shape = [1, 96, 96, 3]

    package static func mobileNet(_ kind: ModelFile.Tensor.Kind) -> [UInt8] {
        var network = MadeNetwork(kind)
        network.convolve(.full, to: 16, filter: 3, stride: 2)
        let blocks = [(24, 2), (24, 1), (33, 2), (33, 1), (64, 2), (64, 1)]
        for (channelCount, stride) in blocks {
            network.bottleneck(to: channelCount, stride: stride)
        }
        network.convolve(.full, to: 256, filter: 1, stride: 1)
        network.classify(into: 10)
        return network.file.bytes()
    }

    /// Random codes for all inputs of any network.
    package static func input(of network: Network) -> [UInt8] {
        var random = SplitMix64(seed: 3)
        let byteCount = network.inputs.reduce(0) { $0 + $1.count }
        return (0..<byteCount).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    }

    private init(_ kind: ModelFile.Tensor.Kind) {
        self.kind = kind
        random = SplitMix64(seed: kind == .int8 ? 8 : 7)
        last = file.add(codes(shape, scale: 1 / 64, zero: 0))
        file.inputs = [last]
    }

    private enum Reach {
        /// Over all channels.
        case full
        case depthwise
    }

    /// - Parameter isLinear: without ReLU6.
    private mutating func convolve(
        _ reach: Reach, to channelCount: Int, filter: Int, stride: Int, isLinear: Bool = false
    ) {
        let isFull = reach == .full
        let depth = (isFull ? shape[3] : 1) * filter * filter
        let weights = weights(
            isFull
                ? [channelCount, filter, filter, shape[3]] : [1, filter, filter, channelCount],
            channelAxis: isFull ? 0 : 3, depth: depth)
        let bias = bias(channelCount, depth: depth)
        shape = [
            1, (shape[1] + stride - 1) / stride, (shape[2] + stride - 1) / stride, channelCount
        ]
        let output = file.add(
            isLinear
                ? codes(shape, scale: 1 / 24, zero: 3) : codes(shape, scale: 6 / 255, zero: -128))
        let activation = FlatWriter.Value.int8(isLinear ? 0 : 3)
        var options: FlatWriter.Table = [
            0: .int8(0), 1: .int32(Int32(stride)), 2: .int32(Int32(stride)), 3: activation
        ]
        if !isFull {
            options[3] = .int32(1)
            options[4] = activation
        }
        file.nodes.append(
            .init(
                code: isFull ? 3 : 4, inputs: [last, weights, bias], outputs: [output],
                options: options))
        last = output
    }

    /// Six times as many channels, filtered one by one, and brought together again; added to what
    /// went in where that has the same shape.
    private mutating func bottleneck(to channelCount: Int, stride: Int) {
        let (input, inputShape) = (last, shape)
        convolve(.full, to: 6 * shape[3], filter: 1, stride: 1)
        convolve(.depthwise, to: shape[3], filter: 3, stride: stride)
        convolve(.full, to: channelCount, filter: 1, stride: 1, isLinear: true)
        guard shape == inputShape else { return }
        let sum = file.add(codes(shape, scale: 1 / 20, zero: -2))
        file.nodes.append(.init(code: 0, inputs: [input, last], outputs: [sum]))
        last = sum
    }

    private mutating func classify(into classCount: Int) {
        let depth = shape[3]
        let mean = file.add(codes([1, 1, 1, depth], scale: 6 / 255, zero: -128))
        let side = Int32(shape[1])
        file.nodes.append(
            .init(
                code: 1, inputs: [last], outputs: [mean],
                options: [
                    0: .int8(1), 1: .int32(1), 2: .int32(1), 3: .int32(side), 4: .int32(side)
                ]))
        let weights = weights([classCount, depth], channelAxis: 0, depth: depth)
        let bias = bias(classCount, depth: depth)
        let logits = file.add(codes([1, classCount], scale: 1 / 16, zero: 5))
        let shares = file.add(codes([1, classCount], scale: 1 / 256, zero: -128))
        file.nodes += [
            .init(code: 9, inputs: [mean, weights, bias], outputs: [logits]),
            .init(code: 25, inputs: [logits], outputs: [shares], options: [0: .float(1)])
        ]
        file.outputs = [shares]
    }

    // MARK: Tensors

    /// - Parameter zero: as if it were int8.
    private func codes(_ shape: [Int], scale: Float, zero: Int64) -> ModelFile.Tensor {
        ModelFile.Tensor(
            shape: shape, kind: kind, scales: [scale], zeros: [kind == .uint8 ? zero + 128 : zero])
    }

    /// int8 with a scale for each channel; uint8 with one, and a zero point that is not 128.
    private mutating func weights(_ shape: [Int], channelAxis: Int, depth: Int) -> Int {
        // So that sums of `depth` products have the size of one.
        let scale = 1 / (64 * Float(depth).squareRoot())
        let content = (0..<shape.reduce(1, *)).map { _ -> UInt8 in
            let code = random.whole(in: -127...127)
            return UInt8(kind == .uint8 ? code + 128 : code & 0xFF)
        }
        let channelCount = kind == .int8 ? shape[channelAxis] : 1
        return file.add(
            ModelFile.Tensor(
                shape: shape, kind: kind,
                scales: (0..<channelCount).map { scale * (1 + Float($0 % 5) / 8) },
                zeros: [Int64](repeating: kind == .uint8 ? 126 : 0, count: channelCount),
                channelAxis: channelAxis, content: content))
    }

    private mutating func bias(_ count: Int, depth: Int) -> Int {
        let most = 1_000 + 40 * depth
        return file.add(
            integers: (0..<count).map { _ in Int32(random.whole(in: -most...most)) })
    }
}
