#include "lanes.h"

BODY void body_yuyv_luma(
    kernel_plane yuyv, kernel_target luma, ptrdiff_t width, ptrdiff_t height) {
    for (ptrdiff_t y = 0; y < height; y++) {
        const uint8_t *in = yuyv.base + y * yuyv.stride;
        uint8_t *out = luma.base + y * luma.stride;
        ptrdiff_t x = 0;
        for (; x + 16 <= width; x += 16) {
            u16x16 pairs;
            LOAD(pairs, in + 2 * x);
            u8x16 bytes = __builtin_convertvector(pairs & 255, u8x16);
            STORE(out + x, bytes);
        }
        for (; x < width; x++) out[x] = in[2 * x];
    }
}
KERNEL(
    void, yuyv_luma,
    (kernel_plane yuyv, kernel_target luma, ptrdiff_t width, ptrdiff_t height),
    (yuyv, luma, width, height))

BODY void body_yuyv_chroma_row(
    const uint8_t *upper, const uint8_t *lower, uint8_t *chroma, ptrdiff_t width) {
    ptrdiff_t x = 0;
    for (; x + 16 <= width; x += 16) {
        u16x16 a, b;
        LOAD(a, upper + 2 * x);
        LOAD(b, lower + 2 * x);
        u16x16 means = ((a >> 8) + (b >> 8) + 1) >> 1;
        u8x16 bytes = __builtin_convertvector(means, u8x16);
        STORE(chroma + x, bytes);
    }
    for (; x < width; x++) chroma[x] = (uint8_t)((upper[2 * x + 1] + lower[2 * x + 1] + 1) >> 1);
}
KERNEL(
    void, yuyv_chroma_row,
    (const uint8_t *upper, const uint8_t *lower, uint8_t *chroma, ptrdiff_t width),
    (upper, lower, chroma, width))

BODY void body_hide_luma_row(const uint8_t *inside, uint8_t *luma, ptrdiff_t width) {
    ptrdiff_t x = 0;
    for (; x + 16 <= width; x += 16) {
        u8x16 mask, pixels;
        LOAD(mask, inside + x);
        LOAD(pixels, luma + x);
        u8x16 hidden = (u8x16)(mask != 0);
        pixels = (hidden & 16) | (~hidden & pixels);
        STORE(luma + x, pixels);
    }
    for (; x < width; x++) {
        if (inside[x]) luma[x] = 16;
    }
}
KERNEL(
    void, hide_luma_row, (const uint8_t *inside, uint8_t *luma, ptrdiff_t width),
    (inside, luma, width))

BODY void body_hide_chroma_row(
    const uint8_t *upper, const uint8_t *lower, uint8_t *chroma, ptrdiff_t width) {
    ptrdiff_t x = 0;
    for (; x + 16 <= width; x += 16) {
        u16x8 a, b;
        u8x16 samples;
        LOAD(a, upper + x);
        LOAD(b, lower + x);
        LOAD(samples, chroma + x);
        // One lane is two pixels side by side, and also one pair of Cb and Cr.
        u8x16 hidden = (u8x16)((a | b) != 0);
        samples = (hidden & 128) | (~hidden & samples);
        STORE(chroma + x, samples);
    }
    for (; x < width; x++) {
        if (upper[x] | lower[x]) chroma[x & ~(ptrdiff_t)1] = chroma[x | 1] = 128;
    }
}
KERNEL(
    void, hide_chroma_row,
    (const uint8_t *upper, const uint8_t *lower, uint8_t *chroma, ptrdiff_t width),
    (upper, lower, chroma, width))
