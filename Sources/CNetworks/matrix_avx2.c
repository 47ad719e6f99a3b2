// Rows of 16-bit integers times panels of sixteen channels: two products and their sum in a lane.
#include "requantize_avx2.h"

#if defined(__x86_64__)
enum { rows_in_registers = 6 };

/// `row_count`, `vector_count` and the last two are constants once this is inlined, and the sums are
/// registers. Words go to rows of a panel, codes where they belong.
AVX2_BODY void tile(
    const networks_packed *matrix, ptrdiff_t panel, const int16_t *rows, int8_t *codes,
    ptrdiff_t code_stride, int row_count, int vector_count, int is_half_up, enum ending ending) {
    ptrdiff_t depth = matrix->padded_depth;
    const networks_channels *channels = matrix->channels + panel / 16;
    const __m256i *weights =
        (const __m256i *)((const int16_t *)matrix->weights + panel * depth);
    __m256i sums[rows_in_registers][2];
    UNROLL for (int row = 0; row < row_count; row++)
        UNROLL for (int v = 0; v < vector_count; v++) sums[row][v] = EIGHT(channels->first, v);

    for (ptrdiff_t pair = 0; pair < depth / 2; pair++) {
        __m256i w[2];
        UNROLL for (int v = 0; v < vector_count; v++) w[v] = _mm256_load_si256(weights + v);
        weights += vector_count;
        UNROLL for (int row = 0; row < row_count; row++) {
            int32_t two;
            memcpy(&two, rows + row * depth + 2 * pair, 4);
            __m256i x = _mm256_set1_epi32(two);
            UNROLL for (int v = 0; v < vector_count; v++)
                sums[row][v] = _mm256_add_epi32(sums[row][v], _mm256_madd_epi16(x, w[v]));
        }
    }
    UNROLL for (int v = 0; v < vector_count; v++) {
        eight_scales scales = load_eight(channels, v, is_half_up);
        UNROLL for (int row = 0; row < row_count; row++)
            sums[row][v] = scale_avx2(sums[row][v], &scales, is_half_up);
    }
    if (ending == to_words) {
        UNROLL for (int row = 0; row < row_count; row++)
            _mm256_storeu_si256(
                (__m256i *)(codes + row * code_stride),
                words_avx2(sums[row][0], sums[row][vector_count - 1]));
        return;
    }
    UNROLL for (int row = 0; row < row_count; row++)
        store_avx2(
            codes + row * code_stride,
            codes_avx2(sums[row][0], sums[row][vector_count - 1], &matrix->codes),
            least(16, matrix->count - panel));
}

#define TILE(row_count) \
    if (matrix->count - panel > 8) \
        tile(matrix, panel, from, into, stride, row_count, 2, is_half_up, ending); \
    else \
        tile(matrix, panel, from, into, stride, row_count, 1, is_half_up, ending); \
    break

AVX2 static void widen(const int8_t *row, ptrdiff_t depth, int16_t *wide, ptrdiff_t padded) {
    ptrdiff_t k = 0;
    for (; k + 16 <= depth; k += 16)
        _mm256_storeu_si256(
            (__m256i *)(wide + k),
            _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(row + k))));
    for (; k < depth; k++) wide[k] = row[k];
    for (; k < padded; k++) wide[k] = 0;
}

AVX2_BODY void multiply(
    const networks_packed *matrix, const int16_t *rows, ptrdiff_t row_count, int8_t *codes,
    ptrdiff_t code_stride, int is_half_up, enum ending ending) {
    for (ptrdiff_t panel = 0; panel < matrix->count; panel += 16) {
        int16_t words[rows_in_block * 16];
        ptrdiff_t stride = ending == to_words ? 16 * (ptrdiff_t)sizeof(*words) : code_stride;
        int8_t *panel_codes = ending == to_words ? (int8_t *)words : codes + panel;
        for (ptrdiff_t row = 0; row < row_count; row += rows_in_registers) {
            const int16_t *from = rows + row * matrix->padded_depth;
            int8_t *into = panel_codes + row * stride;
            switch (least(rows_in_registers, row_count - row)) {
            case 1: TILE(1);
            case 2: TILE(2);
            case 3: TILE(3);
            case 4: TILE(4);
            case 5: TILE(5);
            default: TILE(6);
            }
        }
        if (ending == to_words)
            networks_bend_avx2(
                matrix->bends + panel / 16, words, row_count, matrix->codes.zero, codes + panel,
                code_stride, least(16, matrix->count - panel));
    }
}

AVX2 void networks_multiply_avx2(
    const networks_packed *matrix, const int8_t *rows, ptrdiff_t row_stride, ptrdiff_t row_count,
    int8_t *codes, ptrdiff_t code_stride, void *scratch) {
    int16_t *wide = scratch;
    ptrdiff_t depth = matrix->padded_depth;
    for (ptrdiff_t row = 0; row < row_count; row++)
        widen(rows + row * row_stride, matrix->depth, wide + row * depth, depth);
    if (matrix->bends)
        multiply(matrix, wide, row_count, codes, code_stride, 0, to_words);
    else if (matrix->rounding == networks_half_up)
        multiply(matrix, wide, row_count, codes, code_stride, 1, to_codes);
    else
        multiply(matrix, wide, row_count, codes, code_stride, 0, to_codes);
}
#endif
