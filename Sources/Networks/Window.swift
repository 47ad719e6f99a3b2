/// How a filter or a pooling window moves over one side of an image.
struct Window {
    let size: Int
    let stride: Int
    let dilation: Int
    /// Cells of padding before the first.
    let before: Int
    let inputCount: Int
    let outputCount: Int

    enum Padding: Int8 {
        case same, valid
    }

    /// - Source: TensorFlow Lite, `ComputeOutSize` and `ComputePaddingWithOffset`.
    init(
        _ padding: Padding, size: Int, stride: Int, dilation: Int = 1, over inputCount: Int,
        _ site: Site
    ) throws {
        let reach = (size - 1) * dilation + 1
        switch padding {
        case .same: outputCount = (inputCount + stride - 1) / stride
        case .valid: outputCount = (inputCount + stride - reach) / stride
        }
        try site.require(
            padding == .same || inputCount >= reach,
            "a window of \(reach) does not fit in \(inputCount)")
        before = max((outputCount - 1) * stride + reach - inputCount, 0) / 2
        (self.size, self.stride, self.dilation) = (size, stride, dilation)
        self.inputCount = inputCount
    }

    /// Where in the input tap `tap` of output `output` is; may lie outside.
    func place(_ output: Int, _ tap: Int) -> Int { output * stride - before + tap * dilation }

    /// The outputs whose taps all lie inside, side by side.
    var whole: Range<Int> {
        guard dilation == 1, inputCount >= size else { return 0..<0 }
        let first = (before + stride - 1) / stride
        return first..<max((inputCount - size + before) / stride + 1, first)
    }

    func isInside(_ place: Int) -> Bool { place >= 0 && place < inputCount }

    /// Of a window whose dilation is 1: the taps of `output` that lie inside.
    func taps(_ output: Int) -> Range<Int> {
        let start = output * stride - before
        let first = max(-start, 0)
        return first..<max(min(size, inputCount - start), first)
    }
}

/// The windows over both sides of an image.
struct Windows {
    let vertical: Window
    let horizontal: Window

    /// Reads padding, strides and dilations where all such operators have them, and checks that the
    /// windows over `input` make what `output` is.
    ///
    /// - Parameter dilations: the fields of both dilations, where the operator has them.
    init(
        _ site: Site, over input: Codes, to output: Codes, channels: Int, height: Int, width: Int,
        dilations: (vertical: Int, horizontal: Int)? = nil
    ) throws {
        func dilation(_ field: Int?) throws -> Int {
            try field.map { try site.positive($0, "dilation", or: 1) } ?? 1
        }
        let padding = try site.padding(0)
        vertical = try Window(
            padding, size: height, stride: site.positive(2, "stride"),
            dilation: dilation(dilations?.vertical), over: input.shape[1], site)
        horizontal = try Window(
            padding, size: width, stride: site.positive(1, "stride"),
            dilation: dilation(dilations?.horizontal), over: input.shape[2], site)
        let wanted = [input.shape[0], vertical.outputCount, horizontal.outputCount, channels]
        try site.require(
            output.shape == wanted, "\(output.title): shape \(output.shape), not \(wanted)")
    }
}

extension Site {
    func padding(_ field: Int) throws -> Window.Padding {
        let number = try byteOption(field)
        guard let padding = Window.Padding(rawValue: number) else {
            throw fault("padding \(number): not SAME or VALID")
        }
        return padding
    }
}
