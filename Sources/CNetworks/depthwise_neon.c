// Sixteen channels at a time; two taps where no weight is -128 and there is no weight zero point.
#include "requantize_neon.h"

#if defined(__aarch64__)
/// Pixels whose blocks follow each other, so that taps are still in the first cache.
enum { pixels_in_run = 16 };

/// Sixteen codes, or the `count` that there are.
BODY int8x16_t load(const int8_t *codes, ptrdiff_t count) {
    if (count >= 16) return vld1q_s8(codes);
    int8_t all[16] = {0};
    if (count == 8)
        memcpy(all, codes, 8);
    else
        memcpy(all, codes, (size_t)count);
    return vld1q_s8(all);
}

/// A tap's product with weights of 16 bits.
BODY void add_wide(int32x4_t *sums, int8x16_t x, const int16_t *weights) {
    int16x8_t low = vmovl_s8(vget_low_s8(x)), high = vmovl_high_s8(x);
    int16x8_t first = vld1q_s16(weights), second = vld1q_s16(weights + 8);
    sums[0] = vmlal_s16(sums[0], vget_low_s16(low), vget_low_s16(first));
    sums[1] = vmlal_high_s16(sums[1], low, first);
    sums[2] = vmlal_s16(sums[2], vget_low_s16(high), vget_low_s16(second));
    sums[3] = vmlal_high_s16(sums[3], high, second);
}

BODY void add_products(int32x4_t *sums, int16x8_t low, int16x8_t high) {
    sums[0] = vaddw_s16(sums[0], vget_low_s16(low));
    sums[1] = vaddw_high_s16(sums[1], low);
    sums[2] = vaddw_s16(sums[2], vget_low_s16(high));
    sums[3] = vaddw_high_s16(sums[3], high);
}

/// All pixels of one block. `is_wide` is a constant once this is inlined, and so are `depth` and
/// `count` where they are usual.
BODY void filter_block(
    const void *packed, const networks_channels *channels, const int8_t *const *taps,
    ptrdiff_t first, ptrdiff_t pixel_count, int8_t *codes, ptrdiff_t code_stride,
    sixteen_codes limits, ptrdiff_t depth, ptrdiff_t count, int is_wide) {
    four_channels fours[4];
    UNROLL for (int v = 0; v < 4; v++) fours[v] = load_four(channels, v);
    for (ptrdiff_t pixel = 0; pixel < pixel_count; pixel++, taps += depth, codes += code_stride) {
        const int16_t *wide = packed;
        const int8_t *weights = packed;
        int32x4_t sums[4];
        UNROLL for (int v = 0; v < 4; v++) sums[v] = fours[v].first;
        ptrdiff_t tap = 0;
        if (is_wide) {
            for (; tap < depth; tap++)
                add_wide(sums, load(taps[tap] + first, count), wide + 16 * tap);
        }
        // Cannot overflow: each of two products is at most 128 * 127.
        for (; tap + 2 <= depth; tap += 2) {
            int8x16_t a = load(taps[tap] + first, count), b = load(taps[tap + 1] + first, count);
            int8x16_t v = vld1q_s8(weights + 16 * tap), w = vld1q_s8(weights + 16 * tap + 16);
            int16x8_t low = vmull_s8(vget_low_s8(a), vget_low_s8(v));
            low = vmlal_s8(low, vget_low_s8(b), vget_low_s8(w));
            add_products(sums, low, vmlal_high_s8(vmull_high_s8(a, v), b, w));
        }
        if (tap < depth) {
            int8x16_t a = load(taps[tap] + first, count), v = vld1q_s8(weights + 16 * tap);
            add_products(sums, vmull_s8(vget_low_s8(a), vget_low_s8(v)), vmull_high_s8(a, v));
        }
        UNROLL for (int v = 0; v < 4; v++) sums[v] = scale_neon(sums[v], fours[v]);
        store_neon(
            codes + first, codes_neon(sums[0], sums[1], sums[2], sums[3], limits), count);
    }
}

#define FILTER(depth, count, is_wide) \
    filter_block( \
        weights, channels, taps, first, run, codes, code_stride, limits, depth, count, is_wide)

void networks_filter_neon(
    const networks_packed *filters, const int8_t *const *taps, ptrdiff_t pixel_count,
    int8_t *codes, ptrdiff_t code_stride) {
    ptrdiff_t depth = filters->depth, count = filters->count;
    ptrdiff_t block_size = 16 * depth * (filters->is_wide ? 2 : 1);
    sixteen_codes limits = load_codes(&filters->codes);
    for (; pixel_count > 0; pixel_count -= pixels_in_run) {
        ptrdiff_t run = least(pixels_in_run, pixel_count);
        for (ptrdiff_t block = 0; block * 16 < count; block++) {
            const int8_t *weights = (const int8_t *)filters->weights + block * block_size;
            const networks_channels *channels = filters->channels + block;
            ptrdiff_t first = first_channel(block, count);
            if (filters->is_wide)
                FILTER(depth, count, 1);
            else if (depth == 9 && count >= 16)
                FILTER(9, 16, 0);
            else
                FILTER(depth, count, 0);
        }
        taps += run * depth;
        codes += run * code_stride;
    }
}
#endif
