// Eight rows times thirty-two channels, four products and their sum in a lane. The instruction wants
// one side unsigned: rows have 128 added, which the first sums take off again.
#include "requantize_avx2.h"

#if defined(__x86_64__)
#define TARGET target("avx512f,avx512bw,avx512vl,avx512vnni")
#define VNNI __attribute__((TARGET))
#define VNNI_BODY static inline __attribute__((always_inline, TARGET))

enum { rows_in_registers = 8 };

/// As `scale_avx2`, sixteen channels at a time.
VNNI_BODY __m512i scale(__m512i sums, const networks_channels *channels) {
    const __m512i round = _mm512_set1_epi64(1 << 30);
    __m512i multipliers = _mm512_load_si512(channels->multipliers);
    __m512i left = _mm512_sllv_epi32(sums, _mm512_load_si512(channels->left));
    __m512i even = _mm512_add_epi64(_mm512_mul_epi32(left, multipliers), round);
    __m512i odd = _mm512_add_epi64(
        _mm512_mul_epi32(_mm512_srli_epi64(left, 32), _mm512_srli_epi64(multipliers, 32)), round);
    __m512i high = _mm512_mask_blend_epi32(
        0xAAAA, _mm512_srli_epi64(even, 31), _mm512_slli_epi64(odd, 1));
    __m512i towards = _mm512_add_epi32(
        high,
        _mm512_and_si512(_mm512_srai_epi32(high, 31), _mm512_load_si512(channels->is_right)));
    __mmask16 is_more = _mm512_test_epi32_mask(towards, _mm512_load_si512(channels->half));
    __m512i shifted = _mm512_srav_epi32(towards, _mm512_load_si512(channels->right));
    return _mm512_mask_add_epi32(shifted, is_more, shifted, _mm512_set1_epi32(1));
}

/// As `codes_avx2`.
VNNI_BODY __m128i codes_of(__m512i scaled, const networks_codes *codes) {
    __m256i moved = _mm256_adds_epi16(
        _mm512_cvtsepi32_epi16(scaled), _mm256_set1_epi16((int16_t)codes->zero));
    __m128i packed = _mm256_cvtsepi16_epi8(moved);
    return _mm_min_epi8(
        _mm_max_epi8(packed, _mm_set1_epi8(codes->minimum)), _mm_set1_epi8(codes->maximum));
}

/// `row_count` and `vector_count` are constants once this is inlined, and the sums are registers.
VNNI_BODY void tile(
    const networks_packed *matrix, ptrdiff_t panel, const uint8_t *rows, const int32_t *terms,
    int8_t *codes, ptrdiff_t code_stride, int row_count, int vector_count) {
    ptrdiff_t depth = matrix->padded_depth;
    const networks_channels *channels = matrix->channels + panel / 16;
    const int8_t *weights = (const int8_t *)matrix->weights + panel * depth;
    __m512i sums[rows_in_registers][2];
    UNROLL for (int row = 0; row < row_count; row++)
        UNROLL for (int v = 0; v < vector_count; v++)
            sums[row][v] = _mm512_add_epi32(
                _mm512_load_si512(channels[v].first), _mm512_set1_epi32(terms[row]));

    for (ptrdiff_t k = 0; k < depth; k += 4, weights += 64 * vector_count) {
        __m512i w[2];
        UNROLL for (int v = 0; v < vector_count; v++) w[v] = _mm512_load_si512(weights + 64 * v);
        UNROLL for (int row = 0; row < row_count; row++) {
            int32_t four;
            memcpy(&four, rows + row * depth + k, 4);
            __m512i x = _mm512_set1_epi32(four);
            UNROLL for (int v = 0; v < vector_count; v++)
                sums[row][v] = _mm512_dpbusd_epi32(sums[row][v], x, w[v]);
        }
    }
    UNROLL for (int v = 0; v < vector_count; v++) {
        UNROLL for (int row = 0; row < row_count; row++)
            sums[row][v] = scale(sums[row][v], channels + v);
        ptrdiff_t count = matrix->count - panel - 16 * v;
        __mmask16 which = (__mmask16)(count < 16 ? (1 << count) - 1 : 0xFFFF);
        UNROLL for (int row = 0; row < row_count; row++)
            _mm_mask_storeu_epi8(
                codes + row * code_stride + panel + 16 * v, which,
                codes_of(sums[row][v], &matrix->codes));
    }
}

#define TILE(row_count) \
    if (matrix->count - panel > 16) \
        tile(matrix, panel, from, terms + row, into, code_stride, row_count, 2); \
    else \
        tile(matrix, panel, from, terms + row, into, code_stride, row_count, 1); \
    break

/// Adds 128 to each code, and zeros up to whole groups; gives what a weight zero point adds to all
/// sums of the row.
VNNI static int32_t widen(const networks_packed *matrix, const int8_t *row, uint8_t *into) {
    ptrdiff_t depth = matrix->depth;
    __m512i sum = _mm512_setzero_si512();
    for (ptrdiff_t k = 0; k < depth; k += 64) {
        ptrdiff_t count = depth - k, padded = matrix->padded_depth - k;
        __mmask64 is_code = count < 64 ? ((__mmask64)1 << count) - 1 : ~(__mmask64)0;
        __mmask64 is_padded = padded < 64 ? ((__mmask64)1 << padded) - 1 : ~(__mmask64)0;
        __m512i x = _mm512_maskz_loadu_epi8(is_code, row + k);
        x = _mm512_maskz_sub_epi8(is_code, x, _mm512_set1_epi8(-128));
        _mm512_mask_storeu_epi8(into + k, is_padded, x);
        sum = _mm512_dpbusd_epi32(sum, x, _mm512_set1_epi8(1));
    }
    if (matrix->weight_zero == 0) return 0;
    uint32_t total = (uint32_t)_mm512_reduce_add_epi32(sum);
    return (int32_t)(0u - total * (uint32_t)matrix->weight_zero);
}

VNNI void networks_multiply_vnni(
    const networks_packed *matrix, const int8_t *rows, ptrdiff_t row_stride, ptrdiff_t row_count,
    int8_t *codes, ptrdiff_t code_stride, void *scratch) {
    int32_t *terms = scratch;
    uint8_t *unsigned_rows = (uint8_t *)(terms + rows_in_block);
    ptrdiff_t depth = matrix->padded_depth;
    for (ptrdiff_t row = 0; row < row_count; row++)
        terms[row] = widen(matrix, rows + row * row_stride, unsigned_rows + row * depth);
    for (ptrdiff_t panel = 0; panel < matrix->count; panel += 32) {
        for (ptrdiff_t row = 0; row < row_count; row += rows_in_registers) {
            const uint8_t *from = unsigned_rows + row * depth;
            int8_t *into = codes + row * code_stride;
            switch (least(rows_in_registers, row_count - row)) {
            case 1: TILE(1);
            case 2: TILE(2);
            case 3: TILE(3);
            case 4: TILE(4);
            case 5: TILE(5);
            case 6: TILE(6);
            case 7: TILE(7);
            default: TILE(8);
            }
        }
    }
}
#endif
