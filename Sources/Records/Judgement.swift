import Frames
import Incidents

/// What a person says of an incident afterwards.
public struct Judgement: Hashable, Sendable {
    /// The raw values stand in the ledger: never renumber them.
    public enum Verdict: UInt8, CaseIterable, CustomStringConvertible, Sendable {
        /// A false alarm. Not called `none`, which is what an optional one would take for nil.
        case nothing = 1
        case real = 2

        /// As commands and messages spell it.
        public var description: String {
            switch self {
            case .nothing: "none"
            case .real: "real"
            }
        }
    }

    public var identity: IncidentIdentity
    public var verdict: Verdict
    /// In that person's words; may be empty.
    public var because: String

    public static let becauseByteCountMax = 128

    public init(identity: IncidentIdentity, verdict: Verdict, because: String = "") {
        self.identity = identity
        self.verdict = verdict
        self.because = because
    }

    /// "none: they danced".
    public var words: String { because.isEmpty ? "\(verdict)" : "\(verdict): \(because)" }
}

/// A camera is more cautious from here on, or less.
public struct CautionChange: Hashable, Sendable {
    public enum Cause: Hashable, Sendable {
        /// Doubts are forgotten with time.
        case time
        /// This incident was judged.
        case judged(IncidentIdentity)
        /// A technician put it back, who is named.
        case reset(by: String)
    }

    /// The camera's position in the configuration, from 0.
    public var camera: UInt8
    /// Steps of `Caution`, before and after.
    public var from: UInt8
    public var to: UInt8
    /// What a fight must score on it from here on.
    public var fightScore: Q15
    public var cause: Cause

    public init(camera: UInt8, from: UInt8, to: UInt8, fightScore: Q15, cause: Cause) {
        self.camera = camera
        self.from = from
        self.to = to
        self.fightScore = fightScore
        self.cause = cause
    }

    /// For people: "camera 0: caution 1 for 0, a fight from 816 on: 6b757a65-3 was judged".
    public var words: String { words(camera: "\(camera)") }

    public func words(camera name: String) -> String {
        let why =
            switch cause {
            case .time: "doubts are forgotten with time"
            case .judged(let identity): "\(identity) was judged"
            case .reset(let by): "reset by \(by)"
            }
        return "camera \(name): caution \(to) for \(from), "
            + "a fight from \(fightScore.perMille) on: \(why)"
    }
}

extension CautionChange {
    func appendFields(to bytes: inout [UInt8]) {
        bytes += [camera, from, to]
        bytes.appendBigEndian(fightScore.rawValue)
        switch cause {
        case .time: bytes.append(1)
        case .judged(let identity):
            bytes.append(2)
            bytes.appendIdentity(identity.boot, identity.ordinal)
        case .reset(let by):
            bytes.append(3)
            bytes.appendText(LedgerRecord.cut(by, LedgerRecord.nameByteCountMax))
        }
    }

    init(fields reader: inout BigEndianReader) throws {
        camera = try reader.byte("camera")
        from = try reader.byte("steps before")
        to = try reader.byte("steps after")
        fightScore = Q15(rawValue: try reader.integer(Int16.self, "a fight's score"))
        let code = try reader.byte("cause")
        switch code {
        case 1: cause = .time
        case 2: cause = .judged(try reader.identity())
        case 3: cause = .reset(by: try reader.text(countMax: LedgerRecord.nameByteCountMax))
        default: throw CanonicalBytesError.unknownCode(field: "cause", code: UInt64(code))
        }
    }
}
