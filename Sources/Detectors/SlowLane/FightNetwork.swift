import Networks

/// What a network says of the last two seconds.
public struct FightOpinion: Hashable, Sendable {
    /// Logarithms of the odds, in 1/2¹⁴.
    public var fight = 0
    public var aggression = 0

    public init(fight: Int = 0, aggression: Int = 0) {
        self.fight = fight
        self.aggression = aggression
    }
}

/// Says how much what changed looks like a fight: one picture of change after the other, and the mean
/// of what it says of each.
///
/// - Shape: one input, 1 × 128 × 128 × 3, int8, as `FightMoments` makes them; one output of two
///   numbers, a fight and aggression.
/// - Units: logarithms of the odds.
final class FightNetwork {
    private let network: Network

    /// - Throws: `ModelError` where the network has not this contract.
    init(_ network: Network) throws {
        self.network = network
        let wanted = [1, FightMoments.side, FightMoments.side, FightMoments.channels]
        guard network.inputs.count == 1, network.inputs[0].shape == wanted,
            !network.inputs[0].isUnsigned
        else {
            throw ModelError(
                "fights network",
                "check its input: \(network.inputs.map(\.shape)): wanted is one of int8, \(wanted)")
        }
        guard network.outputs.count == 1, network.outputs[0].count == 2,
            !network.outputs[0].isUnsigned, network.outputs[0].scaleQ24 < 1 << 24
        else {
            throw ModelError(
                "fights network",
                "check its output: \(network.outputs.map(\.shape)): wanted is one of int8 with two "
                    + "numbers, a code of less than 1")
        }
    }

    /// Cannot overflow: six codes below 2⁸, times a scale below 2²⁴.
    func look(at moments: UnsafeMutableBufferPointer<Int8>) -> FightOpinion {
        let output = network.outputs[0]
        let input = network.input(0)
        var (fight, aggression) = (0, 0)
        for moment in 0..<FightMoments.count {
            // A run may overwrite its input.
            let start = moment * input.count
            _ = input.update(fromContentsOf: moments[start..<start + input.count])
            network.run()
            let codes = network.output(0)
            fight += Int(codes[0]) - output.zero
            aggression += Int(codes[1]) - output.zero
        }
        func mean(_ sum: Int) -> Int {
            sum * Int(output.scaleQ24) / (FightMoments.count << 10)
        }
        return FightOpinion(fight: mean(fight), aggression: mean(aggression))
    }
}
