// Words of SiLU to codes, thirty-two channels at a time.
#include "requantize_avx512.h"

#if defined(__x86_64__)
/// Of two blocks of sixteen channels.
#define BOTH(values) \
    _mm512_inserti64x4( \
        _mm512_castsi256_si512(_mm256_loadu_si256((const __m256i *)silu[0].values)), \
        _mm256_loadu_si256((const __m256i *)silu[1].values), 1)

/// Half of the table: of each place the height, and the slope eight bits to the left.
VNNI_BODY __m512i load_pairs(int half) {
    const __m256i *heights = (const __m256i *)networks_silu_heights + half;
    const __m256i *slopes = (const __m256i *)networks_silu_slopes + half;
    return _mm512_or_si512(
        _mm512_cvtepu8_epi16(_mm256_load_si256(heights)),
        _mm512_slli_epi16(_mm512_cvtepi8_epi16(_mm256_load_si256(slopes)), 8));
}

VNNI void networks_silu_vnni(
    const networks_bends *silu, const int16_t *words, ptrdiff_t row_count, int32_t zero,
    int8_t *codes, ptrdiff_t code_stride, ptrdiff_t count) {
    const __m512i magnitude = BOTH(magnitude), most = BOTH(most), exponent = BOTH(exponent);
    const __m512i gain = BOTH(gain), last = BOTH(last);
    const __m512i low = load_pairs(0), high = load_pairs(1);
    const __m512i zeros = _mm512_set1_epi16((int16_t)zero), largest = _mm512_set1_epi16(INT16_MAX);
    for (ptrdiff_t row = 0; row < row_count; row++, words += 32, codes += code_stride) {
        // As in silu_avx2.c; what chooses a place looks at its lower six bits alone.
        __m512i y = _mm512_loadu_si512(words);
        __m512i size = _mm512_min_epu16(_mm512_abs_epi16(y), largest);
        __m512i t = _mm512_sllv_epi16(
            _mm512_min_epi16(_mm512_mulhrs_epi16(size, magnitude), most), exponent);
        __m512i pair = _mm512_permutex2var_epi16(low, _mm512_srli_epi16(t, 9), high);
        __m512i height = _mm512_srli_epi16(_mm512_slli_epi16(pair, 8), 1);
        __m512i slope = _mm512_and_si512(pair, _mm512_set1_epi16((int16_t)0xFF00));
        __m512i rest = _mm512_and_si512(_mm512_slli_epi16(t, 6), _mm512_set1_epi16(511 << 6));
        __m512i h = _mm512_add_epi16(height, _mm512_mulhi_epi16(slope, rest));
        __m512i result = _mm512_sub_epi16(
            _mm512_max_epi16(y, _mm512_setzero_si512()), _mm512_mulhrs_epi16(h, gain));
        __m512i code = _mm512_add_epi16(_mm512_mulhrs_epi16(result, last), zeros);
        store_thirty_two(codes, _mm512_cvtsepi16_epi8(code), count);
    }
}
#endif
