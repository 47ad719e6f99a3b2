import Frames
import Networks

/// Finds people in a picture: boxes, and how sure it is of each.
///
/// - Shape: one input, 1 × h × w × 3, red, green and blue codes, value less 128; for each of the
///   strides 8, 16 and 32 an output 1 × h/stride × w/stride × 1, how likely a person's middle is
///   there, and one of × 4, how far it is from there to the box's left, top, right and bottom side.
/// - Units: likeness as a logit; distances in strides.
/// - Source: Lyu et al., "RTMDet", 2022: each cell of three grids speaks for one box; suppression of
///   all but the surest of boxes that overlap is ours, in integers.
final class PeopleNetwork {
    private struct Grid {
        let stride: Int
        let (width, height): (Int, Int)
        /// The outputs' places.
        let (likeness, distances): (Int, Int)
        let likenessZero: Int
        let distanceZero: Int
        /// Of a distance's code, in 1/2²⁴ pixels of the input.
        let distanceScale: Int
        /// Of each likeness code.
        let scores: [Q15]
    }

    private let network: Network
    private let letterbox: Letterbox
    private let grids: [Grid]

    private static let strides = [8, 16, 32]

    /// - Throws: `ModelError` where the network has not this contract.
    init(_ network: Network) throws {
        self.network = network
        let shape = network.inputs.first?.shape ?? []
        guard network.inputs.count == 1, shape.count == 4, shape[0] == 1, shape[3] == 3,
            shape[1] % 32 == 0, shape[2] % 32 == 0, !network.inputs[0].isUnsigned
        else {
            throw ModelError(
                "people network",
                "check its input: \(network.inputs.map(\.shape)): wanted is one of int8, 1 × h × w "
                    + "× 3, sides multiples of 32")
        }
        letterbox = Letterbox(width: shape[2], height: shape[1])
        guard network.outputs.count == 2 * Self.strides.count else {
            throw ModelError(
                "people network",
                "check its outputs: it has \(network.outputs.count), wanted are "
                    + "\(2 * Self.strides.count)")
        }
        grids = try Self.strides.map { stride in
            let (width, height) = (shape[2] / stride, shape[1] / stride)
            func place(_ depth: Int) throws -> Int {
                let wanted = [1, height, width, depth]
                guard let place = network.outputs.firstIndex(where: { $0.shape == wanted }),
                    !network.outputs[place].isUnsigned
                else {
                    throw ModelError(
                        "people network",
                        "check its outputs: \(network.outputs.map(\.shape)): none is int8, \(wanted)"
                    )
                }
                return place
            }
            let (likeness, distances) = (try place(1), try place(4))
            let (one, four) = (network.outputs[likeness], network.outputs[distances])
            return Grid(
                stride: stride, width: width, height: height, likeness: likeness,
                distances: distances, likenessZero: one.zero, distanceZero: four.zero,
                distanceScale: Int(four.scaleQ24) * stride,
                scores: (-128...127).map { code in
                    Logistic.q15(ofQ24: Int64(code - one.zero) * one.scaleQ24)
                })
        }
    }

    /// Replaces `reading` with who is in `frame`: everybody of whom it is at least so sure.
    func look(at frame: Frame, scoreMin: Q15, into reading: inout PeopleReading) {
        letterbox.fill(network.input(0), with: frame)
        network.run()
        reading.begin(candidateCount: grids.reduce(0) { $0 + $1.width * $1.height })
        let shape = PictureShape(width: frame.width, height: frame.height)
        for grid in grids { read(grid, scoreMin, shape, into: &reading) }
        reading.finish()
    }

    private func read(
        _ grid: Grid, _ scoreMin: Q15, _ shape: PictureShape, into reading: inout PeopleReading
    ) {
        let (codes, sides) = (network.output(grid.likeness), network.output(grid.distances))
        for y in 0..<grid.height {
            for x in 0..<grid.width {
                let cell = y * grid.width + x
                let score = grid.scores[Int(codes[cell]) + 128]
                guard score >= scoreMin else { continue }
                /// From a cell's middle to a side, in 1/2⁸ pixels of the input.
                func distance(_ side: Int) -> Int {
                    let code = Int(sides[4 * cell + side]) - grid.distanceZero
                    return (code * grid.distanceScale) >> 16
                }
                let (middleX, middleY) = (x * grid.stride << 8, y * grid.stride << 8)
                let region = letterbox.region(
                    left: middleX - distance(0), top: middleY - distance(1),
                    right: middleX + distance(2), bottom: middleY + distance(3))
                guard region.width > 0, region.height > 0 else { continue }
                reading.add(PersonBox(region: region, score: score, head: shape.head(of: region)))
            }
        }
    }
}
