// Words of SiLU to codes, sixteen channels at a time: tables of sixty-four bytes are one instruction.
#include "requantize_neon.h"

#if defined(__aarch64__)
/// Of eight channels.
typedef struct {
    int16x8_t magnitude, most, exponent, gain, back;
} eight_channels;

BODY eight_channels load_eight(const networks_bends *silu, int half) {
    return (eight_channels){
        vld1q_s16(silu->magnitude + 8 * half), vld1q_s16(silu->most + 8 * half),
        vld1q_s16(silu->exponent + 8 * half), vld1q_s16(silu->gain + 8 * half),
        vld1q_s16(silu->back + 8 * half)};
}

/// |v| in Q12.
BODY int16x8_t magnitude_of(int16x8_t y, const eight_channels *eight) {
    int16x8_t t = vqrdmulhq_s16(vqabsq_s16(y), eight->magnitude);
    return vshlq_s16(vminq_s16(t, eight->most), eight->exponent);
}

/// h, shifted to the left by seven, as `height` at the beginning of t's place is.
BODY int16x8_t height_of(int16x8_t height, int16x8_t slope, int16x8_t t) {
    return vsraq_n_s16(height, vmulq_s16(slope, vandq_s16(t, vdupq_n_s16(511))), 2);
}

/// As in silu_avx2.c, nothing can overflow.
BODY int16x8_t result_of(
    int16x8_t y, int16x8_t h, const eight_channels *eight, int16x8_t zero) {
    int16x8_t result =
        vsubq_s16(vmaxq_s16(y, vdupq_n_s16(0)), vqrdmulhq_s16(h, eight->gain));
    return vaddq_s16(vrshlq_s16(result, eight->back), zero);
}

/// What h is in the middle of each place, shifted to the left by seven: 64 times the heights at both of its
/// ends. A byte each.
static const uint8_t upper_middles[64] = {
    13, 38, 60, 78, 93, 105, 114, 120, 124, 126, 127, 126, 124, 120, 116, 111,
    106, 101, 95, 89, 84, 78, 73, 67, 62, 57, 53, 49, 45, 41, 37, 34,
    31, 28, 26, 23, 21, 19, 17, 16, 14, 13, 12, 10, 9, 9, 8, 7,
    6, 5, 5, 4, 4, 3, 3, 3, 2, 2, 2, 2, 1, 1, 1, 0,
};
static const uint8_t lower_middles[64] = {
    128, 128, 0, 64, 64, 0, 0, 128, 128, 192, 64, 64, 0, 128, 64, 128,
    128, 0, 64, 192, 0, 64, 0, 192, 128, 192, 64, 0, 0, 64, 192, 128,
    128, 192, 64, 192, 128, 128, 192, 64, 192, 64, 0, 192, 192, 0, 0, 64,
    128, 192, 64, 192, 64, 192, 64, 0, 192, 128, 64, 0, 192, 128, 128, 192,
};

/// What all rows have in common.
typedef struct {
    uint8x16x4_t heights; ///< Or the upper bytes of middles, and then the lower.
    uint8x16x4_t lower;
    int8x16x4_t slopes;
    int16x8_t zero;
    eight_channels eights[2];
} silu_work;

/// What a block's channels allow: constants in kernels.
enum silu_kind {
    any_silu,
    usual, ///< Exponents and gains are not large: nearly all are so.
    plain, ///< And exponents are 1: more than half.
};

/// Codes of two times eight words, of any channels.
BODY int8x16_t any_codes_of(int16x8_t first, int16x8_t second, const silu_work *work) {
    int16x8_t t[2] = {
        magnitude_of(first, &work->eights[0]), magnitude_of(second, &work->eights[1])};
    // The upper byte of each, less a bit: 0 ... 63.
    uint8x16_t places =
        vshrq_n_u8(vuzp2q_u8(vreinterpretq_u8_s16(t[0]), vreinterpretq_u8_s16(t[1])), 1);
    uint8x16_t h = vqtbl4q_u8(work->heights, places);
    int8x16_t d = vqtbl4q_s8(work->slopes, places);
    int16x8_t low = result_of(
        first, height_of(vreinterpretq_s16_u16(vshll_n_u8(vget_low_u8(h), 7)),
        vmovl_s8(vget_low_s8(d)), t[0]), &work->eights[0], work->zero);
    int16x8_t high = result_of(
        second, height_of(vreinterpretq_s16_u16(vshll_high_n_u8(h, 7)), vmovl_high_s8(d), t[1]),
        &work->eights[1], work->zero);
    return vqmovn_high_s16(vqmovn_s16(low), high);
}

/// The same of channels that are usual. |v| is in Q11, half of Q12, of which the last bit is 0 in any
/// case: a byte for the place, and one for how far it is from there, which, less 128, is how far it is
/// from the middle. Beyond 8 |v| is a place of 64 or more, for which tables have 0; what h is there, 12 at
/// most, no usual gain makes 1.
BODY int8x16_t usual_codes_of(
    int16x8_t first, int16x8_t second, const silu_work *work, enum silu_kind kind) {
    const eight_channels *eights = work->eights;
    int16x8_t y[2] = {first, second};
    int8x16_t t[2];
    UNROLL for (int half = 0; half < 2; half++) {
        int16x8_t size = vqrdmulhq_s16(vqabsq_s16(y[half]), eights[half].magnitude);
        if (kind != plain) size = vqshlq_s16(size, eights[half].exponent);
        t[half] = vreinterpretq_s8_s16(size);
    }
    uint8x16_t places = vreinterpretq_u8_s8(vuzp2q_s8(t[0], t[1]));
    int8x16_t rest = veorq_s8(vuzp1q_s8(t[0], t[1]), vdupq_n_s8(-128));
    uint8x16_t upper = vqtbl4q_u8(work->heights, places);
    uint8x16_t lower = vqtbl4q_u8(work->lower, places);
    int8x16_t d = vqtbl4q_s8(work->slopes, places);
    int16x8_t h[2] = {
        vreinterpretq_s16_u8(vzip1q_u8(lower, upper)),
        vreinterpretq_s16_u8(vzip2q_u8(lower, upper))};
    h[0] = vsraq_n_s16(h[0], vmull_s8(vget_low_s8(d), vget_low_s8(rest)), 1);
    h[1] = vsraq_n_s16(h[1], vmull_high_s8(d, rest), 1);
    return vqmovn_high_s16(
        vqmovn_s16(result_of(first, h[0], &eights[0], work->zero)),
        result_of(second, h[1], &eights[1], work->zero));
}

/// Of sixteen channels.
BODY enum silu_kind kind_of(const networks_bends *silu) {
    int16x8_t exponents = vmaxq_s16(vld1q_s16(silu->exponent), vld1q_s16(silu->exponent + 8));
    int16x8_t gains = vmaxq_s16(vld1q_s16(silu->gain), vld1q_s16(silu->gain + 8));
    int exponent = vmaxvq_s16(exponents);
    if (exponent > 4 || vmaxvq_s16(gains) > 16383 / 12) return any_silu;
    return exponent > 1 ? usual : plain;
}

BODY int8x16_t sixteen_codes_of(
    int16x8_t first, int16x8_t second, const silu_work *work, enum silu_kind kind) {
    return kind == any_silu ? any_codes_of(first, second, work)
        : usual_codes_of(first, second, work, kind);
}

/// `width`, 16 or 8, `is_whole`, whether all that many are stored, and `kind` are constants. Of eight
/// channels two rows go side by side.
BODY void silu_rows(
    const networks_bends *silu, const int16_t *words, ptrdiff_t row_count, int32_t zero,
    int8_t *codes, ptrdiff_t code_stride, ptrdiff_t count, int width, int is_whole,
    enum silu_kind kind) {
    silu_work work = {
        .heights = vld1q_u8_x4(kind == any_silu ? networks_silu_heights : upper_middles),
        .lower = vld1q_u8_x4(lower_middles),
        .slopes = vld1q_s8_x4(networks_silu_slopes),
        .zero = vdupq_n_s16((int16_t)zero),
        .eights = {load_eight(silu, 0), load_eight(silu, width == 16)},
    };
    if (kind == usual)
        UNROLL for (int half = 0; half < 2; half++)
            work.eights[half].exponent =
                vsubq_s16(work.eights[half].exponent, vdupq_n_s16(1));
    if (is_whole) count = width;
    if (width == 8) {
        for (; row_count >= 2; row_count -= 2, words += 32, codes += 2 * code_stride) {
            int8x16_t two =
                sixteen_codes_of(vld1q_s16(words), vld1q_s16(words + 16), &work, kind);
            store_neon(codes, two, count);
            store_neon(codes + code_stride, vextq_s8(two, two, 8), count);
        }
    }
    _Pragma("clang loop unroll_count(2)")
    for (; row_count > 0; row_count--, words += 16, codes += code_stride)
        store_neon(
            codes, sixteen_codes_of(vld1q_s16(words), vld1q_s16(words + 8), &work, kind), count);
}

void networks_silu_neon(
    const networks_bends *silu, const int16_t *words, ptrdiff_t row_count, int32_t zero,
    int8_t *codes, ptrdiff_t code_stride, ptrdiff_t count) {
#define ROWS(width, is_whole, kind) \
    silu_rows(silu, words, row_count, zero, codes, code_stride, count, width, is_whole, kind)
    enum silu_kind kind = kind_of(silu);
    if (count >= 16 && kind == plain)
        ROWS(16, 1, plain);
    else if (count >= 16 && kind == usual)
        ROWS(16, 1, usual);
    else if (count == 8 && kind != any_silu)
        ROWS(8, 1, usual);
    else if (count > 8)
        ROWS(16, 0, any_silu);
    else
        ROWS(8, 0, any_silu);
}
#endif
