import Camera
import Configuration
import Frames
import Linux
import Station

/// Whether a camera can be had and delivers.
enum CameraCheck {
    static let patience = Interval.seconds(5)

    static func finding(
        _ camera: CameraSection, _ machine: Machine, isRunning: Bool
    ) -> Finding {
        let subject = "camera \(camera.name)"
        let source = V4L2Camera(camera.source)
        let end = Clocks.monotonicNanoseconds() + patience.nanoseconds
        var cause = "no picture within \(patience.milliseconds / 1000) s"
        while Clocks.monotonicNanoseconds() < end {
            switch try? source.next(timeout: .milliseconds(500)) {
            case .frame(let frame):
                let text =
                    "\(camera.source.device): \(frame.width)×\(frame.height)"
                    + (source.advice.isEmpty ? "" : "; " + source.advice.joined(separator: "; "))
                return source.advice.isEmpty
                    ? .ok(subject, text)
                    : .warn(subject, text, do: "take the setting out, or use another camera")
            case .lost(let reason):
                if isRunning, reason.holds("EBUSY") {
                    return .ok(subject, "\(camera.source.device): in use by the running appliance")
                }
                let advice = advice(reason, machine)
                return .fail(subject, reason, do: advice)
            case .ended, .waiting, .restored, nil:
                continue
            }
        }
        if source.counts.damaged > 0 { cause += "; \(source.counts.damaged) damaged" }
        return .fail(
            subject, "\(camera.source.device): \(cause)",
            do: "unplug it and plug it in again; try another cable and another socket")
    }

    /// The cameras of this machine, for a configuration that is still to be written.
    static func survey(_ machine: Machine) -> [Finding] {
        let found = cameras(machine)
        guard !found.isEmpty else {
            return [
                .fail("camera", "none is connected", do: "plug one in; `dmesg -w` shows it come")
            ]
        }
        return found.map { .ok("camera", "\($0.path) is \(quoted($0.name))") }
    }

    private static func advice(_ reason: String, _ machine: Machine) -> String {
        if reason.holds("EACCES") || reason.holds("EPERM") {
            return "add the user to the group video, then log in again"
        }
        if reason.holds("ENOENT") || reason.holds("ENODEV") || reason.holds("ENXIO") {
            let found = cameras(machine)
            return found.isEmpty
                ? "no camera is connected: check plug and cable"
                : "connected: " + found.map { "\($0.name) at \($0.path)" }.joined(separator: ", ")
        }
        if reason.holds("EBUSY") { return "end the program that uses it: fuser -v /dev/video*" }
        return "unplug it and plug it in again; `dmesg | tail` shows what the kernel says"
    }

    private static func cameras(_ machine: Machine) -> [(path: String, name: String)] {
        let folder = "/sys/class/video4linux"
        return machine.names(folder).filter { $0.hasPrefix("video") }.map { name in
            ("/dev/\(name)", machine.line("\(folder)/\(name)/name") ?? "?")
        }
    }
}
