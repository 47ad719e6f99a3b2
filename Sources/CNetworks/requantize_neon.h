// Sums to codes, and what weight zero points add to them.
#pragma once

#if defined(__aarch64__)
#include <arm_neon.h>

#include "packed.h"

/// How sums become codes, by what a layer allows: a constant in kernels.
enum scaling {
    any_scaling,
    linear,    ///< `networks_away` and narrow, and codes have no limits but their own.
    rectified, ///< `networks_half_up`, and codes are the zero point's, -128, to 127.
    narrow,    ///< As well, and narrow.
    any_words,    ///< Words for SiLU are made of sums.
    linear_words, ///< As well, and `networks_away`.
};

BODY enum ending ending_of(enum scaling scaling) {
    return scaling == any_words || scaling == linear_words ? to_words : to_codes;
}

BODY enum scaling scaling_of(const networks_packed *packed) {
    networks_codes codes = packed->codes;
    if (packed->bends) return packed->rounding == networks_away ? linear_words : any_words;
    if (codes.minimum != -128 || codes.maximum != 127) return any_scaling;
    if (packed->rounding == networks_half_up && codes.zero == -128)
        return packed->is_narrow ? narrow : rectified;
    return packed->rounding == networks_away && packed->is_narrow ? linear : any_scaling;
}

/// Calls with a scaling that is a constant.
#define WITH_SCALING(scaling, call) \
    switch (scaling) { \
    case any_scaling: call(any_scaling); break; \
    case linear: call(linear); break; \
    case rectified: call(rectified); break; \
    case narrow: call(narrow); break; \
    case any_words: call(any_words); break; \
    case linear_words: call(linear_words); break; \
    }

/// Whether some channels' sums may be shifted to the left.
BODY int shifts_left(enum scaling scaling) {
    return scaling == any_scaling || scaling == any_words;
}

/// Of four channels.
typedef struct {
    int32x4_t multipliers, left, back;
} four_channels;

BODY four_channels load_four(const networks_channels *channels, int quarter) {
    return (four_channels){
        vld1q_s32(channels->multipliers + 4 * quarter), vld1q_s32(channels->left + 4 * quarter),
        vld1q_s32(channels->back + 4 * quarter)};
}

/// Of sixteen, in few instructions. `scaling` says what is used.
typedef struct {
    int32x4x4_t multipliers, left, back;
} sixteen_channels;

BODY sixteen_channels load_sixteen(const networks_channels *channels, enum scaling scaling) {
    sixteen_channels sixteen;
    sixteen.multipliers = vld1q_s32_x4(channels->multipliers);
    sixteen.back = vld1q_s32_x4(channels->back);
    sixteen.left = shifts_left(scaling) ? vld1q_s32_x4(channels->left) : sixteen.back;
    return sixteen;
}

BODY four_channels quarter_of(const sixteen_channels *sixteen, int quarter) {
    return (four_channels){
        sixteen->multipliers.val[quarter], sixteen->left.val[quarter], sixteen->back.val[quarter]};
}

/// Each code, less the zero point. vqrdmulh is the source's product: multipliers are positive, so
/// its one saturating case never comes. vrshl rounds half up, and has one more bit than the sum.
BODY int32x4_t scale_neon(int32x4_t sums, four_channels channels, enum scaling scaling) {
    if (shifts_left(scaling)) sums = vshlq_s32(sums, channels.left);
    int32x4_t high = vqrdmulhq_s32(sums, channels.multipliers);
    // Half away from zero, where something is shifted. Cannot overflow: `high` is never the least
    // integer.
    if (shifts_left(scaling)) high = vsraq_n_s32(high, vandq_s32(high, channels.back), 31);
    if (scaling == linear || scaling == linear_words) high = vsraq_n_s32(high, high, 31);
    return vrshlq_s32(high, channels.back);
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
/// points and codes have eight bits; narrow ones need none. Rectified codes are 0 ... 255 less 128: the
/// top bit flipped.
BODY int8x16_t codes_neon(const int32x4_t sums[4], sixteen_codes codes, enum scaling scaling) {
    int16x8_t low, high;
    if (scaling == any_scaling || scaling == rectified) {
        low = vqmovn_high_s32(vqmovn_s32(sums[0]), sums[1]);
        high = vqmovn_high_s32(vqmovn_s32(sums[2]), sums[3]);
    } else {
        low = vuzp1q_s16(vreinterpretq_s16_s32(sums[0]), vreinterpretq_s16_s32(sums[1]));
        high = vuzp1q_s16(vreinterpretq_s16_s32(sums[2]), vreinterpretq_s16_s32(sums[3]));
    }
    if (scaling == rectified || scaling == narrow)
        return vreinterpretq_s8_u8(
            veorq_u8(vqmovun_high_s16(vqmovun_s16(low), high), vdupq_n_u8(128)));
    int8x16_t packed = vqmovn_high_s16(
        vqmovn_s16(vqaddq_s16(low, codes.zero)), vqaddq_s16(high, codes.zero));
    if (scaling == linear) return packed;
    return vminq_s8(vmaxq_s8(packed, codes.minimum), codes.maximum);
}

/// Sixteen words of what `scale_neon` gave; eight if `width`, a constant, is 8.
BODY void store_words(int8_t *into, const int32x4_t *sums, int width) {
    // Of words, whatever else stands there.
    int16_t *words = (int16_t *)(void *)into;
    int16x8_t low = vqmovn_high_s32(vqmovn_s32(sums[0]), sums[1]);
    if (width == 8) {
        vst1q_s16(words, low);
        return;
    }
    int16x8x2_t both = {{low, vqmovn_high_s32(vqmovn_s32(sums[2]), sums[3])}};
    vst1q_s16_x2(words, both);
}

/// Sixteen sums, or eight, to words.
BODY void scale_words(
    int8_t *into, int32x4_t *sums, const sixteen_channels *channels, int width,
    enum scaling scaling) {
    UNROLL for (int v = 0; v < width / 4; v++)
        sums[v] = scale_neon(sums[v], quarter_of(channels, v), scaling);
    store_words(into, sums, width);
}

/// Sixteen sums to codes.
BODY int8x16_t sixteen_neon(
    int32x4_t sums[4], const sixteen_channels *channels, sixteen_codes codes,
    enum scaling scaling) {
    UNROLL for (int v = 0; v < 4; v++)
        sums[v] = scale_neon(sums[v], quarter_of(channels, v), scaling);
    return codes_neon(sums, codes, scaling);
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

/// Adds up sixteen codes, four in a lane.
BODY int32x4_t add_codes(int32x4_t sums, int8x16_t codes) {
    return vpadalq_s16(sums, vpaddlq_s8(codes));
}

/// What a weight zero point adds to all sums of each row.
static inline void row_terms_neon(
    const networks_packed *matrix, const int8_t *rows, ptrdiff_t row_stride, ptrdiff_t row_count,
    int32_t *terms) {
    if (matrix->weight_zero == 0) return;
    ptrdiff_t depth = matrix->depth, rest = depth % 16;
    int8_t is_rest[16];
    for (int lane = 0; lane < 16; lane++) is_rest[lane] = lane < 16 - rest ? 0 : -1;
    for (ptrdiff_t row = 0; row < row_count; row += 4) {
        // Past the last row that one again.
        const int8_t *four[4] = {rows + row * row_stride};
        UNROLL for (int n = 1; n < 4; n++)
            four[n] = four[n - 1] + (row + n < row_count ? row_stride : 0);
        int32x4_t sums[4] = {vdupq_n_s32(0), vdupq_n_s32(0), vdupq_n_s32(0), vdupq_n_s32(0)};
        for (ptrdiff_t k = 0; k < depth - rest; k += 16) {
            // One register for all rows: compilers else step four pointers on.
            __asm__("" : "+r"(k));
            UNROLL for (int n = 0; n < 4; n++)
                sums[n] = add_codes(sums[n], vld1q_s8(four[n] + k));
        }
        if (depth >= 16) {
            // The last sixteen again, but for what is added.
            UNROLL for (int n = 0; n < 4; n++)
                sums[n] = add_codes(
                    sums[n], vandq_s8(vld1q_s8(four[n] + depth - 16), vld1q_s8(is_rest)));
        } else {
            int8_t few[64] = {0};
            for (int n = 0; n < 4; n++) memcpy(few + 16 * n, four[n], (size_t)depth);
            UNROLL for (int n = 0; n < 4; n++)
                sums[n] = add_codes(sums[n], vld1q_s8(few + 16 * n));
        }
        int32x4_t all = vpaddq_s32(vpaddq_s32(sums[0], sums[1]), vpaddq_s32(sums[2], sums[3]));
        vst1q_s32(terms + row, vmulq_n_s32(all, -matrix->weight_zero));
    }
}
#endif
