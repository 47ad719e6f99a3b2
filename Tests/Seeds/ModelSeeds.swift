import MadeNetworks

/// Small models that between them use every operator: what fuzzing starts from, and proof that the
/// loader takes what the field's converters write.
package enum ModelSeeds {
    package struct Seed {
        package let name: String
        package let model: ModelFile
    }

    /// One for each operator and type, and one in which several follow each other.
    package static func all() -> [Seed] {
        let types: [ModelFile.Tensor.Kind] = [.int8, .uint8]
        return types.flatMap { kind in
            models(kind).compactMap { name, model -> Seed? in
                // uint8 is resized in floating point, which is refused.
                if kind == .uint8 && name == "RESIZE_BILINEAR" { return nil }
                return Seed(name: "\(name) \(kind)", model: model)
            }
        } + [
            Seed(name: "floating point outside", model: floatingPointOutside()),
            Seed(name: "KuzetConv2D", model: silu("KuzetConv2D")),
            Seed(name: "KuzetDepthwiseConv2D", model: silu("KuzetDepthwiseConv2D")),
            Seed(name: "KuzetConv2D PReLU", model: prelu("KuzetConv2D")),
            Seed(name: "KuzetDepthwiseConv2D PReLU", model: prelu("KuzetDepthwiseConv2D"))
        ]
    }

    private static func models(_ kind: ModelFile.Tensor.Kind) -> [(String, ModelFile)] {
        [
            ("ADD", binary(0, kind, options: [0: .int8(1)])),
            ("SUB", binary(41, kind)),
            ("MUL", binary(18, kind, outputScale: 0.04, options: [0: .int8(3)])),
            ("MAXIMUM", binary(55, kind)),
            ("MINIMUM", binary(57, kind)),
            ("AVERAGE_POOL_2D", pool(1, kind)),
            ("MAX_POOL_2D", pool(17, kind)),
            ("CONCATENATION", concatenation(kind)),
            ("CONV_2D", convolution(kind, filter: 3)),
            ("CONV_2D 1×1", convolution(kind, filter: 1)),
            ("DEPTHWISE_CONV_2D", depthwise(kind, multiplier: 1)),
            ("DEPTHWISE_CONV_2D ×2", depthwise(kind, multiplier: 2)),
            ("FULLY_CONNECTED", fullyConnected(kind)),
            ("TRANSPOSE_CONV", transposedConvolution(kind)),
            ("EXPAND_DIMS", shaped(70, kind, from: [2, 3], to: [2, 1, 3], more: [[1]])),
            ("RESHAPE", shaped(22, kind, from: [2, 6], to: [3, 4], more: [[3, 4]])),
            ("SQUEEZE", shaped(43, kind, from: [1, 5, 1], to: [5], options: [0: .int32s([0, 2])])),
            ("PAD", shaped(34, kind, from: [2, 3], to: [3, 6], more: [[0, 1, 1, 2]])),
            ("PADV2", padWithCode(kind)),
            ("MEAN", shaped(40, kind, from: [1, 3, 4, 5], to: [1, 5], more: [[1, 2]])),
            (
                "RESIZE_BILINEAR",
                shaped(
                    23, kind, from: [1, 3, 4, 2], to: [1, 7, 5, 2], more: [[7, 5]],
                    options: [3: .int8(1)])
            ),
            (
                "RESIZE_NEAREST_NEIGHBOR",
                shaped(97, kind, from: [1, 3, 4, 2], to: [1, 6, 8, 2], more: [[6, 8]])
            ),
            (
                "STRIDED_SLICE",
                shaped(45, kind, from: [4, 6], to: [2, 3], more: [[0, 5], [4, 0], [2, -2]])
            ),
            ("SPLIT", split(kind)),
            ("HARD_SWISH", unary(117, kind)),
            ("LEAKY_RELU", unary(98, kind, options: [0: .float(0.1)])),
            ("LOGISTIC", unary(14, kind, outputScale: 1 / 256, isLowestZero: true)),
            ("QUANTIZE", unary(114, kind, outputScale: 0.1)),
            ("RELU", unary(19, kind)),
            ("RELU6", unary(21, kind)),
            ("RELU_N1_TO_1", unary(20, kind)),
            (
                "SOFTMAX",
                unary(
                    25, kind, outputScale: 1 / 256, isLowestZero: true, options: [0: .float(1)])
            ),
            ("TANH", unary(28, kind, outputScale: 1 / 128)),
            ("a small network", network(kind))
        ]
    }

    // MARK: Tensors

    package static func codes(
        _ shape: [Int], _ kind: ModelFile.Tensor.Kind, scale: Float = 0.05, zero: Int64? = nil
    ) -> ModelFile.Tensor {
        let middle: Int64 = kind == .uint8 ? 125 : -3
        return ModelFile.Tensor(
            shape: shape, kind: kind, scales: [scale], zeros: [zero ?? middle])
    }

    /// int8 with a scale for each channel, or uint8 with one for all.
    package static func weights(
        _ shape: [Int], _ kind: ModelFile.Tensor.Kind, channelAxis: Int
    ) -> ModelFile.Tensor {
        let count = shape.reduce(1, *)
        let content = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 37 % 251) }
        guard kind == .int8 else {
            return ModelFile.Tensor(
                shape: shape, kind: kind, scales: [0.01], zeros: [120], content: content)
        }
        let channelCount = shape[channelAxis]
        return ModelFile.Tensor(
            shape: shape, kind: kind,
            scales: (0..<channelCount).map { 0.01 + 0.001 * Float($0) },
            zeros: [Int64](repeating: 0, count: channelCount), channelAxis: channelAxis,
            content: content)
    }

    // MARK: Models

    private static func unary(
        _ code: Int32, _ kind: ModelFile.Tensor.Kind, outputScale: Float = 0.05,
        isLowestZero: Bool = false, options: FlatWriter.Table = [:]
    ) -> ModelFile {
        var model = ModelFile()
        let lowest: Int64 = kind == .uint8 ? 0 : -128
        let input = model.add(codes([2, 5], kind))
        let output = model.add(
            codes([2, 5], kind, scale: outputScale, zero: isLowestZero ? lowest : nil))
        model.nodes = [.init(code: code, inputs: [input], outputs: [output], options: options)]
        (model.inputs, model.outputs) = ([input], [output])
        return model
    }

    private static func binary(
        _ code: Int32, _ kind: ModelFile.Tensor.Kind, outputScale: Float = 0.05,
        options: FlatWriter.Table = [:]
    ) -> ModelFile {
        var model = ModelFile()
        let one = model.add(codes([1, 2, 3, 4], kind))
        let other = model.add(codes([3, 1], kind))
        let output = model.add(codes([1, 2, 3, 4], kind, scale: outputScale))
        model.nodes = [
            .init(code: code, inputs: [one, other], outputs: [output], options: options)
        ]
        (model.inputs, model.outputs) = ([one, other], [output])
        return model
    }

    private static func shaped(
        _ code: Int32, _ kind: ModelFile.Tensor.Kind, from: [Int], to: [Int],
        more: [[Int32]] = [], options: FlatWriter.Table = [:]
    ) -> ModelFile {
        var model = ModelFile()
        let input = model.add(codes(from, kind))
        let constants = more.map { model.add(integers: $0) }
        let output = model.add(codes(to, kind))
        model.nodes = [
            .init(code: code, inputs: [input] + constants, outputs: [output], options: options)
        ]
        (model.inputs, model.outputs) = ([input], [output])
        return model
    }

    private static func padWithCode(_ kind: ModelFile.Tensor.Kind) -> ModelFile {
        var model = shaped(60, kind, from: [2, 3], to: [3, 6], more: [[0, 1, 1, 2]])
        var code = codes([1], kind)
        code.content = [9]
        model.nodes[0].inputs.append(model.add(code))
        return model
    }

    private static func pool(_ code: Int32, _ kind: ModelFile.Tensor.Kind) -> ModelFile {
        shaped(
            code, kind, from: [1, 5, 6, 3], to: [1, 3, 3, 3],
            options: [
                0: .int8(0), 1: .int32(2), 2: .int32(2), 3: .int32(2), 4: .int32(3), 5: .int8(0)
            ])
    }

    private static func concatenation(_ kind: ModelFile.Tensor.Kind) -> ModelFile {
        var model = ModelFile()
        let one = model.add(codes([2, 3], kind, scale: kind == .uint8 ? 0.07 : 0.05))
        let other = model.add(codes([2, 1], kind))
        let output = model.add(codes([2, 4], kind))
        model.nodes = [
            .init(code: 2, inputs: [one, other], outputs: [output], options: [0: .int32(-1)])
        ]
        (model.inputs, model.outputs) = ([one, other], [output])
        return model
    }

    private static func split(_ kind: ModelFile.Tensor.Kind) -> ModelFile {
        var model = ModelFile()
        let axis = model.add(integers: [1])
        let input = model.add(codes([2, 6], kind))
        let outputs = (0..<3).map { _ in model.add(codes([2, 2], kind)) }
        model.nodes = [
            .init(code: 49, inputs: [axis, input], outputs: outputs, options: [0: .int32(3)])
        ]
        (model.inputs, model.outputs) = ([input], outputs)
        return model
    }

    /// The options of a convolution: stride 2 across, 1 down, ReLU6.
    private static func convolution(_ kind: ModelFile.Tensor.Kind, filter: Int) -> ModelFile {
        var model = ModelFile()
        let input = model.add(codes([1, 4, 5, 3], kind))
        let weights = model.add(weights([5, filter, filter, 3], kind, channelAxis: 0))
        let bias = model.add(integers: [0, 100, -100, 7, 30_000])
        let output = model.add(codes([1, 4, 3, 5], kind))
        model.nodes = [
            .init(
                code: 3, inputs: [input, weights, bias], outputs: [output],
                options: [0: .int8(0), 1: .int32(2), 2: .int32(1), 3: .int8(3), 5: .int32(1)])
        ]
        (model.inputs, model.outputs) = ([input], [output])
        return model
    }

    private static func depthwise(_ kind: ModelFile.Tensor.Kind, multiplier: Int) -> ModelFile {
        var model = ModelFile()
        let count = 3 * multiplier
        let input = model.add(codes([1, 4, 5, 3], kind))
        let weights = model.add(weights([1, 3, 2, count], kind, channelAxis: 3))
        let output = model.add(codes([1, 2, 4, count], kind))
        model.nodes = [
            .init(
                code: 4, inputs: [input, weights, -1], outputs: [output],
                options: [
                    0: .int8(1), 1: .int32(1), 2: .int32(1), 3: .int32(Int32(multiplier)),
                    4: .int8(1)
                ])
        ]
        (model.inputs, model.outputs) = ([input], [output])
        return model
    }

    /// Ours: stride 2 across, 1 down, units of very different sizes.
    private static func silu(_ custom: String) -> ModelFile {
        var model = ModelFile()
        let isDepthwise = custom == "KuzetDepthwiseConv2D"
        let count = isDepthwise ? 3 : 5
        let input = model.add(codes([1, 4, 5, 3], .int8))
        let weights = model.add(
            isDepthwise
                ? weights([1, 5, 5, count], .int8, channelAxis: 3)
                : weights([count, 3, 3, 3], .int8, channelAxis: 0))
        let bias = model.add(integers: [0, 100, -100, 7, 30_000].prefix(count).map { Int32($0) })
        let units = model.add(units: [1, 0.031, 40, 0.5, 2].prefix(count).map { Float($0) })
        let output = model.add(codes([1, 4, 3, count], .int8, scale: 0.03, zero: -119))
        model.nodes = [
            .init(
                code: 32, custom: custom, inputs: [input, weights, bias, units], outputs: [output],
                customOptions: [1, 1, 0, 2, 1, 1, 1, 0])
        ]
        (model.inputs, model.outputs) = ([input], [output])
        return model
    }

    /// The same with slopes of either sign.
    private static func prelu(_ custom: String) -> ModelFile {
        var model = silu(custom)
        let count = model.tensors[3].shape[0]
        let slopes = [0.25, -7.9, 0, 15.5, -0.031].prefix(count).map { Float($0) }
        model.tensors[3].content = slopes.flatMap { FlatWriter.little($0.bitPattern) }
        model.nodes[0].customOptions = [1, 2, 0, 2, 1, 1, 1, 0]
        return model
    }

    private static func fullyConnected(_ kind: ModelFile.Tensor.Kind) -> ModelFile {
        var model = ModelFile()
        let input = model.add(codes([2, 7], kind))
        let weights = model.add(weights([3, 7], kind, channelAxis: 0))
        let bias = model.add(integers: [5, -6, 7_000])
        let output = model.add(codes([2, 3], kind))
        model.nodes = [
            .init(code: 9, inputs: [input, weights, bias], outputs: [output], options: [:])
        ]
        (model.inputs, model.outputs) = ([input], [output])
        return model
    }

    private static func transposedConvolution(_ kind: ModelFile.Tensor.Kind) -> ModelFile {
        var model = ModelFile()
        let shape = model.add(integers: [1, 4, 6, 2])
        let weights = model.add(weights([2, 3, 3, 5], kind, channelAxis: 0))
        let input = model.add(codes([1, 2, 3, 5], kind))
        let output = model.add(codes([1, 4, 6, 2], kind))
        model.nodes = [
            .init(
                code: 67, inputs: [shape, weights, input], outputs: [output],
                options: [0: .int8(0), 1: .int32(2), 2: .int32(2)])
        ]
        (model.inputs, model.outputs) = ([input], [output])
        return model
    }

    /// A convolution, a residual around a depthwise one, and classes.
    private static func network(_ kind: ModelFile.Tensor.Kind) -> ModelFile {
        var model = convolution(kind, filter: 3)
        let first = model.outputs[0]
        let filters = model.add(weights([1, 3, 3, 5], kind, channelAxis: 3))
        let second = model.add(codes([1, 4, 3, 5], kind))
        let third = model.add(codes([1, 4, 3, 5], kind))
        let axes = model.add(integers: [1, 2])
        let mean = model.add(codes([1, 5], kind))
        let matrix = model.add(weights([2, 5], kind, channelAxis: 0))
        let logits = model.add(codes([1, 2], kind, scale: 0.1))
        let shares = model.add(
            codes([1, 2], kind, scale: 1 / 256, zero: kind == .uint8 ? 0 : -128))
        model.nodes += [
            .init(
                code: 4, inputs: [first, filters], outputs: [second],
                options: [0: .int8(0), 1: .int32(1), 2: .int32(1), 3: .int32(1)]),
            .init(code: 0, inputs: [first, second], outputs: [third]),
            .init(code: 40, inputs: [third, axes], outputs: [mean]),
            .init(code: 9, inputs: [mean, matrix], outputs: [logits]),
            .init(code: 25, inputs: [logits], outputs: [shares], options: [0: .float(1)])
        ]
        model.outputs = [shares]
        return model
    }

    /// Floating point goes in and comes out; codes are in between.
    private static func floatingPointOutside() -> ModelFile {
        var model = unary(19, .int8)
        let before = model.add(.init(shape: [2, 5], kind: .float32))
        let after = model.add(.init(shape: [2, 5], kind: .float32))
        model.nodes.insert(.init(code: 114, inputs: [before], outputs: model.inputs), at: 0)
        model.nodes.append(.init(code: 6, inputs: model.outputs, outputs: [after]))
        (model.inputs, model.outputs) = ([before], [after])
        return model
    }
}
