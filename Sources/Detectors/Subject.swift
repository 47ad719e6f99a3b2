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
    /// So many of them, and from how many on that counts.
    case countFrom(UInt16, UInt16)
    /// Who showed it, of those who are followed.
    case track(UInt32)
    /// How much two are alike, zero to one.
    case similarity(Q15)
    /// How sure a network is that was asked besides.
    case opinion(Q15)

    /// So many, of which `least` would have been enough.
    static func count(_ count: Int, from least: Int) -> Measure {
        .countFrom(UInt16(clamping: count), UInt16(clamping: least))
    }

    /// "count 42", "count 18, from 16 on"; a similarity in thousandths.
    public var words: String {
        switch self {
        case .count(let count): "count \(count)"
        case .countFrom(let count, let least): "count \(count), from \(least) on"
        case .track(let number): "track \(number)"
        case .similarity(let likeness): "similarity \(likeness.perMille)"
        case .opinion(let sure): "second opinion \(sure.perMille)"
        }
    }
}
