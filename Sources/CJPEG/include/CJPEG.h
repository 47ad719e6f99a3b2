// libjpeg-turbo without its traps: no exit(), no setjmp in Swift, no memory that a header can
// blow up. Decodes to luma and NV12 chroma, encodes from the same.
#pragma once

#include <stddef.h>
#include <stdint.h>

/// A codec with its working memory; for one thread at a time.
typedef struct kuzet_jpeg kuzet_jpeg;

/// NULL where there is no memory.
kuzet_jpeg *kuzet_jpeg_create(void);
void kuzet_jpeg_destroy(kuzet_jpeg *codec);

/// Why the last call failed or found the picture damaged; valid until the next call.
const char *kuzet_jpeg_text(const kuzet_jpeg *codec);

enum {
    /// The longest side of a picture, either way.
    KUZET_JPEG_SIDE_MAX = 16384,
    /// The most pixels of a picture, either way: bounds time and memory.
    KUZET_JPEG_PIXEL_COUNT_MAX = 64 * 1024 * 1024,
    /// Of pictures with several scans, as progressive ones: the most scans, and the most pixels
    /// that all scans pass over. Encoders write about ten.
    KUZET_JPEG_SCAN_COUNT_MAX = 64,
    KUZET_JPEG_SCANNED_PIXEL_COUNT_MAX = 256 * 1024 * 1024,
    /// What libjpeg may hold of such a picture, all of which waits for the last scan.
    KUZET_JPEG_MEMORY_BYTE_COUNT_MAX = 64 * 1024 * 1024,
};

enum kuzet_jpeg_result {
    KUZET_JPEG_DONE = 0,
    /// Decoded, but bits were wrong or missing: part of the picture is made up.
    KUZET_JPEG_DAMAGED = 1,
    /// Whole but for the last row of blocks, which breaks off and is at most an eighth of the
    /// picture: the row above it is repeated there.
    KUZET_JPEG_MENDED = 2,
    /// Nothing decoded: `kuzet_jpeg_measure` says which size it has.
    KUZET_JPEG_OTHER_SIZE = 3,
    /// Nothing usable.
    KUZET_JPEG_FAILED = -1,
};

/// The size in a picture's header, in pixels. Bytes before its start are passed over; where the
/// picture breaks off and another one starts, it is that one's.
int kuzet_jpeg_measure(
    kuzet_jpeg *codec, const uint8_t *bytes, size_t byteCount, uint32_t *width, uint32_t *height);

/// Decodes at 1/`denominator` (1, 2, 4 or 8) of the size in the header.
///
/// `width` and `height` are what the caller's memory holds, and must be the scaled size, rounded
/// up. `luma` has `height` rows; `chroma`, if not NULL, (height + 1) / 2 rows of (width + 1) / 2
/// pairs Cb, Cr; 128 for a grey picture. The luma is the same on every machine: integer DCT, no
/// smoothing, no upsampling. RGB and CMYK become luma by JFIF's weights. An end marker is not
/// needed, nor Huffman tables where they are the usual ones.
int kuzet_jpeg_decode(
    kuzet_jpeg *codec, const uint8_t *bytes, size_t byteCount, uint32_t denominator,
    uint32_t width, uint32_t height, uint8_t *luma, size_t lumaStride, uint8_t *chroma,
    size_t chromaStride);

/// Encodes 4:2:0 (grey where `chroma` is NULL) at `quality` 1 ... 100 into `capacity` bytes.
/// Sets `byteCount` to what it took; fails where that is not less than `capacity`.
/// width · height + 65536 bytes are always enough for quality up to 95.
int kuzet_jpeg_encode(
    kuzet_jpeg *codec, const uint8_t *luma, size_t lumaStride, const uint8_t *chroma,
    size_t chromaStride, uint32_t width, uint32_t height, int quality, uint8_t *bytes,
    size_t capacity, size_t *byteCount);
