/// How many people one camera sees.
public struct CameraCount: Hashable, Sendable {
    public var count: UInt16
    /// It is hardly fewer, hardly more.
    public var low: UInt16
    public var high: UInt16
    /// Who crossed lines so far, in their direction and against it.
    public var entered: UInt32
    public var left: UInt32
    /// By zone, from 1; the place of the whole picture is not used.
    private var zones = SIMD32<UInt16>(repeating: 0)

    public init(
        count: UInt16, low: UInt16, high: UInt16, entered: UInt32 = 0, left: UInt32 = 0
    ) {
        self.count = count
        self.low = low
        self.high = high
        self.entered = entered
        self.left = left
    }

    /// How many are in a zone, 0 for the whole picture.
    public subscript(zone zone: UInt8) -> UInt16 {
        get { zone == 0 ? count : zone < 32 ? zones[Int(zone)] : 0 }
        set {
            if zone == 0 { count = newValue } else if zone < 32 { zones[Int(zone)] = newValue }
        }
    }

    init(_ detector: PeopleDetector) {
        let people = detector.count(zone: 0)
        self.init(
            count: UInt16(clamping: people.count), low: UInt16(clamping: people.low),
            high: UInt16(clamping: people.high))
        for zone in detector.zoneNumbers where zone != 0 {
            self[zone: zone] = UInt16(clamping: detector.count(zone: zone).count)
        }
        for line in detector.settings.lines.indices {
            let crossed = detector.crossings(line: line)
            entered &+= crossed.ins
            left &+= crossed.outs
        }
    }
}
