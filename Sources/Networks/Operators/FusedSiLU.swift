// What KuzetConv2D and KuzetDepthwiseConv2D have that the schema's convolutions have not.

extension Site {
    /// Eight bytes: version 1, activation 1, padding, strides and dilations across and down, 0.
    func siluOptions() throws -> WindowOptions {
        let range = node.customOptions ?? 0..<0
        let bytes = Array(graph.file.bytes[range])
        try require(bytes.count == 8, "custom options: \(bytes.count) bytes, not 8")
        try require(
            bytes[0] == 1 && bytes[7] == 0,
            "custom options: version \(bytes[0]), last byte \(bytes[7]): not 1 and 0")
        try require(bytes[1] == 1, "activation \(bytes[1]): not 1, SiLU")
        for (place, what) in [(3, "stride"), (4, "stride"), (5, "dilation"), (6, "dilation")] {
            try require(bytes[place] >= 1, "\(what): is 0, not 1 ... 255")
        }
        return WindowOptions(
            padding: try padding(Int8(truncatingIfNeeded: bytes[2])),
            strides: (vertical: Int(bytes[4]), horizontal: Int(bytes[3])),
            dilations: (vertical: Int(bytes[6]), horizontal: Int(bytes[5])))
    }
}

extension Weights {
    /// As `kernel`: SiLU at the end, in the units of input 3.
    func siluKernel(
        _ site: Site, count: Int, depth: Int, from input: Codes, to output: Codes, bias: Int
    ) throws -> KernelModel {
        try site.require(
            !input.isUnsigned && !output.isUnsigned && !isUnsigned,
            "\(input.title), \(output.title) and weights: are not all int8")
        try site.require(zero == 0, "weights, \(title): zero point \(zero), not 0")
        try site.keep(32 * count, "units")
        let units = try site.scales(3, "units", count: count)
        let channels = try units.indices.map { channel in
            let scale = scales.count == 1 ? scales[0] : scales[channel]
            guard
                let each = Scale.silu(input.scale, scale, unit: units[channel], to: output.scale)
            else {
                throw site.fault(
                    "unit \(channel), \(units[channel].text): with scale \(output.scale.text) of"
                        + " \(output.title) a code is worth less than 2⁻¹¹, or 2¹⁰ and more")
            }
            return each
        }
        return KernelModel(
            weights: codes, count: count, depth: depth, inputZero: input.zero, weightZero: 0,
            bias: try site.bias(bias, count: count),
            output: Requantization(
                multipliers: channels.map(\.factor.multiplier),
                shifts: channels.map(\.factor.shift), zero: output.zero),
            silu: channels.map(\.silu))
    }
}
