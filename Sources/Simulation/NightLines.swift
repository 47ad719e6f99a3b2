import Frames
import Station

/// Simulated lamps, siren and buttons. They check by themselves what no decision may ever do to
/// a siren: this knows nothing of the interlock.
final class NightLines: AlarmLines {
    /// Night time, told by the night before anything is driven.
    var now = Interval.zero
    /// What the present policy allows; a sounding is held to the largest that was in force.
    var onMax = Interval.zero
    var restMin = Interval.zero
    var nightlyOnMax = Interval.zero

    private(set) var levels = [Bool](repeating: false, count: Output.allCases.count)
    private(set) var violations: [String] = []
    private(set) var sirenOn = Interval.zero
    private(set) var digest = StableHash()

    private var sirenSince: Interval?
    /// Soundings of this life of the appliance, and of earlier ones whose records were kept.
    private var lifeSoundings: [(start: Interval, end: Interval)] = []
    private var earlierSoundings: [(start: Interval, end: Interval)] = []
    /// Shorter than the interlock's night: a clock that is believed may be two hours wrong, when a
    /// sounding is recorded and again when it is dated.
    private static let window = Interval.seconds(8 * 3_600)
    private var lastHush: Interval?
    private let canary: NightCanary?
    private var isStuck = false

    init(canary: NightCanary?) {
        self.canary = canary
    }

    func isOn(_ output: Output) -> Bool { levels[Int(output.rawValue)] }

    func drive(_ output: Output, on isOn: Bool) throws {
        if canary == .stuckRelay, output == .siren, !isOn, sirenSince != nil { return }
        digest.combine(UInt64(bitPattern: now.nanoseconds))
        digest.combine(UInt64(output.rawValue) << 1 | (isOn ? 1 : 0))
        set(output, isOn)
    }

    func poll() throws -> [(input: Input, active: Bool)] { [] }

    /// The process is gone: the kernel and the service manager leave every line idle.
    func release() {
        for output in Output.allCases { set(output, false) }
        lastHush = nil
    }

    /// - Parameter isKept: the ledger has every record of the life that is over.
    func endLife(isKept: Bool) {
        if isKept { earlierSoundings += lifeSoundings }
        lifeSoundings.removeAll()
    }

    /// Time has passed.
    func look() {
        if let since = sirenSince, now - since > onMax {
            complain("the siren has been on for \((now - since).milliseconds) ms")
        }
        let horizon = now - Self.window
        var sum = sirenSince.map { now - $0 } ?? .zero
        for sounding in earlierSoundings + lifeSoundings where sounding.end > horizon {
            sum = sum + (sounding.end - max(sounding.start, horizon))
        }
        if sum > nightlyOnMax {
            complain("the siren was on for \(sum.milliseconds) ms in one night")
        }
    }

    private func set(_ output: Output, _ isOn: Bool) {
        levels[Int(output.rawValue)] = isOn
        guard output == .siren else { return }
        if isOn, sirenSince == nil {
            sirenSince = now
            if let lastHush, now - lastHush < restMin {
                complain("the siren rested for only \((now - lastHush).milliseconds) ms")
            }
        } else if !isOn, let since = sirenSince {
            look()
            sirenOn = sirenOn + (now - since)
            lifeSoundings.append((since, now))
            sirenSince = nil
            lastHush = now
        }
    }

    private func complain(_ text: String) {
        if violations.count < 10 { violations.append(text) }
    }
}
