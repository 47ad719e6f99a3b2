// Four rows times sixteen channels, four products and their sum in a lane.
#include "requantize_neon.h"

#if defined(__aarch64__)
#define DOT __attribute__((target("arch=armv8.2-a+dotprod")))
#define DOT_BODY static inline __attribute__((always_inline, target("arch=armv8.2-a+dotprod")))

/// Four vectors in one instruction; fewer one by one.
#define LOAD(into, from, count) \
    if (count == 4) { \
        int8x16x4_t all = vld1q_s8_x4(from); \
        UNROLL for (int v = 0; v < 4; v++) into[v] = all.val[v]; \
    } else { \
        UNROLL for (int v = 0; v < count; v++) into[v] = vld1q_s8((from) + 16 * v); \
    }

/// Four of depth for all of a panel. `row_count`, `vector_count` and `lane` are constants. The load steps
/// the pointer on: compilers else add to it for each. Rows outside: the other way round Debian 13's clang
/// leaves a loop, and sums in memory.
#define STEP(lane) \
    LOAD(w, weights, vector_count); \
    weights += 16 * vector_count; \
    __asm__("" : "+r"(weights)); \
    UNROLL for (int row = 0; row < row_count; row++) \
        UNROLL for (int v = 0; v < vector_count; v++) \
            sums[row][v] = vdotq_laneq_s32(sums[row][v], w[v], x[row], lane)

/// Copies rows next to each other, four by four: sixteen codes of the first, of the second, of the third,
/// of the fourth, the next sixteen of the first. What stands where a row or the rows end meets no weight
/// but 0, or makes sums that nobody reads.
static void interleave(
    const networks_packed *matrix, const int8_t *rows, ptrdiff_t row_stride, ptrdiff_t row_count,
    int8_t *into) {
    ptrdiff_t depth = matrix->depth, stride = round_up(depth, 16);
    const int8_t *end = rows + (row_count - 1) * row_stride + depth;
    ptrdiff_t left = row_count;
    // Most: four rows of which whole sixteens can be read.
    for (; left >= 4 && end - rows - 3 * row_stride >= stride; left -= 4) {
        const int8_t *four[4] = {rows};
        UNROLL for (int n = 1; n < 4; n++) four[n] = four[n - 1] + row_stride;
        for (ptrdiff_t k = 0; k < stride; k += 16, into += 64) {
            // One register for all rows: compilers else step four pointers on.
            __asm__("" : "+r"(k));
            int8x16x4_t all;
            UNROLL for (int n = 0; n < 4; n++) all.val[n] = vld1q_s8(four[n] + k);
            vst1q_s8_x4(into, all);
        }
        rows += 4 * row_stride;
    }
    for (; left > 0; left -= 4, rows += 4 * row_stride) {
        // Past the last row that one again.
        const int8_t *four[4] = {rows};
        UNROLL for (int n = 1; n < 4; n++) four[n] = four[n - 1] + (n < left ? row_stride : 0);
        ptrdiff_t k = 0;
        for (; k < depth / 16 * 16; k += 16)
            UNROLL for (int n = 0; n < 4; n++, into += 16)
                vst1q_s8(into, vld1q_s8(four[n] + k));
        if (k == stride) continue;
        UNROLL for (int n = 0; n < 4; n++, into += 16)
            memcpy(into, four[n] + k, (size_t)(depth - k));
    }
}

/// What all tiles of a panel have in common.
typedef struct {
    const networks_channels *channels;
    const int8_t *weights;
    const int8_t *weights_end; ///< Of whole sixteens of depth.
    int rest; ///< Of depth, padded to fours.
    int has_terms;
    sixteen_codes limits;
    ptrdiff_t code_stride;
} panel_work;

/// Gives where the next rows are. `row_count`, 4 or 1, `vector_count` and `scaling` are constants once
/// this is inlined, and the sums are registers.
DOT_BODY const int8_t *tile(
    const panel_work *panel, const int8_t *rows, const int32_t *terms, int8_t *codes,
    int row_count, int vector_count, enum scaling scaling) {
    int32x4_t sums[4][4];
    const int32_t *first = panel->channels->first;
    UNROLL for (int row = 0; row < row_count; row++) {
        // Read again for each row, two at a time: compilers else copy registers one by one.
        __asm__ volatile("" : : : "memory");
        UNROLL for (int v = 0; v < vector_count; v++) sums[row][v] = vld1q_s32(first + 4 * v);
    }
    if (panel->has_terms)
        UNROLL for (int row = 0; row < row_count; row++)
            UNROLL for (int v = 0; v < vector_count; v++)
                sums[row][v] = vaddq_s32(sums[row][v], vdupq_n_s32(terms[row]));

    const int8_t *weights = panel->weights;
    int8x16_t x[4], w[4];
    while (weights != panel->weights_end) {
        LOAD(x, rows, row_count);
        rows += 64;
        __asm__("" : "+r"(rows));
        STEP(0);
        STEP(1);
        STEP(2);
        STEP(3);
    }
    if (panel->rest > 0) {
        LOAD(x, rows, row_count);
        rows += 64;
        STEP(0);
        if (panel->rest > 4) {
            STEP(1);
        }
        if (panel->rest > 8) {
            STEP(2);
        }
    }

    sixteen_channels sixteen = load_sixteen(panel->channels, scaling);
    if (ending_of(scaling) == to_words) {
        UNROLL for (int row = 0; row < row_count; row++, codes += panel->code_stride)
            scale_words(codes, sums[row], &sixteen, 4 * vector_count, scaling);
        return rows;
    }
    int8x16_t done[4];
    UNROLL for (int row = 0; row < row_count; row++) {
        UNROLL for (int v = vector_count; v < 4; v++) sums[row][v] = sums[row][0];
        done[row] = sixteen_neon(sums[row], &sixteen, panel->limits, scaling);
    }
    UNROLL for (int row = 0; row < row_count; row++, codes += panel->code_stride) {
        if (vector_count == 4)
            vst1q_s8(codes, done[row]);
        else
            vst1_s8(codes, vget_low_s8(done[row]));
    }
    return rows;
}

DOT_BODY void multiply_panel(
    const panel_work *panel, const int8_t *rows, const int32_t *terms, ptrdiff_t row_count,
    int8_t *codes, int vector_count, enum scaling scaling) {
    ptrdiff_t row = 0;
    for (; row + 4 <= row_count; row += 4, codes += 4 * panel->code_stride)
        rows = tile(panel, rows, terms + row, codes, 4, vector_count, scaling);
    for (; row < row_count; row++, rows += 16, codes += panel->code_stride)
        tile(panel, rows, terms + row, codes, 1, vector_count, scaling);
}

DOT_BODY void multiply(
    const networks_packed *matrix, const int8_t *rows, const int32_t *terms, ptrdiff_t row_count,
    int8_t *codes, ptrdiff_t code_stride, enum scaling scaling) {
    for (ptrdiff_t first = 0; first < matrix->count; first += 16) {
        const int8_t *weights = (const int8_t *)matrix->weights + first * matrix->padded_depth;
        ptrdiff_t count = least(16, matrix->count - first), width = count > 8 ? 16 : 8;
        ptrdiff_t rest = matrix->padded_depth % 16;
        // Codes of a panel that is not whole go by way of these, and words.
        int16_t words[rows_in_block * 16];
        int8_t *some = (int8_t *)words;
        int is_some = ending_of(scaling) == to_words || count < width;
        ptrdiff_t stride = ending_of(scaling) == to_words ? 16 * (ptrdiff_t)sizeof(*words) : width;
        int8_t *into = is_some ? some : codes + first;
        panel_work panel = {
            .channels = matrix->channels + first / 16,
            .weights = weights,
            .weights_end = weights + width * (matrix->padded_depth - rest),
            .rest = (int)rest,
            .has_terms = matrix->weight_zero != 0,
            .limits = load_codes(&matrix->codes),
            .code_stride = is_some ? stride : code_stride,
        };
        if (width == 16)
            multiply_panel(&panel, rows, terms, row_count, into, 4, scaling);
        else
            multiply_panel(&panel, rows, terms, row_count, into, 2, scaling);
        if (ending_of(scaling) == to_words)
            networks_bend_neon(
                matrix->bends + first / 16, words, row_count, matrix->codes.zero, codes + first,
                code_stride, count);
        else if (is_some)
            for (ptrdiff_t row = 0; row < row_count; row++)
                memcpy(codes + row * code_stride + first, some + row * width, (size_t)count);
    }
}

DOT void networks_multiply_dotprod(
    const networks_packed *matrix, const int8_t *rows, ptrdiff_t row_stride, ptrdiff_t row_count,
    int8_t *codes, ptrdiff_t code_stride, void *scratch) {
    int32_t *terms = scratch;
    int8_t *interleaved = (int8_t *)(terms + rows_in_block);
    row_terms_neon(matrix, rows, row_stride, row_count, terms);
    interleave(matrix, rows, row_stride, row_count, interleaved);
#define MULTIPLY(scaling) multiply(matrix, interleaved, terms, row_count, codes, code_stride, scaling)
    WITH_SCALING(scaling_of(matrix), MULTIPLY)
}
#endif
