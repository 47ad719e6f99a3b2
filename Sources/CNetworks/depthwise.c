// Depthwise filters packed as the machine's kernel reads them, and lines of input beside them.
#include "packed.h"

static filter_layout layout_of(enum networks_path path) {
    switch (path) {
    case networks_avx2:
        return (filter_layout){16, 2, 2, 2, 0};
    case networks_vnni:
        return (filter_layout){32, 4, 1, 1, 128};
    case networks_neon: // Weights: see depthwise_neon.c.
        return (filter_layout){16, 1, 0, 1, 0};
    default:
        return (filter_layout){1, 1, 2, 2, 0};
    }
}

/// The path that packs these filters. Differences to a weight zero point have nine bits, which VNNI
/// has no instruction for; dot products are for some windows.
static enum networks_path path_for(enum networks_path path, const networks_model *model) {
#if defined(__aarch64__)
    if (path == networks_dotprod && !networks_dots(model)) return networks_neon;
#endif
    return path == networks_vnni && model->weight_zero != 0 ? networks_avx2 : path;
}

/// Where in its block a channel is: where interleaving taps leaves it, so that narrowing, which is the
/// same backwards, brings all into their order again.
static ptrdiff_t place_of(enum networks_path path, ptrdiff_t channel) {
    switch (path) {
    case networks_avx2: // Of 16: 0 ... 3, 8 ... 11, then 4 ... 7, 12 ... 15.
        return channel % 8 / 4 * 8 + channel / 8 * 4 + channel % 4;
    case networks_vnni: // Of 32: 0 ... 3, 16 ... 19, then 4 ... 7, 20 ... 23, and so on.
        return channel % 16 / 4 * 8 + channel / 16 * 4 + channel % 4;
    default:
        return channel;
    }
}

/// Bytes of a block of filters.
static ptrdiff_t block_size(filter_layout layout, networks_window window) {
    return window.height * round_up(window.width, layout.group)
        * output_count(window, layout.group) * layout.block * layout.weight_size;
}

static ptrdiff_t blocks_size(filter_layout layout, networks_window window, ptrdiff_t count) {
    return round_up(
        round_up(count, layout.block) / layout.block * block_size(layout, window), 64);
}

static size_t weights_size(enum networks_path path, const networks_model *model) {
#if defined(__aarch64__)
    if (path == networks_dotprod) return networks_depthwise_size_dotprod(model);
    if (path == networks_neon)
        return (size_t)round_up((ptrdiff_t)networks_depthwise_size_neon(model), 64);
#endif
    return (size_t)blocks_size(layout_of(path), model->window, model->count);
}

size_t networks_depthwise_size(enum networks_path path, const networks_model *model) {
    return weights_size(path_for(path, model), model) + channels_size(model->count)
        + bends_size(model);
}

/// All weights, but of the NEON paths, which have orders of their own.
static void pack_blocks(enum networks_path path, const networks_model *model, void *memory) {
    filter_layout layout = layout_of(path);
    networks_window window = model->window;
    ptrdiff_t groups = round_up(window.width, layout.group) / layout.group;
    ptrdiff_t outputs = output_count(window, layout.group);
    for (ptrdiff_t n = 0; n < model->count; n++) {
        char *block = (char *)memory + n / layout.block * block_size(layout, window);
        for (ptrdiff_t tap = 0; tap < model->depth; tap++) {
            int32_t weight = model->weights[tap * model->count + n];
            for (ptrdiff_t output = 0; output < outputs; output++) {
                ptrdiff_t column = tap % window.width + output * window.stride;
                ptrdiff_t row = tap / window.width * groups + column / layout.group;
                ptrdiff_t index = (row * outputs + output) * layout.block * layout.group
                    + place_of(path, n % layout.block) * layout.group + column % layout.group;
                if (layout.weight_size == 2)
                    ((int16_t *)block)[index] = (int16_t)(weight - model->weight_zero);
                else
                    ((int8_t *)block)[index] = (int8_t)weight;
            }
        }
    }
}

networks_packed networks_pack_depthwise(
    enum networks_path asked, const networks_model *model, void *memory) {
    enum networks_path path = path_for(asked, model);
    filter_layout layout = layout_of(path);
    size_t size = weights_size(path, model);
    networks_channels *channels = (networks_channels *)((char *)memory + size);
    memset(memory, 0, size + channels_size(model->count) + bends_size(model));
#if defined(__aarch64__)
    if (path == networks_dotprod)
        networks_pack_depthwise_dotprod(model, memory);
    else if (path == networks_neon)
        networks_pack_depthwise_neon(model, memory);
    else
#endif
        pack_blocks(path, model, memory);

    int is_narrow = 1;
    for (ptrdiff_t n = 0; n < model->count; n++) {
        int64_t sum = 0, size_sum = 0;
        for (ptrdiff_t tap = 0; tap < model->depth; tap++) {
            int32_t each = model->weights[tap * model->count + n] - model->weight_zero;
            sum += each;
            size_sum += each < 0 ? -each : each;
        }
        is_narrow &= networks_is_narrow(model, n, sum, size_sum);
        ptrdiff_t lane = n / layout.block * layout.block + place_of(path, n % layout.block);
        networks_pack_channel(
            model, n, (int32_t)sum, layout.offset, channels + lane / 16, lane % 16);
    }
    return (networks_packed){
        .path = path,
        .count = model->count,
        .depth = model->depth,
        .window = model->window,
        .rounding = networks_rounding_of(model),
        .is_narrow = is_narrow,
        .weights = memory,
        .channels = channels,
        .codes = model->codes,
        .bends = networks_pack_bends(model, (char *)channels + channels_size(model->count)),
    };
}

size_t networks_line_size(const networks_packed *filters, ptrdiff_t pixel_count) {
    filter_layout layout = layout_of(filters->path);
    networks_window window = filters->window;
    // Whole groups of taps are read, those past the window with weights of 0.
    ptrdiff_t taps = round_up(window.width, layout.group);
    ptrdiff_t pixels = (pixel_count - 1) * window.stride + (taps - 1) * window.dilation + 1;
#if defined(__aarch64__)
    if (filters->path == networks_dotprod) return networks_line_size_dotprod(filters, pixels);
#endif
    return (size_t)round_up(
        pixels * round_up(filters->count, layout.block) * layout.code_size, 64);
}

size_t networks_filter_scratch(const networks_packed *filters, ptrdiff_t pixel_count) {
    // Words of a block of channels.
    ptrdiff_t block = filters->path == networks_vnni ? 32 : 16;
    size_t size = filters->bends ? (size_t)(pixel_count * block) * sizeof(int16_t) : 0;
#if defined(__aarch64__)
    if (filters->path == networks_neon) size += (size_t)networks_taps_size_neon(filters->depth);
#endif
    return size;
}

typedef uint8_t sixteen __attribute__((vector_size(16)));
typedef uint8_t eight __attribute__((vector_size(8)));
typedef int8_t eight_codes __attribute__((vector_size(8)));
typedef int16_t eight_wide __attribute__((vector_size(16)));
typedef int8_t sixteen_codes __attribute__((vector_size(16)));
typedef int16_t sixteen_wide __attribute__((vector_size(32)));

/// Copies pixels of `count` codes, apart by `step`, and adds `offset`.
CLONES static void copy_codes(
    const int8_t *from, ptrdiff_t pixel_count, ptrdiff_t count, ptrdiff_t step, uint8_t offset,
    uint8_t *into) {
    for (; pixel_count > 0; pixel_count--, from += count, into += step) {
        ptrdiff_t k = 0;
        for (; k + 16 <= count; k += 16) {
            sixteen codes;
            memcpy(&codes, from + k, 16);
            codes += offset;
            memcpy(into + k, &codes, 16);
        }
        if (k + 8 <= count) {
            eight codes;
            memcpy(&codes, from + k, 8);
            codes += offset;
            memcpy(into + k, &codes, 8);
            k += 8;
        }
        for (; k < count; k++) into[k] = (uint8_t)from[k] + offset;
    }
}

/// As `copy_codes`, to 16 bits.
CLONES static void widen_codes(
    const int8_t *from, ptrdiff_t pixel_count, ptrdiff_t count, ptrdiff_t step, int16_t *into) {
    for (; pixel_count > 0; pixel_count--, from += count, into += step) {
        ptrdiff_t k = 0;
        for (; k + 16 <= count; k += 16) {
            sixteen_codes codes;
            memcpy(&codes, from + k, 16);
            sixteen_wide wide = __builtin_convertvector(codes, sixteen_wide);
            memcpy(into + k, &wide, 32);
        }
        if (k + 8 <= count) {
            eight_codes codes;
            memcpy(&codes, from + k, 8);
            eight_wide wide = __builtin_convertvector(codes, eight_wide);
            memcpy(into + k, &wide, 16);
            k += 8;
        }
        for (; k < count; k++) into[k] = from[k];
    }
}

/// `pixel_count` pixels of `count` codes each, apart by `step` in the prepared line.
static void copy_pixels(
    const int8_t *from, ptrdiff_t pixel_count, ptrdiff_t count, ptrdiff_t step,
    filter_layout layout, char *into) {
    if (step == count) {
        step = count *= pixel_count;
        pixel_count = 1;
    }
    if (layout.code_size == 2)
        widen_codes(from, pixel_count, count, step, (int16_t *)into);
    else if (step == count && layout.offset == 0)
        memcpy(into, from, (size_t)count);
    else
        copy_codes(from, pixel_count, count, step, (uint8_t)layout.offset, (uint8_t *)into);
}

static void pad(ptrdiff_t count, int8_t zero, filter_layout layout, char *into) {
    if (layout.code_size == 1) {
        memset(into, (uint8_t)(zero + layout.offset), (size_t)count);
        return;
    }
    for (ptrdiff_t k = 0; k < count; k++) ((int16_t *)into)[k] = zero;
}

void networks_prepare_line(
    const networks_packed *filters, const int8_t *line, ptrdiff_t line_count, ptrdiff_t before,
    ptrdiff_t after, int8_t zero, void *into) {
#if defined(__aarch64__)
    if (filters->path == networks_dotprod) {
        networks_prepare_line_dotprod(filters, line, line_count, before, after, zero, into);
        return;
    }
#endif
    filter_layout layout = layout_of(filters->path);
    ptrdiff_t step = round_up(filters->count, layout.block), size = step * layout.code_size;
    if (!line) {
        pad((before + line_count + after) * step, zero, layout, into);
        return;
    }
    pad(before * step, zero, layout, into);
    copy_pixels(line, line_count, filters->count, step, layout, (char *)into + before * size);
    pad(after * step, zero, layout, (char *)into + (before + line_count) * size);
}

void networks_filter(
    const networks_packed *filters, const void *const *lines, ptrdiff_t pixel_count,
    int8_t *codes, ptrdiff_t code_stride, void *scratch) {
    switch (filters->path) {
#if defined(__x86_64__)
    case networks_avx2:
        networks_filter_avx2(filters, lines, pixel_count, codes, code_stride, scratch);
        return;
    case networks_vnni:
        networks_filter_vnni(filters, lines, pixel_count, codes, code_stride, scratch);
        return;
#elif defined(__aarch64__)
    case networks_dotprod:
        networks_filter_dotprod(filters, lines, pixel_count, codes, code_stride, scratch);
        return;
    case networks_neon:
        networks_filter_neon(filters, lines, pixel_count, codes, code_stride, scratch);
        return;
#endif
    default:
        networks_filter_portable(filters, lines, pixel_count, codes, code_stride, scratch);
    }
}

void networks_filter_portable(
    const networks_packed *filters, const void *const *lines, ptrdiff_t pixel_count,
    int8_t *codes, ptrdiff_t code_stride, void *scratch) {
    (void)scratch;
    networks_window window = filters->window;
    ptrdiff_t count = filters->count;
    for (ptrdiff_t pixel = 0; pixel < pixel_count; pixel++, codes += code_stride) {
        const int16_t *weights = filters->weights;
        for (ptrdiff_t n = 0; n < count; n++) {
            const networks_channels *channels = filters->channels + n / 16;
            uint32_t sum = (uint32_t)channels->first[n % 16];
            for (ptrdiff_t row = 0; row < window.height; row++) {
                const int16_t *line = (const int16_t *)lines[row] + n;
                for (ptrdiff_t column = 0; column < window.width; column++) {
                    ptrdiff_t from = pixel * window.stride + column * window.dilation;
                    sum += (uint32_t)(line[from * count] * *weights++);
                }
            }
            int lane = (int)(n % 16);
            codes[n] = filters->bends
                ? networks_bent_code(
                    (int32_t)sum, channels, filters->bends + n / 16, lane, filters->codes.zero)
                : networks_code((int32_t)sum, channels, lane, &filters->codes);
        }
    }
}
