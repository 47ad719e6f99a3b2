// JPEGs of every kind that cameras and programs write, for tests: the firmware itself writes only
// one.
#pragma once

#include <stddef.h>
#include <stdint.h>

enum test_jpeg_color { TEST_JPEG_GREY, TEST_JPEG_YCBCR, TEST_JPEG_RGB, TEST_JPEG_CMYK, TEST_JPEG_YCCK };

struct test_jpeg {
    enum test_jpeg_color color;
    int width, height;
    /// Luma samples per chroma sample, each way.
    int across, down;
    int is_progressive, is_arithmetic;
    /// One scan for each component.
    int is_apart;
    /// Blocks between restart markers; 0 for none.
    int restart_interval;
};

/// A grey slope: 40 in the upper left corner, 220 in the lower right one.
///
/// - Returns: how many bytes it took; 0 where it cannot be written.
size_t test_jpeg_write(const struct test_jpeg *wanted, uint8_t *bytes, size_t capacity);

/// The luma of a sample of it, before compression.
uint8_t test_jpeg_luma(const struct test_jpeg *wanted, int x, int y);
