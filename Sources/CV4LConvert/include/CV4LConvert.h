// libv4lconvert, for the pixel formats that we do not read ourselves.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <linux/videodev2.h>

/// A converter of one open device's pictures to planar YUV 4:2:0.
typedef struct kuzet_converter kuzet_converter;

/// NULL where there is no memory. Keeps a copy of the device's number, not the device.
kuzet_converter *kuzet_converter_create(int device);
void kuzet_converter_destroy(kuzet_converter *converter);

/// Asks what the device must be set to in order to convert to `width` × `height` or the nearest.
/// Fills `source`, which is then to be set on the device, and the size that comes out of it.
/// 0, or -1 where nothing can be converted.
int kuzet_converter_try(
    kuzet_converter *converter, uint32_t width, uint32_t height, struct v4l2_format *source,
    uint32_t *resultWidth, uint32_t *resultHeight);

/// Converts one picture of the format that the device was set to. `target` holds Y, then U, then
/// V, packed; the planes of an odd size are rounded down by the library, so sizes must be even.
/// 0, or -1 where the picture is damaged.
int kuzet_converter_convert(
    kuzet_converter *converter, const struct v4l2_format *source, const uint8_t *bytes,
    size_t byteCount, uint8_t *target, size_t targetByteCount);

/// Why the last call failed.
const char *kuzet_converter_text(kuzet_converter *converter);
