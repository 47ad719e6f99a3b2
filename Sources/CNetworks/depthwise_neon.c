// Sixteen channels at a time. Products are added in 16 bits as long as they surely fit, as in
// matrix_neon.c; of nine taps which go together is chosen for each sixteen channels.
#include "taps_neon.h"

#if defined(__aarch64__)
/// How many taps are added in 16 bits, one group after the other.
enum kind {
    threes,      ///< 3 + 3 + 3 of nine.
    three_twos,  ///< 3 + 2 + 2 + 2 of nine.
    twos,        ///< 2 + 2 + ... of any number; a last one alone.
    wide,        ///< Weights of 16 bits: those that are more than 127 with their zero point subtracted.
};

/// What sixteen channels begin with; their weights follow, sixteen of each tap in the order given.
typedef struct {
    ptrdiff_t kind;
    struct {
        int32_t row, column; ///< In the window; columns in pixels of input.
    } taps[];
} block_header;

static ptrdiff_t header_size(ptrdiff_t depth) {
    return round_up((ptrdiff_t)sizeof(block_header) + 8 * depth, 64);
}

static ptrdiff_t block_size(ptrdiff_t depth) { return header_size(depth) + 32 * depth; }

size_t networks_depthwise_size_neon(const networks_model *model) {
    return (size_t)(round_up(model->count, 16) / 16 * block_size(model->depth));
}

/// A weight less its zero point; 0 past the last channel.
static int weight(const networks_model *model, ptrdiff_t n, ptrdiff_t tap) {
    return n < model->count ? model->weights[tap * model->count + n] - model->weight_zero : 0;
}

/// Whether the products of these taps, a bit each, fit 16 bits in all channels of a block.
static int fits(const networks_model *model, ptrdiff_t block, unsigned taps) {
    for (ptrdiff_t n = block; n < block + 16; n++) {
        int sum = 0;
        for (unsigned left = taps; left; left &= left - 1) {
            int each = weight(model, n, __builtin_ctz(left));
            if (each < -128 || each > 127) return 0;
            sum += each < 0 ? -each : each;
        }
        if (sum > 255) return 0;
    }
    return 1;
}

/// Parts `free`, a bit for each tap, into groups of `sizes`, written to `order` one after the other.
/// Tries every way: of nine taps 280 in threes, 1260 in one three and twos.
static int arrange(
    const networks_model *model, ptrdiff_t block, const uint8_t *sizes, unsigned free,
    int32_t *order) {
    if (!free) return 1;
    // Of groups alike, and of the last, the first tap is the first that is left.
    unsigned first = sizes[1] == sizes[0] || sizes[1] == 0 ? free & -free : 0;
    for (unsigned group = free; group; group = (group - 1) & free) {
        if (__builtin_popcount(group) != sizes[0] || (group & first) != first) continue;
        if (!fits(model, block, group)
            || !arrange(model, block, sizes + 1, free & ~group, order + sizes[0]))
            continue;
        for (; group; group &= group - 1) *order++ = __builtin_ctz(group);
        return 1;
    }
    return 0;
}

/// Which way the taps of a block go, and of nine their order.
static enum kind choose(const networks_model *model, ptrdiff_t block, int32_t order[9]) {
    static const uint8_t in_threes[] = {3, 3, 3, 0}, in_twos[] = {3, 2, 2, 2, 0};
    if (model->depth == 9) {
        if (arrange(model, block, in_threes, 0x1FF, order)) return threes;
        if (arrange(model, block, in_twos, 0x1FF, order)) return three_twos;
    }
    for (ptrdiff_t n = block; n < block + 16; n++) {
        for (ptrdiff_t tap = 0; tap < model->depth; tap++) {
            int one = weight(model, n, tap);
            int next = tap + 1 < model->depth ? weight(model, n, tap + 1) : 0;
            if (one < -128 || one > 127) return wide;
            // Two of -128, and only they, do not fit.
            if (tap % 2 == 0 && one == -128 && next == -128) return wide;
        }
    }
    return twos;
}

void networks_pack_depthwise_neon(const networks_model *model, void *memory) {
    networks_window window = model->window;
    for (ptrdiff_t block = 0; block < model->count; block += 16) {
        block_header *header =
            (block_header *)((char *)memory + block / 16 * block_size(model->depth));
        int32_t order[9] = {0, 1, 2, 3, 4, 5, 6, 7, 8};
        header->kind = choose(model, block, order);
        void *into = (char *)header + header_size(model->depth);
        for (ptrdiff_t tap = 0; tap < model->depth; tap++) {
            ptrdiff_t from = model->depth == 9 ? order[tap] : tap;
            header->taps[tap].row = (int32_t)(from / window.width);
            header->taps[tap].column = (int32_t)(from % window.width * window.dilation);
            for (ptrdiff_t lane = 0; lane < 16; lane++) {
                int each = weight(model, block + lane, from);
                if (header->kind == wide)
                    ((int16_t *)into)[16 * tap + lane] = (int16_t)each;
                else
                    ((int8_t *)into)[16 * tap + lane] = (int8_t)each;
            }
        }
    }
}

/// A tap's product with weights of 16 bits.
BODY void add_wide(int32x4_t *sums, int8x16_t x, const int16_t *weights) {
    int16x8_t low = vmovl_s8(vget_low_s8(x)), high = vmovl_high_s8(x);
    int16x8_t first = vld1q_s16(weights), second = vld1q_s16(weights + 8);
    sums[0] = vmlal_s16(sums[0], vget_low_s16(low), vget_low_s16(first));
    sums[1] = vmlal_high_s16(sums[1], low, first);
    sums[2] = vmlal_s16(sums[2], vget_low_s16(high), vget_low_s16(second));
    sums[3] = vmlal_high_s16(sums[3], high, second);
}

/// What all pixels of a block of channels have in common.
typedef struct {
    const networks_packed *filters;
    const block_header *header;
    const void *weights;
    const networks_channels *channels;
    const void *const *lines;
    ptrdiff_t first; ///< Channel.
    ptrdiff_t pixel_count;
    int8_t *codes; ///< Of the first channel and pixel; or words.
    ptrdiff_t code_stride;
} block_work;

/// Where a tap of the first pixel is.
BODY const int8_t *tap_of(const block_work *work, ptrdiff_t index) {
    return (const int8_t *)work->lines[work->header->taps[index].row] + work->first
        + work->header->taps[index].column * round_up(work->filters->count, 16);
}

/// `kind` and the others are constants once this is inlined. Of nine taps weights are registers.
BODY void filter_pixels(
    const block_work *work, enum kind kind, int is_nine, int is_whole, enum scaling scaling) {
    const networks_packed *filters = work->filters;
    ptrdiff_t depth = is_nine ? 9 : filters->depth;
    ptrdiff_t step = round_up(filters->count, 16) * filters->window.stride;
    ptrdiff_t count = filters->count - work->first;
    sixteen_codes limits = load_codes(&filters->codes);
    four_channels fours[4];
    UNROLL for (int v = 0; v < 4; v++) fours[v] = load_four(work->channels, v);
    const int8_t *weights = work->weights, *taps[9];
    int8x16_t w[9];
    if (is_nine) {
        UNROLL for (int tap = 0; tap < 9; tap++) {
            taps[tap] = tap_of(work, tap);
            w[tap] = vld1q_s8(weights + 16 * tap);
        }
    }
    int8_t *codes = work->codes;
    for (ptrdiff_t pixel = 0, at = 0; pixel < work->pixel_count; pixel++, at += step) {
        // One register for all taps: compilers else step nine pointers on.
        __asm__("" : "+r"(at));
        int32x4_t sums[4];
        UNROLL for (int v = 0; v < 4; v++) sums[v] = vld1q_s32(work->channels->first + 4 * v);
        if (is_nine) {
            int8x16_t x[9];
            UNROLL for (int tap = 0; tap < 9; tap++) x[tap] = vld1q_s8(taps[tap] + at);
            int tap = 0;
            if (kind == threes) {
                add_taps(sums, x, w, 3);
                add_taps(sums, x + 3, w + 3, 3);
                add_taps(sums, x + 6, w + 6, 3);
            } else if (kind == three_twos) {
                add_taps(sums, x, w, 3);
                UNROLL for (tap = 3; tap < 9; tap += 2) add_taps(sums, x + tap, w + tap, 2);
            } else {
                UNROLL for (tap = 0; tap < 8; tap += 2) add_taps(sums, x + tap, w + tap, 2);
                add_taps(sums, x + 8, w + 8, 1);
            }
        } else if (kind == wide) {
            for (ptrdiff_t tap = 0; tap < depth; tap++)
                add_wide(
                    sums, vld1q_s8(tap_of(work, tap) + at),
                    (const int16_t *)work->weights + 16 * tap);
        } else {
            for (ptrdiff_t tap = 0; tap < depth; tap += 2) {
                int8x16_t x[2], v[2];
                int is_two = tap + 1 < depth;
                UNROLL for (int next = 0; next < 2; next++) {
                    ptrdiff_t index = tap + (next && is_two);
                    x[next] = vld1q_s8(tap_of(work, index) + at);
                    v[next] = vld1q_s8(weights + 16 * index);
                }
                if (is_two)
                    add_taps(sums, x, v, 2);
                else
                    add_taps(sums, x, v, 1);
            }
        }
        UNROLL for (int v = 0; v < 4; v++) sums[v] = scale_neon(sums[v], fours[v], scaling);
        if (ending_of(scaling) == to_words)
            store_words(codes, sums, 16);
        else
            store_neon(codes, codes_neon(sums, limits, scaling), is_whole ? 16 : count);
        codes += work->code_stride;
    }
}

BODY void filter_block(const block_work *work, int is_whole, enum scaling scaling) {
    switch ((enum kind)work->header->kind) {
    case threes:
        filter_pixels(work, threes, 1, is_whole, scaling);
        break;
    case three_twos:
        filter_pixels(work, three_twos, 1, is_whole, scaling);
        break;
    case twos:
        if (work->filters->depth == 9)
            filter_pixels(work, twos, 1, is_whole, scaling);
        else
            filter_pixels(work, twos, 0, is_whole, scaling);
        break;
    case wide:
        filter_pixels(work, wide, 0, is_whole, scaling);
        break;
    }
}

/// Fewer than sixteen channels: the last, once for all scalings.
static __attribute__((noinline)) void filter_last(const block_work *work) {
    filter_block(work, 0, any_scaling);
}

BODY void filter(
    const networks_packed *filters, const void *const *lines, ptrdiff_t pixel_count,
    int8_t *codes, ptrdiff_t code_stride, int16_t *words, enum scaling scaling) {
    int is_words = ending_of(scaling) == to_words;
    for (ptrdiff_t first = 0; first < filters->count; first += 16) {
        const char *block =
            (const char *)filters->weights + first / 16 * block_size(filters->depth);
        block_work work = {
            .filters = filters,
            .header = (const block_header *)block,
            .weights = block + header_size(filters->depth),
            .channels = filters->channels + first / 16,
            .lines = lines,
            .first = first,
            .pixel_count = pixel_count,
            .codes = is_words ? (int8_t *)words : codes + first,
            .code_stride = is_words ? 16 * (ptrdiff_t)sizeof(*words) : code_stride,
        };
        if (is_words || filters->count - first >= 16)
            filter_block(&work, 1, scaling);
        else
            filter_last(&work);
        if (is_words)
            networks_silu_neon(
                filters->silu + first / 16, words, pixel_count, filters->codes.zero, codes + first,
                code_stride, filters->count - first);
    }
}

void networks_filter_neon(
    const networks_packed *filters, const void *const *lines, ptrdiff_t pixel_count,
    int8_t *codes, ptrdiff_t code_stride, void *scratch) {
#define FILTER(scaling) filter(filters, lines, pixel_count, codes, code_stride, scratch, scaling)
    WITH_SCALING(scaling_of(filters), FILTER)
}
#endif
