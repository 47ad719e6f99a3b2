import Frames

/// What an installer says about one camera.
public struct CameraSettings: Hashable, Sendable {
    public enum Exposure: Hashable, Sendable {
        /// Whatever the camera does now.
        case unchanged
        case automatic
        /// Rounded to the camera's unit of 100 µs.
        case microseconds(Int)
    }

    /// What hides the flicker of lamps.
    public enum PowerLine: Int32, CaseIterable, Hashable, Sendable {
        case off = 0
        case hertz50 = 1
        case hertz60 = 2
    }

    /// A stable path (`/dev/v4l/by-path/…`, `/dev/v4l/by-id/…`), `/dev/videoN`, or the name that
    /// the camera gives itself.
    public var device: String
    /// Pixels that are wanted; the camera may have other sizes only.
    public var width: Int
    public var height: Int
    /// 1 ... 120; asked for, never counted on.
    public var framesPerSecond: Int
    public var exposure: Exposure
    /// nil leaves the camera as it is.
    public var powerLine: PowerLine?

    public init(
        device: String, width: Int = 640, height: Int = 480, framesPerSecond: Int = 15,
        exposure: Exposure = .unchanged, powerLine: PowerLine? = nil
    ) {
        self.device = device
        self.width = width
        self.height = height
        self.framesPerSecond = framesPerSecond
        self.exposure = exposure
        self.powerLine = powerLine
    }
}

/// How the pictures come out of the device.
enum PixelFormat: Hashable {
    case grey
    case nv12
    case yuyv
    case mjpeg
    /// Something else, which libv4lconvert makes into planar 4:2:0.
    case converted

    var isPacked: Bool {
        switch self {
        case .grey, .nv12, .yuyv: true
        case .mjpeg, .converted: false
        }
    }
}

/// One of the ways in which a device could deliver.
struct CaptureOffer: Hashable {
    var format: PixelFormat
    /// What the device would make of the size that is wanted.
    var width: Int
    var height: Int
    /// Hundredths of pictures per second at that size; nil where the device does not say.
    var rateHundredths: Int?
    /// Whether the device stands in this format now.
    var isCurrent = false

    /// JPEG is decoded at 1/`denominator` of its size, still no smaller than wanted.
    func denominator(wantedWidth: Int, wantedHeight: Int) -> Int {
        guard format == .mjpeg else { return 1 }
        return [8, 4, 2].first {
            (width + $0 - 1) / $0 >= wantedWidth && (height + $0 - 1) / $0 >= wantedHeight
        } ?? 1
    }
}

enum FormatChoice {
    /// The best of what is offered: first the size, then the rate, then what costs least, where a
    /// format that the device already stands in wins over other raw ones (somebody chose it).
    ///
    /// - Returns: nil only where nothing is offered.
    static func best(
        of offers: [CaptureOffer], width: Int, height: Int, framesPerSecond: Int
    ) -> CaptureOffer? {
        func cost(_ offer: CaptureOffer) -> (Int, Int, Int) {
            let denominator = offer.denominator(wantedWidth: width, wantedHeight: height)
            let shownWidth = (offer.width + denominator - 1) / denominator
            let shownHeight = (offer.height + denominator - 1) / denominator
            // Missing pixels are worse than more to carry.
            let missing =
                max(width - shownWidth, 0) * height + max(height - shownHeight, 0) * width
            let surplus = max(shownWidth * shownHeight - width * height, 0)
            let slowness = offer.rateHundredths.map { max(framesPerSecond * 100 - $0, 0) } ?? 0
            return (4 * missing + surplus, slowness, preference(offer))
        }
        return offers.min { cost($0) < cost($1) }
    }

    private static func preference(_ offer: CaptureOffer) -> Int {
        if offer.isCurrent, offer.format.isPacked { return 0 }
        switch offer.format {
        case .nv12: return 1
        case .yuyv: return 2
        case .grey: return 3
        case .mjpeg: return 4
        case .converted: return 5
        }
    }
}
