import Configuration
import Linux

/// Kernel, board, memory, heat and watchdog.
enum BoardChecks {
    static let kernelMin = (5, 10)
    static let memoryMegabytesMin = 64

    static func findings(_ machine: Machine, _ board: BoardSection) -> [Finding] {
        // One after the other: Swift 6.0 cannot type the whole as one sum.
        var findings = [kernel(machine)]
        findings += model(machine, board)
        findings.append(memory(machine))
        findings += heat(machine, board)
        findings += throttling(machine)
        findings += watchdog(machine, board)
        findings += usb(machine, board)
        return findings
    }

    static func kernel(_ machine: Machine) -> Finding {
        let release = machine.line("/proc/sys/kernel/osrelease") ?? ""
        let numbers = release.split { !$0.isNumber }.prefix(2).compactMap { Int($0) }
        guard numbers.count == 2 else {
            return .warn("kernel", "version unknown", do: "mount /proc")
        }
        guard (numbers[0], numbers[1]) >= kernelMin else {
            return .fail(
                "kernel", "\(release); at least \(kernelMin.0).\(kernelMin.1) is needed",
                do: "install a newer kernel: GPIO needs its second interface")
        }
        return .ok("kernel", release)
    }

    static func model(_ machine: Machine, _ board: BoardSection) -> [Finding] {
        guard !board.compatible.isEmpty else { return [] }
        let own = machine.strings("/proc/device-tree/compatible") ?? []
        if own.contains(where: board.compatible.contains) {
            return [.ok("board", board.name.isEmpty ? own[0] : board.name)]
        }
        let wanted = board.compatible.joined(separator: ", ")
        return [
            .warn(
                "board",
                "the profile is for \(wanted); this machine is "
                    + (own.isEmpty ? "one without a device tree" : own.joined(separator: ", ")),
                do: "name this board's profile in the configuration: profile = \"…\"")
        ]
    }

    static func memory(_ machine: Machine) -> Finding {
        let kilobytes = machine.field("MemAvailable", in: "/proc/meminfo").flatMap { text in
            Int(text.prefix { $0.isNumber })
        }
        guard let kilobytes else {
            return .warn("memory", "unknown", do: "mount /proc")
        }
        let megabytes = kilobytes / 1024
        guard megabytes >= memoryMegabytesMin else {
            return .warn(
                "memory", "\(megabytes) MB available; \(memoryMegabytesMin) MB are wanted",
                do: "end other programs")
        }
        return .ok("memory", "\(megabytes) MB available")
    }

    static func heat(_ machine: Machine, _ board: BoardSection) -> [Finding] {
        let zones = machine.thermalZones
        if let wanted = board.thermalZone, !zones.contains(where: { $0.type == wanted }) {
            let types = zones.map(\.type).joined(separator: ", ")
            return [
                .warn(
                    "temperature",
                    "no thermal zone \(wanted); there are: "
                        + (types.isEmpty ? "none" : types),
                    do: "correct board.thermal_zone")
            ]
        }
        guard let degrees = machine.celsius(of: board.thermalZone) else { return [] }
        let most = board.temperatureCelsiusMax
        if degrees >= most {
            return [
                .fail(
                    "temperature", "\(degrees) °C; at most \(most) °C",
                    do: "shade and ventilate the box; clean its heat sink")
            ]
        }
        if degrees >= most - 10 {
            return [
                .warn(
                    "temperature", "\(degrees) °C, close to the limit of \(most) °C",
                    do: "shade and ventilate the box")
            ]
        }
        return [.ok("temperature", "\(degrees) °C")]
    }

    /// What a Raspberry Pi's firmware says about its power and heat.
    ///
    /// - Source: Raspberry Pi documentation, `vcgencmd get_throttled`: bits 0 to 3 tell what is,
    ///   bits 16 to 19 what was since boot.
    static func throttling(_ machine: Machine) -> [Finding] {
        let paths = [
            "/sys/devices/platform/soc/soc:firmware/get_throttled",
            "/sys/devices/platform/soc@107c000000/soc@107c000000:firmware/get_throttled"
        ]
        guard let text = paths.lazy.compactMap({ machine.line($0) }).first,
            let bits = UInt32(text.hasPrefix("0x") ? String(text.dropFirst(2)) : text, radix: 16)
        else { return [] }
        let names = ["too little voltage", "frequency capped", "throttled", "near the heat limit"]
        let now = names.indices.filter { bits >> $0 & 1 != 0 }.map { names[$0] }
        let past = names.indices.filter { bits >> ($0 + 16) & 1 != 0 }.map { names[$0] }
        let advice = "use the board's own power supply and a short, thick cable; ventilate the box"
        if !now.isEmpty {
            return [.fail("power", now.joined(separator: ", "), do: advice)]
        }
        if !past.isEmpty {
            return [
                .warn("power", "since boot: " + past.joined(separator: ", "), do: advice)
            ]
        }
        return [.ok("power", "steady since boot")]
    }

    static func watchdog(_ machine: Machine, _ board: BoardSection) -> [Finding] {
        guard let path = board.watchdog else { return [] }
        guard machine.exists(path) else {
            return [
                .warn(
                    "watchdog", "\(path) is absent",
                    do: "load its driver: without it a frozen kernel stays frozen")
            ]
        }
        let name = path.split(separator: "/").last.map(String.init) ?? ""
        let identity = machine.line("/sys/class/watchdog/\(name)/identity") ?? path
        let state = machine.line("/sys/class/watchdog/\(name)/state")
        if state == "inactive" {
            return [
                .warn(
                    "watchdog", "\(identity) is there, but nobody feeds it",
                    do: "RuntimeWatchdogSec=30 in /etc/systemd/system.conf")
            ]
        }
        return [.ok("watchdog", state.map { "\(identity), \($0)" } ?? identity)]
    }

    static func usb(_ machine: Machine, _ board: BoardSection) -> [Finding] {
        guard let name = board.usbDeviceController else { return [] }
        let controllers = machine.names("/sys/class/udc")
        if controllers.contains(name) { return [.ok("maintenance port", name)] }
        return [
            .warn(
                "maintenance port",
                "no USB device controller \(name); there are: "
                    + (controllers.isEmpty ? "none" : controllers.joined(separator: ", ")),
                do: "switch the socket to device mode; see the board's profile")
        ]
    }
}
