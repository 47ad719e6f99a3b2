import Frames

/// How many people one camera saw, minute by minute.
public struct CountedSpan: Hashable, Sendable {
    public struct Minute: Hashable, Sendable {
        /// The mean over the minute, in tenths; nil where nobody counted.
        public var meanTenths: UInt16?
        public var most: UInt16

        public init(meanTenths: UInt16?, most: UInt16) {
            // The largest number stands for none.
            self.meanTenths = meanTenths.map { min($0, .max - 1) }
            self.most = most
        }
    }

    public var camera: UInt8
    /// When the first minute began.
    public var start: Instant
    /// At most `minuteCountMax`, the oldest first.
    public private(set) var minutes: [Minute]
    /// Who crossed lines, in their direction and against it.
    public var entered: UInt32
    public var left: UInt32

    public static let minuteCountMax = 60

    public init(
        camera: UInt8, start: Instant, minutes: [Minute] = [], entered: UInt32 = 0,
        left: UInt32 = 0
    ) {
        self.camera = camera
        self.start = start
        self.minutes = Array(minutes.prefix(Self.minuteCountMax))
        self.entered = entered
        self.left = left
    }

    public mutating func add(_ minute: Minute) {
        guard minutes.count < Self.minuteCountMax else { return }
        minutes.append(minute)
    }
}

extension CountedSpan {
    private static let uncounted = UInt16.max

    func appendFields(to bytes: inout [UInt8]) {
        bytes.append(camera)
        bytes.appendBigEndian(start.nanoseconds)
        bytes.appendBigEndian(entered)
        bytes.appendBigEndian(left)
        bytes.append(UInt8(minutes.count))
        for minute in minutes {
            bytes.appendBigEndian(minute.meanTenths ?? Self.uncounted)
            bytes.appendBigEndian(minute.most)
        }
    }

    init(fields reader: inout BigEndianReader) throws {
        let camera = try reader.byte("camera")
        let start = try reader.instant("start")
        let entered = try reader.integer(UInt32.self, "entered")
        let left = try reader.integer(UInt32.self, "left")
        let count = try reader.code("minutes") { $0 <= Self.minuteCountMax ? Int($0) : nil }
        var minutes: [Minute] = []
        for _ in 0..<count {
            let mean = try reader.integer(UInt16.self, "mean")
            let most = try reader.integer(UInt16.self, "most")
            minutes.append(Minute(meanTenths: mean == Self.uncounted ? nil : mean, most: most))
        }
        self.init(
            camera: camera, start: start, minutes: minutes, entered: entered, left: left)
    }
}
