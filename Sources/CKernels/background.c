#include "lanes.h"

/// value * fraction / 2^15, rounded to nearest, ties up. Never both -32768, so it never overflows.
#if defined(__aarch64__)
BODY void share(s16x16 *result, const s16x16 *value, const s16x16 *fraction, int is_avx2) {
    (void)is_avx2;
    int16x8_t halves[2], values[2], fractions[2];
    __builtin_memcpy(values, value, 32);
    __builtin_memcpy(fractions, fraction, 32);
    halves[0] = vqrdmulhq_s16(values[0], fractions[0]);
    halves[1] = vqrdmulhq_s16(values[1], fractions[1]);
    __builtin_memcpy(result, halves, 32);
}
#else
#if defined(__x86_64__)
/// One instruction, which compilers do not find in what stands below.
AVX2 static inline void share_avx2(
    s16x16 *result, const s16x16 *value, const s16x16 *fraction) {
    *result = (s16x16)_mm256_mulhrs_epi16((__m256i)*value, (__m256i)*fraction);
}
#endif
BODY void share(s16x16 *result, const s16x16 *value, const s16x16 *fraction, int is_avx2) {
#if defined(__x86_64__)
    if (is_avx2) {
        share_avx2(result, value, fraction);
        return;
    }
#endif
    (void)is_avx2;
    s32x16 product = __builtin_convertvector(*value, s32x16)
        * __builtin_convertvector(*fraction, s32x16);
    *result = __builtin_convertvector((product + (1 << 14)) >> 15, s16x16);
}
#endif

BODY void absorb_sixteen(
    const kernel_background *settings, uint8_t limit, const u8x16 *pixels, const u8x16 *mask,
    int16_t *means, int16_t *deviations, int is_learning, int is_avx2,
    u8x16 *foreground) {
    const s16x16 zero = {0};
    u8x16 limited = __builtin_elementwise_min(*pixels, (u8x16){0} + limit);
    u16x16 x = __builtin_convertvector(limited, u16x16);
    s16x16 seen = (s16x16)((x * settings->gain) ^ 0x8000);
    seen = __builtin_elementwise_add_sat(seen, zero + settings->offset);

    s16x16 mean, deviation;
    LOAD(mean, means);
    LOAD(deviation, deviations);
    s16x16 d = __builtin_elementwise_sub_sat(seen, mean);
    s16x16 a = __builtin_elementwise_max(d, __builtin_elementwise_sub_sat(zero, d));
    s16x16 inverse = zero + settings->inverse_deviations, scaled;
    share(&scaled, &a, &inverse, is_avx2);
    s16x16 is_foreground = (a > settings->floor) & (scaled > deviation);
    if (mask) {
        s8x16 counted = (s8x16)(*mask != 0);
        is_foreground &= __builtin_convertvector(counted, s16x16);
    }
    *foreground = (u8x16)__builtin_convertvector(is_foreground, s8x16);
    if (!is_learning) return;

    s16x16 rate = (is_foreground & settings->foreground_rate) | (~is_foreground & settings->rate);
    s16x16 error = __builtin_elementwise_min(a, zero + settings->deviation_max) - deviation;
    s16x16 step, growth;
    share(&step, &d, &rate, is_avx2);
    share(&growth, &error, &rate, is_avx2);
    mean += step;
    deviation += growth;
    STORE(means, mean);
    STORE(deviations, deviation);
}

BODY uint64_t absorb_rows(
    const kernel_background *settings, kernel_plane luma, kernel_plane mask, int16_t *mean,
    int16_t *deviation, ptrdiff_t stride, kernel_target foreground, ptrdiff_t width,
    ptrdiff_t height, int has_mask, int is_learning, int is_avx2) {
    // gain * x fits: x is limited to 65535 / gain, and a limit above 255 changes nothing.
    unsigned quotient = 65535u / settings->gain;
    uint8_t limit = (uint8_t)(quotient < 255 ? quotient : 255);
    uint64_t count = 0;
    for (ptrdiff_t y = 0; y < height; y++) {
        const uint8_t *pixels = luma.base + y * luma.stride;
        const uint8_t *inside = mask.base + (has_mask ? y * mask.stride : 0);
        uint8_t *out = foreground.base + y * foreground.stride;
        u8x16 sixteen, counted, set;
        ptrdiff_t x = 0;
        while (x + 16 <= width) {
            u8x16 counts = {0};
            // A lane counts to 255 at most.
            ptrdiff_t end = width - x < 255 * 16 ? width : x + 255 * 16;
            for (; x + 16 <= end; x += 16) {
                LOAD(sixteen, pixels + x);
                if (has_mask) LOAD(counted, inside + x);
                absorb_sixteen(
                    settings, limit, &sixteen, has_mask ? &counted : NULL, mean + x,
                    deviation + x, is_learning, is_avx2, &set);
                STORE(out + x, set);
                counts -= set;
            }
            count += sum_bytes(&counts);
        }
        if (x < width) {
            // The rest of a row: what lies past it is neither read nor counted.
            LOAD_SOME(sixteen, pixels + x, width - x);
            if (has_mask) {
                LOAD_SOME(counted, inside + x, width - x);
            } else {
                FIRST(counted, width - x);
            }
            absorb_sixteen(
                settings, limit, &sixteen, &counted, mean + x, deviation + x, is_learning, is_avx2, &set);
            STORE(out + x, set);
            set &= 1;
            count += sum_bytes(&set);
        }
        mean += stride;
        deviation += stride;
    }
    return count;
}

BODY uint64_t body_absorb(
    kernel_background settings, kernel_plane luma, kernel_plane mask, int16_t *mean,
    int16_t *deviation, ptrdiff_t stride, kernel_target foreground, ptrdiff_t width,
    ptrdiff_t height, int is_avx2) {
    int is_learning = settings.rate != 0 || settings.foreground_rate != 0;
    // Four copies, so that the inner loop has no decision left in it.
#define ROWS(has_mask, learns) \
    absorb_rows(&settings, luma, mask, mean, deviation, stride, foreground, width, height, \
                has_mask, learns, is_avx2)
    if (mask.base) return is_learning ? ROWS(1, 1) : ROWS(1, 0);
    return is_learning ? ROWS(0, 1) : ROWS(0, 0);
}
#if defined(__x86_64__)
AVX2 static uint64_t absorb_avx2(
    kernel_background settings, kernel_plane luma, kernel_plane mask, int16_t *mean,
    int16_t *deviation, ptrdiff_t stride, kernel_target foreground, ptrdiff_t width,
    ptrdiff_t height) {
    return body_absorb(
        settings, luma, mask, mean, deviation, stride, foreground, width, height, 1);
}
#endif

uint64_t kernels_absorb(
    kernel_background settings, kernel_plane luma, kernel_plane mask, int16_t *mean,
    int16_t *deviation, ptrdiff_t stride, kernel_target foreground, ptrdiff_t width,
    ptrdiff_t height) {
#if defined(__x86_64__)
    if (has_avx2()) {
        return absorb_avx2(
            settings, luma, mask, mean, deviation, stride, foreground, width, height);
    }
#endif
    return body_absorb(
        settings, luma, mask, mean, deviation, stride, foreground, width, height, 0);
}

BODY void body_draw_mean_row(const int16_t *mean, uint8_t *picture, ptrdiff_t width) {
    for (ptrdiff_t x = 0; x < width; x++) {
        int value = (mean[x] + 32768 + 128) >> 8;
        picture[x] = (uint8_t)(value < 255 ? value : 255);
    }
}
KERNEL(
    void, draw_mean_row, (const int16_t *mean, uint8_t *picture, ptrdiff_t width),
    (mean, picture, width))
