// Windows of 3 x 3 and 5 x 5 with dot products: sixteen channels at a time, two neighbouring outputs at
// once.
//
// A prepared line has, for each sixteen channels, groups: of each channel the codes of four pixels. A
// group begins two pixels after the one before: one is what is under two outputs of three columns, it and
// the next what is under two of five. The second output's weights lie a pixel further on.
#include "requantize_neon.h"

#if defined(__aarch64__)
#define DOT __attribute__((target("arch=armv8.2-a+dotprod")))
#define DOT_BODY static inline __attribute__((always_inline, target("arch=armv8.2-a+dotprod")))

/// Bytes of a group of sixteen channels: of codes, and of weights of one output and line.
enum { group_size = 64 };
/// Under two outputs, of a window of so many columns.
BODY ptrdiff_t groups_under(ptrdiff_t width) { return width / 2; }

/// Bytes of a block of weights: of two outputs.
BODY ptrdiff_t block_size(networks_window window) {
    return window.height * groups_under(window.width) * 2 * group_size;
}

int networks_dots(const networks_model *model) {
    networks_window window = model->window;
    // With a stride of 2 each group is under one output, and preparing it takes what products save.
    if (window.height != window.width || (window.width != 3 && window.width != 5)
        || window.stride != 1 || window.dilation != 1)
        return 0;
    // Differences to a weight zero point may have nine bits.
    for (ptrdiff_t index = 0; index < model->depth * model->count; index++) {
        int each = model->weights[index] - model->weight_zero;
        if (each < -128 || each > 127) return 0;
    }
    return 1;
}

size_t networks_depthwise_size_dotprod(const networks_model *model) {
    return (size_t)(round_up(model->count, 16) / 16 * block_size(model->window));
}

/// In a block, lines; of a line, groups; of a group, outputs; of an output, channels; of a channel, four
/// taps.
void networks_pack_depthwise_dotprod(const networks_model *model, void *memory) {
    networks_window window = model->window;
    ptrdiff_t width = window.width, groups = groups_under(width);
    for (ptrdiff_t n = 0; n < model->count; n++) {
        int8_t *into = (int8_t *)memory + n / 16 * block_size(window) + n % 16 * 4;
        for (ptrdiff_t tap = 0; tap < model->depth; tap++) {
            int each = model->weights[tap * model->count + n] - model->weight_zero;
            for (ptrdiff_t output = 0; output < 2; output++) {
                // The last group has only its last two pixels for itself.
                ptrdiff_t column = tap % width + output;
                ptrdiff_t group = column < 4 ? 0 : column / 2 - 1;
                ptrdiff_t place = (tap / width * groups + group) * 2 + output;
                into[place * group_size + column - 2 * group] = (int8_t)each;
            }
        }
    }
}

/// Groups that a line of so many pixels has.
BODY ptrdiff_t group_count(ptrdiff_t pixel_count) { return (pixel_count - 1) / 2; }

size_t networks_line_size_dotprod(const networks_packed *filters, ptrdiff_t pixel_count) {
    return (size_t)(group_count(pixel_count) * round_up(filters->count, 16) / 16 * group_size);
}

/// A line of input while a block of it is prepared.
typedef struct {
    const int8_t *codes; ///< Of the block's channels in the first pixel.
    const int8_t *end;   ///< Of the line.
    ptrdiff_t step;      ///< To the next pixel.
    ptrdiff_t count;     ///< Pixels.
    int8x16_t zero;
} source_line;

/// Sixteen codes of any pixel: padding outside of the line, anything in channels past the last.
BODY int8x16_t pixel_of(const source_line *line, ptrdiff_t pixel) {
    if (pixel < 0 || pixel >= line->count) return line->zero;
    const int8_t *from = line->codes + pixel * line->step;
    if (line->end - from >= 16) return vld1q_s8(from);
    int8_t all[16] = {0};
    memcpy(all, from, (size_t)(line->end - from));
    return vld1q_s8(all);
}

/// Of each channel two pixels.
typedef struct {
    int16x8_t low, high;
} pixel_pair;

BODY pixel_pair pair_of(int8x16_t one, int8x16_t other) {
    return (pixel_pair){
        vreinterpretq_s16_s8(vzip1q_s8(one, other)), vreinterpretq_s16_s8(vzip2q_s8(one, other))};
}

/// Of each channel four pixels.
BODY void store_group(int8_t *into, pixel_pair one, pixel_pair other) {
    int16x8x4_t group = {
        {vzip1q_s16(one.low, other.low), vzip2q_s16(one.low, other.low),
         vzip1q_s16(one.high, other.high), vzip2q_s16(one.high, other.high)}};
    vst1q_s16_x4((int16_t *)into, group);
}

void networks_prepare_line_dotprod(
    const networks_packed *filters, const int8_t *codes, ptrdiff_t line_count, ptrdiff_t before,
    ptrdiff_t after, int8_t zero, int8_t *into) {
    ptrdiff_t count = filters->count, pixel_count = before + line_count + after;
    if (!codes) {
        memset(into, zero, networks_line_size_dotprod(filters, pixel_count));
        return;
    }
    source_line line = {
        .end = codes + line_count * count,
        .step = count,
        .count = line_count,
        .zero = vdupq_n_s8(zero),
    };
    // Pixels that groups begin with, and how many there are of which sixteen codes can be read.
    ptrdiff_t end = 2 * group_count(pixel_count) - before, whole = line_count;
    for (ptrdiff_t first = 0; first < count; first += 16) {
        line.codes = codes + first;
        // The last block may read past its channels, and so past the line.
        ptrdiff_t over = first + 16 - count;
        if (over > 0) whole -= (over + count - 1) / count;
        ptrdiff_t pixel = -before, whole_end = least(whole - 1, end + 1);
        pixel_pair now, next;
        while (1) {
            next = pair_of(pixel_of(&line, pixel), pixel_of(&line, pixel + 1));
            if (pixel > -before) {
                store_group(into, now, next);
                into += group_size;
            }
            now = next;
            if (pixel == end) break;
            pixel += 2;
            if (pixel < 0) continue;
            const int8_t *from = line.codes + pixel * count;
            _Pragma("clang loop unroll_count(2)")
            for (; pixel < whole_end; pixel += 2, from += 2 * count, into += group_size) {
                next = pair_of(vld1q_s8(from), vld1q_s8(from + count));
                store_group(into, now, next);
                now = next;
            }
            if (pixel > end) break;
        }
    }
}

/// What all groups of a block of channels have in common.
typedef struct {
    const networks_channels *channels;
    const int8_t *weights;
    sixteen_codes limits;
    ptrdiff_t count; ///< Of channels that are stored.
    ptrdiff_t code_stride;
} block_work;

/// `size` of the window, 3 or 5, `stored_outputs`, 2 or 1, `is_whole` and `scaling` are constants once this
/// is inlined.
DOT_BODY void filter_outputs(
    const block_work *block, const int8_t *lines[5], int8_t *codes, int size,
    int stored_outputs, int is_whole, enum scaling scaling) {
    int32x4_t sums[2][4];
    const int32_t *first = block->channels->first;
    UNROLL for (int output = 0; output < 2; output++) {
        // As in matrix_dotprod.c.
        __asm__ volatile("" : : : "memory");
        UNROLL for (int v = 0; v < 4; v++) sums[output][v] = vld1q_s32(first + 4 * v);
    }
    const int8_t *weights = block->weights;
    UNROLL for (int row = 0; row < size; row++) {
        UNROLL for (int group = 0; group < size / 2; group++) {
            int8x16x4_t x = vld1q_s8_x4(lines[row]);
            // The next outputs begin with the second group.
            if (group == 0) lines[row] += group_size;
            UNROLL for (int output = 0; output < 2; output++) {
                int8x16x4_t w = vld1q_s8_x4(weights);
                weights += group_size;
                int32x4_t *sum = sums[output];
                UNROLL for (int v = 0; v < 4; v++)
                    sum[v] = vdotq_s32(sum[v], x.val[v], w.val[v]);
                // Compilers else load all weights first, for which registers do not suffice.
                __asm__ volatile(
                    ""
                    : "+r"(weights), "+w"(sum[0]), "+w"(sum[1]), "+w"(sum[2]), "+w"(sum[3])
                    : : "memory");
            }
        }
    }
    sixteen_channels sixteen = load_sixteen(block->channels, scaling);
    if (ending_of(scaling) == to_words) {
        UNROLL for (int output = 0; output < stored_outputs; output++)
            scale_words(
                codes + output * block->code_stride, sums[output], &sixteen, 16, scaling);
        return;
    }
    int8x16_t done[2];
    UNROLL for (int output = 0; output < stored_outputs; output++)
        done[output] = sixteen_neon(sums[output], &sixteen, block->limits, scaling);
    UNROLL for (int output = 0; output < stored_outputs; output++)
        store_neon(
            codes + output * block->code_stride, done[output], is_whole ? 16 : block->count);
}

DOT_BODY void filter_block(
    const block_work *block, const void *const *under, ptrdiff_t first, ptrdiff_t pixel_count,
    int8_t *codes, int size, int is_whole, enum scaling scaling) {
    const int8_t *lines[5];
    UNROLL for (int row = 0; row < size; row++) lines[row] = (const int8_t *)under[row] + first;
    int8_t *end = codes + pixel_count / 2 * 2 * block->code_stride;
    for (; codes != end; codes += 2 * block->code_stride)
        filter_outputs(block, lines, codes, size, 2, is_whole, scaling);
    if (pixel_count % 2) filter_outputs(block, lines, codes, size, 1, is_whole, scaling);
}

DOT_BODY void filter(
    const networks_packed *filters, const void *const *lines, ptrdiff_t pixel_count,
    int8_t *codes, ptrdiff_t code_stride, int16_t *words, enum scaling scaling) {
    int is_words = ending_of(scaling) == to_words;
    networks_window window = filters->window;
    // Of a block of channels of a line.
    ptrdiff_t line_size = group_count(pixel_count + window.width - 1) * group_size;
    for (ptrdiff_t first = 0; first < filters->count; first += 16) {
        block_work block = {
            .channels = filters->channels + first / 16,
            .weights = (const int8_t *)filters->weights + first / 16 * block_size(window),
            .limits = load_codes(&filters->codes),
            .count = filters->count - first,
            .code_stride = is_words ? 16 * (ptrdiff_t)sizeof(*words) : code_stride,
        };
        int8_t *into = is_words ? (int8_t *)words : codes + first;
        ptrdiff_t place = first / 16 * line_size;
        int is_whole = is_words || block.count >= 16;
#define BLOCK(size, is_whole) \
    filter_block(&block, lines, place, pixel_count, into, size, is_whole, scaling)
        if (window.width == 3 && is_whole)
            BLOCK(3, 1);
        else if (window.width == 3)
            BLOCK(3, 0);
        else if (is_whole)
            BLOCK(5, 1);
        else
            BLOCK(5, 0);
#undef BLOCK
        if (is_words)
            networks_bend_neon(
                filters->bends + first / 16, words, pixel_count, filters->codes.zero, codes + first,
                code_stride, block.count);
    }
}

DOT void networks_filter_dotprod(
    const networks_packed *filters, const void *const *lines, ptrdiff_t pixel_count,
    int8_t *codes, ptrdiff_t code_stride, void *scratch) {
#define FILTER(scaling) filter(filters, lines, pixel_count, codes, code_stride, scratch, scaling)
    WITH_SCALING(scaling_of(filters), FILTER)
}
#endif
