import Camera
import Configuration
import Detectors
import Frames
import Linux
import Station

/// Where pictures come from, from the start for each thing that is measured.
package struct CalibrationSource {
    /// "camera hall", "recording evening.mp4".
    let name: String
    /// A camera never ends, and what it shows cannot be had again.
    let isLive: Bool
    let open: () throws -> any FrameSource

    init(name: String, isLive: Bool, open: @escaping () throws -> any FrameSource) {
        self.name = name
        self.isLive = isLive
        self.open = open
    }

    package static func camera(_ camera: CameraSection) -> CalibrationSource {
        CalibrationSource(name: "camera \(camera.name)", isLive: true) {
            V4L2Camera(camera.source)
        }
    }

    package static func recording(_ path: String) -> CalibrationSource {
        CalibrationSource(name: "recording \(path)", isLive: false) {
            try Recording.openForDetectors(path)
        }
    }

    /// A camera that shows nothing for so long shows nothing.
    private static let patience = Interval.seconds(10)

    /// Shows every picture, with the time since the first: of a recording to its end, of a camera for
    /// so long; or until somebody has seen enough.
    ///
    /// - Parameters:
    ///   - length: of a camera.
    ///   - see: says whether it has seen enough.
    /// - Returns: what a person should know of the pictures.
    /// - Throws: `CameraError` where not one picture came; and what `see` throws.
    func forEach(
        for length: Interval, see: (Frame, Interval) throws -> Bool
    ) throws -> [String] {
        let source = try open()
        let begin = Self.now()
        var notices: [String] = []
        var start: Instant?
        var lost: String?
        while true {
            let event: FrameEvent
            do {
                event = try source.next(timeout: .milliseconds(200))
            } catch let error as CameraError {
                // What came before it broke is still worth something.
                guard start != nil else { throw error }
                return notices + ["\(error); what came before that counts"]
            }
            switch event {
            case .ended:
                if let recording = source as? Recording { notices += recording.notices }
                return notices
            case .frame(let frame):
                let from = start ?? frame.capturedAt
                start = from
                if try see(frame, frame.capturedAt - from) { return notices }
            case .lost(let cause):
                lost = cause
                if start == nil, isLive { try judge(cause, begin) }
                if notices.count < 10 { notices.append("\(name): lost: \(cause)") }
            case .restored, .waiting:
                if start == nil, isLive { try judge(lost, begin) }
            }
            if isLive, start != nil, Self.now() - begin >= length { return notices }
        }
    }

    /// - Throws: where a camera will show nothing.
    private func judge(_ cause: String?, _ begin: Instant) throws {
        if let cause, cause.holds("EBUSY") {
            throw CameraError(
                kind: .unavailable, object: name, attempt: "open",
                cause: "\(cause); the service has it: systemctl stop kuzet, and systemctl start "
                    + "kuzet afterwards")
        }
        guard Self.now() - begin >= Self.patience else { return }
        throw CameraError(
            kind: .unavailable, object: name, attempt: "show a picture",
            cause: cause ?? "none came for \(Self.patience.milliseconds / 1000) s; kuzet doctor "
                + "says what is wrong with it")
    }

    private static func now() -> Instant { Instant(nanoseconds: Clocks.monotonicNanoseconds()) }
}
