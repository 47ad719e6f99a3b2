import Frames
import Networks

/// How many people a network of density counted, place by place.
public struct CrowdReading: Sendable {
    /// What one code stands for; in 1/2²⁴ of a person.
    private var scale = 0
    /// Codes less their zero, `width` in a row.
    private var cells: [UInt8] = []
    private var width = 1
    /// A cell's side, and where the picture lay in the field: in pixels of the input. A copy, for the
    /// network looks at another camera's picture by the time this is read.
    private var side = 1
    private var inside = Rectangle(x: 0, y: 0, width: 0, height: 0)

    public init() {}

    /// Of the whole picture; in tenths.
    public var countTenths: Int { tenths(cells.reduce(0) { $0 + Int($1) }) }

    /// Every place with somebody in it, and how many: in thousandths. What lies half outside of the
    /// picture is cut off there.
    public var places: [(region: Region, thousandths: Int)] {
        cells.enumerated().compactMap { index, cell in
            let (x, y) = (index % width * side - inside.x, index / width * side - inside.y)
            let region = Region(
                Rectangle(x: x, y: y, width: side, height: side), inWidth: inside.width,
                height: inside.height)
            guard cell > 0, region.width > 0, region.height > 0 else { return nil }
            return (region, (Int(cell) * scale * 1000 + 1 << 23) >> 24)
        }
    }

    /// Of the places for which `holds` is true; in tenths.
    ///
    /// - Parameter holds: is given the middle of a cell that lies in the picture.
    public func countTenths(where holds: (Polygon.Corner) -> Bool) -> Int {
        var sum = 0
        for (index, cell) in cells.enumerated() where cell > 0 {
            let (x, y) = (index % width * side + side / 2, index / width * side + side / 2)
            if let place = inside.place(x: x, y: y), holds(place) { sum += Int(cell) }
        }
        return tenths(sum)
    }

    // Cannot overflow: 2⁸ · 2²⁴ cells at most, times a scale below 2²⁴.
    private func tenths(_ sum: Int) -> Int { (sum * scale * 10 + 1 << 23) >> 24 }

    mutating func fill(
        _ codes: UnsafeBufferPointer<Int8>, zero: Int, scale: Int, width: Int, side: Int,
        inside: Rectangle
    ) {
        (self.scale, self.width, self.side, self.inside) = (scale, width, side, inside)
        cells.removeAll(keepingCapacity: true)
        for code in codes { cells.append(UInt8(clamping: Int(code) - zero)) }
    }
}

/// Counts people where they are too many, too small or too hidden for boxes.
///
/// - Shape: one input, 1 × h × w × 3, red, green and blue codes, value less 128; one output, 1 × h' ×
///   w' × 1, the people in each place.
/// - Source: Zhang et al., "Single-Image Crowd Counting via Multi-Column CNN", CVPR 2016.
final class CrowdNetwork {
    private let network: Network
    private let letterbox: Letterbox

    /// - Throws: `ModelError` where the network has not this contract.
    init(_ network: Network) throws {
        self.network = network
        let shape = network.inputs.first?.shape ?? []
        guard network.inputs.count == 1, shape.count == 4, shape[0] == 1, shape[3] == 3,
            shape[1] > 1, shape[2] > 1, !network.inputs[0].isUnsigned
        else {
            throw ModelError(
                "crowd network",
                "check its input: \(network.inputs.map(\.shape)): wanted is one of int8, 1 × h × w "
                    + "× 3")
        }
        guard network.outputs.count == 1, network.outputs[0].shape.count == 4,
            network.outputs[0].shape[3] == 1, !network.outputs[0].isUnsigned,
            network.outputs[0].scaleQ24 < 1 << 24
        else {
            throw ModelError(
                "crowd network",
                "check its output: \(network.outputs.map(\.shape)): wanted is one of int8, 1 × h × "
                    + "w × 1, of less than a person a code")
        }
        letterbox = Letterbox(width: shape[2], height: shape[1], isCentred: true)
    }

    func look(at frame: Frame, into reading: inout CrowdReading) {
        letterbox.fill(network.input(0), with: frame)
        network.run()
        let output = network.outputs[0]
        reading.fill(
            network.output(0), zero: output.zero, scale: Int(output.scaleQ24),
            width: output.shape[2], side: letterbox.width / output.shape[2],
            inside: letterbox.inside)
    }
}
