// Sums to codes, eight channels at a time.
#pragma once

#if defined(__x86_64__)
#include <immintrin.h>

#include "packed.h"

#define AVX2 __attribute__((target("avx2")))
#define AVX2_BODY static inline __attribute__((always_inline, target("avx2")))

/// Eight of sixteen values, the first or the second.
#define EIGHT(values, half) _mm256_loadu_si256((const __m256i *)(values) + (half))

/// How the sums of eight channels are scaled; of 64-bit numbers those of even and of odd channels.
typedef struct {
    __m256i multipliers, odd_multipliers;
    __m256i round, odd_round;
    __m256i shifts, odd_shifts; ///< Those of odd ones leave the result in the upper half.
    __m256i right, half, left, is_right;
} eight_scales;

AVX2_BODY eight_scales load_eight(const networks_channels *channels, int half, int is_half_up) {
    const __m256i first = _mm256_set1_epi64x(1 << 30), low = _mm256_set1_epi64x(0xFFFFFFFF);
    eight_scales scales;
    scales.multipliers = EIGHT(channels->multipliers, half);
    scales.odd_multipliers = _mm256_srli_epi64(scales.multipliers, 32);
    scales.right = EIGHT(channels->right, half);
    if (is_half_up) {
        __m256i even = _mm256_and_si256(scales.right, low);
        __m256i odd = _mm256_srli_epi64(scales.right, 32);
        scales.round = _mm256_add_epi64(first, _mm256_sllv_epi64(first, even));
        scales.odd_round = _mm256_add_epi64(first, _mm256_sllv_epi64(first, odd));
        scales.shifts = _mm256_add_epi64(even, _mm256_set1_epi64x(31));
        // Channels past the last shift by 0: less 1, that shifts all out.
        scales.odd_shifts = _mm256_sub_epi64(odd, _mm256_set1_epi64x(1));
    } else {
        scales.half = EIGHT(channels->half, half);
        scales.left = EIGHT(channels->left, half);
        scales.is_right = EIGHT(channels->is_right, half);
    }
    return scales;
}

/// Each code, less the zero point. `is_half_up` is a constant.
AVX2_BODY __m256i scale_avx2(__m256i sums, const eight_scales *scales, int is_half_up) {
    if (is_half_up) {
        // What is negative gives the least code, as 0 does; and 64-bit shifts are not signed.
        sums = _mm256_max_epi32(sums, _mm256_setzero_si256());
        __m256i even = _mm256_mul_epu32(sums, scales->multipliers);
        __m256i odd = _mm256_mul_epu32(_mm256_srli_epi64(sums, 32), scales->odd_multipliers);
        even = _mm256_srlv_epi64(_mm256_add_epi64(even, scales->round), scales->shifts);
        odd = _mm256_srlv_epi64(_mm256_add_epi64(odd, scales->odd_round), scales->odd_shifts);
        return _mm256_blend_epi32(even, odd, 0b10101010);
    }
    const __m256i round = _mm256_set1_epi64x(1 << 30);
    __m256i left = _mm256_sllv_epi32(sums, scales->left);
    __m256i even = _mm256_add_epi64(_mm256_mul_epi32(left, scales->multipliers), round);
    __m256i odd = _mm256_add_epi64(
        _mm256_mul_epi32(_mm256_srli_epi64(left, 32), scales->odd_multipliers), round);
    __m256i high = _mm256_blend_epi32(
        _mm256_srli_epi64(even, 31), _mm256_slli_epi64(odd, 1), 0b10101010);
    // Half away from zero. Cannot overflow: `high` is never the least integer. What the shift drops
    // is at least a half just where that bit is set, so no sum of `high` and a half can overflow.
    __m256i towards = _mm256_add_epi32(
        high, _mm256_and_si256(_mm256_srai_epi32(high, 31), scales->is_right));
    __m256i is_less = _mm256_cmpeq_epi32(
        _mm256_and_si256(towards, scales->half), _mm256_setzero_si256());
    __m256i shifted = _mm256_srav_epi32(towards, scales->right);
    return _mm256_add_epi32(_mm256_add_epi32(shifted, _mm256_set1_epi32(1)), is_less);
}

/// Sixteen codes of what `scale_avx2` gave, narrowed to 16 bits. Saturation changes nothing that the
/// limits leave: zero points and codes have eight bits.
AVX2_BODY __m128i narrow_avx2(__m256i scaled, const networks_codes *codes) {
    __m256i moved = _mm256_adds_epi16(scaled, _mm256_set1_epi16((int16_t)codes->zero));
    __m128i packed = _mm_packs_epi16(
        _mm256_castsi256_si128(moved), _mm256_extracti128_si256(moved, 1));
    return _mm_min_epi8(
        _mm_max_epi8(packed, _mm_set1_epi8(codes->minimum)), _mm_set1_epi8(codes->maximum));
}

/// Sixteen words of eight channels and the eight after them.
AVX2_BODY __m256i words_avx2(__m256i low, __m256i high) {
    return _mm256_permute4x64_epi64(_mm256_packs_epi32(low, high), 0b11011000);
}

/// Of eight channels and the eight after them.
AVX2_BODY __m128i codes_avx2(__m256i low, __m256i high, const networks_codes *codes) {
    return narrow_avx2(words_avx2(low, high), codes);
}

/// Writes the first `count` codes of sixteen. Never with a mask: processors take tens of cycles for
/// one that is not full.
AVX2_BODY void store_avx2(int8_t *into, __m128i codes, ptrdiff_t count) {
    if (count >= 16) {
        _mm_storeu_si128((__m128i *)into, codes);
        return;
    }
    if (count & 8) {
        _mm_storel_epi64((__m128i *)into, codes);
        into += 8;
        codes = _mm_unpackhi_epi64(codes, codes);
    }
    uint64_t rest = (uint64_t)_mm_cvtsi128_si64(codes);
    if (count & 4) {
        memcpy(into, &rest, 4);
        into += 4;
        rest >>= 32;
    }
    if (count & 2) {
        memcpy(into, &rest, 2);
        into += 2;
        rest >>= 16;
    }
    if (count & 1) *into = (int8_t)rest;
}

/// Of thirty-two.
AVX2_BODY void store_thirty_two(int8_t *into, __m256i codes, ptrdiff_t count) {
    if (count >= 32) {
        _mm256_storeu_si256((__m256i *)into, codes);
        return;
    }
    store_avx2(into, _mm256_castsi256_si128(codes), count);
    if (count > 16) store_avx2(into + 16, _mm256_extracti128_si256(codes, 1), count - 16);
}
#endif
