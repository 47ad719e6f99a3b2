// Codes of two inputs multiplied, sixteen at a time: rows are as long as a tensor has channels.
#include "requantize_avx512.h"

#if defined(__x86_64__)
/// Sixteen codes less their zero point.
VNNI_BODY __m512i wide(const int8_t *codes, __m512i zero) {
    return _mm512_sub_epi32(
        _mm512_cvtepi8_epi32(_mm_loadu_si128((const __m128i *)codes)), zero);
}

/// `rounding` is a constant.
VNNI_BODY ptrdiff_t multiply(
    const networks_multiplier *multiplier, const int8_t *one, const int8_t *other,
    ptrdiff_t count, int8_t *codes, enum networks_rounding rounding) {
    const __m512i zero = _mm512_set1_epi32(multiplier->zeros[0]);
    const __m512i other_zero = _mm512_set1_epi32(multiplier->zeros[1]);
    channel_scales scales = load_scales(&multiplier->scale, rounding);
    ptrdiff_t k = 0;
    for (; k + 16 <= count; k += 16) {
        __m512i products = _mm512_mullo_epi32(wide(one + k, zero), wide(other + k, other_zero));
        __m256i words = _mm512_cvtsepi32_epi16(scale(products, &scales, rounding));
        store_avx2(codes + k, narrow_avx2(words, &multiplier->codes), 16);
    }
    return k;
}

VNNI ptrdiff_t networks_product_vnni(
    const networks_multiplier *multiplier, const int8_t *one, const int8_t *other,
    ptrdiff_t count, int8_t *codes) {
    return multiplier->scale.left[0] == 0
        ? multiply(multiplier, one, other, count, codes, networks_away)
        : multiply(multiplier, one, other, count, codes, networks_any_rounding);
}
#endif
