/// CRC-32 as in IEEE 802.3 and zlib: reflected 0xEDB88320, "123456789" gives CBF43926.
struct Checksum {
    private static let table: [UInt32] = (0..<256).map { index in
        var value = UInt32(index)
        for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
        return value
    }

    private var state: UInt32 = .max

    var value: UInt32 { ~state }

    mutating func add(_ bytes: UnsafeRawBufferPointer) {
        var state = state
        Checksum.table.withUnsafeBufferPointer { table in
            for byte in bytes {
                state = state >> 8 ^ table[Int((state ^ UInt32(byte)) & 0xFF)]
            }
        }
        self.state = state
    }
}
