// Codes of two inputs multiplied, sixteen at a time.
#include "requantize_neon.h"

#if defined(__aarch64__)
/// `scaling`, any or linear, is a constant.
BODY ptrdiff_t multiply(
    const networks_multiplier *multiplier, const int8_t *one, const int8_t *other,
    ptrdiff_t count, int8_t *codes, enum scaling scaling) {
    int8x8_t zeros[2];
    UNROLL for (int input = 0; input < 2; input++)
        zeros[input] = vdup_n_s8((int8_t)multiplier->zeros[input]);
    four_channels scale = load_four(&multiplier->scale, 0);
    sixteen_codes limits = load_codes(&multiplier->codes);
    ptrdiff_t k = 0;
    for (; k + 16 <= count; k += 16) {
        int8x16_t a = vld1q_s8(one + k), b = vld1q_s8(other + k);
        // Of nine bits each.
        int16x8_t wide[2][2] = {
            {vsubl_s8(vget_low_s8(a), zeros[0]), vsubl_s8(vget_high_s8(a), zeros[0])},
            {vsubl_s8(vget_low_s8(b), zeros[1]), vsubl_s8(vget_high_s8(b), zeros[1])}};
        int32x4_t products[4];
        UNROLL for (int half = 0; half < 2; half++) {
            products[2 * half] =
                vmull_s16(vget_low_s16(wide[0][half]), vget_low_s16(wide[1][half]));
            products[2 * half + 1] = vmull_high_s16(wide[0][half], wide[1][half]);
        }
        UNROLL for (int v = 0; v < 4; v++)
            products[v] = scale_neon(products[v], scale, scaling);
        vst1q_s8(codes + k, codes_neon(products, limits, any_scaling));
    }
    return k;
}

ptrdiff_t networks_product_neon(
    const networks_multiplier *multiplier, const int8_t *one, const int8_t *other,
    ptrdiff_t count, int8_t *codes) {
    return multiplier->scale.right[0] > 0 ? multiply(multiplier, one, other, count, codes, linear)
        : multiply(multiplier, one, other, count, codes, any_scaling);
}
#endif
