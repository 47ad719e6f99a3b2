/// STRIDED_SLICE: every n-th place of some sides, forwards or backwards.
///
/// - Source: TensorFlow Lite, `strided_slice_logic.h`. Ellipses and new sides are refused.
final class StridedSlice: Operator {
    private let input: Codes
    private let output: Codes
    private let starts: [Int]
    private let steps: [Int]
    /// Sizes of the slice, with sides that the output leaves out.
    private let sizes: [Int]

    init(_ site: Site) throws {
        input = try site.input(0)
        output = try site.output()
        let shape = input.shape
        let rank = shape.count
        let (begins, ends, strides) = (
            try site.integers(1, "begin"), try site.integers(2, "end"),
            try site.integers(3, "strides")
        )
        try site.require(
            begins.count <= rank && ends.count == begins.count && strides.count == begins.count,
            "\(begins.count) begins, \(ends.count) ends and \(strides.count) strides for \(rank)"
                + " dimensions")
        let masks = try (0..<5).map { try site.option($0) }
        try site.require(
            masks[2] == 0 && masks[3] == 0,
            "ellipsis mask \(masks[2]) and new axis mask \(masks[3]): not 0")
        var (starts, steps, sizes, kept) = ([Int](), [Int](), [Int](), [Int]())
        for axis in 0..<rank {
            guard axis < begins.count else {
                starts.append(0)
                steps.append(1)
                sizes.append(shape[axis])
                kept.append(shape[axis])
                continue
            }
            let (side, step) = (shape[axis], strides[axis])
            try site.require(
                step != 0 && (-Site.elementCountMax...Site.elementCountMax).contains(step),
                "stride \(step): not from 1 or −1 to 2²⁸")
            func place(_ value: Int) -> Int {
                let counted = value < 0 ? value &+ side : value
                return step > 0 ? min(max(counted, 0), side) : min(max(counted, -1), side - 1)
            }
            let isBit = { (mask: Int) in mask >> axis & 1 == 1 }
            let start = isBit(masks[0]) ? (step > 0 ? 0 : side - 1) : place(begins[axis])
            var end = isBit(masks[1]) ? (step > 0 ? side : -1) : place(ends[axis])
            if isBit(masks[4]) { end = start + (step > 0 ? 1 : -1) }
            let size = step > 0 ? (end - start + step - 1) / step : (start - end - step - 1) / -step
            try site.require(
                size >= 1 && (0..<side).contains(start),
                "side \(axis): from \(begins[axis]) to \(ends[axis]) by \(step) of \(side) is nothing"
            )
            starts.append(start)
            steps.append(step)
            sizes.append(size)
            if isBit(masks[4]) {
                try site.require(size == 1, "side \(axis): \(size) long, left out of the output")
            } else {
                kept.append(size)
            }
        }
        try site.require(
            output.count == sizes.reduce(1, *) && input.isUnsigned == output.isUnsigned,
            "\(output.title): shape \(output.shape), not \(kept) of the input's type")
        (self.starts, self.steps, self.sizes) = (starts, steps, sizes)
    }

    func run(_ memory: Memory) {
        let last = sizes.count - 1
        let rowCount = last >= 0 ? sizes[last] : 1
        let step = last >= 0 ? steps[last] : 1
        for row in 0..<output.count / rowCount {
            var (rest, place, stride) = (row, last >= 0 ? starts[last] : 0, 1)
            for axis in sizes.indices.dropLast().reversed() {
                stride *= input.shape[axis + 1]
                place += (starts[axis] + rest % sizes[axis] * steps[axis]) * stride
                rest /= sizes[axis]
            }
            let (codes, target) = (memory[input] + place, memory[output] + row * rowCount)
            for index in 0..<rowCount { target[index] = codes[index * step] }
        }
    }
}
