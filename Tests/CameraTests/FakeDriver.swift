#if DEBUG
    import CLinux
    import Frames

    @testable import Camera
    @testable import Linux

    /// A video driver in the kernel's place: answers the calls that a camera makes as Linux's
    /// documentation says a driver does, and fails where a test tells it to.
    final class FakeDriver: @unchecked Sendable {
        struct Buffer {
            var bytes: [UInt8]
            var flags: UInt32 = UInt32(V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC)
            var sequence: UInt32
            var seconds = 5
            var microseconds = 0
            var byteCount: Int?
        }

        static let descriptor = 987_654

        /// Code, width, height, as the device rounds every size.
        var formats: [(code: UInt32, width: UInt32, height: UInt32)]
        var rates: [UInt32: [UInt32]] = [:]
        var current: UInt32 = 0
        /// Fails once per entry: the call's name or the ioctl's number, and why.
        var failures: [String: Errno] = [:]
        var capabilities = UInt32(V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING)
        var bytesPerLine: UInt32?
        var pending: [Buffer] = []
        var controls: [UInt32: Int32] = [:]
        var framesPerSecond: UInt32 = 0
        var bufferCount: UInt32 = 4
        private(set) var isStreaming = false
        private(set) var openCount = 0
        private(set) var queued: Set<UInt32> = []

        private var memory: [UnsafeMutableRawPointer] = []
        private var size: (width: UInt32, height: UInt32) = (0, 0)
        private var bufferByteCount: Int { Int(size.width) * Int(size.height) * 2 + 4096 }

        init(_ formats: [(code: UInt32, width: UInt32, height: UInt32)]) {
            self.formats = formats
        }

        deinit {
            for base in memory { base.deallocate() }
        }

        func running<Result>(_ body: () throws -> Result) throws -> Result {
            try SyscallTrace.recording(answer: answer, body).result
        }

        private func answer(_ call: SyscallTrace.Call) -> SyscallTrace.Answer {
            let key = call.name == "ioctl" ? call.arguments[1] : call.name
            if let failure = failures[key] { return .fail(failure) }
            switch call.name {
            case "open":
                openCount += 1
                return .succeed(FakeDriver.descriptor)
            case "close":
                openCount -= 1
                isStreaming = false
                return .succeed(0)
            case "munmap": return .succeed(0)
            case "mmap":
                let base = UnsafeMutableRawPointer.allocate(
                    byteCount: Int(call.arguments[0]) ?? 0, alignment: 64)
                memory.append(base)
                return .succeed(Int(bitPattern: base))
            case "poll":
                return .act { [self] entries in
                    let entry = entries.assumingMemoryBound(to: pollfd.self)
                    entry.pointee.revents = pending.isEmpty ? 0 : Int16(POLLIN)
                    return pending.isEmpty ? 0 : 1
                }
            case "ioctl":
                return .act { [self] (argument) throws(Errno) in try ioctl(key, argument) }
            default: return .kernel
            }
        }

        static func key(_ request: UInt) -> String { "0x" + String(request, radix: 16) }

        private func ioctl(_ key: String, _ argument: UnsafeMutableRawPointer) throws(Errno) -> Int
        {
            switch key {
            case FakeDriver.key(V4L2_IOCTL_QUERYCAP):
                let capability = argument.assumingMemoryBound(to: v4l2_capability.self)
                capability.pointee.capabilities = capabilities
                withUnsafeMutableBytes(of: &capability.pointee.card) {
                    $0.copyBytes(from: Array("Fake".utf8))
                }
            case FakeDriver.key(V4L2_IOCTL_ENUM_FMT):
                let format = argument.assumingMemoryBound(to: v4l2_fmtdesc.self)
                guard format.pointee.index < formats.count else { throw .invalid }
                format.pointee.pixelformat = formats[Int(format.pointee.index)].code
            case FakeDriver.key(V4L2_IOCTL_G_FMT):
                argument.assumingMemoryBound(to: v4l2_format.self).pointee.fmt.pix.pixelformat =
                    current
            case FakeDriver.key(V4L2_IOCTL_TRY_FMT), FakeDriver.key(V4L2_IOCTL_S_FMT):
                let format = argument.assumingMemoryBound(to: v4l2_format.self)
                let code = format.pointee.fmt.pix.pixelformat
                guard let offer = formats.first(where: { $0.code == code }) else { throw .invalid }
                format.pointee.fmt.pix.width = offer.width
                format.pointee.fmt.pix.height = offer.height
                format.pointee.fmt.pix.bytesperline =
                    bytesPerLine ?? (code == V4L2_FORMAT_YUYV ? 2 * offer.width : offer.width)
                size = (offer.width, offer.height)
                if key == FakeDriver.key(V4L2_IOCTL_S_FMT) { current = code }
            case FakeDriver.key(V4L2_IOCTL_ENUM_FRAMEINTERVALS):
                let interval = argument.assumingMemoryBound(to: v4l2_frmivalenum.self)
                let known = rates[interval.pointee.pixel_format] ?? []
                guard interval.pointee.index < known.count else { throw .invalid }
                interval.pointee.type = V4L2_INTERVAL_IS_DISCRETE
                interval.pointee.discrete = v4l2_fract(
                    numerator: 1, denominator: known[Int(interval.pointee.index)])
            case FakeDriver.key(V4L2_IOCTL_S_PARM):
                framesPerSecond =
                    argument.assumingMemoryBound(to: v4l2_streamparm.self).pointee.parm.capture
                    .timeperframe.denominator
            case FakeDriver.key(V4L2_IOCTL_S_CTRL):
                let control = argument.assumingMemoryBound(to: v4l2_control.self).pointee
                controls[control.id] = control.value
            case FakeDriver.key(V4L2_IOCTL_REQBUFS):
                argument.assumingMemoryBound(to: v4l2_requestbuffers.self).pointee.count =
                    bufferCount
            case FakeDriver.key(V4L2_IOCTL_QUERYBUF):
                let buffer = argument.assumingMemoryBound(to: v4l2_buffer.self)
                buffer.pointee.length = UInt32(bufferByteCount)
                buffer.pointee.m.offset = buffer.pointee.index * 4096
            case FakeDriver.key(V4L2_IOCTL_QBUF):
                queued.insert(argument.assumingMemoryBound(to: v4l2_buffer.self).pointee.index)
            case FakeDriver.key(V4L2_IOCTL_STREAMON): isStreaming = true
            case FakeDriver.key(V4L2_IOCTL_STREAMOFF):
                isStreaming = false
                queued = []
            case FakeDriver.key(V4L2_IOCTL_DQBUF): try dequeue(argument)
            default: throw .notATerminal
            }
            return 0
        }

        private func dequeue(_ argument: UnsafeMutableRawPointer) throws(Errno) {
            guard !pending.isEmpty, let index = queued.min() else { throw .again }
            let picture = pending.removeFirst()
            queued.remove(index)
            memory[memory.count - Int(bufferCount) + Int(index)].copyMemory(
                from: picture.bytes, byteCount: picture.bytes.count)
            let buffer = argument.assumingMemoryBound(to: v4l2_buffer.self)
            buffer.pointee.index = index
            buffer.pointee.bytesused = UInt32(picture.byteCount ?? picture.bytes.count)
            buffer.pointee.flags = picture.flags
            buffer.pointee.sequence = picture.sequence
            buffer.pointee.timestamp.tv_sec = picture.seconds
            buffer.pointee.timestamp.tv_usec = picture.microseconds
        }
    }
#endif
