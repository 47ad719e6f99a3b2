import Frames
import Records
import Station

/// Centres that give orders in a night, each counting in its own way, and somebody on the line who
/// plays again what was heard there. Knows nothing of how it is told apart.
struct NightCentres {
    /// One counts milliseconds, one from 1, and one from 1 with the epoch that it was told.
    static let count = 3

    /// What went over the line; the last `heardCountMax`.
    private var heard: [Order] = []
    private var counters = [UInt64](repeating: 0, count: Self.count)
    private var epoch: Epoch?

    private static let heardCountMax = 64

    mutating func order(_ action: Order.Action, by index: Int, at now: Interval) -> Order {
        counters[index] =
            index == 0
            ? max(UInt64(max(now.milliseconds, 0)), counters[index] + 1) : counters[index] + 1
        let centre = Centre(
            destination: "centre \(index)", key: [UInt8](repeating: UInt8(index), count: 32))
        let ticket = Ticket(counter: counters[index], epoch: index == 2 ? epoch : nil)
        let order = Order(
            actor: "night", authority: .centre(centre, ticket), action: action)
        heard.append(order)
        if heard.count > Self.heardCountMax { heard.removeFirst() }
        return order
    }

    /// What was heard, counted from the last; nil where nothing was.
    func replay(_ back: Int) -> Order? {
        heard.isEmpty ? nil : heard[heard.count - 1 - back % heard.count]
    }

    /// Whether it was refused because it was signed with an epoch that is over.
    func isOutOfEpoch(_ answer: OrderAnswer) -> Bool {
        guard answer.refusal != nil, case .centre(_, let ticket) = answer.order.authority,
            let signed = ticket.epoch
        else { return false }
        return signed != answer.epoch
    }

    mutating func told(_ answer: OrderAnswer) { epoch = answer.epoch ?? epoch }
}
