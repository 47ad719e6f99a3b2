/// Copies `pieceCount` pieces of `count` codes, each so many codes after the one before; source and
/// target do not overlap. Most pieces are a pixel or a few: a call for each takes longer than overlapping
/// words.
func copyPieces(
    _ pieceCount: Int, of count: Int, from: UnsafePointer<Int8>, by sourceStep: Int,
    into: UnsafeMutablePointer<Int8>, by targetStep: Int
) {
    if count == sourceStep && count == targetStep {
        return into.update(from: from, count: pieceCount * count)
    }
    var (source, target) = (UnsafeRawPointer(from), UnsafeMutableRawPointer(into))
    switch count {
    case 8...16:
        for _ in 0..<pieceCount {
            let first = source.loadUnaligned(as: UInt64.self)
            let last = source.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self)
            target.storeBytes(of: first, as: UInt64.self)
            target.storeBytes(of: last, toByteOffset: count - 8, as: UInt64.self)
            source += sourceStep
            target += targetStep
        }
    case 17...256:
        for _ in 0..<pieceCount {
            let last = source.loadUnaligned(fromByteOffset: count - 16, as: Sixteen.self)
            var place = 0
            while place < count - 16 {
                let next = source.loadUnaligned(fromByteOffset: place, as: Sixteen.self)
                target.storeBytes(of: next, toByteOffset: place, as: Sixteen.self)
                place += 16
            }
            target.storeBytes(of: last, toByteOffset: count - 16, as: Sixteen.self)
            source += sourceStep
            target += targetStep
        }
    default:
        for _ in 0..<pieceCount {
            target.copyMemory(from: source, byteCount: count)
            source += sourceStep
            target += targetStep
        }
    }
}

private typealias Sixteen = SIMD2<UInt64>
