import CLinux
import Testing

@testable import Linux

/// A folder that is gone when the test is over.
private final class Scratch {
    let path = "/tmp/kuzet-linux-tests-\(Process.pid)-\(UInt64.random(in: 0...UInt64.max))"

    init() throws { try Files.makeFolder(path + "/a/b") }

    deinit {
        let child = try? Child(["rm", "-rf", path])
        _ = try? child?.wait()
    }
}

@Suite struct FilesTests {
    @Test func foldersAreMadeWithThoseAboveAndTwice() throws {
        let scratch = try Scratch()
        #expect(try Files.facts(scratch.path + "/a/b").kind == .directory)
        try Files.makeFolder(scratch.path + "/a/b")
        try Files.replace(scratch.path + "/file", with: [1])
        #expect(throws: Errno(rawValue: ENOTDIR)) {
            try Files.makeFolder(scratch.path + "/file")
        }
    }

    @Test func aFileIsReplacedWholeAndLeavesNothingBeside() throws {
        let scratch = try Scratch()
        let path = scratch.path + "/a/file"
        try Files.replace(path, with: [1, 2, 3])
        try Files.replace(path, with: [4])
        #expect(try Files.read(path, byteCountMax: 10) == [4])
        #expect(try Files.names(in: scratch.path + "/a") == ["b", "file"])
        #expect(try Files.facts(path).permissions == 0o640)
    }

    @Test func aFileLargerThanAllowedIsRefusedWhateverItClaims() throws {
        let scratch = try Scratch()
        let path = scratch.path + "/file"
        try Files.replace(path, with: [UInt8](repeating: 0, count: 1000))
        #expect(try Files.read(path, byteCountMax: 1000).count == 1000)
        #expect(throws: Errno(rawValue: EFBIG)) { try Files.read(path, byteCountMax: 999) }
    }

    @Test func nothingButAFileIsOpenedAndNothingIsWaitedFor() throws {
        let scratch = try Scratch()
        let path = scratch.path + "/a/name"
        let made = try Child(["mkfifo", path])
        #expect(try made.wait() == .exited(0))
        for name in [path, scratch.path + "/a/b", "/dev/zero", "/dev/null"] {
            #expect(throws: Errno.notARegularFile) { try Files.open(name) }
            #expect(throws: Errno.notARegularFile) { try Files.read(name, byteCountMax: 999) }
            #expect(throws: Errno.notARegularFile) { try Files.open(name, [.readWrite, .create]) }
        }
        #expect(Errno.notARegularFile.description == "not a regular file")
        try Files.replace(scratch.path + "/file", with: [7])
        let link = scratch.path + "/link"
        let linked = try Child(["ln", "-s", "file", link])
        #expect(try linked.wait() == .exited(0))
        #expect(try Files.read(link, byteCountMax: 9) == [7])
        #expect(throws: Errno.notARegularFile) {
            try Files.read(link, byteCountMax: 9, followsLinks: false)
        }
        #expect(throws: Errno.noSuchFile) { try Files.open(scratch.path + "/none") }
    }

    @Test func whatIsNotThereIsToldFromWhatCannotBeLookedAt() throws {
        let scratch = try Scratch()
        #expect(try Files.factsIfThere(scratch.path + "/none") == nil)
        try Files.replace(scratch.path + "/file", with: [])
        #expect(throws: Errno(rawValue: ENOTDIR)) {
            try Files.factsIfThere(scratch.path + "/file/none")
        }
    }

    @Test func pathsAreTakenApart() {
        #expect(Files.folder(of: "/a/b") == "/a")
        #expect(Files.folder(of: "/a") == "/")
        #expect(Files.folder(of: "a") == ".")
    }

    @Test func roomIsKnown() throws {
        let room = try Files.room(at: "/")
        #expect(room.byteCount > 0 && room.freeByteCount <= room.byteCount)
    }
}

@Suite struct ClocksTests {
    @Test func monotonicTimeRunsForward() {
        let first = Clocks.monotonicNanoseconds()
        Clocks.sleep(milliseconds: 2)
        #expect(Clocks.monotonicNanoseconds() - first >= 2_000_000)
    }

    @Test func theWeekStartsOnMonday() {
        let monday: Int64 = 1_767_571_200_000
        for (after, offset, expected) in [
            (0, 0, 0), (90, 0, 90), (0, 3_600, 60), (0, -3_600, 10_020), (10_079, 60, 0),
            (-1, 0, 10_079), (0, 20_700, 345)
        ] {
            let wall = monday + Int64(after) * 60_000
            #expect(
                Clocks.weekMinute(wallMilliseconds: wall, utcOffsetSeconds: offset) == expected)
        }
        // 1969-12-31, a Wednesday, one millisecond before midnight.
        #expect(Clocks.weekMinute(wallMilliseconds: -1, utcOffsetSeconds: 0) == 3 * 1_440 - 1)
        #expect((-50_400...50_400).contains(Clocks.utcOffsetSeconds(wallMilliseconds: monday)))
    }

    @Test func bootIdentitiesAreReadOrRefused() {
        let good = Array("01234567-89ab-cdef-0011-223344556677\n".utf8)
        let identity = Boot.parse(good)
        #expect(identity?.high == 0x0123_4567_89AB_CDEF)
        #expect(identity?.low == 0x0011_2233_4455_6677)
        for bad in ["", "0123", "01234567-89ab-cdef-0011-22334455667g\n"] {
            #expect(Boot.parse(Array(bad.utf8)) == nil)
        }
        #expect(Boot.identity() != nil)
    }
}

@Suite struct ProcessesTests {
    @Test func aChildsOutputAndStatusComeBack() throws {
        let (reading, writing) = try FileDescriptor.pipe()
        let child = try Child(["sh", "-c", "echo hello; exit 7"], output: writing)
        try writing.close()
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = try bytes.withUnsafeMutableBytes { try reading.readFully(into: $0) }
        #expect(String(decoding: bytes[..<count], as: UTF8.self) == "hello\n")
        #expect(try child.wait() == .exited(7))
        #expect(try child.wait() == .exited(7), "and stays known")
    }

    @Test func aProgramThatIsNotThereIsTold() {
        #expect(throws: Errno.noSuchFile) { try Child(["kuzet-no-such-program"]) }
        #expect(throws: Errno.invalid) { try Child([]) }
    }

    @Test func aKilledChildIsKilled() throws {
        let child = try Child(["sleep", "60"])
        #expect(try child.poll() == nil)
        child.terminate(SIGKILL)
        #expect(try child.wait() == .killed(signal: SIGKILL))
    }

    @Test func eventsWakeAndAreCleared() throws {
        let event = try FileDescriptor.event()
        #expect(try event.wait(for: .readable, milliseconds: 0).isEmpty)
        try event.signal()
        try event.signal()
        #expect(try event.wait(for: .readable, milliseconds: 0) == .readable)
        #expect(try event.clear() == 2)
        #expect(try event.clear() == 0)
    }

    @Test func timersTick() throws {
        let timer = try FileDescriptor.timer(everyMilliseconds: 5)
        #expect(try timer.wait(for: .readable, milliseconds: 2000) == .readable)
        #expect(try timer.clear() >= 1)
        #expect(throws: Errno.invalid) { try FileDescriptor.timer(everyMilliseconds: 0) }
    }
}

@Suite struct SupervisorTests {
    @Test func nobodyListeningIsNoError() throws {
        let supervisor = Supervisor(socket: nil)
        try supervisor.ready()
        #expect(!supervisor.isListening)
    }

    @Test func aMissingSocketIsAnError() {
        #expect(throws: Errno.noSuchFile) { try Supervisor(socket: "/nonexistent/notify").ready() }
        #expect(throws: Errno(rawValue: ENAMETOOLONG)) {
            try Supervisor(socket: String(repeating: "a", count: 200)).ready()
        }
    }

    /// As a service manager whose disk hangs.
    @Test func aReaderThatHangsKeepsNobodyWaiting() throws {
        let scratch = try Scratch()
        let path = scratch.path + "/notify"
        let reader = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        defer { close(reader) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let length = socklen_t(MemoryLayout<sockaddr_un>.size)
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(reader, $0, length) }
        }
        #expect(bound == 0)
        let supervisor = Supervisor(socket: path)
        let begin = Clocks.monotonicNanoseconds()
        #expect(throws: Errno.again) {
            for _ in 0..<100_000 { try supervisor.feedWatchdog() }
        }
        #expect(Clocks.monotonicNanoseconds() - begin < 5_000_000_000)
    }

    @Test func theWatchdogIsFedTwiceAsOftenAsAsked() {
        #expect(Supervisor.watchdogMilliseconds(microseconds: "10000000", pid: nil) == 5000)
        #expect(
            Supervisor.watchdogMilliseconds(microseconds: "10000000", pid: "\(Process.pid)")
                == 5000)
        #expect(Supervisor.watchdogMilliseconds(microseconds: "10000000", pid: "1") == nil)
        for text in [nil, "", "0", "-5", "abc"] {
            #expect(Supervisor.watchdogMilliseconds(microseconds: text, pid: nil) == nil)
        }
    }

    @Test func aLogLineStaysOneLine() {
        #expect(Journal.line(4, "a\nb\0c") == "<4>a b c\n")
        #expect(Journal.line(9, "x") == "<7>x\n")
    }
}
