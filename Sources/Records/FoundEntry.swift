import Detectors
import Frames

/// Why somebody was to be looked at: like which entry of whose list, how much, and how well he was to
/// be seen. Nothing of his face.
public struct FoundEntry: Hashable, Sendable {
    /// The raw values stand in the ledger: never renumber them.
    public enum Category: UInt8, CaseIterable, Sendable {
        case wanted = 1
        case missing = 2
        case barred = 3
    }

    /// Whose list it is, as the configuration calls him.
    public var authority: String
    public var listVersion: UInt64
    public var category: Category
    public var number: UInt32
    /// Under what the authority knows the case.
    public var reference: String
    public var similarity: Q15
    /// What the similarity had to be at least.
    public var threshold: Q15
    public var quality: FaceQuality

    /// Of the authority, and of the reference.
    public static let textByteCountMax = 64

    public init(
        authority: String, listVersion: UInt64, category: Category, number: UInt32,
        reference: String, similarity: Q15, threshold: Q15, quality: FaceQuality
    ) {
        self.authority = authority
        self.listVersion = listVersion
        self.category = category
        self.number = number
        self.reference = reference
        self.similarity = similarity
        self.threshold = threshold
        self.quality = quality
    }

    /// "look at this: like entry 17 (case 4711) of list 3 of city, 61 % where 48 % are asked for; eyes
    /// 23 px apart, …".
    public var words: String {
        func percent(_ share: Q15) -> String { "\((share.perMille + 5) / 10) %" }
        return "look at this: like entry \(number) (\(reference)) of list \(listVersion) of "
            + "\(authority), \(percent(similarity)) where \(percent(threshold)) are asked for; "
            + quality.words
    }
}

extension LedgerRecord {
    private static let looksForFaces = "faces: looked for: "
    private static let looksNoMore = "faces: not looked for"

    /// What a `watched` record says from when on faces are looked for.
    ///
    /// - Parameter right: whom, and by what right; nil for nobody any more.
    public static func watching(_ right: String?) -> Body {
        .watched(right.map { looksForFaces + $0 } ?? looksNoMore)
    }

    /// By what right faces are looked for after a `watched` record.
    public static func rightToWatch(in words: String, before right: String?) -> String? {
        if words.hasPrefix(looksForFaces) { return String(words.dropFirst(looksForFaces.count)) }
        return words == looksNoMore ? nil : right
    }
}

extension FoundEntry {
    func appendFields(to bytes: inout [UInt8]) {
        bytes.appendText(LedgerRecord.cut(authority, Self.textByteCountMax))
        bytes.appendBigEndian(listVersion)
        bytes.append(category.rawValue)
        bytes.appendBigEndian(number)
        bytes.appendText(LedgerRecord.cut(reference, Self.textByteCountMax))
        bytes.appendBigEndian(similarity.rawValue)
        bytes.appendBigEndian(threshold.rawValue)
        bytes.appendBigEndian(quality.eyeDistance)
        bytes.appendBigEndian(quality.turnPerMille)
        bytes += [quality.mean, quality.contrast]
        bytes.appendBigEndian(quality.sharpnessPerMille)
    }

    init(fields reader: inout BigEndianReader) throws {
        authority = try reader.text(countMax: Self.textByteCountMax)
        listVersion = try reader.integer(UInt64.self, "list version")
        category = try reader.code("category", Category.init(rawValue:))
        number = try reader.integer(UInt32.self, "entry")
        reference = try reader.text(countMax: Self.textByteCountMax)
        similarity = Q15(rawValue: try reader.integer(Int16.self, "similarity"))
        threshold = Q15(rawValue: try reader.integer(Int16.self, "threshold"))
        quality = FaceQuality(
            eyeDistance: try reader.integer(UInt16.self, "eye distance"),
            turnPerMille: try reader.integer(UInt16.self, "turn"),
            mean: try reader.byte("light"), contrast: try reader.byte("contrast"),
            sharpnessPerMille: try reader.integer(UInt16.self, "sharpness"))
    }
}
