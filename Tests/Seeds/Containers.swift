import CJPEG
import Frames

// Small files of every kind that the camera's parsers read, made here: for tests, and as what
// fuzzing starts from.

package struct EncodingFailure: Error {
    package var text: String
}

/// A frame as JPEG, through the encoder that snapshots use.
package func encoded(_ frame: Frame, quality: Int32, isGrey: Bool = false) throws -> [UInt8] {
    guard let codec = kuzet_jpeg_create() else { throw EncodingFailure(text: "no memory") }
    defer { kuzet_jpeg_destroy(codec) }
    var bytes = [UInt8](repeating: 0, count: frame.width * frame.height * 3 + 65_536)
    var count = 0
    let result = kuzet_jpeg_encode(
        codec, frame.luma.base, frame.luma.stride, isGrey ? nil : frame.chroma.base,
        frame.chroma.stride, UInt32(frame.width), UInt32(frame.height), quality, &bytes,
        bytes.count, &count)
    guard result == 0 else {
        throw EncodingFailure(text: String(cString: kuzet_jpeg_text(codec)))
    }
    return Array(bytes[..<count])
}

/// JPEGs of `count` pictures, each of one grey value.
package func flatPictures(count: Int, width: Int = 64, height: Int = 48) throws -> [[UInt8]] {
    try (0..<count).map { index in
        let frame = Frame(width: width, height: height)
        for y in 0..<height { for x in 0..<width { frame.luma[x, y] = UInt8(40 + 20 * index) } }
        return try encoded(frame, quality: 90)
    }
}

package enum AVIFile {
    package static func chunk(_ name: String, _ body: [UInt8], statedCount: UInt32? = nil)
        -> [UInt8]
    {
        Array(name.utf8) + little(statedCount ?? UInt32(body.count)) + body
            + (body.count % 2 == 1 ? [0] : [])
    }

    package static func list(_ kind: String, _ body: [UInt8], in name: String = "LIST") -> [UInt8] {
        chunk(name, Array(kind.utf8) + body)
    }

    package static func little(_ value: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * UInt32($0))) }
    }

    /// A stream of 10 pictures per second, of 64×48 if one may believe it.
    package static func stream(kind: String = "vids", codec: String = "MJPG") -> [UInt8] {
        var header = Array(kind.utf8) + Array(codec.utf8) + [UInt8](repeating: 0, count: 12)
        header += little(1) + little(10) + [UInt8](repeating: 0, count: 28)
        var format = little(40) + little(64) + little(48)
        format += [1, 0, 24, 0]
        format += Array(codec.utf8) + [UInt8](repeating: 0, count: 20)
        return list("strl", chunk("strh", header) + chunk("strf", format))
    }

    /// - Parameter chunks: what stands where the pictures are.
    package static func whole(streams: [[UInt8]] = [stream()], chunks: [[UInt8]]) -> [UInt8] {
        list(
            "AVI ",
            list("hdrl", chunk("avih", [UInt8](repeating: 0, count: 56)) + streams.flatMap { $0 })
                + chunk("JUNK", [1, 2, 3]) + list("movi", chunks.flatMap { $0 })
                + chunk("idx1", [UInt8](repeating: 0, count: 16)), in: "RIFF")
    }
}

package enum MatroskaFile {
    package static func element(_ id: UInt32, _ body: [UInt8], isOfUnknownLength: Bool = false)
        -> [UInt8]
    {
        let name = (0..<4).reversed().map { UInt8(truncatingIfNeeded: id >> (8 * UInt32($0))) }
        let length: [UInt8] =
            isOfUnknownLength
            ? [0x01] + [UInt8](repeating: 0xFF, count: 7)
            : [0x08]
                + (0..<4).reversed().map {
                    UInt8(truncatingIfNeeded: UInt32(body.count) >> (8 * UInt32($0)))
                }
        return Array(name.drop { $0 == 0 }) + length + body
    }

    package static func track(
        number: UInt8 = 1, kind: UInt8 = 1, codec: String = "V_MJPEG", extra: [UInt8] = []
    ) -> [UInt8] {
        element(
            0xAE,
            element(0xD7, [number]) + element(0x83, [kind]) + element(0x86, Array(codec.utf8))
                + extra)
    }

    package static func block(
        _ picture: [UInt8], track: UInt8 = 1, milliseconds: Int16 = 0, flags: UInt8 = 0x80
    ) -> [UInt8] {
        let time = UInt16(bitPattern: milliseconds)
        return element(0xA3, [0x80 | track, UInt8(time >> 8), UInt8(time & 0xFF), flags] + picture)
    }

    package static func cluster(
        milliseconds: UInt16, _ blocks: [[UInt8]], isOfUnknownLength: Bool = false
    ) -> [UInt8] {
        element(
            0x1F43_B675,
            element(0xE7, [UInt8(milliseconds >> 8), UInt8(milliseconds & 0xFF)])
                + blocks.flatMap { $0 }, isOfUnknownLength: isOfUnknownLength)
    }

    package static func whole(
        tracks: [[UInt8]] = [track()], clusters: [[UInt8]], isOfUnknownLength: Bool = false
    ) -> [UInt8] {
        element(0x1A45_DFA3, element(0x4282, Array("matroska".utf8)))
            + element(
                0x1853_8067,
                element(0xEC, [0, 0, 0])
                    + element(0x1549_A966, element(0x2AD7B1, [0x0F, 0x42, 0x40]))
                    + element(0x1654_AE6B, tracks.flatMap { $0 }) + clusters.flatMap { $0 },
                isOfUnknownLength: isOfUnknownLength)
    }
}
