import Alarm
import Camera
import Detectors
import Frames
import Incidents
import Station

/// Everything that the one configuration file says, validated, with defaults filled in.
struct Configuration: Hashable, Sendable {
    /// Stands in the log, in reports and in messages: which appliance this is.
    var name = "kuzet"
    var board = BoardSection()
    var lines = LineMap()
    /// At least one, at most `StationPolicy.cameraCountMax`.
    var cameras: [CameraSection] = []
    var store = StoreSection()
    /// At most `DestinationSection.countMax`.
    var destinations: [DestinationSection] = []
    /// Everything the station decides by; its `cameras` are in the order of `cameras`.
    var station = StationPolicy()
}

/// What the board profile says of the machine itself.
struct BoardSection: Hashable, Sendable {
    /// For people.
    var name = ""
    /// Any of the strings in the device tree's `/compatible`; empty where there is none.
    var compatible: [String] = []
    /// The type of the thermal zone that tells the processor's temperature.
    var thermalZone: String?
    var temperatureCelsiusMax = 80
    /// The watchdog device.
    var watchdog: String?
    /// The USB device controller in `/sys/class/udc` that the maintenance port is on.
    var usbDeviceController: String?
    /// The camera connector's stable path, used by a camera that names no device.
    var cameraDevice: String?
}

struct CameraSection: Hashable, Sendable {
    enum Exposure: Hashable, Sendable {
        /// The camera's own choice.
        case automatic
        case microseconds(Int)
    }

    enum PowerLine: Int, CaseIterable, Sendable {
        case off = 0
        case hertz50 = 50
        case hertz60 = 60
    }

    /// One word: stands in incidents, file names and commands.
    var name: String
    /// A path such as `/dev/v4l/by-path/…`, or the name that the driver gives the camera.
    var device = ""
    var width = 640
    var height = 480
    var framesPerSecond = 15
    /// The mains frequency whose flicker the camera hides; nil leaves the camera as it is.
    var powerLine: PowerLine?
    /// nil leaves the camera as it is.
    var exposure: Exposure?
    var zones: [Zone] = []
    var privacyMasks: [Polygon] = []

    /// What the device is asked for.
    var cameraSettings: CameraSettings {
        CameraSettings(
            device: device, width: width, height: height, framesPerSecond: framesPerSecond,
            exposure: exposure.map {
                switch $0 {
                case .automatic: .automatic
                case .microseconds(let count): .microseconds(count)
                }
            } ?? .unchanged,
            powerLine: powerLine.map {
                switch $0 {
                case .off: .off
                case .hertz50: .hertz50
                case .hertz60: .hertz60
                }
            })
    }

    /// What the detectors of this camera are told.
    var detectorSettings: DetectorSettings {
        DetectorSettings(zones: zones, privacyMasks: privacyMasks)
    }
}

struct StoreSection: Hashable, Sendable {
    var directory = "/var/lib/kuzet"
    var limits = SpaceLimits()
}
