import Frames
import Networks

/// What a network says of what changed.
public struct FightOpinion: Hashable, Sendable {
    /// Logarithms of the odds, in 1/2¹⁴.
    public var fight = 0
    public var aggression = 0

    public init(fight: Int = 0, aggression: Int = 0) {
        self.fight = fight
        self.aggression = aggression
    }
}

/// One moment that a network is shown, and what it says of it.
public struct FightMoment: Hashable, Sendable {
    /// On the detector's own clock.
    public let endedAt: Instant
    public internal(set) var opinion = FightOpinion()
}

/// Says how much what changed looks like a fight, one moment after the other.
///
/// - Shape: one input, 1 × 128 × 128 × 3, int8, as `FightMoments` makes them; one output of two
///   numbers, a fight and aggression.
/// - Units: logarithms of the odds.
final class FightNetwork {
    private let network: Network
    /// Of logits, 1/1000 to 1/8: codes of less say nothing, codes of more let it alone decide.
    private static let scalesQ24: ClosedRange<Int64> = 16_777...2_097_152

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
            !network.outputs[0].isUnsigned, Self.scalesQ24 ~= network.outputs[0].scaleQ24
        else {
            throw ModelError(
                "fights network",
                "check its output: \(network.outputs.map(\.shape)): wanted is one of int8 with two "
                    + "numbers, a code of 1/1000 to 1/8")
        }
    }

    /// - Parameter moments: of `look.moments`, in order; each is given its opinion.
    /// Cannot overflow: a code below 2⁸, times a scale below 2²⁴.
    func look(at codes: UnsafeMutableBufferPointer<Int8>, of moments: inout [FightMoment]) {
        let (input, output) = (network.input(0), network.outputs[0])
        for index in moments.indices {
            // A run may overwrite its input.
            let start = index * FightMoments.momentCount
            _ = input.update(fromContentsOf: codes[start..<start + FightMoments.momentCount])
            network.run()
            let said = network.output(0)
            func logit(_ number: Int) -> Int {
                ((Int(said[number]) - output.zero) * Int(output.scaleQ24)) >> 10
            }
            moments[index].opinion = FightOpinion(fight: logit(0), aggression: logit(1))
        }
    }
}
