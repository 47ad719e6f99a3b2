import Frames
import Incidents
import Station
import Testing
import Text

@testable import Uplink

@Suite struct MessageJSONTests {
    /// What the centre is told of hours it can send back as it is.
    @Test func hoursAreToldAsACommandSaysThem() throws {
        var week = WeekSchedule.never
        week.add(days: [3, 4, 5], from: 18 * 60, to: 3 * 60)
        week.add(days: [6], from: 12 * 60, to: 24 * 60)
        let orders: [HoursOrder] = [
            .configured, .venue(isOpen: true, seconds: 60), .venue(isOpen: false, seconds: 0),
            .schedule(week), .schedule(.never)
        ]
        for order in orders {
            let record = LedgerRecord(
                stamp: Stamp(
                    boot: BootID(high: 1, low: 2), monotonic: .zero, wallMilliseconds: 0,
                    trust: .unset),
                body: .hours(order, counter: 9, by: "Aigul \"the Boss\""))
            let entry = OutboxEntry(
                sequence: 7, record: record, at: Dating.Date(wallMilliseconds: 0, source: .unset))
            #expect(entry.lane == .health)
            let text = MessageJSON.text(entry, speaker: Speaker(device: "bar", cameras: []))
            let value = try JSONValue.read(Array(text.utf8))
            #expect(value["format"]?.string == "kuzet-health-1")
            #expect(value["event"]?.string == "hours")
            #expect(value["by"]?.string == "Aigul \"the Boss\"")
            #expect(value["text"]?.string == order.words)
            #expect(try SignedCommand.hours(value) == order)
        }
    }
}
