import Frames
import Records
import Testing

@testable import Station

private struct Refusal: Error, CustomStringConvertible {
    var description: String
}

private final class Lines: AlarmLines {
    var levels: [Output: Bool] = [:]
    var order: [Output] = []
    var isBroken = false
    var presses: [(input: Input, active: Bool)] = []

    func drive(_ output: Output, on: Bool) throws {
        if isBroken { throw Refusal(description: "line busy (EBUSY)") }
        levels[output] = on
        order.append(output)
    }

    func poll() throws -> [(input: Input, active: Bool)] {
        defer { presses = [] }
        if isBroken { throw Refusal(description: "line gone (ENODEV)") }
        return presses
    }
}

private final class Book: Ledger {
    var records: [LedgerRecord] = []
    var isBroken = false

    func append(_ records: [LedgerRecord]) throws {
        if isBroken { throw Refusal(description: "no space left (ENOSPC)") }
        self.records += records
    }

    func keepSnapshot(_ jpeg: [UInt8], ordinal: UInt32, boot: BootID) throws -> [UInt8] { [] }
}

@Suite struct DutyTests {
    private let lines = Lines()
    private let book = Book()

    private func duty(log: @escaping (Priority, String) -> Void = { _, _ in }) -> Duty {
        Duty(
            appliance: Appliance(policy: StationPolicy(), boot: BootID(high: 0, low: 0)),
            lines: lines, ledger: book, snapshot: { _, _ in }, log: log)
    }

    @Test func recordsAreKeptAndAnswered() {
        let duty = duty()
        duty.handle(Event(at: .zero, cause: .tick))
        #expect(book.records.map(\.body) == [.started(configuration: [])])
        #expect(duty.appliance.queue.count == 0)
    }

    @Test func theSirenLineIsDrivenBeforeAnyLamp() {
        let duty = duty()
        duty.handle(Event(at: .zero, cause: .tick))
        #expect(lines.order == [.siren, .red, .amber, .green])
    }

    @Test func aLineThatRefusesIsTriedUntilItObeysAndSaidOnce() {
        var log: [String] = []
        let duty = duty { log.append($1) }
        lines.isBroken = true
        for second in 0..<20 {
            duty.handle(Event(at: .zero + .seconds(Int64(second)), cause: .tick))
        }
        #expect(log.filter { $0 == "output siren: switch off: line busy (EBUSY)" }.count == 1)
        lines.isBroken = false
        duty.handle(Event(at: .zero + .seconds(20), cause: .tick))
        #expect(lines.levels[.siren] == false)
        #expect(log.contains("output siren: obeys again"))
    }

    @Test func aFailingLedgerIsToldAndTriedAgain() {
        let duty = duty()
        book.isBroken = true
        duty.handle(Event(at: .zero, cause: .tick))
        #expect(duty.appliance.queue.isFailing)
        book.isBroken = false
        duty.handle(Event(at: .zero + .seconds(2), cause: .tick))
        #expect(!duty.appliance.queue.isFailing)
        #expect(book.records.count == 3)
    }

    @Test func pressesReachTheApplianceAndAFailedPollIsSaidOnce() {
        var log: [String] = []
        let duty = duty { log.append($1) }
        lines.presses = [(.panic, true)]
        duty.handleInputs(at: .zero)
        #expect(book.records.contains { $0.body == .operated("panic") })
        lines.isBroken = true
        duty.handleInputs(at: .zero)
        duty.handleInputs(at: .zero)
        #expect(log.filter { $0 == "inputs: read: line gone (ENODEV)" }.count == 1)
    }
}
