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

/// Padding, strides and dilations, wherever an operator has them.
struct WindowOptions {
    let padding: Window.Padding
    let strides: (vertical: Int, horizontal: Int)
    var dilations = (vertical: 1, horizontal: 1)
}

/// The windows over both sides of an image.
struct Windows {
    let vertical: Window
    let horizontal: Window

    /// Checks that the windows over `input` make what `output` is.
    init(
        _ site: Site, _ options: WindowOptions, over input: Codes, to output: Codes, channels: Int,
        height: Int, width: Int
    ) throws {
        vertical = try Window(
            options.padding, size: height, stride: options.strides.vertical,
            dilation: options.dilations.vertical, over: input.shape[1], site)
        horizontal = try Window(
            options.padding, size: width, stride: options.strides.horizontal,
            dilation: options.dilations.horizontal, over: input.shape[2], site)
        let wanted = [input.shape[0], vertical.outputCount, horizontal.outputCount, channels]
        try site.require(
            output.shape == wanted, "\(output.title): shape \(output.shape), not \(wanted)")
    }
}

extension Site {
    /// Padding and strides where all such operators have them.
    ///
    /// - Parameter dilations: the fields of both dilations, where the operator has them.
    func windowOptions(dilations: (vertical: Int, horizontal: Int)? = nil) throws -> WindowOptions {
        var options = WindowOptions(
            padding: try padding(try byteOption(0)),
            strides: (try positive(2, "stride"), try positive(1, "stride")))
        if let dilations {
            options.dilations = (
                try positive(dilations.vertical, "dilation", or: 1),
                try positive(dilations.horizontal, "dilation", or: 1)
            )
        }
        return options
    }

    func padding(_ number: Int8) throws -> Window.Padding {
        guard let padding = Window.Padding(rawValue: number) else {
            throw fault("padding \(number): not SAME or VALID")
        }
        return padding
    }
}
