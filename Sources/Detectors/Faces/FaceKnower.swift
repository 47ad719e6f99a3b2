import Frames
import Networks
import Watchlist

/// Says in numbers what a face looks like: alike in two pictures of one person, and in no two people.
///
/// - Shape: one input, 1 × 128 × 128 × 3, red, green and blue codes, value less 128, of an aligned
///   face; one output of 256 numbers, of which the direction counts.
/// - Source: Intel, face-reidentification-retail-0095; see the card.
final class FaceKnower {
    private let network: Network

    /// - Throws: `ModelError` where the network has not this contract.
    init(_ network: Network) throws {
        self.network = network
        let wanted = [1, FaceAlignment.side, FaceAlignment.side, 3]
        guard network.inputs.count == 1, network.inputs[0].shape == wanted,
            !network.inputs[0].isUnsigned
        else {
            throw ModelError(
                "faces network",
                "check its input: \(network.inputs.map(\.shape)): wanted is one of int8, \(wanted)")
        }
        guard network.outputs.count == 1, network.outputs[0].count == FaceTemplate.count,
            !network.outputs[0].isUnsigned, network.outputs[0].zero == 0
        else {
            throw ModelError(
                "faces network",
                "check its output: \(network.outputs.map(\.shape)): wanted is one of int8, "
                    + "\(FaceTemplate.count) numbers around 0")
        }
    }

    /// Takes in the face that is to be looked at next.
    ///
    /// - Returns: how well it can be told.
    func align(_ patch: Patch, of frame: Frame) -> FaceLight {
        let side = FaceAlignment.side
        // As the network was trained: black.
        patch.fill(network.input(0), width: side, height: side, from: frame, outside: .min)
        return FaceLight(UnsafeBufferPointer(network.input(0)), side: side)
    }

    /// Of the face that was taken in last; nil where all numbers are 0. What is left of it in the
    /// network's memory goes with `forget`.
    func template() -> FaceTemplate? {
        network.run()
        return FaceTemplate(network.output(0))
    }

    /// Overwrites whatever the network computed with.
    func forget() { network.overwrite() }
}
