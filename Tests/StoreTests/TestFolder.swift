import Detectors
import Frames
import Incidents
import Linux
import Records
import Store

/// A folder for one test, removed with its last owner.
final class TestFolder {
    let path: String

    /// Memory where there is any: what a disk does under a power cut is tested on one of its own.
    private static let usual = Files.isWritable("/dev/shm") ? "/dev/shm" : "/tmp"

    init(in parent: String = usual) throws {
        var chance = SplitMix(seed: UInt64(bitPattern: Clocks.monotonicNanoseconds()))
        path = "\(parent)/kuzet-store-\(Process.pid)-\(chance.next())"
        try Files.makeFolder(path)
    }

    deinit {
        Self.remove(path)
    }

    static func remove(_ path: String) {
        for name in (try? Files.names(in: path)) ?? [] {
            let entry = path + "/" + name
            if (try? Files.facts(entry, followsLinks: false))?.kind == .directory {
                remove(entry)
            } else {
                try? Files.remove(entry)
            }
        }
        try? Files.removeFolder(path)
    }
}

/// A seeded source of numbers: Steele, Lea, Flood, "Fast splittable pseudorandom number
/// generators", OOPSLA 2014.
struct SplitMix {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

    mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) }
    }
}

extension String {
    /// A finding about what was being written at the end, which nobody was told is kept.
    var isOfTheLastCommit: Bool { hasPrefix(LedgerPast.tornCommit) }
}

extension LedgerReader {
    /// What the ledger was told, without the checkpoints that it makes by itself.
    func told() throws -> [LedgerRecord] {
        var records: [LedgerRecord] = []
        try visit { entry in
            let record = try entry.record()
            if case .checkpoint = record.body { return }
            records.append(record)
        }
        return records
    }
}

/// What an appliance would have said at some time of one boot.
enum Story {
    static let boot = BootID(high: 0x0123_4567_89ab_cdef, low: 0xfedc_ba98_7654_3210)

    static func stamp(
        _ seconds: Int64, boot: BootID = boot, trust: Stamp.Trust = .synchronised
    ) -> Stamp {
        Stamp(
            boot: boot, monotonic: .zero + .seconds(seconds),
            wallMilliseconds: 1_763_800_000_000 + seconds * 1000, trust: trust)
    }

    static func operated(_ text: String, _ seconds: Int64 = 1) -> LedgerRecord {
        LedgerRecord(stamp: stamp(seconds), body: .operated(text))
    }

    static func incident(_ ordinal: UInt32, _ state: Incident.State) -> LedgerRecord {
        let opened = Int64(ordinal) * 100
        var incident = Incident(
            ordinal: ordinal, camera: 0, kind: .presence, zone: 1,
            openedAt: .zero + .seconds(opened), score: .perMille(700))
        incident.state = state
        if state != .suspected { incident.confirmedAt = .zero + .seconds(opened + 2) }
        if state == .closed { incident.closedAt = .zero + .seconds(opened + 30) }
        let delay: Int64 = state == .suspected ? 0 : state == .confirmed ? 2 : 30
        return LedgerRecord(stamp: stamp(opened + delay), body: .incident(incident))
    }

    static func evidence(_ ordinal: UInt32, _ sha256: [UInt8], _ byteCount: Int) -> LedgerRecord {
        LedgerRecord(
            stamp: stamp(Int64(ordinal) * 100),
            body: .evidence(
                ordinal: ordinal, kind: .snapshot, sha256: sha256, byteCount: UInt32(byteCount)))
    }
}
