#if DEBUG
    /// What a debug build remembers of the calls to the kernel, and a way for a test to answer one
    /// in the kernel's place. Not in release builds at all.
    public final class SyscallTrace: @unchecked Sendable {
        public struct Call: Hashable, Sendable, CustomStringConvertible {
            public var name: String
            public var arguments: [String]

            public init(_ name: String, _ arguments: String...) {
                self.name = name
                self.arguments = arguments
            }

            init(name: String, arguments: [String]) {
                self.name = name
                self.arguments = arguments
            }

            public var description: String {
                "\(name)(\(arguments.joined(separator: ", ")))"
            }
        }

        public enum Answer: Sendable {
            /// Let the kernel answer.
            case kernel
            case fail(Errno)
            case succeed(Int)
            /// Fill in the memory that the call was given (an ioctl's argument, poll's entries) as
            /// the kernel would, and answer so.
            case act(@Sendable (UnsafeMutableRawPointer) throws(Errno) -> Int)
        }

        /// The trace that calls of this task go to; each test has its own.
        @TaskLocal static var current: SyscallTrace?

        /// The oldest calls are forgotten beyond this many.
        public static let callCountMax = 4096

        public private(set) var calls: [Call] = []
        private let answer: (Call) -> Answer

        private init(_ answer: @escaping (Call) -> Answer) {
            self.answer = answer
        }

        /// Runs `body`; every call it makes is recorded and put to `answer` first.
        public static func recording<Result>(
            answer: @escaping (Call) -> Answer = { _ in .kernel },
            _ body: () throws -> Result
        ) rethrows -> (result: Result, calls: [Call]) {
            let trace = SyscallTrace(answer)
            let result = try $current.withValue(trace) { try body() }
            return (result, trace.calls)
        }

        /// As `recording`, where only the calls matter and `body` is expected to throw.
        public static func callsOf(
            answer: @escaping (Call) -> Answer = { _ in .kernel }, _ body: () throws -> Void
        ) -> (calls: [Call], error: (any Error)?) {
            let trace = SyscallTrace(answer)
            do {
                try $current.withValue(trace) { try body() }
                return (trace.calls, nil)
            } catch {
                return (trace.calls, error)
            }
        }

        func put(_ call: Call) -> Answer {
            if calls.count == SyscallTrace.callCountMax { calls.removeFirst() }
            calls.append(call)
            return answer(call)
        }
    }
#endif
