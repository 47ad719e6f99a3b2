import CLinux
import Frames
import Linux

/// An open video device: asks what it can do, and sets it up.
final class V4L2Device {
    let path: String
    let file: FileDescriptor
    let capability: v4l2_capability

    var object: String { "camera \(path)" }

    /// - Error: `CameraError` with what to do about it.
    init(_ path: String) throws {
        self.path = path
        do {
            file = try FileDescriptor.open(path, [.readWrite, .nonBlocking])
        } catch {
            throw CameraError(
                kind: .unavailable, object: "camera \(path)", attempt: "open",
                cause: error == .accessDenied
                    ? "\(error); add this user to the group video" : error.description)
        }
        var capability = v4l2_capability()
        do {
            try file.ioctl(V4L2_IOCTL_QUERYCAP, &capability)
        } catch {
            throw CameraError(
                kind: .unavailable, object: "camera \(path)", attempt: "query capabilities",
                cause: error == .notATerminal || error == .invalid
                    ? "it is no video device (\(error.name))" : error.description)
        }
        self.capability = capability
    }

    /// What this device file itself can do, not its siblings.
    var capabilities: UInt32 {
        capability.capabilities & V4L2_CAPABLE_DEVICE_FIELD != 0
            ? capability.device_caps : capability.capabilities
    }

    var canCapture: Bool {
        let wanted = V4L2_CAPABLE_OF_CAPTURE | V4L2_CAPABLE_OF_STREAMING
        return capabilities & wanted == wanted
    }

    /// The name that the camera gives itself.
    var card: String { text(of: capability.card) }
    /// Where it is plugged in.
    var bus: String { text(of: capability.bus_info) }

    func error(_ attempt: String, _ cause: String) -> CameraError {
        CameraError(kind: .unavailable, object: object, attempt: attempt, cause: cause)
    }

    func ask<Value>(_ attempt: String, _ request: UInt, _ value: inout Value) throws {
        do throws(Errno) {
            try file.ioctl(request, &value)
        } catch {
            throw self.error(
                attempt,
                error == .busy
                    ? "\(error); another program uses it: fuser \(path)" : error.description)
        }
    }

    /// Chooses among what the device offers, sets it and checks what it was really set to.
    func negotiate(_ settings: CameraSettings) throws -> V4L2Format {
        guard canCapture else {
            throw error(
                "use as a camera",
                "\(card) does not capture into mapped buffers; "
                    + "a camera often has several device files, and another one does")
        }
        var choices = try offers(settings)
        var converter: V4L2Converter?
        if choices.isEmpty {
            converter = V4L2Converter(file, width: settings.width, height: settings.height)
            if let converter { choices = [V4L2Device.choice(converter)] }
        }
        guard
            let best = FormatChoice.best(
                of: choices.map(\.offer), width: settings.width, height: settings.height,
                framesPerSecond: settings.framesPerSecond),
            let choice = choices.first(where: { $0.offer == best })
        else {
            throw error(
                "choose a format",
                "it offers \(formatNames().joined(separator: ", ")), none of which can be read")
        }
        var format = v4l2_format()
        if let converter, best.format == .converted {
            format = converter.source
        } else {
            format = pictureFormat(choice.code, best.width, best.height)
        }
        let wanted =
            "\(format.fmt.pix.width)×\(format.fmt.pix.height) "
            + V4L2Device.name(of: format.fmt.pix.pixelformat)
        try ask("set \(wanted)", V4L2_IOCTL_S_FMT, &format)
        return try verified(format, wanted, settings, best.format, choice.code, converter)
    }

    private func verified(
        _ format: v4l2_format, _ wanted: String, _ settings: CameraSettings, _ kind: PixelFormat,
        _ code: UInt32, _ converter: V4L2Converter?
    ) throws -> V4L2Format {
        let picture = format.fmt.pix
        let (width, height) = (Int(picture.width), Int(picture.height))
        let offered = "\(width)×\(height) \(V4L2Device.name(of: picture.pixelformat))"
        let attempt = "set \(wanted)"
        guard PictureLimits.allows(width: width, height: height) else {
            throw error(attempt, "the device gives \(offered); \(PictureLimits.text)")
        }
        if kind == .converted, let converter {
            guard picture.pixelformat == converter.source.fmt.pix.pixelformat else {
                throw error(attempt, "the device gives \(offered)")
            }
            converter.keep(format)
            return V4L2Format(
                format: .converted, width: converter.width, height: converter.height, stride: 0,
                shownWidth: converter.width, shownHeight: converter.height, converter: converter)
        }
        guard picture.pixelformat == code else {
            throw error(attempt, "the device gives \(offered)")
        }
        let rowByteCount =
            kind == .yuyv ? LumaExtraction.widthInBytes(ofYUYV: width) : (width + 1) / 2 * 2
        let stride = max(Int(picture.bytesperline), kind == .grey ? width : rowByteCount)
        guard stride <= 1 << 20 else {
            throw error(attempt, "the device states rows of \(stride) bytes")
        }
        let denominator = CaptureOffer(format: kind, width: width, height: height).denominator(
            wantedWidth: settings.width, wantedHeight: settings.height)
        return V4L2Format(
            format: kind, width: width, height: height, stride: stride, denominator: denominator,
            shownWidth: (width + denominator - 1) / denominator,
            shownHeight: (height + denominator - 1) / denominator,
            wanted: (settings.width, settings.height))
    }

    /// Sets what may be refused without harm.
    ///
    /// - Returns: a line for each thing that was.
    func configure(_ settings: CameraSettings) -> [String] {
        var advice: [String] = []
        func set(_ control: UInt32, _ value: Int32, _ name: String) {
            var setting = v4l2_control(id: control, value: value)
            do throws(Errno) {
                try file.ioctl(V4L2_IOCTL_S_CTRL, &setting)
            } catch {
                advice.append("\(object): set \(name) to \(value): \(error)")
            }
        }
        var parameters = v4l2_streamparm()
        parameters.type = V4L2_CAPTURE
        parameters.parm.capture.timeperframe = v4l2_fract(
            numerator: 1, denominator: UInt32(max(settings.framesPerSecond, 1)))
        do throws(Errno) {
            try file.ioctl(V4L2_IOCTL_S_PARM, &parameters)
        } catch {
            advice.append("\(object): set \(settings.framesPerSecond) frames per second: \(error)")
        }
        if let powerLine = settings.powerLine {
            set(V4L2_CONTROL_POWER_LINE, powerLine.rawValue, "power line frequency")
        }
        switch settings.exposure {
        case .unchanged: break
        case .automatic:
            // Cameras know one of the two automatic modes, seldom both.
            var setting = v4l2_control(
                id: V4L2_CONTROL_AUTO_EXPOSURE, value: V4L2_EXPOSURE_BY_APERTURE)
            if (try? file.ioctl(V4L2_IOCTL_S_CTRL, &setting)) == nil {
                set(V4L2_CONTROL_AUTO_EXPOSURE, V4L2_EXPOSURE_BY_CAMERA, "automatic exposure")
            }
        case .microseconds(let time):
            set(V4L2_CONTROL_AUTO_EXPOSURE, V4L2_EXPOSURE_BY_HAND, "manual exposure")
            set(V4L2_CONTROL_EXPOSURE, Int32(clamping: max(time / 100, 1)), "exposure in 100 µs")
        }
        return advice
    }

    // MARK: What is offered

    static let formatCountMax: UInt32 = 256
    static let intervalCountMax: UInt32 = 64

    private typealias Choice = (offer: CaptureOffer, code: UInt32)

    private func offers(_ settings: CameraSettings) throws -> [Choice] {
        var current = v4l2_format()
        current.type = V4L2_CAPTURE
        try ask("read the format", V4L2_IOCTL_G_FMT, &current)
        var choices: [Choice] = []
        for code in formatCodes() {
            guard let kind = V4L2Device.kind(of: code) else { continue }
            var format = pictureFormat(code, settings.width, settings.height)
            // A driver that cannot try is set to it in the end, and checked then.
            _ = try? file.ioctl(V4L2_IOCTL_TRY_FMT, &format)
            guard format.fmt.pix.pixelformat == code, format.fmt.pix.width > 0,
                format.fmt.pix.height > 0
            else { continue }
            let (width, height) = (Int(format.fmt.pix.width), Int(format.fmt.pix.height))
            choices.append(
                (
                    CaptureOffer(
                        format: kind, width: width, height: height,
                        rateHundredths: rate(code, width, height),
                        isCurrent: current.fmt.pix.pixelformat == code), code
                ))
        }
        return choices
    }

    private static func choice(_ converter: V4L2Converter) -> Choice {
        (
            CaptureOffer(format: .converted, width: converter.width, height: converter.height),
            converter.source.fmt.pix.pixelformat
        )
    }

    private func formatCodes() -> [UInt32] {
        var codes: [UInt32] = []
        for index in 0..<V4L2Device.formatCountMax {
            var description = v4l2_fmtdesc()
            description.index = index
            description.type = V4L2_CAPTURE
            guard (try? file.ioctl(V4L2_IOCTL_ENUM_FMT, &description)) != nil else { break }
            codes.append(description.pixelformat)
        }
        return codes
    }

    func formatNames() -> [String] { formatCodes().map(V4L2Device.name(of:)) }

    /// The highest rate at a size, in hundredths of pictures per second; nil where untold.
    private func rate(_ code: UInt32, _ width: Int, _ height: Int) -> Int? {
        var best: Int?
        for index in 0..<V4L2Device.intervalCountMax {
            var interval = v4l2_frmivalenum()
            interval.index = index
            interval.pixel_format = code
            interval.width = UInt32(width)
            interval.height = UInt32(height)
            guard (try? file.ioctl(V4L2_IOCTL_ENUM_FRAMEINTERVALS, &interval)) != nil else { break }
            let isDiscrete = interval.type == V4L2_INTERVAL_IS_DISCRETE
            let shortest = isDiscrete ? interval.discrete : interval.stepwise.min
            if shortest.numerator > 0 {
                let rate = Int(shortest.denominator) * 100 / Int(shortest.numerator)
                best = max(best ?? 0, rate)
            }
            if !isDiscrete { break }
        }
        return best
    }

    private func pictureFormat(_ code: UInt32, _ width: Int, _ height: Int) -> v4l2_format {
        var format = v4l2_format()
        format.type = V4L2_CAPTURE
        format.fmt.pix.width = UInt32(width)
        format.fmt.pix.height = UInt32(height)
        format.fmt.pix.pixelformat = code
        format.fmt.pix.field = V4L2_PROGRESSIVE
        return format
    }

    static func kind(of code: UInt32) -> PixelFormat? {
        switch code {
        case V4L2_FORMAT_GREY: .grey
        case V4L2_FORMAT_NV12: .nv12
        case V4L2_FORMAT_YUYV: .yuyv
        case V4L2_FORMAT_MJPEG, V4L2_FORMAT_JPEG: .mjpeg
        default: nil
        }
    }

    /// "YUYV" of 0x56595559.
    static func name(of code: UInt32) -> String {
        let bytes = (0..<4).map { UInt8(truncatingIfNeeded: code >> (8 * $0)) & 0x7F }
        return String(decoding: bytes.map { (32..<127).contains($0) ? $0 : 63 }, as: UTF8.self)
    }
}

/// Finds a device file for what an installer wrote.
final class V4L2Locator {
    private var known: (path: String, card: String, bus: String)?

    static let folder = "/dev"
    static let classFolder = "/sys/class/video4linux"

    /// - Parameter device: a path, or the name that a camera gives itself.
    func open(_ device: String) throws -> V4L2Device {
        guard device.hasPrefix("/") else { return try open(named: device) }
        do {
            let opened = try V4L2Device(device)
            known = (device, opened.card, opened.bus)
            return opened
        } catch {
            // The same camera in the same socket may have come back as another /dev/videoN.
            if let known, known.path == device,
                let again = candidates().first(where: {
                    $0.card == known.card && $0.bus == known.bus
                })
            {
                return again
            }
            throw error
        }
    }

    private func open(named name: String) throws -> V4L2Device {
        let devices = candidates()
        if let device = devices.first(where: { $0.card == name }) { return device }
        let found = devices.map { "\($0.card) at \($0.path)" }
        throw CameraError(
            kind: .unavailable, object: "camera \(name)", attempt: "find",
            cause: found.isEmpty
                ? "no camera is connected" : "connected are: " + found.joined(separator: ", "))
    }

    /// Every device that captures, in the order of its number.
    private func candidates() -> [V4L2Device] {
        let names = (try? Files.names(in: V4L2Locator.classFolder)) ?? []
        let numbers = names.compactMap { $0.hasPrefix("video") ? Int($0.dropFirst(5)) : nil }
        return numbers.sorted().compactMap {
            guard let device = try? V4L2Device("\(V4L2Locator.folder)/video\($0)") else {
                return nil
            }
            return device.canCapture ? device : nil
        }
    }
}

/// The text in a fixed array of bytes that C structures have.
private func text<Characters>(of characters: Characters) -> String {
    withUnsafeBytes(of: characters) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
}
