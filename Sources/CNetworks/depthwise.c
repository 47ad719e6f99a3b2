// Weights of depthwise filters, packed as the machine's kernel reads them: blocks of sixteen
// channels; in a block, groups of taps; in a group, the channels; of a channel, the group's taps.
#include "packed.h"

/// Taps side by side: what one instruction multiplies and adds.
static ptrdiff_t group_of(enum networks_path path) {
    return path == networks_avx2 || path == networks_vnni ? 2 : 1;
}

static size_t weights_size(ptrdiff_t count, ptrdiff_t depth) {
    return (size_t)(round_up(count, 16) * round_up(depth, 2)) * sizeof(int16_t);
}

static size_t channels_size(ptrdiff_t count) {
    return (size_t)round_up(count, 16) / 16 * sizeof(networks_channels);
}

size_t networks_depthwise_size(enum networks_path path, ptrdiff_t count, ptrdiff_t depth) {
    (void)path;
    return weights_size(count, depth) + channels_size(count);
}

networks_packed networks_pack_depthwise(
    enum networks_path path, const networks_model *model, void *memory) {
    ptrdiff_t count = model->count, depth = model->depth, group = group_of(path);
    ptrdiff_t padded_depth = round_up(depth, group);
    size_t size = weights_size(count, depth);
    networks_channels *channels = (networks_channels *)((char *)memory + size);
    memset(memory, 0, size + channels_size(count));

    int is_wide = !(path == networks_neon || path == networks_dotprod) || model->weight_zero != 0;
    for (ptrdiff_t index = 0; index < count * depth; index++) is_wide |= model->weights[index] == -128;

    for (ptrdiff_t block = 0; block * 16 < count; block++) {
        ptrdiff_t first = first_channel(block, count);
        for (ptrdiff_t lane = 0; lane < least(16, count); lane++) {
            uint32_t sum = 0;
            for (ptrdiff_t tap = 0; tap < depth; tap++) {
                int32_t weight =
                    model->weights[tap * count + first + lane] - model->weight_zero;
                ptrdiff_t index = block * 16 * padded_depth + tap / group * group * 16
                    + lane * group + tap % group;
                sum += (uint32_t)weight;
                if (is_wide)
                    ((int16_t *)memory)[index] = (int16_t)weight;
                else
                    ((int8_t *)memory)[index] = (int8_t)weight;
            }
            networks_pack_channel(model, first + lane, (int32_t)sum, 0, channels + block, lane);
        }
    }
    return (networks_packed){
        .path = path,
        .count = count,
        .depth = depth,
        .padded_depth = padded_depth,
        .is_wide = is_wide,
        .weights = memory,
        .channels = channels,
        .codes = model->codes,
    };
}

void networks_filter(
    const networks_packed *filters, const int8_t *const *taps, ptrdiff_t pixel_count,
    int8_t *codes, ptrdiff_t code_stride) {
    switch (filters->path) {
#if defined(__x86_64__)
    case networks_avx2:
    case networks_vnni:
        networks_filter_avx2(filters, taps, pixel_count, codes, code_stride);
        return;
#elif defined(__aarch64__)
    case networks_neon:
    case networks_dotprod:
        networks_filter_neon(filters, taps, pixel_count, codes, code_stride);
        return;
#endif
    default:
        networks_filter_portable(filters, taps, pixel_count, codes, code_stride);
    }
}

void networks_filter_portable(
    const networks_packed *filters, const int8_t *const *taps, ptrdiff_t pixel_count,
    int8_t *codes, ptrdiff_t code_stride) {
    ptrdiff_t depth = filters->depth;
    for (ptrdiff_t pixel = 0; pixel < pixel_count; pixel++, taps += depth, codes += code_stride) {
        for (ptrdiff_t block = 0; block * 16 < filters->count; block++) {
            const networks_channels *channels = filters->channels + block;
            const int16_t *weights =
                (const int16_t *)filters->weights + block * 16 * filters->padded_depth;
            ptrdiff_t first = first_channel(block, filters->count);
            int lane_count = (int)least(16, filters->count);
            uint32_t sums[16];
            for (int lane = 0; lane < lane_count; lane++)
                sums[lane] = (uint32_t)channels->first[lane];
            for (ptrdiff_t tap = 0; tap < depth; tap++, weights += 16)
                for (int lane = 0; lane < lane_count; lane++)
                    sums[lane] += (uint32_t)(taps[tap][first + lane] * weights[lane]);
            for (int lane = 0; lane < lane_count; lane++)
                codes[first + lane] =
                    networks_code((int32_t)sums[lane], channels, lane, &filters->codes);
        }
    }
}
