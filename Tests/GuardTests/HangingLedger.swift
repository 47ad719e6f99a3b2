import Linux
import Records
import Station
import Synchronization

@testable import Guard

/// A ledger in memory whose disk answers only while it is told to: what hangs in `fsync` looks
/// like this from outside.
final class HangingLedger: Ledger, Outbox, Sendable {
    struct Contents {
        var records: [LedgerRecord] = []
        var pictures: [UInt32] = []
        /// Pictures of each clip, by the incident that began it.
        var clips: [UInt32: [ClipPicture]] = [:]
        var members: [UInt32: [UInt32]] = [:]
        /// What each call brought.
        var clipParts: [Int] = []
        /// Calls that came so far, answered or not.
        var callCount = 0
    }

    private let inside = Mutex(Contents())
    /// Readable while the disk answers.
    private let gate: FileDescriptor

    init(isHanging: Bool = false) throws {
        gate = try FileDescriptor.event()
        if !isHanging { try gate.signal() }
    }

    var contents: Contents { inside.withLock { $0 } }

    func hang() { _ = try? gate.clear() }
    func answer() { try? gate.signal() }

    func append(_ records: [LedgerRecord]) throws {
        inside.withLock { $0.callCount += 1 }
        _ = try gate.wait(for: .readable, milliseconds: nil)
        inside.withLock { $0.records += records }
    }

    func keepSnapshot(_ jpeg: [UInt8], ordinal: UInt32, boot: BootID) throws -> [UInt8] {
        inside.withLock { $0.callCount += 1 }
        _ = try gate.wait(for: .readable, milliseconds: nil)
        inside.withLock { $0.pictures.append(ordinal) }
        return [UInt8](repeating: UInt8(truncatingIfNeeded: ordinal), count: 32)
    }

    var recordCount: Int64 { Int64(contents.records.count) }

    func page(_ lane: DeliveryLane, after: Int64, countMax: Int) -> OutboxPage {
        OutboxPage(lane: lane, entries: [], readThrough: recordCount)
    }

    func cursors(of destination: String) -> DeliveryCursors { DeliveryCursors() }
    func note(_ cursors: DeliveryCursors, of destination: String) {}
    func settle() {}
    func dueForDiscard(_ limits: SpaceLimits, destinations: [String]) -> [Discard] { [] }
    func extendClip(
        _ pictures: [ClipPicture], ordinal: UInt32, boot: BootID
    ) throws -> Int {
        inside.withLock { $0.callCount += 1 }
        _ = try gate.wait(for: .readable, milliseconds: nil)
        inside.withLock { inside in
            inside.clips[ordinal, default: []] += pictures
            inside.clipParts.append(pictures.count)
        }
        return 0
    }

    func joinClip(ordinal: UInt32, clip: UInt32, boot: BootID) throws {
        inside.withLock { $0.members[clip, default: []].append(ordinal) }
    }

    func finishClip(ordinal: UInt32, boot: BootID) throws -> KeptClip? {
        inside.withLock { inside in
            guard let pictures = inside.clips[ordinal] else { return nil }
            return KeptClip(
                ordinals: [ordinal] + (inside.members[ordinal] ?? []),
                sha256: [UInt8](repeating: 1, count: 32), byteCount: UInt32(pictures.count))
        }
    }

    /// As `LedgerThread.start` wants it.
    @Sendable func opened() throws -> PersistentLedger.Opened {
        .init(ledger: self, past: LedgerPast())
    }
}

/// Waits in real time until something holds.
///
/// - Returns: false where it did not within `milliseconds`.
func eventually(_ milliseconds: Int64 = 20_000, _ holds: () -> Bool) throws -> Bool {
    let never = try FileDescriptor.event()
    let end = Clocks.monotonicNanoseconds() + milliseconds * 1_000_000
    while !holds() {
        guard Clocks.monotonicNanoseconds() < end else { return false }
        _ = try never.wait(for: .readable, milliseconds: 2)
    }
    return true
}
