// Codes of two inputs added, sixteen at a time.
#include "requantize_neon.h"

#if defined(__aarch64__)
/// How codes of one input become terms.
typedef struct {
    int8x8_t zero;
    int16x8_t left; ///< Less 16.
    four_channels scale;
} one_input;

/// A factor of one half, which the larger of two scales has, is exact: a code shifted once more to the
/// left and once to the right gives the same term, and is rounded as others are.
static int is_half(const networks_channels *term) {
    return term->right[0] == 0 && term->left[0] == 0 && term->multipliers[0] == 1 << 30;
}

/// Whether all is shifted to the right, then.
static int is_linear(const networks_adder *adder) {
    int is_right = adder->sum.right[0] > 0;
    for (int input = 0; input < 2; input++)
        is_right &= adder->terms[input].right[0] > 0 || is_half(&adder->terms[input]);
    return is_right;
}

BODY one_input load_input(const networks_adder *adder, int input, enum scaling scaling) {
    const networks_channels *term = &adder->terms[input];
    int more = scaling == linear && is_half(term);
    one_input loaded = {
        vdup_n_s8((int8_t)adder->zeros[input]),
        vdupq_n_s16((int16_t)(adder->left - 16 + more)),
        load_four(term, 0),
    };
    if (more) loaded.scale.back = vdupq_n_s32(-1);
    return loaded;
}

/// Sixteen terms. A code less its zero point has nine bits, with those to its left at most 30: the upper
/// half of a lane has all that are not zero.
BODY void terms_of(int8x16_t codes, one_input input, int32x4_t terms[4], enum scaling scaling) {
    int16x8_t zero = vdupq_n_s16(0);
    int16x8_t wide[2] = {
        vshlq_s16(vsubl_s8(vget_low_s8(codes), input.zero), input.left),
        vshlq_s16(vsubl_s8(vget_high_s8(codes), input.zero), input.left)};
    UNROLL for (int half = 0; half < 2; half++) {
        terms[2 * half] = vreinterpretq_s32_s16(vzip1q_s16(zero, wide[half]));
        terms[2 * half + 1] = vreinterpretq_s32_s16(vzip2q_s16(zero, wide[half]));
    }
    UNROLL for (int v = 0; v < 4; v++) terms[v] = scale_neon(terms[v], input.scale, scaling);
}

BODY ptrdiff_t add(
    const networks_adder *adder, const int8_t *one, const int8_t *other, ptrdiff_t count,
    int8_t *codes, enum scaling scaling) {
    one_input first = load_input(adder, 0, scaling), second = load_input(adder, 1, scaling);
    four_channels last = load_four(&adder->sum, 0);
    sixteen_codes limits = load_codes(&adder->codes);
    int32x4_t sign = vdupq_n_s32(adder->is_difference ? -1 : 1);
    ptrdiff_t k = 0;
    for (; k + 16 <= count; k += 16) {
        int32x4_t p[4], q[4];
        terms_of(vld1q_s8(one + k), first, p, scaling);
        terms_of(vld1q_s8(other + k), second, q, scaling);
        UNROLL for (int v = 0; v < 4; v++)
            p[v] = scale_neon(vmlaq_s32(p[v], q[v], sign), last, scaling);
        vst1q_s8(codes + k, codes_neon(p, limits, any_scaling));
    }
    return k;
}

ptrdiff_t networks_add_neon(
    const networks_adder *adder, const int8_t *one, const int8_t *other, ptrdiff_t count,
    int8_t *codes) {
    if (is_linear(adder)) return add(adder, one, other, count, codes, linear);
    return add(adder, one, other, count, codes, any_scaling);
}
#endif
