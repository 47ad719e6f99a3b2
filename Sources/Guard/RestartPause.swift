import Frames
import Linux

/// How long a life waits before it begins, because those before it were short: a wrong
/// configuration or a program that crashes at once must not be started twice a second for ever,
/// on a memory card.
///
/// The service manager starts anew at once, and this makes it slow: 0.5 s after the second short
/// life in a row, then twice as long each time, up to 30 s. A life of a minute is a good one, after
/// which the next begins at once. systemd has such steps of its own only from 254 on, and then
/// never takes them back after a good run (systemd issue 43813); this works with every one.
///
/// What is known of earlier lives stands in the service's runtime directory, in memory: it does not
/// survive a boot, nor an orderly stop.
struct RestartPause: Hashable, Sendable {
    /// Short lives in a row before this one.
    var shortCount = 0
    /// When this one begins, its pause over.
    var begins: Instant

    /// Whoever lived for so long lived well.
    static let goodLife = Interval.seconds(60)
    static let first = Interval.milliseconds(500)
    static let longest = Interval.seconds(30)

    /// - Parameter before: what the last life left; nil where there was none since the boot, or
    ///   where it ended in order.
    init(at now: Instant, before: RestartPause?) {
        begins = now
        guard let before, now - before.begins < Self.goodLife else { return }
        shortCount = min(before.shortCount + 1, 1_000)
        begins = now + length
    }

    /// What is waited.
    var length: Interval {
        guard shortCount > 0 else { return .zero }
        // At most 2⁶ · 0.5 s = 32 s, which the limit shortens.
        return min(
            Interval(nanoseconds: Self.first.nanoseconds << Int64(min(shortCount - 1, 6))),
            Self.longest)
    }

    // MARK: As it is written down

    /// The corresponding file: "COUNT NANOSECONDS\n", since boot.
    var text: String { "\(shortCount) \(begins.nanoseconds)\n" }

    /// nil where it is nothing that `text` gives.
    init?(_ text: String) {
        let parts = text.split(whereSeparator: { $0 == " " || $0 == "\n" })
        guard parts.count == 2, let count = Int(parts[0]), (0...1_000).contains(count),
            let time = Int64(parts[1]), time >= 0
        else { return nil }
        shortCount = count
        begins = Instant(nanoseconds: time)
    }

    // MARK: In use

    private static func path(in directory: String) -> String { directory + "/lives" }

    /// Waits as long as the lives before demand. Where there is no directory nothing is known, and
    /// nothing is waited for.
    ///
    /// - Parameters:
    ///   - directory: the service's runtime directory; nil where no service manager gave one.
    ///   - signals: SIGTERM and SIGINT end it at once.
    /// - Returns: false when it is time to go instead.
    static func wait(
        in directory: String?, signals: FileDescriptor, supervisor: Supervisor
    ) throws -> Bool {
        guard let directory else { return true }
        let file = path(in: directory)
        let before = (try? Files.read(file, byteCountMax: 100)).flatMap {
            RestartPause(String(decoding: $0, as: UTF8.self))
        }
        let pause = RestartPause(
            at: Instant(nanoseconds: Clocks.monotonicNanoseconds()), before: before)
        try? Files.replace(file, with: Array(pause.text.utf8))
        guard pause.length > .zero else { return true }
        let words =
            "\(pause.shortCount) lives in a row ended within "
            + "\(goodLife.milliseconds / 1_000) s: this one begins in "
            + "\(pause.length.milliseconds) ms"
        Journal.write(4, words)
        try? supervisor.status(words)
        while true {
            let now = Instant(nanoseconds: Clocks.monotonicNanoseconds())
            guard now < pause.begins else { return true }
            _ = try signals.wait(
                for: .readable, milliseconds: (pause.begins - now).milliseconds + 1)
            while let signal = try Signals.next(from: signals) {
                // To read the configuration again is what it is about to do anyway.
                guard signal == Signals.hangUp else {
                    ended(in: directory)
                    return false
                }
            }
        }
    }

    /// It ended in order: the next life waits for nothing.
    static func ended(in directory: String?) {
        guard let directory else { return }
        try? Files.remove(path(in: directory))
    }
}
