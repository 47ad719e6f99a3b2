/// How many people one camera sees.
public struct CameraCount: Hashable, Sendable {
    public var count: UInt16
    /// It is hardly fewer, hardly more.
    public var low: UInt16
    public var high: UInt16
    /// Who crossed lines so far, in their direction and against it.
    public var entered: UInt32
    public var left: UInt32

    public init(
        count: UInt16, low: UInt16, high: UInt16, entered: UInt32 = 0, left: UInt32 = 0
    ) {
        self.count = count
        self.low = low
        self.high = high
        self.entered = entered
        self.left = left
    }

    init(_ detector: PeopleDetector) {
        let people = detector.count(zone: 0)
        self.init(
            count: UInt16(clamping: people.count), low: UInt16(clamping: people.low),
            high: UInt16(clamping: people.high))
        for line in detector.settings.lines.indices {
            let crossed = detector.crossings(line: line)
            entered &+= crossed.ins
            left &+= crossed.outs
        }
    }
}
