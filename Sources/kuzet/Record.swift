import ArgumentParser
import Camera
import Detectors
import Frames
import Linux
import Station

/// Writes what a camera shows, with the times that the detectors would get.
struct Record: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Records a camera so that kuzet replay decides what was decided live.",
        discussion: """
            Takes 460 KB for each picture of 640×480 in colour. Ends after --seconds, with \
            Ctrl-C, or when the disk is full; what was written by then can be replayed.
            """)

    @Option(help: "A camera's name in the configuration, a device's path, or its own name.")
    var camera: String

    @Option(help: "The recording to write; usually ends in .kzr. An existing file is replaced.")
    var out: String

    @Option(help: "How long to record; without it, until Ctrl-C.")
    var seconds: Int64?

    @Option(name: .customLong("config"), help: "The configuration that names the camera.")
    var configurationPath: String?

    func validate() throws {
        if let seconds, !(1...1_000_000).contains(seconds) {
            throw ValidationError("--seconds \(seconds): allowed is 1 ... 1000000")
        }
    }

    func run() throws {
        // Before any thread starts, so that Ctrl-C ends the recording and not the program.
        let signals = try Signals.descriptor(for: [Signals.interrupt, Signals.terminate])
        let (settings, detection) = try settings()
        let source = V4L2Camera(settings)
        let end = seconds.map { Self.now() + .seconds($0) }
        try orExit { try record(source, hiding: detection, signals, until: end) }
    }

    private func settings() throws -> (CameraSettings, DetectorSettings) {
        guard let configurationPath else {
            return (CameraSettings(device: camera), DetectorSettings())
        }
        let configuration = try Configuration.loadOrExit(configurationPath).configuration
        guard let section = configuration.cameras.first(where: { $0.name == camera }) else {
            let names = configuration.cameras.map(\.name).joined(separator: ", ")
            complain("\(configurationPath): camera \(camera): not in this file; it has \(names)")
            throw ExitCode(ExitStatus.badConfiguration)
        }
        return (section.cameraSettings, section.detectorSettings)
    }

    private func record(
        _ source: V4L2Camera, hiding detection: DetectorSettings, _ signals: FileDescriptor,
        until end: Instant?
    ) throws {
        var writer: KuzetWriter?
        var mask: Plane?
        while end.map({ Self.now() < $0 }) ?? true, try Signals.next(from: signals) == nil {
            switch try source.next(timeout: .milliseconds(200)) {
            case .frame(let frame):
                let open: KuzetWriter
                if let writer {
                    open = writer
                } else {
                    open = try KuzetWriter(path: out, width: frame.width, height: frame.height)
                    writer = open
                    mask = Watch.mask(of: detection, width: frame.width, height: frame.height)
                }
                // What is masked is not kept; a replay decides alike, because detectors never saw it.
                if let mask { PolygonMask.hide(mask.view, in: frame) }
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
