// Four rows times four channels, thirty-two products in five or six instructions: of any Armv8.
//
// Products are added in 16 bits as long as they surely fit: of a code, which is at most 128, and weights
// whose sizes add up to 255 or less, 32 640 at most. Of most weights four fit, of nearly all two do.
#include "requantize_neon.h"

#if defined(__aarch64__)
/// What a panel of four channels begins with; its weights follow: blocks of thirty-two of depth, in the
/// order given, and a last one of sixteen or eight if depth ends so. In a block, thirty-two of each
/// channel.
typedef struct {
    uint16_t fours; ///< Blocks of which four products fit.
    uint16_t twos;  ///< Blocks of which two fit: after those.
    uint16_t ones;  ///< The others.
    uint16_t last;  ///< Whether two fit of the last block.
    uint16_t order[];
} panel_header;

static ptrdiff_t block_count(ptrdiff_t depth) { return depth / 32 + (depth % 32 > 16); }

/// 0, 8 or 16.
static ptrdiff_t last_depth(ptrdiff_t depth) {
    ptrdiff_t rest = depth - least(depth, block_count(depth) * 32);
    return round_up(rest, 8);
}

static ptrdiff_t header_size(ptrdiff_t depth) {
    return round_up((ptrdiff_t)sizeof(panel_header) + 2 * block_count(depth), 64);
}

static ptrdiff_t panel_size(ptrdiff_t depth) {
    return header_size(depth) + round_up(4 * (block_count(depth) * 32 + last_depth(depth)), 64);
}

size_t networks_matrix_size_neon(const networks_model *model) {
    return (size_t)(round_up(model->count, 4) / 4 * panel_size(model->depth));
}

/// A weight, 0 past the last.
static int weight(const networks_model *model, ptrdiff_t n, ptrdiff_t k) {
    return n < model->count && k < model->depth ? model->weights[n * model->depth + k] : 0;
}

/// The largest sum of sizes of the weights that meet in a lane of 16 bits: `count` of them, eight apart.
static int largest_sum(const networks_model *model, ptrdiff_t panel, ptrdiff_t k, ptrdiff_t count) {
    int largest = 0;
    for (ptrdiff_t n = panel; n < panel + 4; n++) {
        for (ptrdiff_t lane = 0; lane < 8; lane++) {
            int sum = 0;
            for (ptrdiff_t part = 0; part < count; part++) {
                int each = weight(model, n, k + lane + 8 * part);
                sum += each < 0 ? -each : each;
            }
            if (sum > largest) largest = sum;
        }
    }
    return largest;
}

void networks_pack_matrix_neon(const networks_model *model, void *memory) {
    ptrdiff_t blocks = block_count(model->depth), last = last_depth(model->depth);
    for (ptrdiff_t panel = 0; panel < model->count; panel += 4) {
        char *start = (char *)memory + panel / 4 * panel_size(model->depth);
        panel_header *header = (panel_header *)start;
        ptrdiff_t placed = 0;
        for (int kind = 0; kind < 3; kind++) {
            for (ptrdiff_t block = 0; block < blocks; block++) {
                ptrdiff_t k = block * 32;
                int is_four = largest_sum(model, panel, k, 4) <= 255;
                int is_two = largest_sum(model, panel, k, 2) <= 255
                    && largest_sum(model, panel, k + 16, 2) <= 255;
                if ((is_four ? 0 : is_two ? 1 : 2) == kind) header->order[placed++] = (uint16_t)block;
            }
            if (kind == 0) header->fours = (uint16_t)placed;
            if (kind == 1) header->twos = (uint16_t)(placed - header->fours);
            if (kind == 2) header->ones = (uint16_t)(placed - header->fours - header->twos);
        }
        header->last = largest_sum(model, panel, blocks * 32, last / 8) <= 255;
        int8_t *into = (int8_t *)start + header_size(model->depth);
        for (ptrdiff_t block = 0; block < blocks; block++)
            for (ptrdiff_t n = panel; n < panel + 4; n++)
                for (ptrdiff_t k = 0; k < 32; k++)
                    *into++ = (int8_t)weight(model, n, header->order[block] * 32 + k);
        for (ptrdiff_t n = panel; n < panel + 4; n++)
            for (ptrdiff_t k = 0; k < last; k++) *into++ = (int8_t)weight(model, n, blocks * 32 + k);
    }
}

/// Keeps one row's instructions together. Compilers else mix those of all rows, for which registers do
/// not suffice: a seventh more instructions.
#define ROW_IS_DONE(sums) \
    __asm__ volatile("" : "+w"(sums[0]), "+w"(sums[1]), "+w"(sums[2]), "+w"(sums[3]) : : "memory")

/// What all tiles of a panel have in common, in registers.
typedef struct {
    const panel_header *header;
    const int8_t *weights;
    const networks_packed *matrix;
    ptrdiff_t first; ///< Channel.
    int fours, twos, ones;
    ptrdiff_t last_place; ///< Of the last block, in rows.
    ptrdiff_t last_depth;
    int is_last_two;
    int32x4_t bias;
    four_channels channels;
    sixteen_codes limits;
} panel_work;

/// `row_count` and `scaling` are constants once this is inlined, and the sums are registers.
BODY void tile(
    const panel_work *panel, const int8_t *rows, const int32_t *terms, int8_t *codes,
    ptrdiff_t code_stride, int row_count, enum scaling scaling) {
    const int8_t *weights = panel->weights;
    const uint16_t *order = panel->header->order;
    int32x4_t sums[4][4], scaled[4];
    UNROLL for (int row = 0; row < 4; row++)
        UNROLL for (int n = 0; n < 4; n++) sums[row][n] = vdupq_n_s32(0);

#define BLOCK(products) \
    { \
        int8x16x4_t first = vld1q_s8_x4(weights), second = vld1q_s8_x4(weights + 64); \
        const int8_t *block = rows + 128 * (ptrdiff_t)*order++; \
        weights += 128; \
        UNROLL for (int row = 0; row < row_count; row++) { \
            int8x16_t x = vld1q_s8(block + 32 * row), y = vld1q_s8(block + 32 * row + 16); \
            UNROLL for (int n = 0; n < 4; n++) { \
                /* Channels 0 and 1 are in the first four registers, 2 and 3 in the others. */ \
                int8x16_t v = n < 2 ? first.val[2 * n] : second.val[2 * n - 4]; \
                int8x16_t w = n < 2 ? first.val[2 * n + 1] : second.val[2 * n - 3]; \
                products; \
            } \
            ROW_IS_DONE(sums[row]); \
        } \
    }
    for (int count = panel->fours; count > 0; count--)
        BLOCK({
            int16x8_t sum = vmlal_high_s8(vmull_s8(vget_low_s8(x), vget_low_s8(v)), x, v);
            sum = vmlal_high_s8(vmlal_s8(sum, vget_low_s8(y), vget_low_s8(w)), y, w);
            sums[row][n] = vpadalq_s16(sums[row][n], sum);
        })
    for (int count = panel->twos; count > 0; count--)
        BLOCK({
            int16x8_t sum = vmlal_high_s8(vmull_s8(vget_low_s8(x), vget_low_s8(v)), x, v);
            sums[row][n] = vpadalq_s16(sums[row][n], sum);
            sum = vmlal_high_s8(vmull_s8(vget_low_s8(y), vget_low_s8(w)), y, w);
            sums[row][n] = vpadalq_s16(sums[row][n], sum);
        })
    for (int count = panel->ones; count > 0; count--)
        BLOCK({
            sums[row][n] = vpadalq_s16(sums[row][n], vmull_s8(vget_low_s8(x), vget_low_s8(v)));
            sums[row][n] = vpadalq_s16(sums[row][n], vmull_high_s8(x, v));
            sums[row][n] = vpadalq_s16(sums[row][n], vmull_s8(vget_low_s8(y), vget_low_s8(w)));
            sums[row][n] = vpadalq_s16(sums[row][n], vmull_high_s8(y, w));
        })
#undef BLOCK
    const int8_t *last = rows + panel->last_place;
    if (panel->last_depth == 16) {
        int8x16x4_t w = vld1q_s8_x4(weights);
        UNROLL for (int row = 0; row < row_count; row++) {
            int8x16_t x = vld1q_s8(last + 32 * row);
            UNROLL for (int n = 0; n < 4; n++) {
                int16x8_t sum = vmull_s8(vget_low_s8(x), vget_low_s8(w.val[n]));
                if (panel->is_last_two) {
                    sum = vmlal_high_s8(sum, x, w.val[n]);
                } else {
                    sums[row][n] = vpadalq_s16(sums[row][n], sum);
                    sum = vmull_high_s8(x, w.val[n]);
                }
                sums[row][n] = vpadalq_s16(sums[row][n], sum);
            }
        }
    } else if (panel->last_depth == 8) {
        int8x8x4_t w = vld1_s8_x4(weights);
        UNROLL for (int row = 0; row < row_count; row++) {
            int8x8_t x = vld1_s8(last + 32 * row);
            UNROLL for (int n = 0; n < 4; n++)
                sums[row][n] = vpadalq_s16(sums[row][n], vmull_s8(x, w.val[n]));
        }
    }
    UNROLL for (int row = 0; row < 4; row++) {
        int32x4_t sum = vpaddq_s32(
            vpaddq_s32(sums[row][0], sums[row][1]), vpaddq_s32(sums[row][2], sums[row][3]));
        sum = vaddq_s32(sum, panel->bias);
        if (panel->matrix->weight_zero != 0) sum = vaddq_s32(sum, vdupq_n_s32(terms[row]));
        scaled[row] = row < row_count ? scale_neon(sum, panel->channels, scaling) : sum;
    }
    int32x4_t packed = vreinterpretq_s32_s8(
        codes_neon(scaled, panel->limits, scaling));
    int8_t *into = codes + panel->first;
    ptrdiff_t count = least(4, panel->matrix->count - panel->first);
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
        &panel, rows + row * stride, terms + row, codes + row * code_stride, code_stride, \
        row_count, scaling)

BODY void multiply(
    const networks_packed *matrix, const int8_t *rows, const int32_t *terms, ptrdiff_t row_count,
    int8_t *codes, ptrdiff_t code_stride, enum scaling scaling) {
    ptrdiff_t depth = matrix->depth, stride = round_up(depth, 32), size = panel_size(depth);
    const char *place = matrix->weights;
    panel_work panel = {
        .matrix = matrix,
        .last_place = 128 * block_count(depth),
        .last_depth = last_depth(depth),
        .limits = load_codes(&matrix->codes),
    };
    for (; panel.first < matrix->count; panel.first += 4, place += size) {
        panel.header = (const panel_header *)place;
        panel.weights = (const int8_t *)place + header_size(depth);
        panel.fours = panel.header->fours;
        panel.twos = panel.header->twos;
        panel.ones = panel.header->ones;
        panel.is_last_two = panel.header->last;
        const networks_channels *channels = matrix->channels + panel.first / 16;
        panel.bias = vld1q_s32(channels->first + panel.first % 16);
        panel.channels = load_four(channels, (int)(panel.first % 16 / 4));
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
    interleave_neon(matrix, rows, row_stride, row_count, 32, interleaved);
#define MULTIPLY(scaling) multiply(matrix, interleaved, terms, row_count, codes, code_stride, scaling)
    WITH_SCALING(matrix, MULTIPLY)
}
#endif
