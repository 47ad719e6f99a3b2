// Codes of two inputs multiplied, sixteen at a time.
#include "requantize_avx2.h"

#if defined(__x86_64__)
/// Eight codes less their zero point.
AVX2_BODY __m256i wide(const int8_t *codes, __m256i zero) {
    return _mm256_sub_epi32(
        _mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i *)codes)), zero);
}

AVX2 ptrdiff_t networks_product_avx2(
    const networks_multiplier *multiplier, const int8_t *one, const int8_t *other,
    ptrdiff_t count, int8_t *codes) {
    const __m256i zero = _mm256_set1_epi32(multiplier->zeros[0]);
    const __m256i other_zero = _mm256_set1_epi32(multiplier->zeros[1]);
    eight_scales scales = load_eight(&multiplier->scale, 0, 0);
    ptrdiff_t k = 0;
    for (; k + 16 <= count; k += 16) {
        __m256i products[2];
        UNROLL for (int v = 0; v < 2; v++) {
            products[v] = _mm256_mullo_epi32(
                wide(one + k + 8 * v, zero), wide(other + k + 8 * v, other_zero));
            products[v] = scale_avx2(products[v], &scales, 0);
        }
        store_avx2(codes + k, codes_avx2(products[0], products[1], &multiplier->codes), 16);
    }
    return k;
}
#endif
