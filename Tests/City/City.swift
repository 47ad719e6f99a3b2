import Frames
import Linux
import Station
import Synchronization
import Uplink

/// A city's boards in one process: the station, ledger and courier of each are the appliance's own;
/// only cameras, lines and disks are left out. Couriers have a thread each, as on a board; all
/// stations share one.
///
/// Told on standard input: `period MS` (0: nothing happens any more), `report`, `stop`.
final class City {
    private let boards: [CityBoard]
    private let dump: String
    private let links = Links()
    private var console = Console()

    /// So long a board waits from one visit to the next, and a frame takes.
    private static let turn = Interval.milliseconds(250)
    private static let groupCount = 25

    init(_ options: Options) throws {
        dump = options.text("dump")
        let boot = Boot.identity().map { $0.low } ?? 1
        // A folder with authority.pem, board.pem and board.key, or nothing for plain TCP.
        let folder = options.text("tls", or: "")
        let tls = TLSSettings(
            authorities: folder + "/authority.pem", certificate: folder + "/board.pem",
            key: folder + "/board.key")
        let endpoint = Endpoint(
            host: "127.0.0.1", port: UInt16(options.number("port")),
            tls: folder.isEmpty ? nil : tls)
        let seed = UInt64(options.number("seed", or: 1))
        let links = links
        boards = try (0..<options.number("count")).map { index in
            try CityBoard(index, boot: boot, seed: seed, endpoint: endpoint, links: links)
        }
    }

    func run() throws {
        for board in boards { try board.courier.start() }
        let slot = Int64(Self.turn.milliseconds) / Int64(Self.groupCount)
        var next = Clocks.monotonicNanoseconds() / 1_000_000
        var group = 0
        while true {
            next += slot
            let left = next - Clocks.monotonicNanoseconds() / 1_000_000
            for line in try console.lines(within: max(left, 0)) {
                if line == "stop" { return try stop() }
                obey(line)
            }
            if Clocks.monotonicNanoseconds() / 1_000_000 < next { continue }
            let now = Instant(nanoseconds: Clocks.monotonicNanoseconds())
            for index in stride(from: group, to: boards.count, by: Self.groupCount) {
                boards[index].visit(at: now)
            }
            group = (group + 1) % Self.groupCount
        }
    }

    private func obey(_ line: String) {
        let words = line.split(separator: " ")
        if words.first == "period", let milliseconds = words.last.flatMap({ Int64($0) }) {
            for board in boards { board.happens(every: .milliseconds(milliseconds)) }
        } else if words.first == "report" {
            let status = boards.map(\.courier.status)
            Console.say([
                ("connected", status.count { $0.isConnected }),
                ("delivered", status.reduce(0) { $0 + Int($1.deliveredCount) }),
                ("refused", status.reduce(0) { $0 + Int($1.refusedCount) }),
                ("behind", status.reduce(0) { $0 + Int($1.behindCount) }),
                ("records", boards.reduce(0) { $0 + Int($1.ledger.count) }),
                ("incidents", boards.reduce(0) { $0 + $1.incidentCount }),
                ("resident", Memory.resident), ("threads", Memory.status("Threads"))
            ])
        }
    }

    /// Writes what every ledger holds: `record DEVICE SEQUENCE LANE KEY`, and when boards were
    /// connected or not: `link NANOSECONDS DEVICE WORDS`.
    private func stop() throws {
        for board in boards { board.courier.stop(within: .seconds(5)) }
        var text = ""
        for board in boards { text += board.told() }
        text += links.told()
        try Files.replace(dump, with: Array(text.utf8))
    }
}

/// When which board was connected, and why it was not.
final class Links: Sendable {
    private let entries = Mutex<[(at: Int64, device: Int, text: String)]>([])

    func add(_ device: Int, _ text: String) {
        let now = Clocks.monotonicNanoseconds()
        entries.withLock { $0.append((now, device, text)) }
    }

    func told() -> String {
        entries.withLock { entries in
            entries.map { "link \($0.at) \($0.device) \($0.text)\n" }.joined()
        }
    }
}
