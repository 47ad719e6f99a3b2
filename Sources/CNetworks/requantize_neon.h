// Sums to codes, and rows as the matrix kernels read them.
#pragma once

#if defined(__aarch64__)
#include <arm_neon.h>

#include "packed.h"

/// Of four channels.
typedef struct {
    int32x4_t first, multipliers, left, right; ///< `right` is negative: a shift to the left.
} four_channels;

BODY four_channels load_four(const networks_channels *channels, int quarter) {
    return (four_channels){
        vld1q_s32(channels->first + 4 * quarter), vld1q_s32(channels->multipliers + 4 * quarter),
        vld1q_s32(channels->left + 4 * quarter),
        vnegq_s32(vld1q_s32(channels->right + 4 * quarter))};
}

/// Each code, less the zero point. vqrdmulh is the source's product: multipliers are positive, so
/// its one saturating case never comes. vrshl rounds half up, and has one more bit than the sum.
/// `is_half_up` is a constant.
BODY int32x4_t scale_neon(int32x4_t sums, four_channels channels, int is_half_up) {
    if (is_half_up) return vrshlq_s32(vqrdmulhq_s32(sums, channels.multipliers), channels.right);
    int32x4_t high = vqrdmulhq_s32(vshlq_s32(sums, channels.left), channels.multipliers);
    // Half away from zero. Cannot overflow: `high` is never the least integer.
    int32x4_t towards = vsraq_n_s32(high, vandq_s32(high, channels.right), 31);
    return vrshlq_s32(towards, channels.right);
}

/// What all channels share.
typedef struct {
    int16x8_t zero;
    int8x16_t minimum, maximum;
} sixteen_codes;

BODY sixteen_codes load_codes(const networks_codes *codes) {
    return (sixteen_codes){
        vdupq_n_s16((int16_t)codes->zero), vdupq_n_s8(codes->minimum), vdupq_n_s8(codes->maximum)};
}

/// Sixteen codes of what `scale_neon` gave. Saturation changes nothing that the limits leave: zero
/// points and codes have eight bits.
BODY int8x16_t codes_neon(
    int32x4_t a, int32x4_t b, int32x4_t c, int32x4_t d, sixteen_codes codes) {
    int16x8_t low = vqmovn_high_s32(vqmovn_s32(a), b), high = vqmovn_high_s32(vqmovn_s32(c), d);
    int8x16_t packed = vqmovn_high_s16(
        vqmovn_s16(vqaddq_s16(low, codes.zero)), vqaddq_s16(high, codes.zero));
    return vminq_s8(vmaxq_s8(packed, codes.minimum), codes.maximum);
}

/// Writes the first `count` codes of sixteen.
BODY void store_neon(int8_t *into, int8x16_t codes, ptrdiff_t count) {
    if (count >= 16) {
        vst1q_s8(into, codes);
    } else if (count == 8) {
        vst1_s8(into, vget_low_s8(codes));
    } else {
        int8_t all[16];
        vst1q_s8(all, codes);
        memcpy(into, all, (size_t)count);
    }
}

/// Copies rows next to each other, four by four: `unit` codes of the first, of the second, of the third,
/// of the fourth, the next `unit` of the first. Zeros where a row or the rows end. `unit` is 16 or 32.
BODY void interleave_neon(
    const networks_packed *matrix, const int8_t *rows, ptrdiff_t row_stride, ptrdiff_t row_count,
    ptrdiff_t unit, int8_t *into) {
    ptrdiff_t depth = matrix->depth, stride = round_up(depth, unit);
    for (ptrdiff_t row = 0; row < round_up(row_count, 4); row++) {
        const int8_t *from = rows + row * row_stride;
        int8_t *to = into + row / 4 * 4 * stride + row % 4 * unit;
        ptrdiff_t k = 0, end = row < row_count ? depth : 0;
        // What follows in the next rows may stand where a row has ended: weights there are 0.
        if (end > 0 && (row_count - 1 - row) * row_stride >= stride - depth) end = stride;
        for (; k + unit <= end; k += unit, to += 4 * unit) {
            vst1q_s8(to, vld1q_s8(from + k));
            if (unit == 32) vst1q_s8(to + 16, vld1q_s8(from + k + 16));
        }
        for (; k < stride; k += unit, to += 4 * unit) {
            memset(to, 0, (size_t)unit);
            if (k < end) memcpy(to, from + k, (size_t)(end - k));
        }
    }
}

/// What a weight zero point adds to all sums of each row.
static inline void row_terms_neon(
    const networks_packed *matrix, const int8_t *rows, ptrdiff_t row_stride, ptrdiff_t row_count,
    int32_t *terms) {
    memset(terms, 0, (size_t)round_up(row_count, 4) * sizeof(*terms));
    if (matrix->weight_zero == 0) return;
    for (ptrdiff_t row = 0; row < row_count; row++) {
        const int8_t *from = rows + row * row_stride;
        int32x4_t sums = vdupq_n_s32(0);
        ptrdiff_t k = 0;
        for (; k + 16 <= matrix->depth; k += 16)
            sums = vpadalq_s16(sums, vpaddlq_s8(vld1q_s8(from + k)));
        uint32_t sum = (uint32_t)vaddvq_s32(sums);
        for (; k < matrix->depth; k++) sum += (uint32_t)from[k];
        terms[row] = (int32_t)(0u - sum * (uint32_t)matrix->weight_zero);
    }
}
#endif
