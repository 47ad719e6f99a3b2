import Frames

/// How many people there are, and between which numbers the truth is to be expected.
public struct PeopleCount: Hashable, Sendable {
    public var count: Int
    public var low: Int
    public var high: Int

    public init(count: Int = 0, low: Int = 0, high: Int = 0) {
        self.count = count
        self.low = low
        self.high = high
    }
}

/// What a network that counts crowds says: a sum over a picture, and not who is who.
public struct CrowdCount: Hashable, Sendable {
    /// When its picture was taken.
    public var takenAt: Instant
    /// Its usual error, per mille of the count.
    public let errorPerMille: Int
    private var tenths = SIMD32<UInt16>(repeating: .max)

    /// - Parameter tenths: of people in the whole picture: 124 is 12.4.
    public init(takenAt: Instant, tenths: Int, errorPerMille: Int = 200) {
        self.takenAt = takenAt
        self.errorPerMille = min(max(errorPerMille, 0), 1000)
        self[0] = tenths
    }

    /// Tenths of people in a zone, 0 the whole picture; nil where nobody counted.
    public subscript(zone: UInt8) -> Int? {
        get {
            guard zone < 32, tenths[Int(zone)] != .max else { return nil }
            return Int(tenths[Int(zone)])
        }
        set {
            guard zone < 32 else { return }
            tenths[Int(zone)] = newValue.map { UInt16(min(max($0, 0), 65_534)) } ?? .max
        }
    }
}

/// The people in one zone, counted over time so that one look that misses somebody changes nothing.
///
/// The median of the looks of the last 2 s, and of at least three. What a crowd counter says takes
/// over as it grows: nothing of it up to 8 people, all of it from 14, in between a mixture, so that
/// no number jumps. A person of the crowd counts as much from one side as from the other only where
/// both are right; the hand-over hangs on the crowd counter alone, for boxes stop growing in a
/// crowd long before the people do. What it said 3 s ago is believed less, and not at all after 9 s.
struct ZoneCount: Sendable {
    private var looks: [(at: Instant, count: Int, spare: Int)] = []
    private var next = 0
    private(set) var median = 0
    private var least = 0
    private var most = 0

    static let window = Interval.seconds(2)
    private static let lookCountMax = 24
    private static let lookCountMin = 3
    static let handOver = (from: 80, to: 140)
    private static let freshFor = Interval.seconds(3)
    private static let goneAfter = Interval.seconds(9)

    init() {
        looks.reserveCapacity(Self.lookCountMax)
    }

    mutating func forget() {
        looks.removeAll(keepingCapacity: true)
        (next, median, least, most) = (0, 0, 0, 0)
    }

    /// - Parameters:
    ///   - count: people in the zone at a look.
    ///   - spare: who may be there besides: not confirmed yet.
    mutating func add(_ count: Int, spare: Int, at now: Instant) {
        if looks.count < Self.lookCountMax {
            looks.append((now, count, spare))
        } else {
            looks[next] = (now, count, spare)
        }
        next = (next + 1) % Self.lookCountMax
        summarise(now)
    }

    private mutating func summarise(_ now: Instant) {
        // A histogram serves for a median: counts are at most 64.
        (least, most) = (.max, 0)
        var total = 0
        var seen = (SIMD64<UInt8>(repeating: 0), UInt8(0))
        for back in 0..<looks.count {
            let index = (next + 2 * Self.lookCountMax - 1 - back) % Self.lookCountMax
            guard index < looks.count else { continue }
            let look = looks[index]
            guard back < Self.lookCountMin || now - look.at <= Self.window else { break }
            (least, most) = (min(least, look.count), max(most, look.count + look.spare))
            if look.count < 64 { seen.0[look.count] += 1 } else { seen.1 += 1 }
            total += 1
        }
        if least == .max { least = 0 }
        var below = 0
        median = 64
        for count in 0..<64 {
            below += Int(seen.0[count])
            if below * 2 > total {
                median = count
                break
            }
        }
    }

    /// - Parameters:
    ///   - tenths: what the crowd counter says; nil where there is none.
    ///   - age: since the picture it counted was taken.
    func count(tenths: Int?, errorPerMille: Int, age: Interval) -> PeopleCount {
        guard let tenths else { return PeopleCount(count: median, low: least, high: most) }
        let (from, to) = Self.handOver
        let size = min(max(tenths - from, 0), to - from) * 1000 / (to - from)
        let span = Self.goneAfter - Self.freshFor
        let late = min(max(age - Self.freshFor, .zero), span)
        let fresh = 1000 - Int(late.milliseconds * 1000 / span.milliseconds)
        // Per mille of the crowd counter. Cannot overflow: tenths below 2¹⁶.
        let weight = size * fresh / 1000
        func mixed(_ boxes: Int, _ crowd: Int) -> Int {
            ((1000 - weight) * boxes * 10 + weight * crowd + 5_000) / 10_000
        }
        let error = tenths * errorPerMille / 1000
        return PeopleCount(
            count: mixed(median, tenths), low: mixed(least, tenths - error),
            high: mixed(most, tenths + error))
    }
}
