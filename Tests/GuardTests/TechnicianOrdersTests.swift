import Linux
import Records
import Station
import Store
import Synchronization
import Testing
import Text

@testable import Guard

/// An order left in the ledger's folder, from one end to the other.
@Suite struct TechnicianOrdersTests {
    private final class Desk: Sendable {
        let orders = Mutex<[Order]>([])
        let isFull = Mutex(false)
    }

    private let folder: LedgerFolder
    private let desk = Desk()
    private let door: TechnicianOrders

    init() throws {
        let path = "/tmp/kuzet-orders-\(Process.pid)-\(Clocks.monotonicNanoseconds())"
        folder = LedgerFolder(path)
        try Files.makeFolder(folder.orders)
        door = TechnicianOrders(folder, device: "bar") { [desk] order in
            guard !desk.isFull.withLock({ $0 }) else { return false }
            desk.orders.withLock { $0.append(order) }
            return true
        }
    }

    private func leave(_ text: String, as name: String) throws {
        try Files.replace("\(folder.orders)/\(name).order", with: Array(text.utf8))
    }

    private func answer(_ name: String) -> JSONValue? {
        let path = "\(folder.orders)/\(name).answer"
        guard let bytes = try? Files.read(path, byteCountMax: 4_096) else { return nil }
        return try? JSONValue.read(bytes)
    }

    private var names: [String] { (try? Files.names(in: folder.orders)) ?? [] }

    @Test func anOrderIsTakenOnceAndAnswered() throws {
        try leave("{\"by\":\"Marat\",\"do\":\"reset-caution\",\"camera\":\"hall\"}", as: "a")
        door.look()
        let order = try #require(desk.orders.withLock { $0.first })
        #expect(order.actor == "Marat" && order.authority == .technician)
        #expect(order.action == .resetCaution(camera: "hall"))
        #expect(names == [], "removed before it is obeyed")
        door.answer(OrderAnswer(order: order, refusal: "no such camera", epoch: nil))
        door.answer(OrderAnswer(order: order, refusal: nil, epoch: nil))
        door.look()
        #expect(answer("a")?["result"]?.string == "refused")
        #expect(answer("a")?["why"]?.string == "no such camera")
        #expect(desk.orders.withLock { $0.count } == 1)
    }

    @Test func whatIsNoOrderIsRefusedWithWords() throws {
        let incident = "00000000000000010000000000000002-7"
        let cases: [(String, String)] = [
            ("", "no JSON"), ("{}", "by: "), ("{\"by\":\"x\",\"do\":\"dance\"}", "do: dance"),
            ("{\"by\":\"x\",\"do\":\"reset-caution\"}", "camera: "),
            (
                "{\"by\":\"x\",\"do\":\"acknowledge\",\"incident\":\"\(incident)\",\"was\":\"odd\"}",
                "was: "
            ),
            (String(repeating: " ", count: TechnicianOrders.byteCountMax + 1), "it cannot be read")
        ]
        for (index, (text, _)) in cases.enumerated() { try leave(text, as: "\(index)") }
        door.look()
        for (index, (_, why)) in cases.enumerated() {
            let told = try #require(answer("\(index)")?["why"]?.string)
            #expect(told.hasPrefix(why), "\(told)")
        }
        #expect(desk.orders.withLock { $0.isEmpty })
    }

    @Test func linksAndOtherNamesAreNoOrders() throws {
        try Files.replace(folder.path + "/secret", with: Array("{\"by\":\"x\"}".utf8))
        try Files.link(folder.path + "/secret", to: folder.orders + "/b.orders")
        try Files.makeFolder(folder.orders + "/c.order")
        door.look()
        #expect(desk.orders.withLock { $0.isEmpty })
        #expect(names.contains("b.orders") && names.contains("c.order"))
    }

    @Test func moreThanMayWaitStayAsFiles() throws {
        for index in 10..<30 {
            try leave("{\"by\":\"x\(index)\",\"do\":\"silence\"}", as: "\(index)")
        }
        door.look()
        door.look()
        let limit = TechnicianOrders.askedCountMax
        #expect(desk.orders.withLock { $0.map(\.actor) } == (10..<(10 + limit)).map { "x\($0)" })
        #expect(names.count == 20 - limit)
        desk.isFull.withLock { $0 = true }
        for order in desk.orders.withLock({ $0 }) {
            door.answer(OrderAnswer(order: order, refusal: nil, epoch: nil))
        }
        door.look()
        #expect(answer("10")?["result"]?.string == "done")
        let why = answer("\(10 + limit)")?["why"]?.string ?? ""
        #expect(why.hasPrefix("too many orders wait"))
    }

    @Test func withoutAnApplianceNothingIsLeft() {
        #expect(throws: TechnicianDoor.Failure.self) {
            try TechnicianDoor.give("{}", to: folder)
        }
        #expect(names == [])
    }
}
