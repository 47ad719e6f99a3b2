import CNetworks

/// Weights packed for one path, and the memory that holds them. Never written once packed.
final class PackedModel: @unchecked Sendable {
    let packed: networks_packed
    private let memory: UnsafeMutableRawPointer

    /// - `size`, `pack`: of the kernel.
    init(
        _ model: KernelModel, path: KernelPath,
        size: (networks_path, UnsafePointer<networks_model>) -> Int,
        pack: (networks_path, UnsafePointer<networks_model>, UnsafeMutableRawPointer) ->
            networks_packed
    ) {
        let (count, depth, output) = (model.count, model.depth, model.output)
        precondition(count > 0 && depth > 0, "an empty kernel has no codes")
        precondition(model.weights.count == count * depth, "one weight for each product")
        precondition(model.bias.count == count, "one bias for each output channel")
        precondition(output.multipliers.count == count, "one multiplier for each output channel")
        let codes = Int32(Int8.min)...Int32(Int8.max)
        precondition(codes.contains(model.inputZero) && codes.contains(model.weightZero), "codes")
        precondition(codes.contains(output.zero), "a code")
        precondition(output.multipliers.allSatisfy { $0 >= 0 }, "multipliers are positive or 0")
        precondition(model.silu?.count ?? count == count, "SiLU of each output channel")
        precondition(model.slopes?.count ?? count == count, "a slope of each output channel")
        precondition(model.silu == nil || model.slopes == nil, "sums are bent in one way")
        precondition(!(model.slopes ?? []).contains(.min), "slopes are within ±32,767")
        precondition(output.shifts.allSatisfy { (-31...30).contains($0) }, "of 32 bits")

        let limits = networks_codes(
            zero: output.zero, minimum: output.minimum, maximum: output.maximum)
        let silu = model.silu.map { channels in
            channels.map {
                networks_silu(
                    magnitude: $0.magnitude, exponent: $0.exponent, gain: $0.gain,
                    fraction: $0.fraction)
            }
        }
        let window = networks_window(
            height: model.window.height, width: model.window.width, stride: model.window.stride,
            dilation: model.window.dilation)
        (packed, memory) = model.weights.withUnsafeBufferPointer { weights in
            model.bias.withUnsafeBufferPointer { biases in
                output.multipliers.withUnsafeBufferPointer { multipliers in
                    output.shifts.withUnsafeBufferPointer { shifts in
                        var plain = networks_model(
                            count: count, depth: depth, window: window,
                            input_zero: model.inputZero, weight_zero: model.weightZero,
                            weights: weights.baseAddress, biases: biases.baseAddress,
                            multipliers: multipliers.baseAddress, shifts: shifts.baseAddress,
                            codes: limits, silu: nil, slopes: nil)
                        func packed() -> (networks_packed, UnsafeMutableRawPointer) {
                            let memory = UnsafeMutableRawPointer.allocate(
                                byteCount: size(path.code, &plain), alignment: 64)
                            return (pack(path.code, &plain, memory), memory)
                        }
                        return (silu ?? []).withUnsafeBufferPointer { silu in
                            (model.slopes ?? []).withUnsafeBufferPointer { slopes in
                                if model.silu != nil { plain.silu = silu.baseAddress }
                                if model.slopes != nil { plain.slopes = slopes.baseAddress }
                                return packed()
                            }
                        }
                    }
                }
            }
        }
    }

    deinit { memory.deallocate() }
}
