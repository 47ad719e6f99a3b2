#if DEBUG
    import CLinux
    import Testing

    @testable import Linux

    private func always(
        _ answer: SyscallTrace.Answer
    ) -> (SyscallTrace.Call) -> SyscallTrace.Answer {
        { _ in answer }
    }

    /// Every wrapper against every way in which a call can go wrong.
    @Suite struct SyscallsTests {
        private typealias Call = SyscallTrace.Call

        /// What a wrapper must pass to the kernel.
        private struct Wrapper: Sendable {
            var call: Call
            /// Whether it is done again when a signal interrupts it.
            var isRepeated = true
            var body: @Sendable () throws -> Void
        }

        private static let wrappers: [Wrapper] = [
            Wrapper(call: Call("open", "/a", "3", "7")) { _ = try Syscalls.open("/a", 3, 7) },
            Wrapper(call: Call("read", "5", "4")) {
                var bytes: UInt32 = 0
                try withUnsafeMutableBytes(of: &bytes) { _ = try Syscalls.read(5, $0) }
            },
            Wrapper(call: Call("write", "5", "4")) {
                try withUnsafeBytes(of: UInt32(0)) { _ = try Syscalls.write(5, $0) }
            },
            Wrapper(call: Call("lseek", "5", "-9", "0")) {
                _ = try Syscalls.lseek(5, -9, SEEK_SET)
            },
            Wrapper(call: Call("ftruncate", "5", "9")) { try Syscalls.ftruncate(5, 9) },
            Wrapper(call: Call("ioctl", "5", "0xc0445609")) {
                _ = try Syscalls.ioctl(5, 0xC044_5609, nil)
            },
            Wrapper(call: Call("fcntl", "5", "3", "9")) { _ = try Syscalls.fcntl(5, 3, 9) },
            Wrapper(call: Call("fsync", "5")) { try Syscalls.fsync(5) },
            Wrapper(call: Call("fchown", "5", "7", "8")) { try Syscalls.fchown(5, 7, 8) },
            Wrapper(call: Call("fchmod", "5", "416")) { try Syscalls.fchmod(5, 0o640) },
            Wrapper(call: Call("fdatasync", "5")) { try Syscalls.fdatasync(5) },
            Wrapper(call: Call("flock", "5", "6")) { try Syscalls.flock(5, 6) },
            Wrapper(call: Call("fstat", "5")) {
                var facts = kuzet_file_facts()
                try Syscalls.fstat(5, &facts)
            },
            Wrapper(call: Call("poll", "1", "250"), isRepeated: false) {
                var entry = pollfd(fd: 5, events: 0, revents: 0)
                try withUnsafeMutablePointer(to: &entry) {
                    _ = try Syscalls.poll(.init(start: $0, count: 1), 250)
                }
            },
            Wrapper(call: Call("pipe2", "O_CLOEXEC")) { _ = try Syscalls.pipe() },
            Wrapper(call: Call("eventfd", "3")) { _ = try Syscalls.eventfd(3) },
            Wrapper(call: Call("mmap", "4096", "5", "8192")) {
                _ = try Syscalls.mmap(4096, PROT_READ, 5, 8192)
            },
            Wrapper(call: Call("stat", "/a")) {
                var facts = kuzet_file_facts()
                try Syscalls.stat("/a", followsLinks: true, &facts)
            },
            Wrapper(call: Call("lstat", "/a")) {
                var facts = kuzet_file_facts()
                try Syscalls.stat("/a", followsLinks: false, &facts)
            },
            Wrapper(call: Call("rename", "/a", "/b")) { try Syscalls.rename("/a", "/b") },
            Wrapper(call: Call("link", "/a", "/b")) { try Syscalls.link("/a", "/b") },
            Wrapper(call: Call("unlink", "/a")) { try Syscalls.unlink("/a") },
            Wrapper(call: Call("rmdir", "/a")) { try Syscalls.rmdir("/a") },
            Wrapper(call: Call("mkdir", "/a", "488")) { try Syscalls.mkdir("/a", 0o750) },
            Wrapper(call: Call("access", "/a", "4")) { try Syscalls.access("/a", R_OK) },
            Wrapper(call: Call("realpath", "/a")) { _ = try Syscalls.realpath("/a") },
            Wrapper(call: Call("opendir", "/a")) {
                _ = try Syscalls.names(inDirectory: "/a", countMax: 9)
            },
            Wrapper(call: Call("statvfs", "/a")) { _ = try Syscalls.statvfs("/a") },
            Wrapper(call: Call("adjtimex")) { _ = try Syscalls.adjtimex() },
            Wrapper(call: Call("posix_spawnp", "true", "x")) {
                _ = try Syscalls.spawn(["true", "x"], -1, -1, -1)
            },
            Wrapper(call: Call("waitpid", "77")) { _ = try Syscalls.waitpid(77, hangs: true) },
            Wrapper(call: Call("kill", "77", "15")) { try Syscalls.kill(77, 15) },
            Wrapper(call: Call("pthread_sigmask", "10")) { _ = try Syscalls.signalfd([10]) },
            Wrapper(call: Call("sendto", "/a", "4")) {
                try withUnsafeBytes(of: UInt32(0)) { try Syscalls.sendDatagram("/a", $0) }
            },
            Wrapper(call: Call("pthread_create", "t", "65536")) {
                try Syscalls.startThread("t", 65_536) {}
            },
            Wrapper(call: Call("perf_event_open", "1")) { _ = try Syscalls.countAllocations(1) },
            Wrapper(call: Call("syncfs", "5")) { try Syscalls.syncfs(5) },
            Wrapper(call: Call("timerfd_create", "CLOCK_MONOTONIC")) {
                _ = try Syscalls.timerfd(everyNanoseconds: 9)
            },
            Wrapper(call: Call("getrandom")) { _ = try Syscalls.random() },
            Wrapper(call: Call("connect", "0"), isRepeated: false) {
                _ = try Syscalls.connect(kuzet_address())
            },
            Wrapper(call: Call("getsockopt", "5", "SO_ERROR")) { _ = try Syscalls.socketError(5) }
        ]

        /// The second call of a wrapper, and those that tell nobody how they ended: each has a test
        /// of its own.
        private static let others: Set<String> = ["timerfd_settime", "signalfd", "close", "munmap"]

        @Test func everyCallIsHere() throws {
            let path = "\(#filePath)".dropLast("Tests/LinuxTests/SyscallsTests.swift".count)
            let source = try Files.read(
                "\(path)Sources/Linux/Syscalls.swift", byteCountMax: 1 << 20)
            var names: Set<String> = []
            let call = Array("attempt(".utf8)
            for place in source.indices where source[place...].starts(with: call) {
                let rest = source[place...].prefix(200).split(separator: 0x22)
                guard rest.count > 1, !rest[0].contains(0x5F) else { continue }
                names.insert(String(decoding: rest[1], as: UTF8.self))
            }
            // Decided by a condition: "stat" and "lstat".
            names.subtract(["stat", "lstat"])
            let tested = Set(Self.wrappers.map(\.call.name)).union(Self.others)
            #expect(names.count > 30)
            #expect(names.subtracting(tested).isEmpty)
        }

        /// What the first call gave is not left open when the second fails.
        @Test func aTimerThatCannotBeSetIsClosed() {
            let answer = { (call: Call) -> SyscallTrace.Answer in
                switch call.name {
                case "timerfd_create": .succeed(7)
                case "timerfd_settime": .fail(.invalid)
                default: .succeed(0)
                }
            }
            let (calls, error) = SyscallTrace.callsOf(answer: answer) {
                _ = try Syscalls.timerfd(everyNanoseconds: 9)
            }
            #expect(error as? Errno == .invalid)
            #expect(calls.last == Call("close", "7"))
        }

        @Test func signalsThatCannotBeReadAreTold() {
            let answer = { (call: Call) -> SyscallTrace.Answer in
                call.name == "signalfd" ? .fail(.outOfMemory) : .succeed(0)
            }
            let (calls, error) = SyscallTrace.callsOf(answer: answer) {
                _ = try Syscalls.signalfd([10])
            }
            #expect(error as? Errno == .outOfMemory)
            #expect(calls == [Call("pthread_sigmask", "10"), Call("signalfd", "10")])
        }

        @Test func memoryThatCannotBeGivenBackIsNoFailure() {
            let (calls, error) = SyscallTrace.callsOf(answer: always(.fail(.invalid))) {
                Syscalls.munmap(UnsafeMutableRawPointer.allocate(byteCount: 1, alignment: 1), 4096)
            }
            #expect(calls == [Call("munmap", "4096")])
            #expect(error == nil)
        }

        @Test func argumentsReachTheKernelAsGiven() {
            for wrapper in Self.wrappers {
                let (calls, _) = SyscallTrace.callsOf(
                    answer: always(.fail(.notPermitted)), wrapper.body)
                #expect(calls.first == wrapper.call)
            }
        }

        @Test func everyErrnoComesOutAsItself() {
            for wrapper in Self.wrappers {
                for number in Int32(1)...133 where number != EINTR {
                    let cause = Errno(rawValue: number)
                    let (calls, error) = SyscallTrace.callsOf(
                        answer: always(.fail(cause)), wrapper.body)
                    #expect(calls.count == 1)
                    #expect(error as? Errno == cause, "\(wrapper.call)")
                }
            }
        }

        @Test func whatASignalInterruptsIsDoneAgain() {
            for wrapper in Self.wrappers {
                var count = 0
                let answer = { (_: Call) -> SyscallTrace.Answer in
                    count += 1
                    return .fail(count < 4 ? .interrupted : .notPermitted)
                }
                let (_, error) = SyscallTrace.callsOf(answer: answer, wrapper.body)
                #expect(count == (wrapper.isRepeated ? 4 : 1), "\(wrapper.call)")
                #expect(error as? Errno == (wrapper.isRepeated ? .notPermitted : .interrupted))
            }
        }

        @Test func aCloseThatIsInterruptedHasClosed() {
            let (calls, error) = SyscallTrace.callsOf(answer: always(.fail(.interrupted))) {
                try Syscalls.close(1_000_000)
            }
            #expect(calls == [Call("close", "1000000")])
            #expect(error == nil)
        }

        @Test func theTraceForgetsTheOldest() {
            let (calls, _) = SyscallTrace.callsOf(answer: always(.succeed(0))) {
                for number in 0..<5000 { try Syscalls.fsync(Int32(number)) }
            }
            #expect(calls.count == SyscallTrace.callCountMax)
            #expect(calls.last == Call("fsync", "4999"))
        }
    }

    @Suite struct FileDescriptorTests {
        @Test func aDescriptorIsClosedOnceAndThenRefusesEverything() {
            let (calls, error) = SyscallTrace.callsOf(answer: always(.succeed(5))) {
                let file = try FileDescriptor.open("/a", .readOnly)
                try file.close()
                try file.close()
                #expect(throws: Errno.badDescriptor) { try file.synchronise() }
                #expect(throws: Errno.badDescriptor) { try file.ioctl(1) }
            }
            #expect(error == nil)
            #expect(calls.map(\.name) == ["open", "close"])
        }

        @Test func theLastOwnerCloses() {
            let (calls, _) = SyscallTrace.callsOf(answer: always(.succeed(5))) {
                _ = try FileDescriptor.open("/a", .readOnly)
            }
            #expect(calls.map(\.name) == ["open", "close"])
        }

        @Test func everythingIsOpenedCloseOnExec() {
            let (calls, _) = SyscallTrace.callsOf(answer: always(.fail(.noSuchFile))) {
                _ = try FileDescriptor.open("/a", .readWrite, mode: 0o600)
            }
            #expect(calls.first?.arguments == ["/a", "\(O_RDWR | O_CLOEXEC)", "384"])
        }

        @Test func shortWritesAreContinued() {
            var counts: [Int] = []
            let answer = { (call: SyscallTrace.Call) -> SyscallTrace.Answer in
                guard call.name == "write" else { return .succeed(5) }
                counts.append(Int(call.arguments[1]) ?? 0)
                return .succeed(min(3, counts[counts.count - 1]))
            }
            let (_, error) = SyscallTrace.callsOf(answer: answer) {
                try FileDescriptor(rawValue: 5, isOwned: false).writeAll("12345678")
            }
            #expect(error == nil)
            #expect(counts == [8, 5, 2])
        }

        @Test func aWriteThatTakesNothingIsNoEndlessLoop() {
            let (_, error) = SyscallTrace.callsOf(answer: always(.succeed(0))) {
                try FileDescriptor(rawValue: 5, isOwned: false).writeAll("1")
            }
            #expect(error as? Errno == .inputOutput)
        }

        @Test func aSignalDoesNotProlongAWait() throws {
            let (reading, writing) = try FileDescriptor.pipe()
            var interruptions = 0
            let start = Clocks.monotonicNanoseconds()
            let answer = { (call: SyscallTrace.Call) -> SyscallTrace.Answer in
                guard call.name == "poll", interruptions < 3 else { return .kernel }
                interruptions += 1
                return .fail(.interrupted)
            }
            let (readiness, _) = try SyscallTrace.recording(answer: answer) {
                try reading.wait(for: .readable, milliseconds: 50)
            }
            let milliseconds = (Clocks.monotonicNanoseconds() - start) / 1_000_000
            #expect(readiness.isEmpty && interruptions == 3)
            #expect(milliseconds >= 50)
            withExtendedLifetime(writing) {}
        }

        @Test func aFileThatAnotherHoldsIsBusy() {
            let (_, error) = SyscallTrace.callsOf(answer: always(.fail(.again))) {
                try FileDescriptor(rawValue: 5, isOwned: false).lock()
            }
            #expect(error as? Errno == .busy)
        }
    }
#endif
