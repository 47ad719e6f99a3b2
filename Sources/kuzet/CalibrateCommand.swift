import ArgumentParser
import Configuration
import Workbench

/// `kuzet calibrate`: a camera's zones, lines and floor, set by a technician in a terminal.
struct CalibrateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "calibrate",
        abstract: "Set a camera's zones, counted lines and floor, and see what they would tell.",
        discussion: """
            Shows what the camera sees, asks line by line, and writes the configuration when you \
            agree to the difference. A camera has one owner: systemctl stop kuzet first. Every \
            answer may come from a script on standard input; when it ends, nothing is written.

            Examples:
              kuzet calibrate --camera hall
              kuzet calibrate --camera hall --input walk.mp4
              printf 'watch\\n' | kuzet calibrate --config my.toml --input evening.mkv --json
            """)

    @Option(help: "The configuration that has the camera, and is written.")
    var config = Settings.defaultPath

    @Option(help: "The camera's name there; needed where there are several.")
    var camera: String?

    @Option(help: "A recording in place of the camera, any that kuzet replay reads.")
    var input: String?

    @Option(help: "How long a camera is watched, 1 ... 240; recordings to their end.")
    var minutes = 5

    @Flag(help: "Print the difference alone, and write nothing; questions go to standard error.")
    var dryRun = false

    @Flag(help: "Print what was measured as one JSON object; questions go to standard error.")
    var json = false

    func validate() throws {
        guard (1...240).contains(minutes) else {
            throw ValidationError("--minutes \(minutes): must be 1 ... 240")
        }
        guard input != "-" else {
            throw ValidationError("--input -: answers come from there; name a file")
        }
    }

    func run() throws {
        try orExit {
            try CalibrationSession.run(
                CalibrationSession.Task(
                    configuration: config, camera: camera, input: input, minutes: minutes,
                    isDryRun: dryRun, isJSON: json))
        }
    }
}
