// Codes of two inputs added, sixteen at a time.
#include "requantize_neon.h"

#if defined(__aarch64__)
/// Four terms of one input, of codes less their zero point.
BODY int32x4_t term(int16x4_t codes, int32x4_t left, four_channels scale) {
    return scale_neon(vshlq_s32(vmovl_s16(codes), left), scale, any_scaling);
}

ptrdiff_t networks_add_neon(
    const networks_adder *adder, const int8_t *one, const int8_t *other, ptrdiff_t count,
    int8_t *codes) {
    four_channels first = load_four(&adder->terms[0], 0), second = load_four(&adder->terms[1], 0);
    four_channels last = load_four(&adder->sum, 0);
    sixteen_codes limits = load_codes(&adder->codes);
    int32x4_t left = vdupq_n_s32(adder->left);
    // A code less its zero point has nine bits.
    int8x8_t zeros[2] = {
        vdup_n_s8((int8_t)adder->zeros[0]), vdup_n_s8((int8_t)adder->zeros[1])};
    ptrdiff_t k = 0;
    for (; k + 16 <= count; k += 16) {
        int8x16_t x = vld1q_s8(one + k), y = vld1q_s8(other + k);
        int16x8_t a[2] = {
            vsubl_s8(vget_low_s8(x), zeros[0]), vsubl_s8(vget_high_s8(x), zeros[0])};
        int16x8_t b[2] = {
            vsubl_s8(vget_low_s8(y), zeros[1]), vsubl_s8(vget_high_s8(y), zeros[1])};
        int32x4_t sums[4];
        UNROLL for (int v = 0; v < 4; v++) {
            int16x8_t wide_a = a[v / 2], wide_b = b[v / 2];
            int32x4_t p = term(
                v % 2 ? vget_high_s16(wide_a) : vget_low_s16(wide_a), left, first);
            int32x4_t q = term(
                v % 2 ? vget_high_s16(wide_b) : vget_low_s16(wide_b), left, second);
            sums[v] = scale_neon(
                adder->is_difference ? vsubq_s32(p, q) : vaddq_s32(p, q), last, any_scaling);
        }
        vst1q_s8(codes + k, codes_neon(sums, limits, any_scaling));
    }
    return k;
}
#endif
