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

/// Sums of each row and channel; `row_count` is a constant.
typedef int32x4_t tile_sums[4][4];

/// Sums begin with the first that is added.
BODY void add(int32x4_t *sum, int16x8_t products, int is_first) {
    *sum = is_first ? vpaddlq_s16(products) : vpadalq_s16(*sum, products);
}

/// Thirty-two of depth: `together` products, 4, 2 or 1, are added in 16 bits.
BODY void add_block(
    tile_sums sums, const int8_t *rows, const int8_t *weights, int row_count, int together,
    int is_first) {
    int8x16x4_t first = vld1q_s8_x4(weights), second = vld1q_s8_x4(weights + 64);
    UNROLL for (int row = 0; row < row_count; row++) {
        int8x16_t x = vld1q_s8(rows + 32 * row), y = vld1q_s8(rows + 32 * row + 16);
        UNROLL for (int n = 0; n < 4; n++) {
            // Channels 0 and 1 are in the first four registers, 2 and 3 in the others.
            int8x16_t v = n < 2 ? first.val[2 * n] : second.val[2 * n - 4];
            int8x16_t w = n < 2 ? first.val[2 * n + 1] : second.val[2 * n - 3];
            int16x8_t sum = vmull_s8(vget_low_s8(x), vget_low_s8(v));
            if (together == 1) {
                add(&sums[row][n], sum, is_first);
                add(&sums[row][n], vmull_high_s8(x, v), 0);
                add(&sums[row][n], vmull_s8(vget_low_s8(y), vget_low_s8(w)), 0);
                add(&sums[row][n], vmull_high_s8(y, w), 0);
                continue;
            }
            sum = vmlal_high_s8(sum, x, v);
            if (together == 4) {
                sum = vmlal_s8(sum, vget_low_s8(y), vget_low_s8(w));
            } else {
                add(&sums[row][n], sum, is_first);
                sum = vmull_s8(vget_low_s8(y), vget_low_s8(w));
            }
            add(&sums[row][n], vmlal_high_s8(sum, y, w), is_first && together == 4);
        }
        ROW_IS_DONE(sums[row]);
    }
}

/// The last sixteen of depth.
BODY void add_sixteen(
    tile_sums sums, const int8_t *rows, const int8_t *weights, int row_count, int together,
    int is_first) {
    int8x16x4_t w = vld1q_s8_x4(weights);
    UNROLL for (int row = 0; row < row_count; row++) {
        int8x16_t x = vld1q_s8(rows + 32 * row);
        UNROLL for (int n = 0; n < 4; n++) {
            int16x8_t sum = vmull_s8(vget_low_s8(x), vget_low_s8(w.val[n]));
            if (together == 2) {
                add(&sums[row][n], vmlal_high_s8(sum, x, w.val[n]), is_first);
            } else {
                add(&sums[row][n], sum, is_first);
                add(&sums[row][n], vmull_high_s8(x, w.val[n]), 0);
            }
        }
        ROW_IS_DONE(sums[row]);
    }
}

/// The last eight.
BODY void add_eight(
    tile_sums sums, const int8_t *rows, const int8_t *weights, int row_count) {
    int8x8x4_t w = vld1_s8_x4(weights);
    UNROLL for (int row = 0; row < row_count; row++) {
        int8x8_t x = vld1_s8(rows + 32 * row);
        UNROLL for (int n = 0; n < 4; n++)
            add(&sums[row][n], vmull_s8(x, w.val[n]), 0);
    }
}

/// What all of a panel's depth is. Most tiles have but one block, and their sums need no zeros to begin
/// with; constants in tiles, for branches would meet with sums in different registers.
enum extent {
    one_four,    ///< A block of which four products fit.
    one_two,     ///< A block of which two fit.
    one_sixteen, ///< Sixteen of depth, of which two fit.
    many,        ///< Anything else.
};

/// What all tiles of a panel have in common.
typedef struct {
    const uint16_t *order;
    const int8_t *weights;
    int fours, twos, ones;
    int is_last_two;
    ptrdiff_t last_depth;
    ptrdiff_t last_place; ///< Of the last block, in rows.
    int32x4_t bias;
    four_channels channels;
    int has_terms;
    sixteen_codes limits;
    enum scaling scaling;
    ptrdiff_t code_stride;
} panel_work;

static enum extent extent_of(const panel_work *panel) {
    int blocks = panel->fours + panel->twos + panel->ones;
    if (blocks == 1 && panel->last_depth == 0 && panel->fours) return one_four;
    if (blocks == 1 && panel->last_depth == 0 && panel->twos) return one_two;
    if (blocks == 0 && panel->last_depth == 16 && panel->is_last_two) return one_sixteen;
    return many;
}

/// Products of all of depth.
BODY void sum_products(
    const panel_work *panel, const int8_t *rows, tile_sums sums, int row_count,
    enum extent extent) {
    const int8_t *weights = panel->weights;
    if (extent == one_four) add_block(sums, rows, weights, row_count, 4, 1);
    if (extent == one_two) add_block(sums, rows, weights, row_count, 2, 1);
    if (extent == one_sixteen) add_sixteen(sums, rows, weights, row_count, 2, 1);
    if (extent != many) return;

    UNROLL for (int row = 0; row < row_count; row++)
        UNROLL for (int n = 0; n < 4; n++) sums[row][n] = vdupq_n_s32(0);
    const uint16_t *order = panel->order;
#define BLOCKS(number, together) \
    for (int left = number; left > 0; left--, weights += 128) \
        add_block(sums, rows + 128 * (ptrdiff_t)*order++, weights, row_count, together, 0)
    BLOCKS(panel->fours, 4);
    BLOCKS(panel->twos, 2);
    BLOCKS(panel->ones, 1);
#undef BLOCKS
    if (panel->last_depth == 0) return;
    rows += panel->last_place;
    if (panel->last_depth == 8)
        add_eight(sums, rows, weights, row_count);
    else if (panel->is_last_two)
        add_sixteen(sums, rows, weights, row_count, 2, 0);
    else
        add_sixteen(sums, rows, weights, row_count, 1, 0);
}

BODY int8x16_t finish(int32x4_t sums[4], const panel_work *panel, enum scaling scaling) {
    UNROLL for (int row = 0; row < 4; row++)
        sums[row] = scale_neon(sums[row], panel->channels, scaling);
    return codes_neon(sums, panel->limits, scaling);
}

/// `row_count`, 4 or 1, and `extent` are constants once this is inlined, and the sums are registers.
BODY void tile(
    const panel_work *panel, const int8_t *rows, const int32_t *terms, int8_t *codes,
    int row_count, enum extent extent) {
    tile_sums sums;
    sum_products(panel, rows, sums, row_count, extent);
    int32x4_t all[4];
    UNROLL for (int row = 0; row < row_count; row++) {
        int32x4_t *sum = sums[row];
        all[row] = vaddq_s32(
            vpaddq_s32(vpaddq_s32(sum[0], sum[1]), vpaddq_s32(sum[2], sum[3])), panel->bias);
    }
    UNROLL for (int row = row_count; row < 4; row++) all[row] = all[0];
    if (panel->has_terms)
        UNROLL for (int row = 0; row < row_count; row++)
            all[row] = vaddq_s32(all[row], vdupq_n_s32(terms[row]));
    int8x16_t packed;
    // Not a table of jumps, which takes longer than what it leads to.
    if (__builtin_expect(panel->scaling == narrow, 1))
        packed = finish(all, panel, narrow);
    else if (__builtin_expect(panel->scaling == linear, 1))
        packed = finish(all, panel, linear);
    else
        packed = finish(all, panel, any_scaling);
    // Four codes at any address: the store has no alignment of its own.
    int32x4_t words = vreinterpretq_s32_s8(packed);
    vst1q_lane_s32((int32_t *)codes, words, 0);
    if (row_count == 1) return;
    vst1q_lane_s32((int32_t *)(codes + panel->code_stride), words, 1);
    vst1q_lane_s32((int32_t *)(codes + 2 * panel->code_stride), words, 2);
    vst1q_lane_s32((int32_t *)(codes + 3 * panel->code_stride), words, 3);
}

BODY void multiply_panel(
    const panel_work *panel, const int8_t *rows, ptrdiff_t stride, const int32_t *terms,
    ptrdiff_t row_count, int8_t *codes, enum extent extent) {
    for (; row_count >= 4; row_count -= 4) {
        tile(panel, rows, terms, codes, 4, extent);
        rows += 4 * stride;
        terms += 4;
        codes += 4 * panel->code_stride;
    }
    for (; row_count > 0; row_count--) {
        tile(panel, rows, terms, codes, 1, many);
        rows += 32;
        terms++;
        codes += panel->code_stride;
    }
}

static void multiply(
    const networks_packed *matrix, const int8_t *rows, const int32_t *terms, ptrdiff_t row_count,
    int8_t *codes, ptrdiff_t code_stride) {
    ptrdiff_t depth = matrix->depth, stride = round_up(depth, 32);
    const char *place = matrix->weights;
    for (ptrdiff_t first = 0; first < matrix->count; first += 4, place += panel_size(depth)) {
        const panel_header *header = (const panel_header *)place;
        const networks_channels *channels = matrix->channels + first / 16;
        // Codes of a panel that is not whole go by way of these.
        ptrdiff_t count = matrix->count - first;
        int8_t some[rows_in_block * 4], *into = count < 4 ? some : codes + first;
        panel_work panel = {
            .order = header->order,
            .weights = (const int8_t *)place + header_size(depth),
            .fours = header->fours,
            .twos = header->twos,
            .ones = header->ones,
            .is_last_two = header->last,
            .last_depth = last_depth(depth),
            .last_place = 128 * block_count(depth),
            .bias = vld1q_s32(channels->first + first % 16),
            .channels = load_four(channels, (int)(first % 16 / 4)),
            .has_terms = matrix->weight_zero != 0,
            .limits = load_codes(&matrix->codes),
            .scaling = scaling_of(matrix),
            .code_stride = count < 4 ? 4 : code_stride,
        };
#define PANEL(extent) \
    multiply_panel(&panel, rows, stride, terms, row_count, into, extent); \
    break
        switch (extent_of(&panel)) {
        case one_four: PANEL(one_four);
        case one_two: PANEL(one_two);
        case one_sixteen: PANEL(one_sixteen);
        case many: PANEL(many);
        }
#undef PANEL
        if (into == some)
            for (ptrdiff_t row = 0; row < row_count; row++)
                memcpy(codes + row * code_stride + first, some + 4 * row, (size_t)count);
    }
}

void networks_multiply_neon(
    const networks_packed *matrix, const int8_t *rows, ptrdiff_t row_stride, ptrdiff_t row_count,
    int8_t *codes, ptrdiff_t code_stride, void *scratch) {
    int32_t *terms = scratch;
    int8_t *interleaved = (int8_t *)(terms + rows_in_block);
    row_terms_neon(matrix, rows, row_stride, row_count, terms);
    interleave_neon(matrix, rows, row_stride, row_count, 32, interleaved);
    multiply(matrix, interleaved, terms, row_count, codes, code_stride);
}
#endif
