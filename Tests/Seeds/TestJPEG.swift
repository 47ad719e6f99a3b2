import CTestJPEG

/// A JPEG as other encoders than our own write it, and what may befall one on its way.
package struct TestJPEG: CustomStringConvertible, Sendable {
    package enum Color: UInt32, CaseIterable, Sendable {
        case grey, yCbCr, rgb, cmyk, ycck
    }

    package var color: Color
    package var width: Int
    package var height: Int
    /// Luma samples per chroma sample, each way.
    package var sampling: (across: Int, down: Int)
    package var isProgressive: Bool
    package var isArithmetic: Bool
    package var isApart: Bool
    package var restartInterval: Int

    package init(
        color: Color = .yCbCr, width: Int = 64, height: Int = 48,
        sampling: (across: Int, down: Int) = (2, 2), isProgressive: Bool = false,
        isArithmetic: Bool = false, isApart: Bool = false, restartInterval: Int = 0
    ) {
        self.color = color
        self.width = width
        self.height = height
        self.sampling = sampling
        self.isProgressive = isProgressive
        self.isArithmetic = isArithmetic
        self.isApart = isApart
        self.restartInterval = restartInterval
    }

    package var description: String {
        "\(color) \(width)×\(height), \(sampling.across)×\(sampling.down)"
            + (isProgressive ? ", progressive" : "") + (isApart ? ", a scan each" : "")
            + (restartInterval > 0 ? ", restarts" : "")
    }

    package func bytes() throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: width * height * 4 + 65_536)
        let count = withUnsafePointer(to: written) { test_jpeg_write($0, &bytes, bytes.count) }
        guard count > 0 else { throw EncodingFailure(text: "cannot write \(self)") }
        return Array(bytes[..<count])
    }

    /// Row after row, before compression.
    package var luma: [UInt8] {
        withUnsafePointer(to: written) { written in
            (0..<height).flatMap { y in
                (0..<width).map { test_jpeg_luma(written, Int32($0), Int32(y)) }
            }
        }
    }

    private var written: test_jpeg {
        test_jpeg(
            color: test_jpeg_color(color.rawValue), width: Int32(width), height: Int32(height),
            across: Int32(sampling.across), down: Int32(sampling.down),
            is_progressive: isProgressive ? 1 : 0, is_arithmetic: isArithmetic ? 1 : 0,
            is_apart: isApart ? 1 : 0, restart_interval: Int32(restartInterval))
    }

    /// Its segments, a scan's bits with their header: marker and bytes, FF D8 first.
    package static func segments(_ bytes: [UInt8]) -> [(marker: UInt8, bytes: ArraySlice<UInt8>)] {
        var segments: [(UInt8, ArraySlice<UInt8>)] = []
        var start = 0
        while start + 1 < bytes.count {
            let marker = bytes[start + 1]
            var end = start + 2
            if marker != 0xD8, marker != 0xD9 {
                end += Int(bytes[end]) << 8 | Int(bytes[end + 1])
            }
            while marker == 0xDA, end + 1 < bytes.count,
                !(bytes[end] == 0xFF && bytes[end + 1] != 0
                    && !(0xD0...0xD7).contains(bytes[end + 1]))
            {
                end += 1
            }
            segments.append((marker, bytes[start..<end]))
            start = end
        }
        return segments
    }

    package static func without(_ marker: UInt8, _ bytes: [UInt8]) -> [UInt8] {
        segments(bytes).filter { $0.marker != marker }.flatMap(\.bytes)
    }
}
