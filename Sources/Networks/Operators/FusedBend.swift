// What KuzetConv2D and KuzetDepthwiseConv2D have that the schema's convolutions have not.

/// What bends a convolution's sums, more finely than codes could be.
enum FusedBend: UInt8 {
    /// In the units of input 3.
    case silu = 1
    /// With the slopes of input 3.
    case prelu = 2
}

extension Site {
    /// Eight bytes: version 1, which bend, padding, strides and dilations across and down, 0.
    func bentOptions() throws -> (window: WindowOptions, bend: FusedBend) {
        let range = node.customOptions ?? 0..<0
        let bytes = Array(graph.file.bytes[range])
        try require(bytes.count == 8, "custom options: \(bytes.count) bytes, not 8")
        try require(
            bytes[0] == 1 && bytes[7] == 0,
            "custom options: version \(bytes[0]), last byte \(bytes[7]): not 1 and 0")
        guard let bend = FusedBend(rawValue: bytes[1]) else {
            throw fault("activation \(bytes[1]): not 1, SiLU, and not 2, PReLU")
        }
        for (place, what) in [(3, "stride"), (4, "stride"), (5, "dilation"), (6, "dilation")] {
            try require(bytes[place] >= 1, "\(what): is 0, not 1 ... 255")
        }
        let window = WindowOptions(
            padding: try padding(Int8(truncatingIfNeeded: bytes[2])),
            strides: (vertical: Int(bytes[4]), horizontal: Int(bytes[3])),
            dilations: (vertical: Int(bytes[6]), horizontal: Int(bytes[5])))
        return (window, bend)
    }
}

extension Weights {
    /// As `kernel`: a bend at the end.
    func bentKernel(
        _ site: Site, _ bend: FusedBend, count: Int, depth: Int, from input: Codes,
        to output: Codes, bias: Int
    ) throws -> KernelModel {
        try site.require(
            !input.isUnsigned && !output.isUnsigned && !isUnsigned,
            "\(input.title), \(output.title) and weights: are not all int8")
        try site.require(zero == 0, "weights, \(title): zero point \(zero), not 0")
        try site.keep(32 * count, "units")
        var factors: [Scale.Factor] = []
        var silu: [SiLU] = []
        var slopes: [Int16] = []
        switch bend {
        case .silu:
            let units = try site.scales(3, "units", count: count)
            for channel in 0..<count {
                guard
                    let each = Scale.silu(
                        input.scale, scale(channel), unit: units[channel], to: output.scale)
                else {
                    throw site.fault(
                        "unit \(channel), \(units[channel].text): with scale \(output.scale.text)"
                            + " of \(output.title) a code is worth less than 2⁻¹¹, or 2¹⁰ and more")
                }
                factors.append(each.factor)
                silu.append(each.silu)
            }
        case .prelu:
            for (channel, bits) in try site.floats(3, "slopes", count: count).enumerated() {
                guard let slope = Scale.slopeQ11(bits) else {
                    throw site.fault(
                        "slope \(channel), \(Scale(bitPattern: bits).text): is not within ±15.999")
                }
                factors.append(Scale.prelu(input.scale, scale(channel), to: output.scale))
                slopes.append(slope)
            }
        }
        var kernel = KernelModel(
            weights: codes, count: count, depth: depth, inputZero: input.zero, weightZero: 0,
            bias: try site.bias(bias, count: count),
            output: Requantization(
                multipliers: factors.map(\.multiplier), shifts: factors.map(\.shift),
                zero: output.zero))
        switch bend {
        case .silu: kernel.silu = silu
        case .prelu: kernel.slopes = slopes
        }
        return kernel
    }

    private func scale(_ channel: Int) -> Scale { scales.count == 1 ? scales[0] : scales[channel] }
}
