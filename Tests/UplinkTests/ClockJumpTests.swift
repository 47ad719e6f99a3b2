import Detectors
import Frames
import Records
import Simulation
import Station
import Testing

@testable import Uplink

/// What is recorded and told must not depend on what a clock happens to show.
@Suite struct ClockJumpTests {
    private static let year: Int64 = 365 * 86_400_000
    /// 2025-11-22
    private static let start: Int64 = 1_763_800_000_000

    private final class Lines: AlarmLines {
        func drive(_ output: Output, on: Bool) throws {}
        func poll() throws -> [(input: Input, active: Bool)] { [] }
    }

    /// Two minutes, with something before the lens every ten seconds; the wall clock is told every
    /// second, off by what `offset` says (milliseconds at a second of the story).
    ///
    /// - Returns: what a receiver is told afterwards.
    private func told(
        weekMinute: Int = 600, offset: (Int64) -> Int64
    ) throws -> (entries: [OutboxEntry], texts: [String]) {
        let ledger = MemoryLedger()
        let duty = Duty(
            appliance: Appliance(
                policy: StationPolicy(cameras: [CameraPolicy(name: "hall")]),
                boot: BootID(high: 1, low: 2)),
            lines: Lines(), ledger: ledger, snapshot: { _, _ in }, log: { _, _ in })
        for tenth in Int64(0)..<1_200 {
            let at = Instant.zero + .milliseconds(1_000 + tenth * 100)
            if tenth % 10 == 0 {
                duty.handle(
                    Event(
                        at: at,
                        cause: .clock(
                            wallMilliseconds: Self.start + tenth * 100 + offset(tenth / 10),
                            trust: .synchronised, weekMinute: weekMinute)))
            }
            let isCovered = tenth % 200 < 80
            let sighting = Sighting(
                kind: .covered, zone: 1, score: .perMille(900), region: .whole)
            duty.handle(
                Event(
                    at: at,
                    cause: .decided(
                        camera: 0, capturedAt: at, sightings: isCovered ? [sighting] : [])))
        }
        let page = try ledger.page(.alarm, after: 0, countMax: .max)
        let speaker = Speaker(device: "board", cameras: ["hall"])
        return (
            page.entries,
            page.entries.map { MessageJSON.text($0, speaker: speaker) }
        )
    }

    /// A message without its dates and its place in the ledger, which has a record for each jump.
    private func undated(_ text: String) -> String {
        var rest = text[...]
        for name in ["\"openedAt\":{", "\"at\":{"] {
            let parts = rest.split(separator: name, maxSplits: 1)
            guard parts.count == 2, let end = parts[1].firstIndex(of: "}") else { continue }
            rest = parts[0] + parts[1][end...]
        }
        return String(rest.split(separator: "\"sequence\"")[0])
    }

    @Test func aYearForwardAndBackChangesNoRecordAndInTheEndNoDate() throws {
        let plain = try told { _ in 0 }
        #expect(plain.entries.count == 18)
        let jumps: [(Int64) -> Int64] = [
            { $0 >= 25 && $0 < 70 ? Self.year : 0 },
            { $0 >= 25 && $0 < 70 ? -Self.year : 0 },
            { $0 < 45 ? -Self.year : 0 },
            { $0 < 45 ? Self.year : 0 },
            { ($0 / 5 % 3 - 1) * ($0 < 110 ? Self.year : 0) }
        ]
        for (index, jump) in jumps.enumerated() {
            let (entries, texts) = try told(offset: jump)
            #expect(texts.map(undated) == plain.texts.map(undated), "jump \(index)")
            #expect(
                entries.map(\.record.stamp.monotonic) == plain.entries.map(\.record.stamp.monotonic)
            )
            #expect(
                entries.map(\.at.wallMilliseconds) == plain.entries.map(\.at.wallMilliseconds),
                "jump \(index)")
            #expect(
                entries.map(\.openedAt?.wallMilliseconds)
                    == plain.entries.map(\.openedAt?.wallMilliseconds), "jump \(index)")
        }
    }

    @Test func theTimeZoneChangesNothing() throws {
        let plain = try told { _ in 0 }
        for weekMinute in [0, 9_999, 3_000] {
            let other = try told(weekMinute: weekMinute) { _ in 0 }
            #expect(other.texts == plain.texts)
        }
    }

    /// Pauses and limits are of monotonic time: a courier never asks the wall clock how long.
    @Test func aSessionWaitsAsLongWhateverTheWallClockShows() {
        func failure(_ wall: (Int64) -> Int64) -> Int64? {
            var dialect = MQTTDialect(
                MQTTDialect.Settings(), speaker: Speaker(device: "board", cameras: [])
            ) { _, _ in nil }
            func moment(_ second: Int64) -> Moment {
                Moment(monotonic: .zero + .seconds(second), wallMilliseconds: wall(second))
            }
            _ = dialect.opened(at: moment(0))
            return (1..<60).first { second in
                dialect.passed(at: moment(second)).contains {
                    if case .failed = $0 { true } else { false }
                }
            }
        }
        #expect(failure { $0 * 1_000 } == 20)
        #expect(failure { $0 > 5 ? Self.year : 0 } == 20)
        #expect(failure { $0 > 5 ? -Self.year : 0 } == 20)
    }
}
