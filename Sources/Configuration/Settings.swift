import Alarm
import Camera
import Detectors
import Frames
import Station
import Watchlist

/// Everything that the one configuration file says, validated, with defaults filled in.
package struct Settings: Hashable, Sendable {
    /// Stands in the log, in reports and in messages: which appliance this is.
    package var name = unnamed
    package var board = BoardSection()
    package var lines = LineMap()
    /// At least one, at most `StationPolicy.cameraCountMax`.
    package var cameras: [CameraSection] = []
    package var store = StoreSection()
    /// `.tflite` files in place of networks that are built in.
    package var models: [LookTask: String] = [:]
    /// At most `DestinationSection.countMax`.
    package var destinations: [DestinationSection] = []
    /// Whose lists of faces count, and who may have faces looked for; nobody as delivered.
    package var authorities: [ListAuthority] = []
    /// Everything the station decides by; its `cameras` are in the order of `cameras`.
    package var station = StationPolicy()

    package init() {}

    /// Of a board that was given no name, has none of its own, and calls nobody.
    static let unnamed = "kuzet"
}

/// What the board profile says of the machine itself.
package struct BoardSection: Hashable, Sendable {
    /// For people.
    package var name = ""
    /// Any of the strings in the device tree's `/compatible`; empty where there is none.
    package var compatible: [String] = []
    /// The type of the thermal zone that tells the processor's temperature.
    package var thermalZone: String?
    package var temperatureCelsiusMax = 80
    /// The watchdog device.
    package var watchdog: String?
    /// The USB device controller in `/sys/class/udc` that the maintenance port is on.
    package var usbDeviceController: String?
    /// The camera connector's stable path, used by a camera that names no device.
    package var cameraDevice: String?

    package init() {}
}

package struct CameraSection: Hashable, Sendable {
    /// One word: stands in incidents, file names and commands.
    package var name: String
    /// What the device is asked for.
    package var source = CameraSettings(device: "")
    /// What the detectors of this camera are told.
    package var detectors = DetectorSettings()
    /// What `detectors.people.groundPlane` was made of.
    package var ground: GroundMeasure?
}

package struct StoreSection: Hashable, Sendable {
    package var directory = "/var/lib/kuzet"
    package var limits = SpaceLimits()
}

extension Settings {
    /// What is allowed but worth a second look.
    package var advice: [String] {
        var advice: [String] = []
        for output in [Output.green, .amber, .red, .siren] where lines.outputs[output] == nil {
            advice.append("lines.\(output.configurationName): absent; it will only be logged")
        }
        if !authorities.isEmpty, !destinations.contains(where: \.isToldOfFaces) {
            advice.append(
                "watchlist.authority: no destination has faces = true; whom it finds is told to nobody"
            )
        }
        for authority in authorities where authority.lists.isEmpty && authority.authorises.isEmpty {
            advice.append(
                "watchlist.authority \(authority.name): neither lists nor authorises; it counts for "
                    + "nothing")
        }
        if !authorities.isEmpty, authorities.allSatisfy(\.authorises.isEmpty) {
            advice.append("watchlist.authority: none authorises anything; nobody is looked for")
        }
        return advice
    }
}
