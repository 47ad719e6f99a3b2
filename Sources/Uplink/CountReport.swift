import Detectors
import Records
import Text

/// How many people a camera saw in the minute that is over: told once, to whoever is connected. What
/// nobody heard comes with the record of ten minutes.
public struct CountReport: Hashable, Sendable {
    public var camera: UInt8
    public var minute: CountedSpan.Minute
    /// At its end, and who crossed lines since the appliance started.
    public var now: CameraCount

    public init(camera: UInt8, minute: CountedSpan.Minute, now: CameraCount) {
        self.camera = camera
        self.minute = minute
        self.now = now
    }

    /// Topic PREFIX/DEVICE/people, the form `kuzet-people-1`.
    func json(speaker: Speaker, wallMilliseconds: Int64) -> String {
        let name = speaker.camera(camera).map(JSON.quoted) ?? "null"
        let mean = minute.meanTenths.map { "\($0 / 10).\($0 % 10)" } ?? "null"
        return "{\"format\":\"kuzet-people-1\",\"device\":\(JSON.quoted(speaker.device)),"
            + "\"camera\":\(name),\"atMilliseconds\":\(wallMilliseconds),\"mean\":\(mean),"
            + "\"most\":\(minute.most),\"count\":\(now.count),"
            + "\"low\":\(now.low),\"high\":\(now.high),"
            + "\"entered\":\(now.entered),\"left\":\(now.left)}"
    }
}
