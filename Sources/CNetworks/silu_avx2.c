// Words of SiLU to codes, sixteen channels of two rows at a time.
#include "requantize_avx2.h"

#if defined(__x86_64__)
/// A table of sixty-four bytes, sixteen in both halves of a register.
typedef struct {
    __m256i quarters[4];
} byte_table;

AVX2_BODY byte_table load_table(const void *bytes) {
    byte_table table;
    UNROLL for (int q = 0; q < 4; q++)
        table.quarters[q] = _mm256_broadcastsi128_si256(_mm_load_si128((const __m128i *)bytes + q));
    return table;
}

/// Of places 0 ... 63: the lower four bits choose in a quarter, the upper two are moved to where
/// blending looks.
AVX2_BODY __m256i look_up(const byte_table *table, __m256i places) {
    __m256i fours[4];
    UNROLL for (int q = 0; q < 4; q++) fours[q] = _mm256_shuffle_epi8(table->quarters[q], places);
    __m256i is_odd = _mm256_slli_epi16(places, 3), is_upper = _mm256_slli_epi16(places, 2);
    return _mm256_blendv_epi8(
        _mm256_blendv_epi8(fours[0], fours[1], is_odd),
        _mm256_blendv_epi8(fours[2], fours[3], is_odd), is_upper);
}

/// |v| in Q12. Sizes are unsigned: that of the least word is 2^15, and one less will do.
AVX2_BODY __m256i magnitude_of(__m256i y, const networks_bends *silu) {
    __m256i size = _mm256_min_epu16(_mm256_abs_epi16(y), _mm256_set1_epi16(INT16_MAX));
    __m256i t = _mm256_mulhrs_epi16(size, EIGHT(silu->magnitude, 0));
    return _mm256_mullo_epi16(_mm256_min_epi16(t, EIGHT(silu->most, 0)), EIGHT(silu->factor, 0));
}

/// Cannot overflow: a result is halved at least before the zero point is added.
///
/// `height` and `slope` have eight bits to the left. What the slope adds is theirs times nine bits of
/// `t`, less two: the upper half of a product with six of them to the left.
AVX2_BODY __m256i codes_of(
    __m256i y, __m256i t, __m256i height, __m256i slope, const networks_bends *silu,
    __m256i zero) {
    __m256i rest = _mm256_and_si256(_mm256_slli_epi16(t, 6), _mm256_set1_epi16(511 << 6));
    __m256i h = _mm256_add_epi16(_mm256_srli_epi16(height, 1), _mm256_mulhi_epi16(slope, rest));
    __m256i part = _mm256_mulhrs_epi16(h, EIGHT(silu->gain, 0));
    __m256i result = _mm256_sub_epi16(_mm256_max_epi16(y, _mm256_setzero_si256()), part);
    return _mm256_add_epi16(_mm256_mulhrs_epi16(result, EIGHT(silu->last, 0)), zero);
}

AVX2 void networks_silu_avx2(
    const networks_bends *silu, const int16_t *words, ptrdiff_t row_count, int32_t zero,
    int8_t *codes, ptrdiff_t code_stride, ptrdiff_t count) {
    const byte_table heights = load_table(networks_silu_heights);
    const byte_table slopes = load_table(networks_silu_slopes);
    const __m256i none = _mm256_setzero_si256(), zeros = _mm256_set1_epi16((int16_t)zero);
    for (ptrdiff_t row = 0; row < row_count; row += 2, words += 32, codes += 2 * code_stride) {
        // Past the last row that one again.
        int is_two = row + 1 < row_count;
        __m256i y[2] = {EIGHT(words, 0), EIGHT(words, is_two)};
        __m256i t[2] = {magnitude_of(y[0], silu), magnitude_of(y[1], silu)};
        __m256i places =
            _mm256_packus_epi16(_mm256_srli_epi16(t[0], 9), _mm256_srli_epi16(t[1], 9));
        __m256i h = look_up(&heights, places), d = look_up(&slopes, places);
        __m256i done = _mm256_permute4x64_epi64(
            _mm256_packs_epi16(
                codes_of(
                    y[0], t[0], _mm256_unpacklo_epi8(none, h), _mm256_unpacklo_epi8(none, d), silu,
                    zeros),
                codes_of(
                    y[1], t[1], _mm256_unpackhi_epi8(none, h), _mm256_unpackhi_epi8(none, d), silu,
                    zeros)),
            0b11011000);
        store_avx2(codes, _mm256_castsi256_si128(done), count);
        if (is_two) store_avx2(codes + code_stride, _mm256_extracti128_si256(done, 1), count);
    }
}
#endif
