// Codes of two inputs added, sixteen at a time.
#include "requantize_neon.h"

#if defined(__aarch64__)
/// How an input's codes become terms: constants in kernels. The larger of two scales has a factor of one
/// half, which is exact: one bit less to the left.
enum way { scaled, shifted_right, halved };

static enum way way_of(const networks_channels *term) {
    if (term->right[0] > 0) return shifted_right;
    int is_half = term->left[0] == 0 && term->multipliers[0] == 1 << 30;
    return is_half ? halved : scaled;
}

typedef struct {
    int8x8_t zero;
    int16x8_t left; ///< Less 16.
    four_channels scale;
} one_input;

BODY one_input load_input(const networks_adder *adder, int input, enum way way) {
    return (one_input){
        vdup_n_s8((int8_t)adder->zeros[input]),
        vdupq_n_s16((int16_t)(adder->left - 16 - (way == halved))),
        load_four(&adder->terms[input], 0),
    };
}

/// Sixteen terms. A code less its zero point has nine bits, with those to its left at most 30: the upper
/// half of a lane has all that are not zero.
BODY void terms_of(int8x16_t codes, one_input input, int32x4_t terms[4], enum way way) {
    int16x8_t zero = vdupq_n_s16(0);
    int16x8_t wide[2] = {
        vshlq_s16(vsubl_s8(vget_low_s8(codes), input.zero), input.left),
        vshlq_s16(vsubl_s8(vget_high_s8(codes), input.zero), input.left)};
    UNROLL for (int half = 0; half < 2; half++) {
        terms[2 * half] = vreinterpretq_s32_s16(vzip1q_s16(zero, wide[half]));
        terms[2 * half + 1] = vreinterpretq_s32_s16(vzip2q_s16(zero, wide[half]));
    }
    if (way == halved) return;
    UNROLL for (int v = 0; v < 4; v++)
        terms[v] = scale_neon(terms[v], input.scale, way == scaled ? any_scaling : linear);
}

BODY ptrdiff_t add(
    const networks_adder *adder, const int8_t *one, const int8_t *other, ptrdiff_t count,
    int8_t *codes, enum way one_way, enum way other_way) {
    enum scaling scaling = one_way == scaled ? any_scaling : linear;
    one_input first = load_input(adder, 0, one_way), second = load_input(adder, 1, other_way);
    four_channels last = load_four(&adder->sum, 0);
    sixteen_codes limits = load_codes(&adder->codes);
    int32x4_t sign = vdupq_n_s32(adder->is_difference ? -1 : 1);
    ptrdiff_t k = 0;
    for (; k + 16 <= count; k += 16) {
        int32x4_t p[4], q[4];
        terms_of(vld1q_s8(one + k), first, p, one_way);
        terms_of(vld1q_s8(other + k), second, q, other_way);
        UNROLL for (int v = 0; v < 4; v++)
            p[v] = scale_neon(vmlaq_s32(p[v], q[v], sign), last, scaling);
        vst1q_s8(codes + k, codes_neon(p, limits, any_scaling));
    }
    return k;
}

ptrdiff_t networks_add_neon(
    const networks_adder *adder, const int8_t *one, const int8_t *other, ptrdiff_t count,
    int8_t *codes) {
    enum way first = way_of(&adder->terms[0]), second = way_of(&adder->terms[1]);
    if (way_of(&adder->sum) == shifted_right) {
        if (first == halved && second == shifted_right)
            return add(adder, one, other, count, codes, halved, shifted_right);
        if (first == shifted_right && second == halved)
            return add(adder, one, other, count, codes, shifted_right, halved);
        if (first == shifted_right && second == shifted_right)
            return add(adder, one, other, count, codes, shifted_right, shifted_right);
    }
    return add(adder, one, other, count, codes, scaled, scaled);
}
#endif
