import Frames
import Station

/// Pages of the ledger that could not be read: each is asked for again after a pause, so that a
/// disk that fails for an hour is not asked without end.
struct FailedReads: Hashable, Sendable {
    static let pause = Interval.seconds(1)

    private var lanes: Set<DeliveryLane> = []
    private var since: Instant?

    mutating func add(_ lane: DeliveryLane) { lanes.insert(lane) }

    /// Those to ask for now. Called again and again, it begins to count with the first call.
    mutating func due(at instant: Instant) -> [DeliveryLane] {
        guard !lanes.isEmpty else { return [] }
        let since = self.since ?? instant
        self.since = since
        guard instant - since >= Self.pause else { return [] }
        defer { (lanes, self.since) = ([], nil) }
        return lanes.sorted()
    }
}
