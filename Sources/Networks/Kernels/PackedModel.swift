import CNetworks

/// Weights packed for one path, and the memory that holds them. Never written once packed.
final class PackedModel: @unchecked Sendable {
    let packed: networks_packed
    private let memory: UnsafeMutableRawPointer

    /// - `size`, `pack`: of the kernel. Zero points are codes.
    init(
        weights: UnsafeBufferPointer<Int8>, count: Int, depth: Int, inputZero: Int32,
        weightZero: Int32, bias: [Int32], output: Requantization, path: KernelPath,
        size: (networks_path, Int, Int) -> Int,
        pack: (networks_path, UnsafePointer<networks_model>, UnsafeMutableRawPointer) ->
            networks_packed
    ) {
        precondition(count > 0 && depth > 0, "an empty kernel has no codes")
        precondition(weights.count == count * depth, "one weight for each product")
        precondition(bias.count == count, "one bias for each output channel")
        precondition(output.multipliers.count == count, "one multiplier for each output channel")
        let codes = Int32(Int8.min)...Int32(Int8.max)
        precondition(codes.contains(inputZero) && codes.contains(weightZero), "codes")
        precondition(codes.contains(output.zero), "a code")
        precondition(output.multipliers.allSatisfy { $0 >= 0 }, "multipliers are positive or 0")
        precondition(output.shifts.allSatisfy { (-31...30).contains($0) }, "of 32 bits")

        let memory = UnsafeMutableRawPointer.allocate(
            byteCount: size(path.code, count, depth), alignment: 64)
        self.memory = memory
        let limits = networks_codes(
            zero: output.zero, minimum: output.minimum, maximum: output.maximum)
        packed = bias.withUnsafeBufferPointer { biases in
            output.multipliers.withUnsafeBufferPointer { multipliers in
                output.shifts.withUnsafeBufferPointer { shifts in
                    var model = networks_model(
                        count: count, depth: depth, input_zero: inputZero,
                        weight_zero: weightZero, weights: weights.baseAddress,
                        biases: biases.baseAddress, multipliers: multipliers.baseAddress,
                        shifts: shifts.baseAddress, codes: limits)
                    return pack(path.code, &model, memory)
                }
            }
        }
    }

    deinit { memory.deallocate() }
}
