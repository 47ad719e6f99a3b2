// Sixteen channels side by side: products that are added in 16 bits, and these in 32.
#pragma once

#include "requantize_neon.h"

#if defined(__aarch64__)
BODY void add_products(int32x4_t *sums, int16x8_t low, int16x8_t high) {
    sums[0] = vaddw_s16(sums[0], vget_low_s16(low));
    sums[1] = vaddw_high_s16(sums[1], low);
    sums[2] = vaddw_s16(sums[2], vget_low_s16(high));
    sums[3] = vaddw_high_s16(sums[3], high);
}

/// `count` taps, a constant, added in 16 bits.
BODY void add_taps(int32x4_t *sums, const int8x16_t *x, const int8x16_t *w, int count) {
    int16x8_t low = vmull_s8(vget_low_s8(x[0]), vget_low_s8(w[0]));
    int16x8_t high = vmull_high_s8(x[0], w[0]);
    UNROLL for (int tap = 1; tap < count; tap++) {
        low = vmlal_s8(low, vget_low_s8(x[tap]), vget_low_s8(w[tap]));
        high = vmlal_high_s8(high, x[tap], w[tap]);
    }
    add_products(sums, low, high);
}
#endif
