import Frames

/// Which one of several, where a kind has several at a time in one zone.
public enum Subject: Hashable, Sendable {
    /// Somebody who is followed from picture to picture.
    case track(UInt32)
    /// An entry of a list.
    case entry(UInt32)

    /// "track 17".
    public var words: String {
        switch self {
        case .track(let number): "track \(number)"
        case .entry(let number): "entry \(number)"
        }
    }
}

/// What was measured of it, beside how sure the detector is.
public enum Measure: Hashable, Sendable {
    /// So many of them.
    case count(UInt32)
    /// Who showed it, of those who are followed.
    case track(UInt32)
    /// How much two are alike, zero to one.
    case similarity(Q15)

    /// "count 42"; a similarity in thousandths.
    public var words: String {
        switch self {
        case .count(let count): "count \(count)"
        case .track(let number): "track \(number)"
        case .similarity(let likeness): "similarity \(likeness.perMille)"
        }
    }
}
