// Four rows times four channels, sixteen products in three instructions: of any Armv8.
#include "requantize_neon.h"

#if defined(__aarch64__)
/// Sixteen products into four lanes. Cannot overflow: of two products into 16 bits each is at most
/// 128 * 127; those of the weight -128 are added alone.
BODY int32x4_t add_sixteen(int32x4_t sum, int8x16_t x, int8x16_t w, int is_plain) {
    int16x8_t products = vmull_s8(vget_low_s8(x), vget_low_s8(w));
    if (is_plain) return vpadalq_s16(sum, vmlal_high_s8(products, x, w));
    return vpadalq_s16(vpadalq_s16(sum, products), vmull_high_s8(x, w));
}

/// `row_count` and `is_plain` are constants once this is inlined, and the sums are registers.
/// Plain is a matrix without the weight -128 and without a weight zero point.
BODY void tile(
    const networks_packed *matrix, ptrdiff_t panel, const int8_t *rows, const int32_t *terms,
    int8_t *codes, ptrdiff_t code_stride, int row_count, int is_plain, four_channels four,
    sixteen_codes limits) {
    const int8_t *weights = (const int8_t *)matrix->weights + panel * matrix->padded_depth;
    int32x4_t sums[4][4], scaled[4];
    UNROLL for (int row = 0; row < 4; row++)
        UNROLL for (int n = 0; n < 4; n++) sums[row][n] = vdupq_n_s32(0);

    ptrdiff_t depth = matrix->padded_depth;
    for (; depth >= 16; depth -= 16, rows += 64, weights += 64) {
        int8x16_t w[4];
        UNROLL for (int n = 0; n < 4; n++) w[n] = vld1q_s8(weights + 16 * n);
        UNROLL for (int row = 0; row < row_count; row++) {
            int8x16_t x = vld1q_s8(rows + 16 * row);
            UNROLL for (int n = 0; n < 4; n++)
                sums[row][n] = add_sixteen(sums[row][n], x, w[n], is_plain);
        }
    }
    if (depth > 0) {
        int8x8_t w[4];
        UNROLL for (int n = 0; n < 4; n++) w[n] = vld1_s8(weights + 8 * n);
        UNROLL for (int row = 0; row < row_count; row++) {
            int8x8_t x = vld1_s8(rows + 16 * row);
            UNROLL for (int n = 0; n < 4; n++)
                sums[row][n] = vpadalq_s16(sums[row][n], vmull_s8(x, w[n]));
        }
    }
    UNROLL for (int row = 0; row < 4; row++) {
        int32x4_t sum = vpaddq_s32(
            vpaddq_s32(sums[row][0], sums[row][1]), vpaddq_s32(sums[row][2], sums[row][3]));
        sum = vaddq_s32(sum, four.first);
        if (!is_plain) sum = vaddq_s32(sum, vdupq_n_s32(terms[row]));
        scaled[row] = row < row_count ? scale_neon(sum, four) : sum;
    }
    int32x4_t packed = vreinterpretq_s32_s8(
        codes_neon(scaled[0], scaled[1], scaled[2], scaled[3], limits));
    int8_t *into = codes + panel;
    ptrdiff_t count = least(4, matrix->count - panel);
    if (count == 4) {
        // Four codes at any address: the store has no alignment of its own.
        vst1q_lane_s32((int32_t *)into, packed, 0);
        if (row_count > 1) vst1q_lane_s32((int32_t *)(into + code_stride), packed, 1);
        if (row_count > 2) vst1q_lane_s32((int32_t *)(into + 2 * code_stride), packed, 2);
        if (row_count > 3) vst1q_lane_s32((int32_t *)(into + 3 * code_stride), packed, 3);
    } else {
        int8_t all[16];
        vst1q_s8(all, vreinterpretq_s8_s32(packed));
        for (int row = 0; row < row_count; row++)
            memcpy(into + row * code_stride, all + 4 * row, (size_t)count);
    }
}

#define TILE(row_count) \
    tile( \
        matrix, panel, rows + row * stride, terms + row, codes + row * code_stride, code_stride, \
        row_count, is_plain, four, limits)

BODY void multiply(
    const networks_packed *matrix, const int8_t *rows, const int32_t *terms, ptrdiff_t row_count,
    int8_t *codes, ptrdiff_t code_stride, int is_plain) {
    ptrdiff_t stride = round_up(matrix->depth, 16);
    sixteen_codes limits = load_codes(&matrix->codes);
    for (ptrdiff_t panel = 0; panel < matrix->count; panel += 4) {
        four_channels four = load_four(matrix->channels + panel / 16, (int)(panel % 16 / 4));
        ptrdiff_t row = 0;
        for (; row + 4 <= row_count; row += 4) TILE(4);
        switch (row_count - row) {
        case 1:
            TILE(1);
            break;
        case 2:
            TILE(2);
            break;
        case 3:
            TILE(3);
            break;
        }
    }
}

void networks_multiply_neon(
    const networks_packed *matrix, const int8_t *rows, ptrdiff_t row_stride, ptrdiff_t row_count,
    int8_t *codes, ptrdiff_t code_stride, void *scratch) {
    int32_t *terms = scratch;
    int8_t *interleaved = (int8_t *)(terms + rows_in_block);
    row_terms_neon(matrix, rows, row_stride, row_count, terms);
    interleave_neon(matrix, rows, row_stride, row_count, interleaved);
    if (matrix->is_wide || matrix->weight_zero != 0)
        multiply(matrix, interleaved, terms, row_count, codes, code_stride, 0);
    else
        multiply(matrix, interleaved, terms, row_count, codes, code_stride, 1);
}
#endif
