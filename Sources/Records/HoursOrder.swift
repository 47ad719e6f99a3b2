import Incidents

/// What the operations centre says of the venue's hours.
///
/// A while lies on top of the schedule, and the schedule on top of the configuration's: when the
/// while is over the schedule holds again, and without one what is configured.
public enum HoursOrder: Hashable, Sendable {
    /// Open or closed for so long from now on (a concert, a holiday), at most `secondsMax`; 0 ends
    /// an earlier while.
    case venue(isOpen: Bool, seconds: UInt32)
    /// Open then and closed else, until another schedule or `configured`. An empty one is closed
    /// all week, whatever the clock says.
    case schedule(WeekSchedule)
    /// As configured again: neither a while nor a schedule.
    case configured

    /// Two weeks.
    public static let secondsMax: UInt32 = 1_209_600

    public var words: String {
        switch self {
        case .venue(let isOpen, let seconds): "\(isOpen ? "open" : "closed") for \(seconds) s"
        case .schedule(let schedule): "open \(schedule.words)"
        case .configured: "as configured"
        }
    }
}

extension HoursOrder {
    func appendFields(to bytes: inout [UInt8]) {
        switch self {
        case .configured:
            bytes.append(1)
        case .venue(let isOpen, let seconds):
            bytes.append(isOpen ? 2 : 3)
            bytes.appendBigEndian(seconds)
        case .schedule(let schedule):
            bytes.append(4)
            let spans = schedule.spans.prefix(WeekSchedule.spanCountMax)
            bytes.append(UInt8(spans.count))
            for span in spans {
                bytes.appendBigEndian(span.start)
                bytes.appendBigEndian(span.end)
            }
        }
    }

    init(fields reader: inout BigEndianReader) throws {
        let code = try reader.byte("hours")
        switch code {
        case 1:
            self = .configured
        case 2, 3:
            self = .venue(isOpen: code == 2, seconds: try reader.integer(UInt32.self, "seconds"))
        case 4:
            let count = try reader.code("spans") {
                $0 <= WeekSchedule.spanCountMax ? Int($0) : nil
            }
            var schedule = WeekSchedule.never
            for _ in 0..<count {
                schedule.spans.append(
                    WeekSchedule.Span(
                        start: try reader.weekMinute("start"), end: try reader.weekMinute("end")))
            }
            self = .schedule(schedule)
        default:
            throw CanonicalBytesError.unknownCode(field: "hours", code: UInt64(code))
        }
    }
}

extension BigEndianReader {
    fileprivate mutating func weekMinute(_ field: String) throws -> UInt16 {
        let minute = try integer(UInt16.self, field)
        guard minute < WeekSchedule.minutesPerWeek else {
            throw CanonicalBytesError.unknownCode(field: field, code: UInt64(minute))
        }
        return minute
    }
}
