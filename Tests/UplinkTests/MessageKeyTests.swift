import Frames
import Records
import Station
import Testing

@testable import Uplink

@Suite struct MessageKeyTests {
    /// The store gives its findings, and a checkpoint, the stamp of the record that they follow: a
    /// receiver that passes over keys it has must not pass over them.
    @Test func recordsOfOneStampHaveDifferentKeys() throws {
        let stamp = Stamp(
            boot: BootID(high: 1, low: 2), monotonic: Instant(nanoseconds: 3),
            wallMilliseconds: 4, trust: .synchronised)
        let bodies: [LedgerRecord.Body] = [
            .started(configuration: []), .repaired("a"), .repaired("b"),
            .checkpoint(Checkpoint(sequence: 3, hash: [1], key: [2], signature: [3]))
        ]
        let keys = try bodies.enumerated().map { index, body in
            let entry = OutboxEntry(
                sequence: Int64(index) + 1, record: LedgerRecord(stamp: stamp, body: body),
                at: Dating.Date(wallMilliseconds: 4, source: .clock))
            let text = MessageJSON.text(entry, speaker: Speaker(device: "board", cameras: []))
            return try #require(
                text.split(separator: "\"key\":\"").last?.split(separator: "\"").first)
        }
        #expect(Set(keys).count == bodies.count)
    }
}
