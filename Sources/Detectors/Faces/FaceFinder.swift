import Frames
import Networks

/// Finds faces in a piece of a picture: boxes, and five points of each.
///
/// - Shape: one input, 1 × h × w × 3, red, green and blue codes, value less 128. For each of the
///   strides 8, 16 and 32 four outputs of h/stride × w/stride cells: two of × 1, how likely a face's
///   middle is there and how likely it is one that fits; one of × 4, the box; one of × 10, the points.
/// - Units: likenesses as logits; a box's middle and the points in strides from the cell's corner, its
///   sides as logarithms of strides.
/// - Source: Wu, Peng, Yu, "YuNet", Machine Intelligence Research, 2023; suppression of all but the
///   surest of faces that overlap is ours, in integers.
final class FaceFinder {
    private struct Grid {
        let stride: Int
        let (width, height): (Int, Int)
        /// The outputs' places.
        let (kinds, fits, boxes, points): (Int, Int, Int, Int)
        let kindScores: [Q15]
        let fitScores: [Q15]
        let (boxZero, boxScale): (Int, Int64)
        let (pointZero, pointScale): (Int, Int64)
    }

    private let network: Network
    let width: Int
    let height: Int
    private let grids: [Grid]
    /// The surest first; always in the same memory, which `forget` overwrites.
    private var candidates: [Face] = []
    private static let candidateCountMax = 256

    private static let strides = [8, 16, 32]
    /// Faces that lie over each other by more are one.
    private static let overlapMax = 300
    /// So many are looked at further.
    static let countMax = 16
    /// Around a picture: what networks of this kind were trained with is black.
    private static let outside = Int8.min

    /// - Throws: `ModelError` where the network has not this contract.
    init(_ network: Network) throws {
        self.network = network
        let shape = network.inputs.first?.shape ?? []
        guard network.inputs.count == 1, shape.count == 4, shape[0] == 1, shape[3] == 3,
            shape[1] % 32 == 0, shape[2] % 32 == 0, !network.inputs[0].isUnsigned
        else {
            throw ModelError(
                "faces network",
                "check its input: \(network.inputs.map(\.shape)): wanted is one of int8, 1 × h × w "
                    + "× 3, sides multiples of 32")
        }
        let (width, height) = (shape[2], shape[1])
        grids = try Self.strides.map { stride in
            let (across, down) = (width / stride, height / stride)
            func places(_ depth: Int, _ count: Int) throws -> [Int] {
                let wanted = [1, down, across, depth]
                let found = network.outputs.indices.filter {
                    network.outputs[$0].shape == wanted && !network.outputs[$0].isUnsigned
                }
                guard found.count == count else {
                    throw ModelError(
                        "faces network",
                        "check its outputs: \(network.outputs.map(\.shape)): \(found.count) are int8, "
                            + "\(wanted), wanted are \(count)")
                }
                return found
            }
            let (likely, box, points) = (
                try places(1, 2), try places(4, 1)[0], try places(10, 1)[0]
            )
            func scores(_ place: Int) -> [Q15] {
                let output = network.outputs[place]
                return (-128...127).map {
                    Logistic.q15(ofQ24: Int64($0 - output.zero) * output.scaleQ24)
                }
            }
            return Grid(
                stride: stride, width: across, height: down, kinds: likely[0], fits: likely[1],
                boxes: box, points: points, kindScores: scores(likely[0]),
                fitScores: scores(likely[1]), boxZero: network.outputs[box].zero,
                boxScale: network.outputs[box].scaleQ24, pointZero: network.outputs[points].zero,
                pointScale: network.outputs[points].scaleQ24)
        }
        (self.width, self.height) = (width, height)
        candidates.reserveCapacity(Self.candidateCountMax + 1)
    }

    /// A field of the network's shape, with a whole picture in its upper left.
    func area(around frame: Frame) -> Rectangle {
        let isWide = frame.width * height >= frame.height * width
        return Rectangle(
            x: 0, y: 0, width: isWide ? frame.width : frame.height * width / height,
            height: isWide ? frame.width * height / width : frame.height)
    }

    /// Replaces `faces` with those in a piece of `frame`, the surest first.
    ///
    /// - Parameter area: in pixels; what of it is outside of the picture is black. Its sides are as
    ///   those of the input, or its faces are stretched.
    func find(in frame: Frame, _ area: Rectangle, scoreMin: Q15, into faces: inout [Face]) {
        let patch = Patch(area, width: width, height: height)
        patch.fill(
            network.input(0), width: width, height: height, from: frame, outside: Self.outside)
        network.run()
        candidates.removeAll(keepingCapacity: true)
        for grid in grids { read(grid, scoreMin, area) }
        faces.removeAll(keepingCapacity: true)
        for candidate in candidates where faces.count < Self.countMax {
            if faces.contains(where: { $0.overlaps(candidate, perMille: Self.overlapMax) }) {
                continue
            }
            faces.append(candidate)
        }
    }

    private func read(_ grid: Grid, _ scoreMin: Q15, _ area: Rectangle) {
        let (kinds, fits) = (network.output(grid.kinds), network.output(grid.fits))
        let (boxes, points) = (network.output(grid.boxes), network.output(grid.points))
        for y in 0..<grid.height {
            for x in 0..<grid.width {
                let cell = y * grid.width + x
                let kind = grid.kindScores[Int(kinds[cell]) + 128]
                let fit = grid.fitScores[Int(fits[cell]) + 128]
                // The root of their product: 2¹⁵ · 2¹⁵, and 2¹⁵ again.
                let score = Q15(
                    rawValue: Int16(squareRoot(Int(kind.rawValue) * Int(fit.rawValue))))
                guard score >= scoreMin else { continue }
                func box(_ number: Int) -> Int64 {
                    Int64(Int(boxes[4 * cell + number]) - grid.boxZero) * grid.boxScale
                }
                /// A place in pixels of the input, in 1/2⁸. Cannot overflow: 2⁸ · 2²⁴ · 2⁵.
                func place(_ offset: Int64, _ cell: Int) -> Int {
                    (cell * grid.stride) << 8 + (Int(offset) * grid.stride) >> 16
                }
                func point(_ number: Int) -> Face.Point {
                    func offset(_ index: Int) -> Int64 {
                        Int64(Int(points[10 * cell + index]) - grid.pointZero) * grid.pointScale
                    }
                    return inPicture(
                        place(offset(2 * number), x), place(offset(2 * number + 1), y), area)
                }
                let half = (
                    across: (Exponential.q16(ofQ24: box(2)) * grid.stride) >> 9,
                    down: (Exponential.q16(ofQ24: box(3)) * grid.stride) >> 9
                )
                let (middleX, middleY) = (place(box(0), x), place(box(1), y))
                let from = inPicture(middleX - half.across, middleY - half.down, area)
                let to = inPicture(middleX + half.across, middleY + half.down, area)
                add(
                    Face(
                        left: from.x, top: from.y, right: to.x, bottom: to.y,
                        points: Face.Points(
                            leftEye: point(0), rightEye: point(1), nose: point(2),
                            mouthLeft: point(3), mouthRight: point(4)),
                        score: score))
            }
        }
    }

    /// In its place: what sorts arrays moves their elements through memory that nobody overwrites.
    private func add(_ face: Face) {
        func isBefore(_ one: Face, _ other: Face) -> Bool {
            if one.score != other.score { return one.score > other.score }
            return one.top != other.top ? one.top < other.top : one.left < other.left
        }
        var (low, high) = (0, candidates.count)
        while low < high {
            let middle = (low + high) / 2
            if isBefore(face, candidates[middle]) { high = middle } else { low = middle + 1 }
        }
        candidates.insert(face, at: low)
        if candidates.count > Self.candidateCountMax { candidates.removeLast() }
    }

    /// Overwrites where faces were; what the network computed is overwritten by whoever owns it.
    func forget() { Self.overwrite(&candidates) }

    /// Leaves none, nor anything of those that were there before them.
    static func overwrite(_ faces: inout [Face]) {
        let nobody = Face.Point(x: 0, y: 0)
        let none = Face(
            left: 0, top: 0, right: 0, bottom: 0,
            points: Face.Points(
                leftEye: nobody, rightEye: nobody, nose: nobody, mouthLeft: nobody,
                mouthRight: nobody), score: .zero)
        while faces.count < faces.capacity { faces.append(none) }
        faces.withUnsafeMutableBytes { Overwriting.clear($0) }
        faces.removeAll(keepingCapacity: true)
    }

    /// Of a place in the input, both in 1/2⁸ pixels.
    private func inPicture(_ x: Int, _ y: Int, _ area: Rectangle) -> Face.Point {
        Face.Point(
            x: area.x << 8 + x * area.width / width, y: area.y << 8 + y * area.height / height)
    }
}
