import CLinux
import CV4LConvert
import Frames
import Linux

/// One open V4L2 device that streams through mapped buffers.
///
/// - Source: Linux media userspace API, chapter 3.2, "Streaming I/O (Memory Mapping)".
final class V4L2Stream: CaptureStream {
    let width: Int
    let height: Int
    private(set) var advice: [String] = []

    private let device: V4L2Device
    private let unpacker: V4L2Unpacker
    private var mappings: [Mapping] = []
    /// Copies: the device writes over a buffer as soon as it has it back.
    private var jpeg = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    private var jpegByteCount = 0
    /// What was taken out of the driver and not given back yet, oldest first.
    private var taken: [v4l2_buffer] = []

    static let bufferCount: UInt32 = 4

    /// Opens, negotiates, maps and starts. Everything is undone where a step fails.
    init(settings: CameraSettings, locator: V4L2Locator) throws {
        device = try locator.open(settings.device)
        let format = try device.negotiate(settings)
        width = format.shownWidth
        height = format.shownHeight
        unpacker = try V4L2Unpacker(format, object: device.object)
        advice = device.configure(settings)
        try map(format)
        do {
            var type = Int32(bitPattern: V4L2_CAPTURE)
            try device.file.ioctl(V4L2_IOCTL_STREAMON, &type)
        } catch {
            throw device.error(
                "start streaming",
                error == .noSpace
                    ? "not enough USB bandwidth (ENOSPC); other cameras on this bus reserve it: "
                        + "ask for a smaller size or fewer frames, or use another port"
                    : error.description)
        }
    }

    deinit {
        jpeg.deallocate()
    }

    var ownJPEG: UnsafeRawBufferPointer? {
        jpegByteCount > 0 ? UnsafeRawBufferPointer(rebasing: jpeg[..<jpegByteCount]) : nil
    }

    private func keepJPEG(_ bytes: UnsafeRawBufferPointer) {
        if jpeg.count < bytes.count {
            jpeg.deallocate()
            jpeg = .allocate(byteCount: 2 * bytes.count, alignment: 16)
        }
        jpeg.copyMemory(from: bytes)
        jpegByteCount = bytes.count
    }

    private func map(_ format: V4L2Format) throws {
        var request = v4l2_requestbuffers()
        request.count = V4L2Stream.bufferCount
        request.type = V4L2_CAPTURE
        request.memory = V4L2_MAPPED_MEMORY
        try device.ask("reserve buffers", V4L2_IOCTL_REQBUFS, &request)
        guard request.count >= 2 else {
            throw device.error(
                "reserve buffers",
                "the device gives \(request.count) of \(V4L2Stream.bufferCount); 2 are needed")
        }
        for index in 0..<min(request.count, 32) {
            var buffer = blankBuffer(index)
            try device.ask("query buffer \(index)", V4L2_IOCTL_QUERYBUF, &buffer)
            guard Int(buffer.length) >= format.byteCountMin else {
                throw device.error(
                    "map buffer \(index)",
                    "it has \(buffer.length) bytes, a picture takes \(format.byteCountMin)")
            }
            do {
                mappings.append(
                    try Mapping(
                        device.file, byteCount: Int(buffer.length), offset: Int(buffer.m.offset),
                        isWritable: true))
            } catch {
                throw device.error("map buffer \(index)", error.description)
            }
            try device.ask("queue buffer \(index)", V4L2_IOCTL_QBUF, &buffer)
        }
    }

    func wait(milliseconds: Int64) throws -> Bool {
        let readiness: FileDescriptor.Readiness
        do {
            readiness = try device.file.wait(for: .readable, milliseconds: milliseconds)
        } catch {
            throw device.error("wait for a picture", error.description)
        }
        // Whatever is wrong, the next call that takes a picture says it better than poll does.
        return !readiness.isEmpty
    }

    func take(into frame: inout Frame?, _ sequence: inout CaptureSequence) throws -> CaptureTake {
        var take = CaptureTake()
        taken.removeAll(keepingCapacity: true)
        // More buffers than there are cannot come, unless the device fills damaged ones as fast as
        // they are given back: then the newest so far is good enough.
        for round in 0..<(2 * mappings.count) {
            var buffer = blankBuffer(0)
            do {
                try device.file.ioctl(V4L2_IOCTL_DQBUF, &buffer)
            } catch .again {
                // Readable without a buffer: poll tells of a queue that the driver gave up.
                if round == 0 { try checkQueue() }
                break
            } catch {
                throw device.error("take a picture", error.description)
            }
            guard Int(buffer.index) < mappings.count else {
                throw device.error("take a picture", "buffer \(buffer.index) was never mapped")
            }
            let numbered = sequence.take(buffer.sequence)
            take.droppedCount += numbered.lostCount
            buffer.sequence = numbered.number
            if let cause = unpacker.refusal(of: buffer) {
                take.damaged(cause)
                try giveBack(buffer)
            } else {
                taken.append(buffer)
            }
        }
        jpegByteCount = 0
        // The newest that decodes: of a camera whose every second picture is broken, the newest
        // one could be broken each time.
        while let buffer = taken.popLast() {
            if take.picture == nil {
                show(buffer, in: &frame, &take)
            } else {
                take.droppedCount += 1
            }
            try giveBack(buffer)
        }
        return take
    }

    private func show(_ buffer: v4l2_buffer, in frame: inout Frame?, _ take: inout CaptureTake) {
        let mapping = mappings[Int(buffer.index)]
        let bytes = UnsafeRawBufferPointer(
            start: mapping.base, count: min(Int(buffer.bytesused), mapping.byteCount))
        if let cause = unpacker.unpack(bytes, into: &frame) { return take.damaged(cause) }
        take.picture = CaptureTake.Picture(
            stated: V4L2Stream.statedTime(buffer), sequence: buffer.sequence)
        if unpacker.hasOwnJPEG { keepJPEG(bytes) }
    }

    func close() {
        var type = Int32(bitPattern: V4L2_CAPTURE)
        _ = try? device.file.ioctl(V4L2_IOCTL_STREAMOFF, &type)
        mappings.removeAll()
        try? device.file.close()
    }

    /// What the driver says of a picture's time; nil where it uses another clock than ours.
    static func statedTime(_ buffer: v4l2_buffer) -> Instant? {
        guard buffer.flags & V4L2_BUFFER_CLOCK_MASK == V4L2_BUFFER_CLOCK_MONOTONIC else {
            return nil
        }
        return .zero + .seconds(Int64(buffer.timestamp.tv_sec))
            + Interval(nanoseconds: Int64(buffer.timestamp.tv_usec) &* 1000)
    }

    private func checkQueue() throws {
        do {
            let readiness = try device.file.wait(for: .readable, milliseconds: 0)
            guard !readiness.isDisjoint(with: [.failed, .hungUp, .invalid]) else { return }
        } catch {
            throw device.error("take a picture", error.description)
        }
        throw device.error("take a picture", "the driver stopped streaming (POLLERR)")
    }

    private func giveBack(_ buffer: v4l2_buffer) throws {
        var fresh = blankBuffer(buffer.index)
        try device.ask("queue buffer \(buffer.index)", V4L2_IOCTL_QBUF, &fresh)
    }

    private func blankBuffer(_ index: UInt32) -> v4l2_buffer {
        var buffer = v4l2_buffer()
        buffer.type = V4L2_CAPTURE
        buffer.memory = V4L2_MAPPED_MEMORY
        buffer.index = index
        return buffer
    }
}

/// What a device was set to, and what comes out of it.
struct V4L2Format {
    var format: PixelFormat
    /// As the device delivers.
    var width: Int
    var height: Int
    var stride: Int
    /// JPEG: decoded at 1/`denominator`.
    var denominator = 1
    /// As the frames are.
    var shownWidth: Int
    var shownHeight: Int
    /// What was asked for.
    var wanted = (width: 0, height: 0)
    var converter: V4L2Converter?

    /// Fewer bytes are no picture.
    var byteCountMin: Int {
        switch format {
        case .grey: stride * (height - 1) + width
        case .nv12: stride * height + stride * ((height + 1) / 2 - 1) + (width + 1) / 2 * 2
        case .yuyv: stride * (height - 1) + LumaExtraction.widthInBytes(ofYUYV: width)
        case .mjpeg, .converted: 1
        }
    }
}

/// Turns a device's bytes into the planes of a frame.
final class V4L2Unpacker {
    private let format: V4L2Format
    private let decoder: JPEGDecoder?
    /// Planar 4:2:0, between the converter and the frame.
    private let planar: UnsafeMutableRawBufferPointer?

    init(_ format: V4L2Format, object: String) throws {
        self.format = format
        decoder = format.format == .mjpeg ? try JPEGDecoder() : nil
        planar =
            format.format == .converted
            ? .allocate(byteCount: format.width * format.height * 3 / 2, alignment: 64) : nil
    }

    deinit {
        planar?.deallocate()
    }

    /// Whether the picture unpacked last is a JPEG of the frame's own size.
    var hasOwnJPEG: Bool { decoder?.denominator == 1 }

    /// Why a buffer is not looked at; nil where it is.
    func refusal(of buffer: v4l2_buffer) -> String? {
        if buffer.flags & V4L2_BUFFER_DAMAGED != 0 { return "the driver calls it damaged" }
        let byteCount = Int(buffer.bytesused)
        return byteCount >= format.byteCountMin
            ? nil : "\(byteCount) bytes of \(format.byteCountMin)"
    }

    /// Fills `frame`; puts another one there where a JPEG has another size than was negotiated.
    ///
    /// - Returns: what is wrong with the picture; then `frame` holds anything. nil where it is whole.
    func unpack(_ bytes: UnsafeRawBufferPointer, into frame: inout Frame?) -> String? {
        guard bytes.count >= format.byteCountMin,
            let base = bytes.bindMemory(to: UInt8.self).baseAddress
        else { return "\(bytes.count) bytes of \(format.byteCountMin)" }
        if let decoder {
            switch decoder.decode(bytes, wanted: format.wanted, into: &frame) {
            case .whole, .mended: return nil
            case .refused(let cause): return cause
            }
        }
        let frame = Frame.fitted(&frame, width: format.shownWidth, height: format.shownHeight)
        let height = format.height
        let stride = format.stride
        switch format.format {
        case .grey:
            LumaExtraction.copy(
                PlaneView(base: base, width: format.width, height: height, stride: stride),
                into: frame.luma)
        case .nv12:
            LumaExtraction.unpack(
                nv12Luma: PlaneView(
                    base: base, width: format.width, height: height, stride: stride),
                chroma: PlaneView(
                    base: base + stride * height, width: frame.chroma.width,
                    height: frame.chroma.height, stride: stride), into: frame)
        case .yuyv:
            LumaExtraction.unpack(
                yuyv: PlaneView(
                    base: base, width: LumaExtraction.widthInBytes(ofYUYV: format.width),
                    height: height, stride: stride), into: frame)
        case .mjpeg, .converted:
            return convert(bytes, into: frame) ? nil : "it cannot be converted"
        }
        return nil
    }

    private func convert(_ bytes: UnsafeRawBufferPointer, into frame: Frame) -> Bool {
        guard let planar, let converter = format.converter, converter.convert(bytes, into: planar),
            let base = planar.bindMemory(to: UInt8.self).baseAddress
        else { return false }
        let (width, height) = (format.width, format.height)
        LumaExtraction.copy(
            PlaneView(base: base, width: width, height: height, stride: width), into: frame.luma)
        let blue = base + width * height
        let red = blue + width / 2 * (height / 2)
        for y in 0..<(height / 2) {
            let row = frame.chroma.row(y)
            for x in 0..<(width / 2) {
                row[2 * x] = blue[y * (width / 2) + x]
                row[2 * x + 1] = red[y * (width / 2) + x]
            }
        }
        return true
    }
}

/// libv4lconvert, bound to one open device.
final class V4L2Converter {
    private let converter: OpaquePointer
    fileprivate(set) var source = v4l2_format()
    private(set) var width = 0
    private(set) var height = 0

    /// nil where nothing that the device delivers can be converted.
    init?(_ file: FileDescriptor, width: Int, height: Int) {
        guard let converter = kuzet_converter_create(file.rawValue) else { return nil }
        self.converter = converter
        var resultWidth: UInt32 = 0
        var resultHeight: UInt32 = 0
        guard
            kuzet_converter_try(
                converter, UInt32(width), UInt32(height), &source, &resultWidth, &resultHeight) == 0
        else { return nil }
        self.width = Int(resultWidth)
        self.height = Int(resultHeight)
    }

    deinit {
        kuzet_converter_destroy(converter)
    }

    /// What the device answered when it was set to `source`.
    func keep(_ format: v4l2_format) { source = format }

    func convert(
        _ bytes: UnsafeRawBufferPointer, into planar: UnsafeMutableRawBufferPointer
    ) -> Bool {
        kuzet_converter_convert(
            converter, &source, bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count,
            planar.bindMemory(to: UInt8.self).baseAddress, planar.count) == 0
    }
}
