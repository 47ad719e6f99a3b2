import ArgumentParser
import Workbench

/// Writes what a camera shows, with the times that the detectors would get.
struct RecordCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "record",
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
        try orExit {
            try CameraRecorder(
                camera: camera, out: out, seconds: seconds, configuration: configurationPath
            ).run()
        }
    }
}
