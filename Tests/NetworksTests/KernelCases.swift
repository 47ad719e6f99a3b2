import Glibc

@testable import Networks

/// Numbers that repeat: xorshift, Marsaglia 2003.
struct KernelNumbers: RandomNumberGenerator {
    var state: UInt64

    /// Zero points at both ends, and the least weight that goes with them.
    static let zeros: [(input: Int32, weight: Int32, least: Int8)] = [
        (0, 0, -127), (-128, 0, -127), (127, 0, -128), (-5, 3, -127), (127, -128, -128),
        (-128, 127, -128)
    ]

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }

    /// Codes of which every fourth is an extreme.
    mutating func codes(_ count: Int, least: Int8 = -128) -> [Int8] {
        (0..<count).map { _ in
            let bits = next()
            let code = Int8(truncatingIfNeeded: bits >> 8)
            switch bits & 7 {
            case 0: return least
            case 1: return 127
            default: return max(least, code)
            }
        }
    }

    mutating func integers(_ count: Int) -> [Int32] {
        (0..<count).map { _ in
            let bits = next()
            let value = Int32(truncatingIfNeeded: bits >> 8)
            switch bits & 7 {
            case 0: return .min
            case 1: return .max
            case 2, 3: return value
            default: return value >> 14
            }
        }
    }

    /// Of all that a model may have, and gains beyond; or of what nearly all channels have, the largest gain
    /// and exponent of these among them; or with the exponent that most have.
    mutating func silu(_ count: Int) -> [SiLU] {
        let kind = next() % 3
        return (0..<count).map { _ in
            let bits = next()
            let exponents: UInt64 = kind == 2 ? 1 : kind == 1 || bits & 16 == 0 ? 4 : 15
            let gain = bits & 96 != 0 ? bits >> 32 % 1_146 : kind == 0 ? bits >> 32 & 0x7FFF : 1_365
            return SiLU(
                magnitude: bits & 7 == 0 ? .max : Int16(1 << 14 + bits >> 8 & 0x3FFF),
                exponent: Int16(1 + bits >> 24 % exponents), gain: Int16(gain),
                fraction: Int16(1 + bits >> 56 % 7))
        }
    }

    /// Of any size, extremes among them.
    mutating func slopes(_ count: Int) -> [Int16] {
        codes(count, least: -127).map { code in
            let bits = next()
            if bits & 15 == 0 { return bits & 16 == 0 ? .max : -.max }
            return (Int16(code) << 8 | Int16(bits >> 8 & 0xFF)) >> Int16(bits >> 16 % 12)
        }
    }

    /// Shifts and multipliers of every size, with the usual ones among them.
    mutating func requantization(_ count: Int) -> Requantization {
        var multipliers: [Int32] = []
        var shifts: [Int32] = []
        for _ in 0..<count {
            let bits = next()
            switch bits & 15 {
            case 0: multipliers.append(0)
            case 1: multipliers.append(1 << 30)
            case 2: multipliers.append(.max)
            default:
                multipliers.append((1 << 30) + Int32(truncatingIfNeeded: (bits >> 8) & 0x3FFF_FFFF))
            }
            let shift = Int32(truncatingIfNeeded: (bits >> 40) % 62) - 31
            shifts.append(bits >> 60 < 8 ? -Int32(truncatingIfNeeded: (bits >> 40) % 10) : shift)
        }
        let limits = codes(2)
        let isLimited = next() & 1 == 0
        var (zero, minimum) = (Int32(codes(1)[0]), isLimited ? limits.min()! : .min)
        // What most layers are: rectified, and their sums made smaller.
        if next() & 1 == 0 {
            zero = min(zero, Int32(minimum))
            shifts = shifts.map { -max(abs($0), 1) }
        }
        return Requantization(
            multipliers: multipliers, shifts: shifts, zero: zero, minimum: minimum,
            maximum: isLimited ? limits.max()! : .max)
    }
}

/// Memory whose end is real: what reads or writes past it dies.
final class FencedMemory {
    let end: UnsafeMutablePointer<Int8>
    private let base: UnsafeMutableRawPointer
    private let byteCount: Int

    /// - `capacity`: bytes before the fence.
    init(capacity: Int) {
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        let usable = (capacity + page - 1) / page * page
        byteCount = usable + page
        base = mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        precondition(base != MAP_FAILED)
        precondition(mprotect(base + usable, page, PROT_NONE) == 0)
        end = (base + usable).assumingMemoryBound(to: Int8.self)
    }

    deinit { munmap(base, byteCount) }
}
