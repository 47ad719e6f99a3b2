/// The checksum of a DC-09 frame: CRC-16/ARC, reflected polynomial 0xA001, starting at zero.
///
/// "123456789" gives 0xBB3D. The widespread 0x1021 is another one, which receivers do not answer.
///
/// - Source: ANSI/SIA DC-09, annex on the CRC; the catalogue of R. Williams and G. Cook.
enum CRC16 {
    static func of(_ bytes: some Sequence<UInt8>) -> UInt16 {
        var sum: UInt16 = 0
        for byte in bytes {
            sum ^= UInt16(byte)
            for _ in 0..<8 { sum = sum & 1 == 0 ? sum >> 1 : sum >> 1 ^ 0xA001 }
        }
        return sum
    }
}
