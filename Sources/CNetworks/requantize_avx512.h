// Sums to codes, sixteen channels at a time.
#pragma once

#include "requantize_avx2.h"

#if defined(__x86_64__)
#define TARGET target("avx2,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")
#define VNNI __attribute__((TARGET))
#define VNNI_BODY static inline __attribute__((always_inline, TARGET))

/// How the sums of sixteen channels are scaled; of 64-bit numbers those of even and of odd channels.
typedef struct {
    __m512i multipliers, odd_multipliers;
    __m512i round, odd_round;
    __m512i shifts, odd_shifts; ///< Half up: those of odd ones leave the result in the upper half.
    __m512i unit, odd_unit;     ///< Away: what negative sums have less.
    __m512i right, half, left, is_right;
} channel_scales;

VNNI_BODY channel_scales load_scales(
    const networks_channels *channels, enum networks_rounding rounding) {
    const __m512i first = _mm512_set1_epi64(1 << 30);
    channel_scales scales;
    scales.multipliers = _mm512_loadu_si512(channels->multipliers);
    scales.odd_multipliers = _mm512_srli_epi64(scales.multipliers, 32);
    scales.right = _mm512_loadu_si512(channels->right);
    __m512i even = _mm512_and_si512(scales.right, _mm512_set1_epi64(0xFFFFFFFF));
    __m512i odd = _mm512_srli_epi64(scales.right, 32);
    __mmask8 is_right = _mm512_test_epi64_mask(even, even);
    __mmask8 is_odd_right = _mm512_test_epi64_mask(odd, odd);
    scales.round = _mm512_mask_add_epi64(first, is_right, first, _mm512_sllv_epi64(first, even));
    scales.odd_round =
        _mm512_mask_add_epi64(first, is_odd_right, first, _mm512_sllv_epi64(first, odd));
    scales.shifts = _mm512_add_epi64(even, _mm512_set1_epi64(31));
    // Half up, a channel past the last shifts by 0: its odd shift would be -1, which shifts all out.
    scales.odd_shifts =
        _mm512_add_epi64(odd, _mm512_set1_epi64(rounding == networks_half_up ? -1 : 31));
    scales.unit = _mm512_maskz_set1_epi64(is_right, (int64_t)1 << 31);
    scales.odd_unit = _mm512_maskz_set1_epi64(is_odd_right, (int64_t)1 << 31);
    if (rounding == networks_any_rounding) {
        scales.half = _mm512_loadu_si512(channels->half);
        scales.left = _mm512_loadu_si512(channels->left);
        scales.is_right = _mm512_loadu_si512(channels->is_right);
    }
    return scales;
}

/// Each code, less the zero point. `rounding` is a constant.
VNNI_BODY __m512i scale(
    __m512i sums, const channel_scales *scales, enum networks_rounding rounding) {
    if (rounding == networks_half_up) {
        __m512i even = _mm512_mul_epi32(sums, scales->multipliers);
        __m512i odd = _mm512_mul_epi32(_mm512_srli_epi64(sums, 32), scales->odd_multipliers);
        even = _mm512_srav_epi64(_mm512_add_epi64(even, scales->round), scales->shifts);
        odd = _mm512_srav_epi64(_mm512_add_epi64(odd, scales->odd_round), scales->odd_shifts);
        return _mm512_mask_blend_epi32(0xAAAA, even, odd);
    }
    if (rounding == networks_away) {
        __mmask8 is_negative = _mm512_movepi64_mask(_mm512_slli_epi64(sums, 32));
        __mmask8 is_odd_negative = _mm512_movepi64_mask(sums);
        __m512i even = _mm512_mul_epi32(sums, scales->multipliers);
        __m512i odd = _mm512_mul_epi32(_mm512_srli_epi64(sums, 32), scales->odd_multipliers);
        even = _mm512_add_epi64(even, scales->round);
        odd = _mm512_add_epi64(odd, scales->odd_round);
        even = _mm512_mask_sub_epi64(even, is_negative, even, scales->unit);
        odd = _mm512_mask_sub_epi64(odd, is_odd_negative, odd, scales->odd_unit);
        even = _mm512_srav_epi64(even, scales->shifts);
        odd = _mm512_srav_epi64(odd, scales->odd_shifts);
        return _mm512_mask_blend_epi32(0xAAAA, even, _mm512_slli_epi64(odd, 32));
    }
    const __m512i round = _mm512_set1_epi64(1 << 30);
    __m512i left = _mm512_sllv_epi32(sums, scales->left);
    __m512i even = _mm512_add_epi64(_mm512_mul_epi32(left, scales->multipliers), round);
    __m512i odd = _mm512_add_epi64(
        _mm512_mul_epi32(_mm512_srli_epi64(left, 32), scales->odd_multipliers), round);
    __m512i high = _mm512_mask_blend_epi32(
        0xAAAA, _mm512_srli_epi64(even, 31), _mm512_slli_epi64(odd, 1));
    // As in `scale_avx2`.
    __m512i towards = _mm512_add_epi32(
        high, _mm512_and_si512(_mm512_srai_epi32(high, 31), scales->is_right));
    __mmask16 is_more = _mm512_test_epi32_mask(towards, scales->half);
    __m512i shifted = _mm512_srav_epi32(towards, scales->right);
    return _mm512_mask_add_epi32(shifted, is_more, shifted, _mm512_set1_epi32(1));
}

/// Codes of sixteen times four scaled sums: of a and b, then of c and d, in each 128 bits. Saturation
/// changes nothing that the limits leave: zero points and codes have eight bits.
VNNI_BODY __m512i codes_of(
    __m512i a, __m512i b, __m512i c, __m512i d, const networks_codes *codes) {
    const __m512i zero = _mm512_set1_epi16((int16_t)codes->zero);
    __m512i packed = _mm512_packs_epi16(
        _mm512_adds_epi16(_mm512_packs_epi32(a, b), zero),
        _mm512_adds_epi16(_mm512_packs_epi32(c, d), zero));
    return _mm512_min_epi8(
        _mm512_max_epi8(packed, _mm512_set1_epi8(codes->minimum)),
        _mm512_set1_epi8(codes->maximum));
}
#endif
