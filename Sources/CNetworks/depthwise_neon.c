// Sixteen channels at a time. Products are added in 16 bits as long as they surely fit, as in
// matrix_neon.c; which taps go together is chosen for each sixteen channels.
#include "taps_neon.h"

#if defined(__aarch64__)
/// How taps are added in 16 bits, one group after the other.
enum kind {
    threes,      ///< 3 + 3 + 3 of nine.
    three_twos,  ///< 3 + 2 + 2 + 2 of nine.
    groups,      ///< Of any number, as many groups as it takes.
    wide,        ///< Weights of 16 bits: those that are more than 127 with their zero point subtracted.
};

/// Taps of a group at most: more seldom fit.
enum { group_most = 6 };

/// What sixteen channels begin with. Sizes of groups follow it, a byte each and 0 after the last, then
/// weights, sixteen of each tap in the order given.
typedef struct {
    ptrdiff_t kind;
    struct {
        int32_t row; ///< In the window.
        int32_t offset; ///< Bytes from the line's first pixel.
    } taps[];
} block_header;

/// Of all but the weights.
static ptrdiff_t header_size(ptrdiff_t depth) {
    return round_up((ptrdiff_t)sizeof(block_header) + 9 * depth + 1, 64);
}

static ptrdiff_t block_size(ptrdiff_t depth) { return header_size(depth) + 32 * depth; }

/// Of a block's groups.
BODY const uint8_t *sizes_of(const block_header *header, ptrdiff_t depth) {
    return (const uint8_t *)(header->taps + depth);
}

size_t networks_depthwise_size_neon(const networks_model *model) {
    return (size_t)(round_up(model->count, 16) / 16 * block_size(model->depth));
}

ptrdiff_t networks_taps_size_neon(ptrdiff_t depth) {
    return round_up(depth * (ptrdiff_t)sizeof(const int8_t *), 64);
}

/// A weight less its zero point; 0 past the last channel.
static int weight(const networks_model *model, ptrdiff_t n, ptrdiff_t tap) {
    return n < model->count ? model->weights[tap * model->count + n] - model->weight_zero : 0;
}

static int size_of(int weight) { return weight < 0 ? -weight : weight; }

/// Whether all weights of a block have eight bits.
static int is_wide(const networks_model *model, ptrdiff_t block) {
    for (ptrdiff_t n = block; n < block + 16; n++) {
        for (ptrdiff_t tap = 0; tap < model->depth; tap++) {
            int each = weight(model, n, tap);
            if (each < -128 || each > 127) return 1;
        }
    }
    return 0;
}

/// Whether the products of these taps, a bit each, fit 16 bits in all channels of a block.
static int fits(const networks_model *model, ptrdiff_t block, unsigned taps) {
    for (ptrdiff_t n = block; n < block + 16; n++) {
        int sum = 0;
        for (unsigned left = taps; left; left &= left - 1)
            sum += size_of(weight(model, n, __builtin_ctz(left)));
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

/// Which tap of those left, a bit each, goes into a group whose sizes are `sums`: the largest that
/// fits, as it is the hardest to place; -1 if none does. `largest` is over channels.
static int tap_for(
    const networks_model *model, ptrdiff_t block, ptrdiff_t first, uint64_t left,
    const uint8_t largest[64], const int sums[16]) {
    int best = -1;
    for (; left; left &= left - 1) {
        int tap = __builtin_ctzll(left), lane = 0;
        if (best >= 0 && largest[tap] <= largest[best]) continue;
        while (lane < 16 && sums[lane] + size_of(weight(model, block + lane, first + tap)) <= 255)
            lane++;
        if (lane == 16) best = tap;
    }
    return best;
}

/// Parts all taps into groups, sixty-four at a time, and writes the taps, group by group, to the rows
/// of `header`.
static void group_taps(const networks_model *model, ptrdiff_t block, block_header *header) {
    uint8_t *sizes = (uint8_t *)sizes_of(header, model->depth);
    ptrdiff_t placed = 0;
    for (ptrdiff_t first = 0; first < model->depth; first += 64) {
        ptrdiff_t count = least(64, model->depth - first);
        uint64_t left = ~(uint64_t)0 >> (64 - count);
        uint8_t largest[64] = {0};
        for (ptrdiff_t tap = 0; tap < count; tap++) {
            for (ptrdiff_t lane = 0; lane < 16; lane++) {
                int each = size_of(weight(model, block + lane, first + tap));
                if (each > largest[tap]) largest[tap] = (uint8_t)each;
            }
        }
        for (; left; sizes++) {
            int sums[16] = {0};
            while (*sizes < group_most) {
                int tap = tap_for(model, block, first, left, largest, sums);
                if (tap < 0) break;
                for (ptrdiff_t lane = 0; lane < 16; lane++)
                    sums[lane] += size_of(weight(model, block + lane, first + tap));
                left &= ~((uint64_t)1 << tap);
                header->taps[placed++].row = (int32_t)(first + tap);
                ++*sizes;
            }
        }
    }
}

/// Which way the taps of a block go; writes their order as `group_taps` does.
static enum kind choose(const networks_model *model, ptrdiff_t block, block_header *header) {
    static const uint8_t in_threes[] = {3, 3, 3, 0}, in_twos[] = {3, 2, 2, 2, 0};
    if (is_wide(model, block)) {
        for (ptrdiff_t tap = 0; tap < model->depth; tap++) header->taps[tap].row = (int32_t)tap;
        return wide;
    }
    if (model->depth == 9) {
        int32_t order[9];
        int is_threes = arrange(model, block, in_threes, 0x1FF, order);
        if (is_threes || arrange(model, block, in_twos, 0x1FF, order)) {
            for (ptrdiff_t tap = 0; tap < 9; tap++) header->taps[tap].row = order[tap];
            return is_threes ? threes : three_twos;
        }
    }
    group_taps(model, block, header);
    return groups;
}

void networks_pack_depthwise_neon(const networks_model *model, void *memory) {
    networks_window window = model->window;
    ptrdiff_t step = round_up(model->count, 16) * window.dilation;
    for (ptrdiff_t block = 0; block < model->count; block += 16) {
        block_header *header =
            (block_header *)((char *)memory + block / 16 * block_size(model->depth));
        header->kind = choose(model, block, header);
        void *into = (char *)header + header_size(model->depth);
        for (ptrdiff_t index = 0; index < model->depth; index++) {
            ptrdiff_t tap = header->taps[index].row;
            header->taps[index].row = (int32_t)(tap / window.width);
            header->taps[index].offset = (int32_t)(tap % window.width * step);
            for (ptrdiff_t lane = 0; lane < 16; lane++) {
                int each = weight(model, block + lane, tap);
                if (header->kind == wide)
                    ((int16_t *)into)[16 * index + lane] = (int16_t)each;
                else
                    ((int8_t *)into)[16 * index + lane] = (int8_t)each;
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
    const int8_t **taps; ///< Where those of the first pixel are, if there are groups.
    ptrdiff_t first; ///< Channel.
    ptrdiff_t pixel_count;
    int8_t *codes; ///< Of the first channel and pixel; or words.
    ptrdiff_t code_stride;
} block_work;

/// Where a tap of the first pixel is.
BODY const int8_t *tap_of(const block_work *work, ptrdiff_t index) {
    return (const int8_t *)work->lines[work->header->taps[index].row] + work->first
        + work->header->taps[index].offset;
}

/// `kind` and the others are constants once this is inlined. Weights are registers.
BODY void filter_nine(
    const block_work *work, enum kind kind, int is_whole, enum scaling scaling) {
    const networks_packed *filters = work->filters;
    ptrdiff_t step = round_up(filters->count, 16) * filters->window.stride;
    ptrdiff_t count = filters->count - work->first;
    sixteen_codes limits = load_codes(&filters->codes);
    four_channels fours[4];
    UNROLL for (int v = 0; v < 4; v++) fours[v] = load_four(work->channels, v);
    const int8_t *weights = work->weights, *taps[9];
    int8x16_t w[9];
    UNROLL for (int tap = 0; tap < 9; tap++) {
        taps[tap] = tap_of(work, tap);
        w[tap] = vld1q_s8(weights + 16 * tap);
    }
    int8_t *codes = work->codes;
    for (ptrdiff_t pixel = 0, at = 0; pixel < work->pixel_count; pixel++, at += step) {
        // One register for all taps: compilers else step nine pointers on.
        __asm__("" : "+r"(at));
        int32x4_t sums[4];
        UNROLL for (int v = 0; v < 4; v++) sums[v] = vld1q_s32(work->channels->first + 4 * v);
        int8x16_t x[9];
        UNROLL for (int tap = 0; tap < 9; tap++) x[tap] = vld1q_s8(taps[tap] + at);
        add_taps(sums, x, w, 3);
        if (kind == threes) {
            add_taps(sums, x + 3, w + 3, 3);
            add_taps(sums, x + 6, w + 6, 3);
        } else {
            UNROLL for (int tap = 3; tap < 9; tap += 2) add_taps(sums, x + tap, w + tap, 2);
        }
        UNROLL for (int v = 0; v < 4; v++) sums[v] = scale_neon(sums[v], fours[v], scaling);
        if (ending_of(scaling) == to_words)
            store_words(codes, sums, 16);
        else
            store_neon(codes, codes_neon(sums, limits, scaling), is_whole ? 16 : count);
        codes += work->code_stride;
    }
}

/// What neighbouring pixels of a block have in common.
typedef struct {
    const int8_t *const *taps;
    const int8_t *weights;
} group_place;

/// Adds a group of taps to `sums`. `tap_count` and `pixel_count` are constants.
BODY void add_group(
    int32x4_t sums[4][4], group_place *place, const ptrdiff_t at[4], int tap_count,
    int pixel_count) {
    int16x8_t low[4], high[4];
    UNROLL for (int tap = 0; tap < tap_count; tap++) {
        const int8_t *from = *place->taps++;
        int8x16_t w = vld1q_s8(place->weights);
        place->weights += 16;
        UNROLL for (int pixel = 0; pixel < pixel_count; pixel++) {
            int8x16_t x = vld1q_s8(from + at[pixel]);
            if (tap == 0) {
                low[pixel] = vmull_s8(vget_low_s8(x), vget_low_s8(w));
                high[pixel] = vmull_high_s8(x, w);
            } else {
                low[pixel] = vmlal_s8(low[pixel], vget_low_s8(x), vget_low_s8(w));
                high[pixel] = vmlal_high_s8(high[pixel], x, w);
            }
        }
        // Compilers else load codes of several taps first, for which registers do not suffice.
        __asm__ volatile("" : "+r"(place->taps), "+r"(place->weights) : : "memory");
    }
    UNROLL for (int pixel = 0; pixel < pixel_count; pixel++)
        add_products(sums[pixel], low[pixel], high[pixel]);
}

/// Groups of taps of four pixels, or of one: each weight is loaded for all of them. Counts and those
/// after them are constants.
BODY void filter_pixels(
    const block_work *work, ptrdiff_t first_at, int8_t *codes, int pixel_count, int is_whole,
    enum scaling scaling) {
    const networks_packed *filters = work->filters;
    ptrdiff_t step = round_up(filters->count, 16) * filters->window.stride, at[4];
    int32x4_t sums[4][4];
    UNROLL for (int pixel = 0; pixel < pixel_count; pixel++) {
        at[pixel] = first_at + pixel * step;
        // As in matrix_neon.c, and a register for each pixel: compilers else step pointers on.
        __asm__ volatile("" : "+r"(at[pixel]) : : "memory");
        UNROLL for (int v = 0; v < 4; v++)
            sums[pixel][v] = vld1q_s32(work->channels->first + 4 * v);
    }
    group_place place = {work->taps, work->weights};
    for (const uint8_t *sizes = sizes_of(work->header, filters->depth);; sizes++) {
        switch (*sizes) {
        case 6: add_group(sums, &place, at, 6, pixel_count); continue;
        case 5: add_group(sums, &place, at, 5, pixel_count); continue;
        case 4: add_group(sums, &place, at, 4, pixel_count); continue;
        case 3: add_group(sums, &place, at, 3, pixel_count); continue;
        case 2: add_group(sums, &place, at, 2, pixel_count); continue;
        case 1: add_group(sums, &place, at, 1, pixel_count); continue;
        default: break;
        }
        break;
    }
    sixteen_channels sixteen = load_sixteen(work->channels, scaling);
    sixteen_codes limits = load_codes(&filters->codes);
    UNROLL for (int pixel = 0; pixel < pixel_count; pixel++, codes += work->code_stride) {
        if (ending_of(scaling) == to_words)
            scale_words(codes, sums[pixel], &sixteen, 16, scaling);
        else
            store_neon(
                codes, sixteen_neon(sums[pixel], &sixteen, limits, scaling),
                is_whole ? 16 : filters->count - work->first);
    }
}

BODY void filter_groups(const block_work *work, int is_whole, enum scaling scaling) {
    const networks_packed *filters = work->filters;
    for (ptrdiff_t tap = 0; tap < filters->depth; tap++) work->taps[tap] = tap_of(work, tap);
    ptrdiff_t step = round_up(filters->count, 16) * filters->window.stride, at = 0;
    int8_t *codes = work->codes;
    ptrdiff_t left = work->pixel_count;
    for (; left >= 4; left -= 4, at += 4 * step, codes += 4 * work->code_stride)
        filter_pixels(work, at, codes, 4, is_whole, scaling);
    for (; left > 0; left--, at += step, codes += work->code_stride)
        filter_pixels(work, at, codes, 1, is_whole, scaling);
}

/// Weights of 16 bits: rare, once for all scalings.
static __attribute__((noinline)) void filter_wide(const block_work *work) {
    const networks_packed *filters = work->filters;
    ptrdiff_t step = round_up(filters->count, 16) * filters->window.stride;
    int8_t *codes = work->codes;
    for (ptrdiff_t pixel = 0, at = 0; pixel < work->pixel_count; pixel++, at += step) {
        int32x4_t sums[4];
        UNROLL for (int v = 0; v < 4; v++) sums[v] = vld1q_s32(work->channels->first + 4 * v);
        for (ptrdiff_t tap = 0; tap < filters->depth; tap++)
            add_wide(
                sums, vld1q_s8(tap_of(work, tap) + at),
                (const int16_t *)work->weights + 16 * tap);
        UNROLL for (int v = 0; v < 4; v++)
            sums[v] = scale_neon(sums[v], load_four(work->channels, v), any_scaling);
        if (filters->bends)
            store_words(codes, sums, 16);
        else
            store_neon(
                codes, codes_neon(sums, load_codes(&filters->codes), any_scaling),
                filters->count - work->first);
        codes += work->code_stride;
    }
}

BODY void filter_block(const block_work *work, int is_whole, enum scaling scaling) {
    switch ((enum kind)work->header->kind) {
    case threes:
        filter_nine(work, threes, is_whole, scaling);
        break;
    case three_twos:
        filter_nine(work, three_twos, is_whole, scaling);
        break;
    case groups:
        filter_groups(work, is_whole, scaling);
        break;
    case wide:
        filter_wide(work);
        break;
    }
}

/// Fewer than sixteen channels: the last, once for all scalings.
static __attribute__((noinline)) void filter_last(const block_work *work) {
    filter_block(work, 0, any_scaling);
}

BODY void filter(
    const networks_packed *filters, const void *const *lines, ptrdiff_t pixel_count,
    int8_t *codes, ptrdiff_t code_stride, char *scratch, enum scaling scaling) {
    int16_t *words = (int16_t *)(scratch + networks_taps_size_neon(filters->depth));
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
            .taps = (const int8_t **)scratch,
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
            networks_bend_neon(
                filters->bends + first / 16, words, pixel_count, filters->codes.zero, codes + first,
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
