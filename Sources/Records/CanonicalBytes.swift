import Detectors
import Frames
import Incidents

// The one form in which records, incidents and sightings are hashed and stored.
//
// All numbers are big-endian; signed ones are two's complement. Every form begins with a letter
// that says what it is and a version, 1 today: what a version and a type mean never changes, a
// change is a new one, and what was once written is read for ever.
//
//     record        'R'  1  type:1  boot:16  monotonic ns:8s  wall ms:8s  trust:1  body
//       started        type 1   count:1  configuration SHA-256:count
//       incident       type 2   incident fields:40 ... 66
//       clockCorrected type 3   offset ms:8s
//       configured     type 4   accepted:1 (0 or 1)  count:1  configuration SHA-256:count
//       evidence       type 5   ordinal:4  kind:1  byte count:4  count:1  SHA-256:count
//       operated       type 6   count:2  UTF-8:count
//       repaired       type 7   count:2  UTF-8:count
//       interrupted    type 8   boot:16  ordinal:4
//       siren          type 9   step:1  ms:4
//       explained      type 10  by the fight detector: explanation fields
//       explained      type 20  detector:1 (any other)  explanation fields
//       commanded      type 13  counter:8  count:2  UTF-8:count  count:2  UTF-8:count
//       acknowledged   type 14  boot:16  ordinal:4  count:2  UTF-8:count
//       escalated      type 16  boot:16  ordinal:4
//       checkpoint     type 11  sequence:8s  count:1  SHA-256:count  count:1  Ed25519 key:count
//                               count:1  signature:count
//       beat           type 12  frames:4  quiet since ns:8s
//       salvaged       type 15  boot:16  ordinal:4  kind:1  byte count:4  count:1  SHA-256:count
//       discarded      type 17  boot:16  ordinal:4  kind:1  byte count:4  delivered:1 (0 or 1)
//       hours          type 18  counter:8  count:2  UTF-8:count  order:1
//                               1 as configured: nothing more; 2 open, 3 closed: seconds:4
//                               4 schedule: count:1 (64 at most)  (start:2  end:2):count, minutes
//                               since Monday 00:00 local time, below 10,080
//       authorised     type 19  authority:1
//                               1 centre: counter:8  epoch:1 (0 none; 1: boot:16  began ns:8s)
//                               count:2  UTF-8:count  count:1  Ed25519 key:count
//                               2 technician, 3 button: nothing more
//       counted        type 21  camera:1  start ns:8s  entered:4  left:4
//                               count:1 (60 at most)  (mean in tenths:2, 65,535 none  most:2):count
//       explained      type 22  count explanation fields
//       judged         type 23  boot:16  ordinal:4  verdict:1 (1 none, 2 real)
//                               count:2  UTF-8:count  (who)  count:2  UTF-8:count  (because)
//       cautioned      type 24  camera:1  steps before:1  after:1  a fight's score Q15:2s  cause:1
//                               1 time: nothing more; 2 judged: boot:16  ordinal:4
//                               3 reset: count:2  UTF-8:count
//       watched        type 25  count:2  UTF-8:count
//       found          type 26  ordinal:4  count:2  UTF-8:count  (authority)  list version:8
//                               category:1  entry:4  count:2  UTF-8:count  (reference)
//                               similarity Q15:2s  threshold Q15:2s  between the eyes in pixels:2
//                               turned per mille:2  light:1  contrast:1  sharpness per mille:2
//     explanation fields
//       ordinal:4  count:1  model SHA-256:count  enter Q15:2s  confirm Q15:2s  dropped frames:4
//       start ns:8s  count:1 (40 at most)  (offset ms:2  score Q15:2s):count
//     count explanation fields
//       detector:1  ordinal:4  count:1  (task:1  count:1  network's SHA-256:count):count  zone:1
//       start ns:8s  count:1 (40 at most)  (offset in tenths of a second:2  people:2):count
//     incident      'I'  1  incident fields:40 ... 66
//       ordinal:4  camera:1  kind:2  zone:1  state:1  opened ns:8s
//       present:1 (bit 0 confirmed, bit 1 closed, bit 2 subject, bit 3 measure)
//       confirmed ns:8s  closed ns:8s (if present)
//       peak score Q15:2s  peak ns:8s  region x:2 y:2 width:2 height:2 (per mille)  sightings:4
//       subject:5  measure:5 (if present)
//     sighting      'S'  1  sighting fields:12, 18 or 23
//       kind:1 (bit 7: more fields at the end)  zone:1  score Q15:2s
//       region x:2 y:2 width:2 height:2 (per mille)
//       present:1 (bit 0 subject, bit 1 measure)  subject:5  measure:5 (if any is present)
//     decision      'D'  1  camera:1  captured ns:8s  count:2  sighting fields each
//     subject       what:1 (1 track, 2 entry)  number:4
//     measure       what:1  1 count, 2 track: number:4;  3 similarity: Q15:2s after two bytes of 0
//                   4 count and from how many on it counts: count:2 from:2
//                   5 opinion: Q15:2s, not below 0, after two bytes of 0
//
// A number after a colon counts bytes; `8s` is eight bytes, signed. Text longer than 1,024 bytes is
// cut at the last whole character, hashes longer than 255 bytes at 255, more than 65,535 sightings
// at 65,535.

extension LedgerRecord {
    /// The largest canonical form, in bytes: a text of 1,024 bytes.
    public static let canonicalByteCountMax = 1_062
    public static let textByteCountMax = 1_024
    /// Of who commands, and what.
    public static let nameByteCountMax = 64
    public static let wordsByteCountMax = 256

    /// The record as it is hashed and stored.
    public var canonicalBytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(128)
        bytes += [UInt8(ascii: "R"), 1, typeCode]
        bytes.appendBigEndian(stamp.boot.high)
        bytes.appendBigEndian(stamp.boot.low)
        bytes.appendBigEndian(stamp.monotonic.nanoseconds)
        bytes.appendBigEndian(stamp.wallMilliseconds)
        bytes.append(stamp.trust.rawValue)
        switch body {
        case .started(let configuration):
            bytes.appendCounted(configuration)
        case .incident(let incident):
            incident.appendFields(to: &bytes)
        case .clockCorrected(let offsetMilliseconds):
            bytes.appendBigEndian(offsetMilliseconds)
        case .configured(let configuration, let accepted):
            bytes.append(accepted ? 1 : 0)
            bytes.appendCounted(configuration)
        case .evidence(let ordinal, let kind, let sha256, let byteCount):
            bytes.appendBigEndian(ordinal)
            bytes.append(kind.rawValue)
            bytes.appendBigEndian(byteCount)
            bytes.appendCounted(sha256)
        case .operated(let text), .repaired(let text), .watched(let text):
            bytes.appendText(Self.cut(text))
        case .interrupted(let boot, let ordinal):
            bytes.appendIdentity(boot, ordinal)
        case .siren(let step, let milliseconds):
            bytes.append(step.rawValue)
            bytes.appendBigEndian(milliseconds)
        case .explained(let explanation):
            if explanation.detector != .fights { bytes.append(explanation.detector.rawValue) }
            explanation.appendFields(to: &bytes)
        case .explainedByCounts(let explanation):
            explanation.appendFields(to: &bytes)
        case .commanded(let counter, let by, let words):
            bytes.appendBigEndian(counter)
            bytes.appendText(Self.cut(by, LedgerRecord.nameByteCountMax))
            bytes.appendText(Self.cut(words, LedgerRecord.wordsByteCountMax))
        case .hours(let order, let counter, let by):
            bytes.appendBigEndian(counter)
            bytes.appendText(Self.cut(by, LedgerRecord.nameByteCountMax))
            order.appendFields(to: &bytes)
        case .authorised(let authority):
            authority.appendFields(to: &bytes)
        case .acknowledged(let boot, let ordinal, let by):
            bytes.appendIdentity(boot, ordinal)
            bytes.appendText(Self.cut(by, LedgerRecord.nameByteCountMax))
        case .judged(let judgement, let by):
            bytes.appendIdentity(judgement.identity.boot, judgement.identity.ordinal)
            bytes.append(judgement.verdict.rawValue)
            bytes.appendText(Self.cut(by, LedgerRecord.nameByteCountMax))
            bytes.appendText(Self.cut(judgement.because, Judgement.becauseByteCountMax))
        case .cautioned(let change):
            change.appendFields(to: &bytes)
        case .found(let ordinal, let entry):
            bytes.appendBigEndian(ordinal)
            entry.appendFields(to: &bytes)
        case .escalated(let boot, let ordinal):
            bytes.appendIdentity(boot, ordinal)
        case .checkpoint(let checkpoint):
            bytes.appendBigEndian(checkpoint.sequence)
            bytes.appendCounted(checkpoint.hash)
            bytes.appendCounted(checkpoint.key)
            bytes.appendCounted(checkpoint.signature)
        case .beat(let frameCount, let quietSince):
            bytes.appendBigEndian(frameCount)
            bytes.appendBigEndian(quietSince.nanoseconds)
        case .counted(let span):
            span.appendFields(to: &bytes)
        case .discarded(let discard):
            bytes.appendIdentity(discard.identity.boot, discard.identity.ordinal)
            bytes.append(discard.kind.rawValue)
            bytes.appendBigEndian(discard.byteCount)
            bytes.append(discard.wasDelivered ? 1 : 0)
        case .salvaged(let boot, let ordinal, let kind, let sha256, let byteCount):
            bytes.appendIdentity(boot, ordinal)
            bytes.append(kind.rawValue)
            bytes.appendBigEndian(byteCount)
            bytes.appendCounted(sha256)
        }
        return bytes
    }

    private var typeCode: UInt8 {
        switch body {
        case .started: 1
        case .incident: Self.incidentTypeCode
        case .clockCorrected: 3
        case .configured: 4
        case .evidence: Self.evidenceTypeCode
        case .operated: 6
        case .repaired: 7
        case .interrupted: 8
        case .siren: 9
        case .explained(let explanation): explanation.detector == .fights ? 10 : 20
        case .explainedByCounts: 22
        case .commanded: 13
        case .acknowledged: 14
        case .hours: 18
        case .authorised: 19
        case .escalated: 16
        case .discarded: Self.discardedTypeCode
        case .checkpoint: Self.checkpointTypeCode
        case .beat: 12
        case .counted: 21
        case .judged: 23
        case .cautioned: 24
        case .watched: 25
        case .found: 26
        case .salvaged: Self.salvagedTypeCode
        }
    }

    /// Where the type stands in the canonical bytes, and which ones are evidence: the store finds
    /// evidence by them without reading whole records.
    public static let typeCodeOffset = 2
    public static let incidentTypeCode: UInt8 = 2
    public static let evidenceTypeCode: UInt8 = 5
    /// As above, to find the last checkpoint.
    public static let checkpointTypeCode: UInt8 = 11
    public static let salvagedTypeCode: UInt8 = 15
    public static let discardedTypeCode: UInt8 = 17

    /// At most `textByteCountMax` bytes of UTF-8, never half a character.
    static func cut(_ text: String, _ countMax: Int = textByteCountMax) -> [UInt8] {
        let bytes = Array(text.utf8)
        guard bytes.count > countMax else { return bytes }
        var end = countMax
        // A byte 10xxxxxx continues a character: go back to where that character starts.
        while end > 0, bytes[end] & 0b1100_0000 == 0b1000_0000 { end -= 1 }
        return Array(bytes[..<end])
    }

    /// Reads back exactly what `canonicalBytes` writes, and nothing else: whatever is accepted
    /// gives the same bytes again.
    public init(canonicalBytes: [UInt8]) throws {
        var reader = BigEndianReader(canonicalBytes)
        try reader.expectForm("R")
        let type = try reader.byte("type")
        let boot = BootID(
            high: try reader.integer(UInt64.self, "boot"),
            low: try reader.integer(UInt64.self, "boot"))
        let monotonic = try reader.instant("monotonic time")
        let wall = try reader.integer(Int64.self, "wall time")
        let trust = try reader.code("trust", Stamp.Trust.init(rawValue:))
        stamp = Stamp(boot: boot, monotonic: monotonic, wallMilliseconds: wall, trust: trust)
        switch type {
        case 1:
            body = .started(configuration: try reader.counted("configuration hash"))
        case 2:
            body = .incident(try Incident(fields: &reader))
        case 3:
            body = .clockCorrected(offsetMilliseconds: try reader.integer(Int64.self, "offset"))
        case 4:
            let accepted = try reader.code("accepted") { $0 == 0 ? false : $0 == 1 ? true : nil }
            body = .configured(
                configuration: try reader.counted("configuration hash"), accepted: accepted)
        case 5:
            let ordinal = try reader.integer(UInt32.self, "ordinal")
            let kind = try reader.code("evidence kind", EvidenceKind.init(rawValue:))
            let byteCount = try reader.integer(UInt32.self, "byte count")
            body = .evidence(
                ordinal: ordinal, kind: kind, sha256: try reader.counted("evidence hash"),
                byteCount: byteCount)
        case 6:
            body = .operated(try reader.text())
        case 7:
            body = .repaired(try reader.text())
        case 8:
            let identity = try reader.identity()
            body = .interrupted(boot: identity.boot, ordinal: identity.ordinal)
        case 9:
            let step = try reader.code("siren step", SirenStep.init(rawValue:))
            body = .siren(step, milliseconds: try reader.integer(UInt32.self, "milliseconds"))
        case 10:
            body = .explained(try Explanation(by: .fights, fields: &reader))
        case 20:
            // Fights have a form of their own, and a record has one form.
            let detector = try reader.code("detector") { code in
                Detector(rawValue: code).flatMap { $0 == .fights ? nil : $0 }
            }
            body = .explained(try Explanation(by: detector, fields: &reader))
        case 13:
            body = .commanded(
                counter: try reader.integer(UInt64.self, "counter"),
                by: try reader.text(countMax: Self.nameByteCountMax),
                words: try reader.text(countMax: Self.wordsByteCountMax))
        case 14:
            let identity = try reader.identity()
            body = .acknowledged(
                boot: identity.boot, ordinal: identity.ordinal,
                by: try reader.text(countMax: Self.nameByteCountMax))
        case 17:
            body = .discarded(
                Discard(
                    identity: try reader.identity(),
                    kind: try reader.code("evidence kind", EvidenceKind.init(rawValue:)),
                    byteCount: try reader.integer(UInt32.self, "byte count"),
                    wasDelivered: try reader.code("delivered") {
                        $0 == 0 ? false : $0 == 1 ? true : nil
                    }))
        case 18:
            let counter = try reader.integer(UInt64.self, "counter")
            let by = try reader.text(countMax: Self.nameByteCountMax)
            body = .hours(try HoursOrder(fields: &reader), counter: counter, by: by)
        case 19:
            body = .authorised(try Authority(fields: &reader))
        case 16:
            let identity = try reader.identity()
            body = .escalated(boot: identity.boot, ordinal: identity.ordinal)
        case 11:
            body = .checkpoint(
                Checkpoint(
                    sequence: try reader.integer(Int64.self, "sequence"),
                    hash: try reader.counted("record's hash"),
                    key: try reader.counted("public key"),
                    signature: try reader.counted("signature")))
        case 12:
            let frameCount = try reader.integer(UInt32.self, "frames")
            body = .beat(frameCount: frameCount, quietSince: try reader.instant("quiet since"))
        case 21:
            body = .counted(try CountedSpan(fields: &reader))
        case 22:
            body = .explainedByCounts(try CountExplanation(fields: &reader))
        case 23:
            let identity = try reader.identity()
            let verdict = try reader.code("verdict", Judgement.Verdict.init(rawValue:))
            let by = try reader.text(countMax: Self.nameByteCountMax)
            let because = try reader.text(countMax: Judgement.becauseByteCountMax)
            body = .judged(
                Judgement(identity: identity, verdict: verdict, because: because), by: by)
        case 24:
            body = .cautioned(try CautionChange(fields: &reader))
        case 25:
            body = .watched(try reader.text())
        case 26:
            let ordinal = try reader.integer(UInt32.self, "ordinal")
            body = .found(ordinal: ordinal, try FoundEntry(fields: &reader))
        case Self.salvagedTypeCode:
            let identity = try reader.identity()
            let kind = try reader.code("evidence kind", EvidenceKind.init(rawValue:))
            let byteCount = try reader.integer(UInt32.self, "byte count")
            body = .salvaged(
                boot: identity.boot, ordinal: identity.ordinal, kind: kind,
                sha256: try reader.counted("evidence hash"), byteCount: byteCount)
        default:
            throw CanonicalBytesError.unknownCode(field: "record type", code: UInt64(type))
        }
        try reader.expectEnd()
    }
}
