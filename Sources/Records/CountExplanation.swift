import Detectors
import Frames

/// Why an incident of people was confirmed: how many were counted up to then, and by which networks.
/// What counted as too many stands in the incident's own measure.
public struct CountExplanation: Hashable, Sendable {
    /// Which incident, in this boot.
    public var ordinal: UInt32
    public var detector: Detector
    /// Who looked: each task's network by the SHA-256 of its file, in the order of `LookTask`.
    public private(set) var networks: [LookNetworkName]
    /// Whom the series counts: 0 the whole picture, n the n-th zone.
    public var zone: UInt8
    public var series: CountSeries

    /// - Parameter networks: one for a task; of several the first is kept.
    public init(
        ordinal: UInt32, detector: Detector, networks: [LookNetworkName], zone: UInt8,
        series: CountSeries
    ) {
        self.ordinal = ordinal
        self.detector = detector
        self.networks = LookTask.allCases.compactMap { task in
            networks.first { $0.task == task }
        }
        self.zone = zone
        self.series = series
    }
}

/// A network that looks at pictures, by what nobody can forge.
public struct LookNetworkName: Hashable, Sendable {
    public var task: LookTask
    /// Of its file; 32 bytes.
    public var sha256: [UInt8]

    public init(task: LookTask, sha256: [UInt8]) {
        self.task = task
        self.sha256 = sha256
    }

    /// "people 5d6d…", all 64 digits.
    public var words: String {
        let digits = sha256.map { byte in
            String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
        }
        return "\(task) \(digits.joined())"
    }
}

/// How many people there were lately, oldest first.
///
/// - Limits: `countMax` entries, two minutes at one in three seconds.
public struct CountSeries: Hashable, Sendable {
    public struct Entry: Hashable, Sendable {
        /// Since the first, tenths of a second.
        public var tenths: UInt16
        public var count: UInt16

        public init(tenths: UInt16, count: UInt16) {
            self.tenths = tenths
            self.count = count
        }
    }

    /// Of the first entry.
    public var start: Instant
    public private(set) var entries: [Entry]

    public static let countMax = 40

    /// - Parameter entries: at most `countMax` are kept.
    public init(start: Instant = .zero, entries: [Entry] = []) {
        self.start = start
        self.entries = Array(entries.prefix(Self.countMax))
    }
}

extension CountExplanation {
    func appendFields(to bytes: inout [UInt8]) {
        bytes.append(detector.rawValue)
        bytes.appendBigEndian(ordinal)
        bytes.append(UInt8(networks.count))
        for network in networks {
            bytes.append(network.task.rawValue)
            bytes.appendCounted(network.sha256)
        }
        bytes.append(zone)
        bytes.appendBigEndian(series.start.nanoseconds)
        bytes.append(UInt8(series.entries.count))
        for entry in series.entries {
            bytes.appendBigEndian(entry.tenths)
            bytes.appendBigEndian(entry.count)
        }
    }

    init(fields reader: inout BigEndianReader) throws {
        let detector = try reader.code("detector", Detector.init(rawValue:))
        let ordinal = try reader.integer(UInt32.self, "ordinal")
        let networkCount = try reader.code("networks") {
            $0 <= LookTask.allCases.count ? Int($0) : nil
        }
        var networks: [LookNetworkName] = []
        for _ in 0..<networkCount {
            // Each once and in their order: a record has one form.
            let task = try reader.code("task") { code in
                code > networks.last?.task.rawValue ?? 0 ? LookTask(rawValue: code) : nil
            }
            networks.append(
                LookNetworkName(task: task, sha256: try reader.counted("network's hash")))
        }
        let zone = try reader.byte("zone")
        let start = try reader.instant("start")
        let count = try reader.code("counts") { $0 <= CountSeries.countMax ? Int($0) : nil }
        var entries: [CountSeries.Entry] = []
        for _ in 0..<count {
            let tenths = try reader.integer(UInt16.self, "offset")
            entries.append(
                CountSeries.Entry(tenths: tenths, count: try reader.integer(UInt16.self, "count")))
        }
        self.init(
            ordinal: ordinal, detector: detector, networks: networks, zone: zone,
            series: CountSeries(start: start, entries: entries))
    }
}
