// Words of PReLU to codes, as `networks_bent_code` has it. What is multiplied has 16 bits and neither is ever
// the least, so that nothing can overflow before the zero point, which is added with saturation.
#if defined(__x86_64__)
#include "requantize_avx512.h"

AVX2 void networks_prelu_avx2(
    const networks_bends *bends, const int16_t *words, ptrdiff_t row_count, int32_t zero,
    int8_t *codes, ptrdiff_t code_stride, ptrdiff_t count) {
    const __m256i slope = EIGHT(bends->gain, 0), last = EIGHT(bends->last, 0);
    const __m256i zeros = _mm256_set1_epi16((int16_t)zero);
    for (ptrdiff_t row = 0; row < row_count; row++, words += 16, codes += code_stride) {
        __m256i y = EIGHT(words, 0);
        // A byte's uppermost bit chooses: that of a word stands in both of its bytes.
        __m256i factor = _mm256_blendv_epi8(last, slope, _mm256_srai_epi16(y, 15));
        __m256i code = _mm256_adds_epi16(_mm256_mulhrs_epi16(y, factor), zeros);
        __m256i packed = _mm256_permute4x64_epi64(_mm256_packs_epi16(code, code), 0b1000);
        store_avx2(codes, _mm256_castsi256_si128(packed), count);
    }
}

/// Of two blocks of sixteen channels.
#define BOTH(values) \
    _mm512_inserti64x4( \
        _mm512_castsi256_si512(_mm256_loadu_si256((const __m256i *)bends[0].values)), \
        _mm256_loadu_si256((const __m256i *)bends[1].values), 1)

VNNI void networks_prelu_vnni(
    const networks_bends *bends, const int16_t *words, ptrdiff_t row_count, int32_t zero,
    int8_t *codes, ptrdiff_t code_stride, ptrdiff_t count) {
    const __m512i slope = BOTH(gain), last = BOTH(last);
    const __m512i zeros = _mm512_set1_epi16((int16_t)zero);
    for (ptrdiff_t row = 0; row < row_count; row++, words += 32, codes += code_stride) {
        __m512i y = _mm512_loadu_si512(words);
        __m512i factor = _mm512_mask_blend_epi16(_mm512_movepi16_mask(y), last, slope);
        __m512i code = _mm512_adds_epi16(_mm512_mulhrs_epi16(y, factor), zeros);
        store_thirty_two(codes, _mm512_cvtsepi16_epi8(code), count);
    }
}
#elif defined(__aarch64__)
#include "requantize_neon.h"

void networks_prelu_neon(
    const networks_bends *bends, const int16_t *words, ptrdiff_t row_count, int32_t zero,
    int8_t *codes, ptrdiff_t code_stride, ptrdiff_t count) {
    const int16x8_t slopes[2] = {vld1q_s16(bends->gain), vld1q_s16(bends->gain + 8)};
    const int16x8_t last = vld1q_s16(bends->last), zeros = vdupq_n_s16((int16_t)zero);
    // Past the last channel nothing is stored, so that one factor does for all that is not below 0.
    for (ptrdiff_t row = 0; row < row_count; row++, words += 16, codes += code_stride) {
        int16x8_t halves[2];
        UNROLL for (int half = 0; half < 2; half++) {
            int16x8_t y = vld1q_s16(words + 8 * half);
            int16x8_t factor = vbslq_s16(vcltzq_s16(y), slopes[half], vdupq_laneq_s16(last, 0));
            halves[half] = vqaddq_s16(vqrdmulhq_s16(y, factor), zeros);
        }
        store_neon(codes, vqmovn_high_s16(vqmovn_s16(halves[0]), halves[1]), count);
    }
}
#endif
