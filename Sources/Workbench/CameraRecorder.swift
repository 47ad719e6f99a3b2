import Camera
import Configuration
import Detectors
import Frames
import Linux
import Station

/// Writes what a camera shows, with the times that the detectors would get.
package struct CameraRecorder {
    private let camera: String
    private let out: String
    private let seconds: Int64?
    private let configurationPath: String?

    /// - Parameters:
    ///   - camera: its name in the configuration, a device's path, or its own name.
    ///   - out: the recording; an existing file is replaced.
    ///   - seconds: how long; nil until SIGINT.
    package init(camera: String, out: String, seconds: Int64?, configuration path: String?) {
        self.camera = camera
        self.out = out
        self.seconds = seconds
        configurationPath = path
    }

    /// - Error: `CameraError`, `ConfigurationError`.
    package func run() throws {
        // Before any thread starts, so that Ctrl-C ends the recording and not the program.
        let signals = try Signals.descriptor(for: [Signals.interrupt, Signals.terminate])
        let (settings, detection) = try settings()
        let source = V4L2Camera(settings)
        let end = seconds.map { Self.now() + .seconds($0) }
        try record(source, hiding: detection, signals, until: end)
    }

    private func settings() throws -> (CameraSettings, DetectorSettings) {
        guard let configurationPath else {
            return (CameraSettings(device: camera), DetectorSettings())
        }
        let configuration = try Settings.load(configurationPath).configuration
        guard let section = configuration.cameras.first(where: { $0.name == camera }) else {
            let names = configuration.cameras.map(\.name).joined(separator: ", ")
            throw ConfigurationError(
                file: configurationPath,
                message: "camera \(camera): not in this file; it has \(names)")
        }
        return (section.source, section.detectors)
    }

    private func record(
        _ source: V4L2Camera, hiding detection: DetectorSettings, _ signals: FileDescriptor,
        until end: Instant?
    ) throws {
        var writer: KuzetWriter?
        let sight = Sight(detection)
        while end.map({ Self.now() < $0 }) ?? true, try Signals.next(from: signals) == nil {
            switch try source.next(timeout: .milliseconds(200)) {
            case .frame(let frame):
                let open: KuzetWriter
                if let writer {
                    open = writer
                } else {
                    open = try KuzetWriter(path: out, width: frame.width, height: frame.height)
                    writer = open
                }
                // What is masked is not kept; a replay decides alike, because detectors never saw it.
                sight.hide(in: frame)
                try open.append(frame)
            case .lost(let cause):
                complain(cause)
            case .restored:
                complain("camera \(camera): restored")
            case .waiting, .ended:
                continue
            }
        }
        for line in source.advice { complain(line) }
        guard let writer else {
            throw CameraError(
                kind: .unavailable, object: "recording \(out)", attempt: "write",
                cause: "the camera showed no picture")
        }
        try writer.finish()
        let counts = source.counts
        print(
            "\(out): \(counts.delivered) pictures, \(writer.byteCount) bytes; "
                + "\(counts.dropped) dropped, \(counts.damaged) damaged")
    }

    private static func now() -> Instant { Instant(nanoseconds: Clocks.monotonicNanoseconds()) }
}
