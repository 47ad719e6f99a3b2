/// What becomes of each of the 256 codes: any operator that looks at one number at a time.
struct CodeTable: Sendable {
    /// By code + 128.
    private let results: [Int8]
    /// Every code stays what it is, as where uint8 becomes int8.
    private let isIdentity: Bool

    init(_ result: (Int8) -> Int8) {
        results = (-128...127).map { result(Int8($0)) }
        isIdentity = results == (-128...127).map { Int8($0) }
    }

    func apply(
        _ codes: UnsafePointer<Int8>, into output: UnsafeMutablePointer<Int8>, count: Int
    ) {
        if isIdentity { return output.update(from: codes, count: count) }
        results.withUnsafeBufferPointer { results in
            for index in 0..<count {
                output[index] = results[Int(UInt8(bitPattern: codes[index]) ^ 0x80)]
            }
        }
    }

    func apply(
        _ codes: UnsafeMutablePointer<Int8>, into output: UnsafeMutablePointer<Int8>, count: Int
    ) {
        apply(UnsafePointer(codes), into: output, count: count)
    }
}
