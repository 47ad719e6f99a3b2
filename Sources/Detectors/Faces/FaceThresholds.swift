import Frames
import Models
import Watchlist

extension ThresholdTable {
    /// How alike the network finds strangers: see `Sources/Models/faces/card.md`.
    public static let faces: ThresholdTable = {
        let table = ThresholdTable(
            first: FaceThresholds.first,
            similarities: FaceThresholds.similarities.map { Q15(rawValue: $0) })
        guard let table else { preconditionFailure("the recipe writes no such table") }
        return table
    }()
}
