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

    func isInside(_ place: Int) -> Bool { place >= 0 && place < inputCount }

    /// Of a window whose dilation is 1: the taps of `output` that lie inside.
    func taps(_ output: Int) -> Range<Int> {
        let start = output * stride - before
        let first = max(-start, 0)
        return first..<max(min(size, inputCount - start), first)
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
