// Eight rows times thirty-two channels, four products and their sum in a lane. The instruction wants
// one side unsigned: rows have 128 added, which the first sums take off again.
#include "requantize_avx512.h"

#if defined(__x86_64__)
enum { rows_in_registers = 8 };

/// `row_count`, `vector_count` and the last two are constants once this is inlined, and the sums are
/// registers. Words go to rows of a panel, codes where they belong.
VNNI_BODY void tile(
    const networks_packed *matrix, ptrdiff_t panel, const uint8_t *rows, const int32_t *terms,
    int8_t *codes, ptrdiff_t code_stride, int row_count, int vector_count,
    enum networks_rounding rounding, enum ending ending) {
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
        channel_scales scales = load_scales(channels + v, rounding);
        UNROLL for (int row = 0; row < row_count; row++)
            sums[row][v] = scale(sums[row][v], &scales, rounding);
    }
    if (ending == to_words) {
        UNROLL for (int row = 0; row < row_count; row++) {
            int8_t *words = codes + row * code_stride;
            if (vector_count == 2)
                _mm512_storeu_si512(words, _mm512_packs_epi32(sums[row][0], sums[row][1]));
            else
                _mm256_storeu_si256((__m256i *)words, _mm512_cvtsepi32_epi16(sums[row][0]));
        }
        return;
    }
    ptrdiff_t count = matrix->count - panel;
    if (vector_count == 2) {
        // Two rows of thirty-two, eight codes each in turn.
        const __m512i apart = _mm512_setr_epi64(0, 2, 4, 6, 1, 3, 5, 7);
        UNROLL for (int row = 0; row < row_count; row += 2) {
            int next = row + 1 < row_count ? row + 1 : row;
            __m512i two = _mm512_permutexvar_epi64(
                apart, codes_of(
                    sums[row][0], sums[row][1], sums[next][0], sums[next][1], &matrix->codes));
            store_thirty_two(codes + row * code_stride, _mm512_castsi512_si256(two), count);
            if (next > row)
                store_thirty_two(codes + next * code_stride, _mm512_extracti64x4_epi64(two, 1), count);
        }
    } else {
        // Four rows of sixteen, four codes each in turn.
        const __m512i apart =
            _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
        UNROLL for (int row = 0; row < row_count; row += 4) {
            int last = row_count - 1;
            __m512i four = _mm512_permutexvar_epi32(
                apart, codes_of(
                    sums[row][0], sums[row + 1 < last ? row + 1 : last][0],
                    sums[row + 2 < last ? row + 2 : last][0],
                    sums[row + 3 < last ? row + 3 : last][0], &matrix->codes));
            __m128i each[4] = {
                _mm512_castsi512_si128(four), _mm512_extracti32x4_epi32(four, 1),
                _mm512_extracti32x4_epi32(four, 2), _mm512_extracti32x4_epi32(four, 3)};
            UNROLL for (int next = 0; next < 4 && row + next < row_count; next++)
                store_avx2(codes + (row + next) * code_stride, each[next], count);
        }
    }
}

#define TILE(row_count) \
    if (matrix->count - panel > 16) \
        tile(matrix, panel, from, terms + row, into, stride, row_count, 2, rounding, ending); \
    else \
        tile(matrix, panel, from, terms + row, into, stride, row_count, 1, rounding, ending); \
    break

/// Adds 128 to each of `depth` codes, and zeros up to `padded`. Gives their sum if `with_sum`.
VNNI_BODY int32_t widen(
    const int8_t *row, ptrdiff_t depth, uint8_t *into, ptrdiff_t padded, int with_sum) {
    const __m512i offset = _mm512_set1_epi8(-128), one = _mm512_set1_epi8(1);
    __m512i sum = _mm512_setzero_si512();
    ptrdiff_t k = 0;
    for (; k + 64 <= depth; k += 64) {
        __m512i x = _mm512_xor_si512(_mm512_loadu_si512(row + k), offset);
        _mm512_storeu_si512(into + k, x);
        if (with_sum) sum = _mm512_dpbusd_epi32(sum, x, one);
    }
    if (k < padded) {
        // Of 0 ... 63 codes, in 1 ... 64 padded ones.
        __mmask64 is_code = ((__mmask64)1 << (depth - k)) - 1;
        __mmask64 is_padded = ~(__mmask64)0 >> (64 - (padded - k));
        __m512i x =
            _mm512_maskz_sub_epi8(is_code, _mm512_maskz_loadu_epi8(is_code, row + k), offset);
        _mm512_mask_storeu_epi8(into + k, is_padded, x);
        if (with_sum) sum = _mm512_dpbusd_epi32(sum, x, one);
    }
    return with_sum ? _mm512_reduce_add_epi32(sum) : 0;
}

/// All rows of a block, and what a weight zero point adds to all sums of each.
VNNI static void widen_rows(
    const networks_packed *matrix, const int8_t *rows, ptrdiff_t row_stride, ptrdiff_t row_count,
    uint8_t *into, int32_t *terms) {
    ptrdiff_t depth = matrix->depth, padded = matrix->padded_depth;
    if (matrix->weight_zero != 0) {
        for (ptrdiff_t row = 0; row < row_count; row++) {
            uint32_t sum = (uint32_t)widen(
                rows + row * row_stride, depth, into + row * padded, padded, 1);
            terms[row] = (int32_t)(0u - sum * (uint32_t)matrix->weight_zero);
        }
        return;
    }
    memset(terms, 0, (size_t)row_count * sizeof(*terms));
    if (row_stride == padded && depth == padded) {
        widen(rows, row_count * depth, into, row_count * depth, 0);
        return;
    }
    for (ptrdiff_t row = 0; row < row_count; row++)
        widen(rows + row * row_stride, depth, into + row * padded, padded, 0);
}

VNNI_BODY void multiply(
    const networks_packed *matrix, const uint8_t *rows, const int32_t *terms, ptrdiff_t row_count,
    int8_t *codes, ptrdiff_t code_stride, enum networks_rounding rounding, enum ending ending) {
    for (ptrdiff_t panel = 0; panel < matrix->count; panel += 32) {
        // Sixteen channels or fewer are the narrower kernel's.
        int16_t words[rows_in_block * 32];
        ptrdiff_t count = matrix->count - panel, width = count > 16 ? 32 : 16;
        ptrdiff_t stride = ending == to_words ? width * (ptrdiff_t)sizeof(*words) : code_stride;
        int8_t *panel_codes = ending == to_words ? (int8_t *)words : codes + panel;
        for (ptrdiff_t row = 0; row < row_count; row += rows_in_registers) {
            const uint8_t *from = rows + row * matrix->padded_depth;
            int8_t *into = panel_codes + row * stride;
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
        if (ending == to_words)
            (width == 32 ? networks_bend_vnni : networks_bend_avx2)(
                matrix->bends + panel / 16, words, row_count, matrix->codes.zero, codes + panel,
                code_stride, count);
    }
}

VNNI void networks_multiply_vnni(
    const networks_packed *matrix, const int8_t *rows, ptrdiff_t row_stride, ptrdiff_t row_count,
    int8_t *codes, ptrdiff_t code_stride, void *scratch) {
    int32_t *terms = scratch;
    uint8_t *unsigned_rows = (uint8_t *)(terms + rows_in_block);
    widen_rows(matrix, rows, row_stride, row_count, unsigned_rows, terms);
#define MULTIPLY(rounding, ending) \
    multiply(matrix, unsigned_rows, terms, row_count, codes, code_stride, rounding, ending)
    switch (matrix->rounding) {
    case networks_half_up:
        MULTIPLY(networks_half_up, to_codes);
        break;
    case networks_away:
        if (matrix->bends)
            MULTIPLY(networks_away, to_words);
        else
            MULTIPLY(networks_away, to_codes);
        break;
    default:
        if (matrix->bends)
            MULTIPLY(networks_any_rounding, to_words);
        else
            MULTIPLY(networks_any_rounding, to_codes);
    }
}
#endif
