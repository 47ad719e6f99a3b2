import Frames
import Linux
import Testing

@testable import Guard

@Suite struct RestartPauseTests {
    private func seconds(_ count: Int64) -> Instant { .zero + .seconds(count) }

    @Test func shortLivesMakeTheNextWaitLongerUpToHalfAMinute() {
        var pause = RestartPause(at: seconds(10), before: nil)
        var waits = [pause.length.milliseconds]
        for _ in 0..<10 {
            // Each crashes at once.
            pause = RestartPause(at: pause.begins + .milliseconds(600), before: pause)
            waits.append(pause.length.milliseconds)
        }
        #expect(
            waits == [0, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000, 30_000])
    }

    /// The seventh crash of a year is not the seventh of a minute.
    @Test func aGoodLifeStartsOver() {
        var pause = RestartPause(at: seconds(0), before: nil)
        for _ in 0..<7 { pause = RestartPause(at: pause.begins, before: pause) }
        #expect(pause.length == .seconds(30))
        let short = RestartPause(at: pause.begins + .milliseconds(59_999), before: pause)
        #expect(short.length == .seconds(30))
        let good = RestartPause(at: pause.begins + .seconds(60), before: pause)
        #expect(good.length == .zero)
        #expect(good.shortCount == 0)
    }

    @Test func itIsReadAsItWasWritten() {
        let pause = RestartPause(
            at: seconds(70), before: RestartPause(at: seconds(65), before: nil))
        #expect(RestartPause(pause.text) == pause)
        for text in ["", "1", "1 2 3", "-1 5", "1 -5", "x 5", "99999999999 5", "1 5x"] {
            #expect(RestartPause(text) == nil, "\(text)")
        }
    }

    @Test func whatEarlierLivesLeftIsWaitedForAndAnOrderlyEndForgetsIt() throws {
        let folder = "/tmp/kuzet-pause-\(Process.pid)-\(Clocks.monotonicNanoseconds())"
        try Files.makeFolder(folder)
        defer { _ = try? Child(["rm", "-r", folder]).wait() }
        let (signals, terminal) = try FileDescriptor.pipe()
        try signals.setNonBlocking(true)
        func milliseconds() throws -> (isToBegin: Bool, Int64) {
            let begin = Clocks.monotonicNanoseconds()
            let isToBegin = try RestartPause.wait(
                in: folder, signals: signals, supervisor: Supervisor(socket: nil))
            return (isToBegin, (Clocks.monotonicNanoseconds() - begin) / 1_000_000)
        }
        let first = try milliseconds()
        #expect(first.isToBegin && first.1 < 400)
        let second = try milliseconds()
        #expect(second.isToBegin && second.1 >= 500)
        // As systemd ends it while it waits.
        try terminal.writeAll([UInt8(Signals.terminate)] + [UInt8](repeating: 0, count: 127))
        let third = try milliseconds()
        #expect(!third.isToBegin && third.1 < 900)
        let fourth = try milliseconds()
        #expect(fourth.isToBegin && fourth.1 < 400, "a technician's restart waits for nothing")
        let unknown = try RestartPause.wait(
            in: nil, signals: signals, supervisor: Supervisor(socket: nil))
        #expect(unknown)
    }
}
