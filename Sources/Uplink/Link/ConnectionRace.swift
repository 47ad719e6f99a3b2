import Frames
import Linux

/// The addresses of a host, each tried a moment after the one before while that is still on its
/// way: the first that stands wins, and an address that goes nowhere costs that moment only.
///
/// - Limits: `addressCountMax` addresses, and the time that it is given.
/// - Source: RFC 8305 ("happy eyeballs"), sections 4 and 5.
struct ConnectionRace {
    /// "Connection Attempt Delay": its recommended value.
    static let delay = Interval.milliseconds(250)
    static let addressCountMax = 16

    private var waiting: ArraySlice<NetworkAddress>
    /// On their way, in the order in which they were begun.
    private var attempts: [FileDescriptor] = []
    private var causes: [String] = []
    private var nextAt = Instant.zero

    private init(_ addresses: [NetworkAddress]) {
        waiting = Self.interleaved(addresses, by: \.family).prefix(Self.addressCountMax)
    }

    /// - Parameters:
    ///   - object: what an error is about.
    ///   - bell: readable when it is time to go.
    /// - Error: why none stands; every cause that there was.
    static func run(
        _ addresses: [NetworkAddress], object: String, until end: Instant, bell: FileDescriptor
    ) throws(LinkError) -> FileDescriptor {
        var race = ConnectionRace(addresses)
        do throws(RaceLost) { return try race.run(until: end, bell: bell) } catch {
            throw LinkError(object: object, attempt: "connect", cause: error.cause)
        }
    }

    private struct RaceLost: Error {
        var cause: String
    }

    private mutating func run(
        until end: Instant, bell: FileDescriptor
    ) throws(RaceLost) -> FileDescriptor {
        while true {
            let now = Instant(nanoseconds: Clocks.monotonicNanoseconds())
            guard now < end else {
                note("no answer in time")
                throw RaceLost(cause: causes.joined(separator: "; "))
            }
            // One that failed makes room for the next at once.
            if !waiting.isEmpty, attempts.isEmpty || now >= nextAt {
                begin(at: now)
                continue
            }
            guard !attempts.isEmpty else {
                throw RaceLost(
                    cause: causes.isEmpty ? "no address" : causes.joined(separator: "; "))
            }
            var poll = Poll()
            for socket in attempts { poll.add(socket, for: .writable) }
            let rung = poll.add(bell, for: .readable)
            let limit = waiting.isEmpty ? end : min(end, nextAt)
            _ = try? poll.wait(milliseconds: max((limit - now).milliseconds, 1))
            if let winner = winner(poll) { return winner }
            if !poll[rung].isEmpty { throw RaceLost(cause: "given up: stopping") }
        }
    }

    private mutating func begin(at now: Instant) {
        guard let address = waiting.popFirst() else { return }
        do throws(Errno) {
            attempts.append(try Sockets.connect(to: address))
            nextAt = now + Self.delay
        } catch {
            note(error.description)
            nextAt = now
        }
    }

    /// Who stands, the earliest begun of them; takes out who failed.
    private mutating func winner(_ poll: Poll) -> FileDescriptor? {
        var left: [FileDescriptor] = []
        for (index, socket) in attempts.enumerated() {
            guard !poll[index].isEmpty else {
                left.append(socket)
                continue
            }
            do throws(Errno) {
                guard let failure = try Sockets.failure(of: socket) else { return socket }
                note(failure.description)
            } catch {
                note(error.description)
            }
            nextAt = .zero
        }
        attempts = left
        return nil
    }

    private mutating func note(_ cause: String) {
        if !causes.contains(cause) { causes.append(cause) }
    }

    /// One family after the other, beginning with that of the first; each in its own order, which
    /// is the resolver's.
    static func interleaved<Address, Family: Hashable>(
        _ addresses: [Address], by family: (Address) -> Family
    ) -> ArraySlice<Address> {
        guard let first = addresses.first.map(family) else { return [] }
        let (ours, others) = (
            addresses.filter { family($0) == first }, addresses.filter { family($0) != first }
        )
        var result: [Address] = []
        for index in 0..<max(ours.count, others.count) {
            if index < ours.count { result.append(ours[index]) }
            if index < others.count { result.append(others[index]) }
        }
        return result[...]
    }
}
