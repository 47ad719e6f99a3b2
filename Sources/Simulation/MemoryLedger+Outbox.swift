import Frames
import Records
import Station

/// Delivered from as the one on a disk is.
extension MemoryLedger: Outbox {
    public var recordCount: Int64 { Int64(count) }

    public func page(_ lane: DeliveryLane, after: Int64, countMax: Int) throws -> OutboxPage {
        var page = OutboxPage(lane: lane, entries: [], readThrough: after)
        while page.entries.count < countMax, page.readThrough < recordCount {
            let record = self[page.readThrough]
            page.readThrough += 1
            if DeliveryLane(of: record) == lane {
                page.entries.append(entry(record, sequence: page.readThrough))
            }
        }
        return page
    }

    public func cursors(of destination: String) throws -> DeliveryCursors {
        noted[destination] ?? DeliveryCursors()
    }

    public func note(_ cursors: DeliveryCursors, of destination: String) {
        noted[destination] = cursors
    }

    /// Memory is never short of evidence: it holds none.
    public func dueForDiscard(_ limits: SpaceLimits, destinations: [String]) -> [Discard] { [] }

    public func settle() throws {}

    private func entry(_ record: LedgerRecord, sequence: Int64) -> OutboxEntry {
        OutboxEntry(sequence: sequence, record: record, dating: dating) { identity in
            for index in stride(from: sequence - 2, through: 0, by: -1) {
                let earlier = self[index]
                if case .incident(let incident) = earlier.body,
                    incident.ordinal == identity.ordinal, earlier.stamp.boot == identity.boot
                {
                    return (incident, earlier.stamp)
                }
            }
            return nil
        }
    }
}
