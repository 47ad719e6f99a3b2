// Four rows times sixteen channels, four products and their sum in a lane.
#include "requantize_neon.h"

#if defined(__aarch64__)
#define DOT __attribute__((target("arch=armv8.2-a+dotprod")))
#define DOT_BODY static inline __attribute__((always_inline, target("arch=armv8.2-a+dotprod")))

/// Four of depth for all of a panel. `row_count`, `vector_count` and `lane` are constants.
#define STEP(lane) \
    UNROLL for (int v = 0; v < vector_count; v++) \
        UNROLL for (int row = 0; row < row_count; row++) \
            sums[row][v] = vdotq_laneq_s32(sums[row][v], w[v], x[row], lane);

/// The weights of four of depth.
#define LOAD_WEIGHTS \
    if (vector_count == 4) { \
        int8x16x4_t all = vld1q_s8_x4(weights); \
        UNROLL for (int v = 0; v < 4; v++) w[v] = all.val[v]; \
    } else { \
        UNROLL for (int v = 0; v < vector_count; v++) w[v] = vld1q_s8(weights + 16 * v); \
    } \
    weights += 16 * vector_count;

DOT_BODY void tile(
    const networks_packed *matrix, ptrdiff_t panel, const int8_t *rows, const int32_t *terms,
    int8_t *codes, ptrdiff_t code_stride, sixteen_codes limits, int row_count, int vector_count,
    int is_half_up) {
    const networks_channels *channels = matrix->channels + panel / 16;
    const int8_t *weights = (const int8_t *)matrix->weights + panel * matrix->padded_depth;
    int32x4_t sums[4][4];
    UNROLL for (int v = 0; v < vector_count; v++) {
        int32x4_t first = vld1q_s32(channels->first + 4 * v);
        UNROLL for (int row = 0; row < row_count; row++) sums[row][v] = first;
    }
    if (matrix->weight_zero != 0)
        UNROLL for (int v = 0; v < vector_count; v++)
            UNROLL for (int row = 0; row < row_count; row++)
                sums[row][v] = vaddq_s32(sums[row][v], vdupq_n_s32(terms[row]));

    int8x16_t x[4], w[4];
    ptrdiff_t depth = matrix->padded_depth;
    for (; depth >= 16; depth -= 16, rows += 64) {
        if (row_count == 4) {
            int8x16x4_t all = vld1q_s8_x4(rows);
            UNROLL for (int row = 0; row < 4; row++) x[row] = all.val[row];
        } else {
            UNROLL for (int row = 0; row < row_count; row++) x[row] = vld1q_s8(rows + 16 * row);
        }
        LOAD_WEIGHTS
        STEP(0)
        LOAD_WEIGHTS
        STEP(1)
        LOAD_WEIGHTS
        STEP(2)
        LOAD_WEIGHTS
        STEP(3)
    }
    for (; depth > 0; depth -= 4, rows += 4) {
        UNROLL for (int row = 0; row < row_count; row++)
            x[row] = vreinterpretq_s8_s32(vld1q_dup_s32((const int32_t *)(rows + 16 * row)));
        LOAD_WEIGHTS
        STEP(0)
    }

    UNROLL for (int v = 0; v < vector_count; v++) {
        four_channels four = load_four(channels, v);
        UNROLL for (int row = 0; row < row_count; row++)
            sums[row][v] = scale_neon(sums[row][v], four, is_half_up);
    }
    ptrdiff_t count = least(16, matrix->count - panel);
    UNROLL for (int row = 0; row < row_count; row++) {
        int32x4_t *sum = sums[row];
        int last = vector_count - 1, third = vector_count == 4 ? 2 : 0;
        store_neon(
            codes + row * code_stride + panel,
            codes_neon(sum[0], sum[1], sum[third], sum[last], limits), count);
    }
}

#define TILE(row_count) \
    if (matrix->count - panel > 8) \
        tile( \
            matrix, panel, from, terms + row, into, code_stride, limits, row_count, 4, is_half_up); \
    else \
        tile( \
            matrix, panel, from, terms + row, into, code_stride, limits, row_count, 2, is_half_up); \
    break

DOT_BODY void multiply(
    const networks_packed *matrix, const int8_t *rows, const int32_t *terms, ptrdiff_t row_count,
    int8_t *codes, ptrdiff_t code_stride, int is_half_up) {
    sixteen_codes limits = load_codes(&matrix->codes);
    for (ptrdiff_t panel = 0; panel < matrix->count; panel += 16) {
        for (ptrdiff_t row = 0; row < row_count; row += 4) {
            const int8_t *from = rows + row * round_up(matrix->depth, 16);
            int8_t *into = codes + row * code_stride;
            switch (least(4, row_count - row)) {
            case 1: TILE(1);
            case 2: TILE(2);
            case 3: TILE(3);
            default: TILE(4);
            }
        }
    }
}

DOT void networks_multiply_dotprod(
    const networks_packed *matrix, const int8_t *rows, ptrdiff_t row_stride, ptrdiff_t row_count,
    int8_t *codes, ptrdiff_t code_stride, void *scratch) {
    int32_t *terms = scratch;
    int8_t *interleaved = (int8_t *)(terms + rows_in_block);
    row_terms_neon(matrix, rows, row_stride, row_count, terms);
    interleave_neon(matrix, rows, row_stride, row_count, 16, interleaved);
    if (matrix->rounding == networks_half_up)
        multiply(matrix, interleaved, terms, row_count, codes, code_stride, 1);
    else
        multiply(matrix, interleaved, terms, row_count, codes, code_stride, 0);
}
#endif
