/// Bytes in texts: as Base64, as hexadecimal digits, and as decimal numbers.
enum Spelling {
    /// Fewer than these are no piece that is searched for.
    private static let byteCountMin = 31

    /// The bytes as they are, and whatever long run in them may spell others.
    static func readings(of bytes: [UInt8]) -> [[UInt8]] {
        [bytes] + base64(bytes) + hexadecimal(bytes) + [decimal(bytes)]
    }

    /// Where a piece begins within a run nobody knows: one reading for each of four places.
    private static func base64(_ bytes: [UInt8]) -> [[UInt8]] {
        var digit = [UInt8](repeating: 255, count: 256)
        let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
        for (index, character) in alphabet.utf8.enumerated() {
            digit[Int(character)] = UInt8(index)
        }
        for (character, value) in [("+", 62), ("-", 62), ("/", 63), ("_", 63)] {
            digit[Int(character.utf8.first ?? 0)] = UInt8(value)
        }
        return runs(in: bytes, countMin: byteCountMin * 4 / 3, digit).flatMap { run in
            (0..<4).map { first in
                var read: [UInt8] = []
                for place in stride(from: first, through: run.count - 4, by: 4) {
                    let word = run[place..<place + 4].reduce(UInt32(0)) { $0 << 6 | UInt32($1) }
                    read += [UInt8(word >> 16 & 255), UInt8(word >> 8 & 255), UInt8(word & 255)]
                }
                return read
            }
        }
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> [[UInt8]] {
        var digit = [UInt8](repeating: 255, count: 256)
        for (character, value) in zip("0123456789abcdef".utf8, 0...) {
            digit[Int(character)] = UInt8(value)
        }
        for (character, value) in zip("ABCDEF".utf8, 10...) { digit[Int(character)] = UInt8(value) }
        return runs(in: bytes, countMin: 2 * byteCountMin, digit).flatMap { run in
            (0..<2).map { first in
                stride(from: first, through: run.count - 2, by: 2).map {
                    run[$0] << 4 | run[$0 + 1]
                }
            }
        }
    }

    /// The numbers of all runs, one run after the other.
    private static func decimal(_ bytes: [UInt8]) -> [UInt8] {
        var read: [UInt8] = []
        var number: Int?
        var isNegative = false
        for byte in bytes {
            if (48...57).contains(byte) {
                number = min((number ?? 0) * 10 + Int(byte) - 48, 1_000)
                continue
            }
            if let value = number, value <= (isNegative ? 128 : 255) {
                read.append(UInt8(truncatingIfNeeded: isNegative ? -value : value))
            }
            number = nil
            isNegative = byte == 45
        }
        return read
    }

    /// What digits there are in each long run of them.
    private static func runs(in bytes: [UInt8], countMin: Int, _ digit: [UInt8]) -> [[UInt8]] {
        var (runs, run): ([[UInt8]], [UInt8]) = ([], [])
        for byte in bytes + [0] {
            let value = digit[Int(byte)]
            if value != 255 {
                run.append(value)
            } else {
                if run.count >= countMin { runs.append(run) }
                run.removeAll(keepingCapacity: true)
            }
        }
        return runs
    }
}
