import Detectors
import Frames
import Incidents

// The fields of incidents, explanations and sightings; the table stands in CanonicalBytes.swift.

extension Incident {
    /// The incident as replays hash it.
    public var canonicalBytes: [UInt8] {
        var bytes: [UInt8] = [UInt8(ascii: "I"), 1]
        appendFields(to: &bytes)
        return bytes
    }

    func appendFields(to bytes: inout [UInt8]) {
        bytes.appendBigEndian(ordinal)
        bytes.append(camera)
        bytes.appendBigEndian(kind.rawValue)
        bytes.append(zone)
        bytes.append(state.rawValue)
        bytes.appendBigEndian(openedAt.nanoseconds)
        var present: UInt8 = 0
        if confirmedAt != nil { present |= 1 }
        if closedAt != nil { present |= 2 }
        if subject != nil { present |= 4 }
        if measure != nil { present |= 8 }
        bytes.append(present)
        if let confirmedAt { bytes.appendBigEndian(confirmedAt.nanoseconds) }
        if let closedAt { bytes.appendBigEndian(closedAt.nanoseconds) }
        bytes.appendBigEndian(peakScore.rawValue)
        bytes.appendBigEndian(peakAt.nanoseconds)
        region.appendFields(to: &bytes)
        bytes.appendBigEndian(sightingCount)
        subject?.appendFields(to: &bytes)
        measure?.appendFields(to: &bytes)
    }

    init(fields reader: inout BigEndianReader) throws {
        let ordinal = try reader.integer(UInt32.self, "ordinal")
        let camera = try reader.byte("camera")
        let kindCode = try reader.integer(UInt16.self, "kind")
        guard let kind = Kind(rawValue: kindCode) else {
            throw CanonicalBytesError.unknownCode(field: "incident kind", code: UInt64(kindCode))
        }
        let zone = try reader.byte("zone")
        let state = try reader.code("incident state", State.init(rawValue:))
        let openedAt = try reader.instant("opened")
        let present = try reader.code("present") { $0 < 16 ? $0 : nil }
        let confirmedAt = present & 1 == 0 ? nil : try reader.instant("confirmed")
        let closedAt = present & 2 == 0 ? nil : try reader.instant("closed")
        let peakScore = Q15(rawValue: try reader.integer(Int16.self, "peak score"))
        let peakAt = try reader.instant("peak")
        let region = try Region(fields: &reader)
        self.init(
            ordinal: ordinal, camera: camera, kind: kind, zone: zone, openedAt: openedAt,
            score: peakScore, region: region)
        self.state = state
        self.confirmedAt = confirmedAt
        self.closedAt = closedAt
        self.peakAt = peakAt
        sightingCount = try reader.integer(UInt32.self, "sightings")
        subject = present & 4 == 0 ? nil : try Subject(fields: &reader)
        measure = present & 8 == 0 ? nil : try Measure(fields: &reader)
    }
}

extension Explanation {
    func appendFields(to bytes: inout [UInt8]) {
        bytes.appendBigEndian(ordinal)
        bytes.appendCounted(model)
        bytes.appendBigEndian(enterScore.rawValue)
        bytes.appendBigEndian(confirmScore.rawValue)
        bytes.appendBigEndian(droppedFrameCount)
        bytes.appendBigEndian(series.start.nanoseconds)
        bytes.append(UInt8(series.entries.count))
        for entry in series.entries {
            bytes.appendBigEndian(entry.offset)
            bytes.appendBigEndian(entry.score.rawValue)
        }
    }

    init(by detector: Detector, fields reader: inout BigEndianReader) throws {
        let ordinal = try reader.integer(UInt32.self, "ordinal")
        let model = try reader.counted("model hash")
        let enter = Q15(rawValue: try reader.integer(Int16.self, "enter score"))
        let confirm = Q15(rawValue: try reader.integer(Int16.self, "confirm score"))
        let dropped = try reader.integer(UInt32.self, "dropped frames")
        let start = try reader.instant("start")
        let count = try reader.code("scores") { $0 <= ScoreSeries.countMax ? Int($0) : nil }
        var entries: [ScoreSeries.Entry] = []
        for _ in 0..<count {
            let offset = try reader.integer(UInt16.self, "offset")
            let score = Q15(rawValue: try reader.integer(Int16.self, "score"))
            entries.append(ScoreSeries.Entry(offset: offset, score: score))
        }
        self.init(
            ordinal: ordinal, detector: detector, model: model, enterScore: enter,
            confirmScore: confirm, droppedFrameCount: dropped,
            series: ScoreSeries(start: start, entries: entries))
    }
}

extension Sighting {
    public var canonicalBytes: [UInt8] {
        var bytes: [UInt8] = [UInt8(ascii: "S"), 1]
        appendFields(to: &bytes)
        return bytes
    }

    /// Everything that was decided about one frame, as replays hash it.
    public static func canonicalDecision(
        camera: UInt8, capturedAt: Instant, sightings: [Sighting]
    ) -> [UInt8] {
        var bytes: [UInt8] = [UInt8(ascii: "D"), 1, camera]
        bytes.appendBigEndian(capturedAt.nanoseconds)
        let kept = sightings.prefix(Int(UInt16.max))
        bytes.appendBigEndian(UInt16(kept.count))
        for sighting in kept { sighting.appendFields(to: &bytes) }
        return bytes
    }

    private func appendFields(to bytes: inout [UInt8]) {
        let present: UInt8 = (subject == nil ? 0 : 1) | (measure == nil ? 0 : 2)
        bytes.append(present == 0 ? kind.rawValue : kind.rawValue | 0x80)
        bytes.append(zone)
        bytes.appendBigEndian(score.rawValue)
        region.appendFields(to: &bytes)
        guard present != 0 else { return }
        bytes.append(present)
        subject?.appendFields(to: &bytes)
        measure?.appendFields(to: &bytes)
    }
}

extension Region {
    fileprivate func appendFields(to bytes: inout [UInt8]) {
        for value in [x, y, width, height] { bytes.appendBigEndian(value) }
    }

    fileprivate init(fields reader: inout BigEndianReader) throws {
        self.init(
            x: try reader.integer(UInt16.self, "region"),
            y: try reader.integer(UInt16.self, "region"),
            width: try reader.integer(UInt16.self, "region"),
            height: try reader.integer(UInt16.self, "region"))
    }
}

extension Subject {
    fileprivate func appendFields(to bytes: inout [UInt8]) {
        switch self {
        case .track(let number):
            bytes.append(1)
            bytes.appendBigEndian(number)
        case .entry(let number):
            bytes.append(2)
            bytes.appendBigEndian(number)
        }
    }

    fileprivate init(fields reader: inout BigEndianReader) throws {
        let code = try reader.byte("subject")
        let number = try reader.integer(UInt32.self, "subject's number")
        switch code {
        case 1: self = .track(number)
        case 2: self = .entry(number)
        default: throw CanonicalBytesError.unknownCode(field: "subject", code: UInt64(code))
        }
    }
}

extension Measure {
    fileprivate func appendFields(to bytes: inout [UInt8]) {
        switch self {
        case .count(let count):
            bytes.append(1)
            bytes.appendBigEndian(count)
        case .countFrom(let count, let least):
            bytes.append(4)
            bytes.appendBigEndian(count)
            bytes.appendBigEndian(least)
        case .track(let number):
            bytes.append(2)
            bytes.appendBigEndian(number)
        case .similarity(let likeness):
            bytes.append(3)
            bytes.appendBigEndian(UInt32(UInt16(bitPattern: likeness.rawValue)))
        case .opinion(let sure):
            bytes.append(5)
            bytes.appendBigEndian(UInt32(UInt16(bitPattern: sure.rawValue)))
        }
    }

    fileprivate init(fields reader: inout BigEndianReader) throws {
        let code = try reader.byte("measure")
        let number = try reader.integer(UInt32.self, "measure's number")
        switch code {
        case 1: self = .count(number)
        case 2: self = .track(number)
        case 3: self = .similarity(try Self.score(number, "similarity"))
        case 5:
            let sure = try Self.score(number, "opinion")
            guard sure >= .zero else {
                throw CanonicalBytesError.unknownCode(field: "opinion", code: UInt64(number))
            }
            self = .opinion(sure)
        case 4:
            self = .countFrom(UInt16(number >> 16), UInt16(truncatingIfNeeded: number))
        default: throw CanonicalBytesError.unknownCode(field: "measure", code: UInt64(code))
        }
    }

    private static func score(_ number: UInt32, _ field: String) throws -> Q15 {
        guard let bits = UInt16(exactly: number) else {
            throw CanonicalBytesError.unknownCode(field: field, code: UInt64(number))
        }
        return Q15(rawValue: Int16(bitPattern: bits))
    }
}
