// Words of SiLU to codes, sixteen channels at a time: tables of sixty-four bytes are one instruction.
#include "requantize_neon.h"

#if defined(__aarch64__)
/// Of eight channels.
typedef struct {
    int16x8_t magnitude, most, exponent, gain, back;
} eight_channels;

BODY eight_channels load_eight(const networks_silu_channels *silu, int half) {
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

/// `height` is shifted to the left by seven. As in silu_avx2.c, nothing can overflow.
BODY int16x8_t result_of(
    int16x8_t y, int16x8_t t, int16x8_t height, int16x8_t slope, const eight_channels *eight,
    int16x8_t zero) {
    int16x8_t rest = vandq_s16(t, vdupq_n_s16(511));
    int16x8_t h = vsraq_n_s16(height, vmulq_s16(slope, rest), 2);
    int16x8_t result =
        vsubq_s16(vmaxq_s16(y, vdupq_n_s16(0)), vqrdmulhq_s16(h, eight->gain));
    return vaddq_s16(vrshlq_s16(result, eight->back), zero);
}

/// What all rows have in common.
typedef struct {
    uint8x16x4_t heights;
    int8x16x4_t slopes;
    int16x8_t zero;
    eight_channels eights[2];
} silu_work;

/// Codes of two times eight words.
BODY int8x16_t sixteen_codes_of(int16x8_t first, int16x8_t second, const silu_work *work) {
    int16x8_t t[2] = {
        magnitude_of(first, &work->eights[0]), magnitude_of(second, &work->eights[1])};
    // The upper byte of each, less a bit: 0 ... 63.
    uint8x16_t places =
        vshrq_n_u8(vuzp2q_u8(vreinterpretq_u8_s16(t[0]), vreinterpretq_u8_s16(t[1])), 1);
    uint8x16_t h = vqtbl4q_u8(work->heights, places);
    int8x16_t d = vqtbl4q_s8(work->slopes, places);
    int16x8_t low = result_of(
        first, t[0], vreinterpretq_s16_u16(vshll_n_u8(vget_low_u8(h), 7)),
        vmovl_s8(vget_low_s8(d)), &work->eights[0], work->zero);
    int16x8_t high = result_of(
        second, t[1], vreinterpretq_s16_u16(vshll_high_n_u8(h, 7)), vmovl_high_s8(d),
        &work->eights[1], work->zero);
    return vqmovn_high_s16(vqmovn_s16(low), high);
}

/// `width`, 16 or 8, and `is_whole`, whether all that many are stored, are constants. Of eight channels
/// two rows go side by side.
BODY void silu_rows(
    const networks_silu_channels *silu, const int16_t *words, ptrdiff_t row_count, int32_t zero,
    int8_t *codes, ptrdiff_t code_stride, ptrdiff_t count, int width, int is_whole) {
    const silu_work work = {
        vld1q_u8_x4(networks_silu_heights), vld1q_s8_x4(networks_silu_slopes),
        vdupq_n_s16((int16_t)zero), {load_eight(silu, 0), load_eight(silu, width == 16)}};
    if (is_whole) count = width;
    if (width == 8) {
        for (; row_count >= 2; row_count -= 2, words += 32, codes += 2 * code_stride) {
            int8x16_t two = sixteen_codes_of(vld1q_s16(words), vld1q_s16(words + 16), &work);
            store_neon(codes, two, count);
            store_neon(codes + code_stride, vextq_s8(two, two, 8), count);
        }
    }
    for (; row_count > 0; row_count--, words += 16, codes += code_stride)
        store_neon(
            codes, sixteen_codes_of(vld1q_s16(words), vld1q_s16(words + 8), &work), count);
}

void networks_silu_neon(
    const networks_silu_channels *silu, const int16_t *words, ptrdiff_t row_count, int32_t zero,
    int8_t *codes, ptrdiff_t code_stride, ptrdiff_t count) {
#define ROWS(width, is_whole) \
    silu_rows(silu, words, row_count, zero, codes, code_stride, count, width, is_whole)
    if (count >= 16)
        ROWS(16, 1);
    else if (count > 8)
        ROWS(16, 0);
    else if (count == 8)
        ROWS(8, 1);
    else
        ROWS(8, 0);
}
#endif
