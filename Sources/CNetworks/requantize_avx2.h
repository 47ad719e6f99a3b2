// Sums to codes, eight channels at a time.
#pragma once

#if defined(__x86_64__)
#include <immintrin.h>

#include "packed.h"

#define AVX2 __attribute__((target("avx2")))
#define AVX2_BODY static inline __attribute__((always_inline, target("avx2")))

/// Eight of sixteen values, the first or the second.
#define EIGHT(values, half) _mm256_load_si256((const __m256i *)(values) + (half))

/// Each code, less the zero point and one; the caller adds both.
AVX2_BODY __m256i scale_avx2(__m256i sums, const networks_channels *channels, int half) {
    const __m256i round = _mm256_set1_epi64x(1 << 30);
    __m256i multipliers = EIGHT(channels->multipliers, half);
    __m256i left = _mm256_sllv_epi32(sums, EIGHT(channels->left, half));
    __m256i even = _mm256_add_epi64(_mm256_mul_epi32(left, multipliers), round);
    __m256i odd = _mm256_add_epi64(
        _mm256_mul_epi32(_mm256_srli_epi64(left, 32), _mm256_srli_epi64(multipliers, 32)), round);
    __m256i high = _mm256_blend_epi32(
        _mm256_srli_epi64(even, 31), _mm256_slli_epi64(odd, 1), 0b10101010);
    // Half away from zero. Cannot overflow: `high` is never the least integer. What the shift drops
    // is at least a half just where that bit is set, so no sum of `high` and a half can overflow.
    __m256i towards = _mm256_add_epi32(
        high, _mm256_and_si256(_mm256_srai_epi32(high, 31), EIGHT(channels->is_right, half)));
    __m256i is_less = _mm256_cmpeq_epi32(
        _mm256_and_si256(towards, EIGHT(channels->half, half)), _mm256_setzero_si256());
    return _mm256_add_epi32(
        _mm256_srav_epi32(towards, EIGHT(channels->right, half)), is_less);
}

/// Sixteen codes of what `scale_avx2` gave. Saturation changes nothing that the limits leave: zero
/// points and codes have eight bits.
AVX2_BODY __m128i codes_avx2(__m256i low, __m256i high, const networks_codes *codes) {
    __m256i scaled = _mm256_permute4x64_epi64(_mm256_packs_epi32(low, high), 0b11011000);
    __m256i moved = _mm256_adds_epi16(scaled, _mm256_set1_epi16((int16_t)(codes->zero + 1)));
    __m128i packed = _mm_packs_epi16(
        _mm256_castsi256_si128(moved), _mm256_extracti128_si256(moved, 1));
    return _mm_min_epi8(
        _mm_max_epi8(packed, _mm_set1_epi8(codes->minimum)), _mm_set1_epi8(codes->maximum));
}

/// Writes the first `count` codes of sixteen.
AVX2_BODY void store_avx2(int8_t *into, __m128i codes, ptrdiff_t count) {
    if (count >= 16) {
        _mm_storeu_si128((__m128i *)into, codes);
    } else if (count == 8) {
        _mm_storel_epi64((__m128i *)into, codes);
    } else {
        int8_t all[16];
        _mm_storeu_si128((__m128i *)all, codes);
        memcpy(into, all, (size_t)count);
    }
}
#endif
