import Frames
import Incidents
import Linux
import Records
import Store

/// Keeps incidents one after the other, each of the three steps durable before the next, as an
/// appliance does at its busiest: how fast, and what it takes of the disk.
func keep(_ options: Options) throws {
    let directory = options.text("ledger")
    let count = options.number("count")
    let boot = BootID(high: 1, low: 2)
    let stamp = Stamp(boot: boot, monotonic: .zero, wallMilliseconds: 0, trust: .synchronised)
    let ledger = try SQLiteLedger(directory: directory, stamp: stamp)
    let start = Clocks.monotonicNanoseconds()
    var monotonic = Instant.zero
    for ordinal in 1...UInt32(count) {
        var incident = Incident(
            ordinal: ordinal, camera: 0, kind: .covered, zone: 1, openedAt: monotonic,
            score: .perMille(900))
        for state in [Incident.State.suspected, .confirmed, .closed] {
            monotonic = monotonic + .milliseconds(20)
            incident.state = state
            if state == .confirmed { incident.confirmedAt = monotonic }
            if state == .closed { incident.closedAt = monotonic }
            let stamp = Stamp(
                boot: boot, monotonic: monotonic, wallMilliseconds: monotonic.milliseconds,
                trust: .synchronised)
            try ledger.append([LedgerRecord(stamp: stamp, body: .incident(incident))])
        }
    }
    let nanoseconds = Clocks.monotonicNanoseconds() - start
    ledger.close()
    let bytes = try Files.facts(ledger.folder.database).byteCount
    Console.say([
        ("incidents", count), ("milliseconds", Int(nanoseconds / 1_000_000)),
        ("databaseBytes", Int(bytes)), ("peak", Memory.peak)
    ])
}
