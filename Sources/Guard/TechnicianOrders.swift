import Frames
import Linux
import Records
import Station
import Store
import Synchronization
import Uplink

/// Orders of a technician on the board: a file each in the ledger's folder, `orders/NAME.order`, and
/// what became of it beside it, `NAME.answer`. Nothing listens: the appliance looks, on a thread of
/// its own, because the disk may hang.
///
/// An order is removed before it is obeyed, so that none is obeyed twice; who finds it still there
/// may take it back, and nothing was done.
final class TechnicianOrders: Sendable {
    private struct State {
        /// Given to the station, the oldest first.
        var asked: [(name: String, order: Order)] = []
        /// To be written.
        var answers: [(name: String, text: String)] = []
        var isStopping = false
    }

    private let folder: String
    private let device: String
    private let state = Mutex(State())
    private let post: @Sendable (Order) -> Bool

    static let period = Interval.milliseconds(500)
    /// More wait for their turn as files.
    static let askedCountMax = 8
    /// The largest document for looking at faces, in Base64.
    static let byteCountMax = 16 << 20

    /// - Parameter post: gives it to the station; false where too many wait already.
    init(
        _ folder: LedgerFolder, device: String, post: @escaping @Sendable (Order) -> Bool
    ) {
        self.folder = folder.orders
        self.device = device
        self.post = post
    }

    /// Runs the thread until `stop`.
    func start() throws {
        try Threads.start("orders") { [self] in
            var isFailing = false
            while !state.withLock({ $0.isStopping }) {
                do throws(Errno) {
                    try Files.makeFolder(folder)
                    isFailing = false
                } catch {
                    if !isFailing {
                        let text = "orders \(folder): create: \(error): none is taken"
                        Journal.write(Priority.error.rawValue, text)
                    }
                    isFailing = true
                }
                look()
                Clocks.sleep(milliseconds: Self.period.milliseconds)
            }
        }
    }

    func stop() { state.withLock { $0.isStopping = true } }

    /// Never waits.
    func answer(_ answer: OrderAnswer) {
        let text = SignedCommand.text(answer, device: device)
        state.withLock { state in
            guard let index = state.asked.firstIndex(where: { $0.order == answer.order }) else {
                return
            }
            state.answers.append((state.asked.remove(at: index).name, text))
        }
    }

    /// One round: what was answered is written, what waits is taken.
    func look() {
        let answers = state.withLock { state in
            defer { state.answers = [] }
            return state.answers
        }
        for answer in answers { write(answer.text, as: answer.name) }
        let names = ((try? Files.names(in: folder)) ?? []).filter { $0.hasSuffix(Self.order) }
        for name in names where state.withLock({ $0.asked.count }) < Self.askedCountMax {
            take(name)
        }
    }

    private func take(_ name: String) {
        let path = folder + "/" + name
        let bytes = try? Files.read(path, byteCountMax: Self.byteCountMax, followsLinks: false)
        // Not there any more: it was taken back.
        do throws(Errno) { try Files.remove(path) } catch { return }
        guard let bytes else { return refuse(name, "it cannot be read") }
        do throws(SignedCommand.Refusal) {
            let order = try TechnicianCommand.read(bytes)
            state.withLock { $0.asked.append((name, order)) }
            guard !post(order) else { return }
            state.withLock { $0.asked.removeAll { $0.name == name } }
            refuse(name, "too many orders wait already: give it again")
        } catch {
            refuse(name, "\(error)")
        }
    }

    private func refuse(_ name: String, _ why: String) {
        Journal.write(Priority.warning.rawValue, "order \(name): refused: \(why)")
        write(SignedCommand.text(refused: why, counter: 0, device: device), as: name)
    }

    /// Whoever waits for it removes it; who gave up left its order behind, and is told nothing.
    private func write(_ text: String, as name: String) {
        let path = folder + "/" + name.dropLast(Self.order.count) + Self.answer
        do throws(Errno) { try Files.replace(path, with: Array(text.utf8)) } catch {
            Journal.write(Priority.warning.rawValue, "order \(name): answer: \(error)")
        }
    }

    private static let order = ".order"
    private static let answer = ".answer"
}

/// The other end: a command on the board.
package enum TechnicianDoor {
    /// Why an order was not given, or what became of it is not known: *object: attempt: cause*.
    package struct Failure: Error, Hashable, CustomStringConvertible {
        package let description: String
    }

    /// Leaves an order for the appliance that runs on this ledger, and waits for what becomes of it.
    ///
    /// - Returns: the answer, JSON.
    package static func give(
        _ text: String, to folder: LedgerFolder, within limit: Interval = .seconds(10)
    ) throws(Failure) -> String {
        guard folder.isTaken else {
            throw Failure(
                description: "ledger folder \(folder.path): order: no appliance runs on it: "
                    + "systemctl start kuzet")
        }
        let name = "\(folder.orders)/\(Process.pid)-\(Clocks.monotonicNanoseconds())"
        let (order, answer) = (name + ".order", name + ".answer")
        do throws(Errno) {
            let owner = try Files.facts(folder.orders)
            let isRoot = Process.userID == 0
            try Files.replace(
                order, with: Array(text.utf8), owner: isRoot ? (owner.user, owner.group) : nil)
        } catch {
            throw Failure(description: "order \(order): leave: \(error)")
        }
        let end = Clocks.monotonicNanoseconds() + limit.nanoseconds
        while Clocks.monotonicNanoseconds() < end {
            if let bytes = try? Files.read(answer, byteCountMax: 65_536, followsLinks: false) {
                try? Files.remove(answer)
                return String(decoding: bytes, as: UTF8.self)
            }
            Clocks.sleep(milliseconds: 50)
        }
        do throws(Errno) { try Files.remove(order) } catch {
            throw Failure(
                description: "order \(order): wait: taken, and not answered yet: "
                    + "`kuzet incidents caution` and the journal tell what became of it")
        }
        throw Failure(
            description: "order \(order): wait: not taken: taken back, and nothing was done")
    }
}
