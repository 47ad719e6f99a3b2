// Codes of two inputs added, sixteen at a time.
#include "requantize_avx2.h"

#if defined(__x86_64__)
/// Eight terms of one input.
AVX2_BODY __m256i term(
    const networks_adder *adder, int which, const int8_t *codes, const eight_scales *scales) {
    __m256i wide = _mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i *)codes));
    wide = _mm256_sub_epi32(wide, _mm256_set1_epi32(adder->zeros[which]));
    return scale_avx2(_mm256_sll_epi32(wide, _mm_cvtsi32_si128(adder->left)), scales, 0);
}

AVX2 ptrdiff_t networks_add_avx2(
    const networks_adder *adder, const int8_t *one, const int8_t *other, ptrdiff_t count,
    int8_t *codes) {
    eight_scales first = load_eight(&adder->terms[0], 0, 0);
    eight_scales second = load_eight(&adder->terms[1], 0, 0);
    eight_scales last = load_eight(&adder->sum, 0, 0);
    ptrdiff_t k = 0;
    for (; k + 16 <= count; k += 16) {
        __m256i sums[2];
        UNROLL for (int v = 0; v < 2; v++) {
            __m256i a = term(adder, 0, one + k + 8 * v, &first);
            __m256i b = term(adder, 1, other + k + 8 * v, &second);
            sums[v] = adder->is_difference ? _mm256_sub_epi32(a, b) : _mm256_add_epi32(a, b);
            sums[v] = scale_avx2(sums[v], &last, 0);
        }
        store_avx2(codes + k, codes_avx2(sums[0], sums[1], &adder->codes), 16);
    }
    return k;
}
#endif
