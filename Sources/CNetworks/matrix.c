// Weights of a matrix packed as the machine's kernel reads them.
#include "packed.h"

/// Panels of output channels, one after the other; in a panel, groups of depth; in a group, the
/// channels; of a channel, the group's weights in order of depth.
typedef struct {
    ptrdiff_t panel;      ///< Output channels side by side.
    ptrdiff_t last_panel; ///< The last panel has a multiple of this.
    ptrdiff_t group;      ///< Depth side by side.
    ptrdiff_t last_group; ///< Depth is padded to a multiple of this: the last group has the rest.
    ptrdiff_t byte_count; ///< Of a weight: 2 have the zero point subtracted, 1 are the model's.
    int32_t offset;       ///< What is added to inputs.
} layout;

static layout layout_of(enum networks_path path) {
    switch (path) {
    case networks_avx2:
        return (layout){16, 8, 2, 2, 2, 0};
    case networks_vnni:
        return (layout){32, 16, 4, 4, 1, 128};
    case networks_dotprod:
        return (layout){16, 8, 4, 4, 1, 0};
    case networks_neon: // Channels in their order; weights: see matrix_neon.c.
        return (layout){4, 4, 1, 1, 1, 0};
    default:
        return (layout){1, 1, 8, 8, 2, 0};
    }
}

/// Where in its panel a channel is. Of thirty-two, those that VNNI's narrowing brings together are
/// apart: see `codes_of` there.
static ptrdiff_t place_of(enum networks_path path, ptrdiff_t channel, ptrdiff_t width) {
    if (path != networks_vnni || width != 32) return channel;
    return channel / 8 * 4 + channel % 4 + (channel % 8 < 4 ? 0 : 16);
}

static size_t weights_size(enum networks_path path, const networks_model *model) {
#if defined(__aarch64__)
    if (path == networks_neon) return networks_matrix_size_neon(model);
#endif
    layout layout = layout_of(path);
    return (size_t)(round_up(
        round_up(model->count, layout.last_panel) * round_up(model->depth, layout.last_group)
            * layout.byte_count,
        64));
}

size_t networks_matrix_size(enum networks_path path, const networks_model *model) {
    return weights_size(path, model) + channels_size(model->count) + bends_size(model);
}

/// All panels, but of NEON, which has an order of its own.
static void pack_panels(
    enum networks_path path, layout layout, const networks_model *model, void *memory) {
    ptrdiff_t count = model->count, depth = model->depth;
    ptrdiff_t padded_count = round_up(count, layout.last_panel);
    ptrdiff_t padded_depth = round_up(depth, layout.last_group);
    for (ptrdiff_t n = 0; n < count; n++) {
        ptrdiff_t panel = n / layout.panel * layout.panel;
        ptrdiff_t width = least(layout.panel, padded_count - panel);
        ptrdiff_t place = place_of(path, n - panel, width);
        const int8_t *weights = model->weights + n * depth;
        for (ptrdiff_t group = 0; group < depth; group += layout.group) {
            ptrdiff_t group_depth = least(layout.group, padded_depth - group);
            ptrdiff_t index = panel * padded_depth + group * width + place * group_depth;
            ptrdiff_t taken = least(layout.group, depth - group);
            if (layout.byte_count == 1) {
                // Constant where it is usual: one instruction.
                memcpy(
                    (int8_t *)memory + index, weights + group, taken == 4 ? 4 : (size_t)taken);
                continue;
            }
            for (ptrdiff_t k = 0; k < taken; k++)
                ((int16_t *)memory)[index + k] =
                    (int16_t)(weights[group + k] - model->weight_zero);
        }
    }
}

networks_packed networks_pack_matrix(
    enum networks_path path, const networks_model *model, void *memory) {
    layout layout = layout_of(path);
    ptrdiff_t count = model->count, depth = model->depth;
    ptrdiff_t padded_count = round_up(count, layout.last_panel);
    size_t size = weights_size(path, model);
    networks_channels *channels = (networks_channels *)((char *)memory + size);
    memset(memory, 0, size + channels_size(count) + bends_size(model));
    int is_narrow = 1;
    for (ptrdiff_t n = 0; n < count; n++) {
        ptrdiff_t panel = n / layout.panel * layout.panel;
        ptrdiff_t width = least(layout.panel, padded_count - panel);
        ptrdiff_t lane = panel + place_of(path, n - panel, width);
        int64_t sum = 0, size_sum = 0;
        for (ptrdiff_t k = 0; k < depth; k++) {
            int32_t each = model->weights[n * depth + k] - model->weight_zero;
            sum += each;
            size_sum += each < 0 ? -each : each;
        }
        is_narrow &= networks_is_narrow(model, n, sum, size_sum);
        networks_pack_channel(
            model, n, (int32_t)sum, layout.offset, channels + lane / 16, lane % 16);
    }
#if defined(__aarch64__)
    if (path == networks_neon)
        networks_pack_matrix_neon(model, memory);
    else
#endif
        pack_panels(path, layout, model, memory);
    return (networks_packed){
        .path = path,
        .count = count,
        .depth = depth,
        .padded_depth = round_up(depth, layout.last_group),
        .weight_zero = layout.byte_count == 2 ? 0 : model->weight_zero,
        .rounding = networks_rounding_of(model),
        .is_narrow = is_narrow,
        .weights = memory,
        .channels = channels,
        .codes = model->codes,
        .bends = networks_pack_bends(model, (char *)channels + channels_size(count)),
    };
}

size_t networks_multiply_scratch(const networks_packed *matrix, ptrdiff_t row_count) {
    ptrdiff_t rows = least(round_up(row_count, 8), rows_in_block);
    // AVX2: rows of two bytes a code. Others: rows of one, after a sum for each row of a block.
    ptrdiff_t sums = rows_in_block * (ptrdiff_t)sizeof(int32_t);
    return (size_t)(rows * round_up(matrix->depth, 64) * 2 + sums);
}

void networks_multiply(
    const networks_packed *matrix, const int8_t *rows, ptrdiff_t row_stride, ptrdiff_t row_count,
    int8_t *codes, ptrdiff_t code_stride, void *scratch) {
    networks_multiply_body *body = networks_multiply_portable;
#if defined(__x86_64__)
    if (matrix->path == networks_avx2) body = networks_multiply_avx2;
    if (matrix->path == networks_vnni) body = networks_multiply_vnni;
#elif defined(__aarch64__)
    if (matrix->path == networks_neon) body = networks_multiply_neon;
    if (matrix->path == networks_dotprod) body = networks_multiply_dotprod;
#endif
    for (ptrdiff_t row = 0; row < row_count; row += rows_in_block)
        body(
            matrix, rows + row * row_stride, row_stride, least(rows_in_block, row_count - row),
            codes + row * code_stride, code_stride, scratch);
}

void networks_multiply_portable(
    const networks_packed *matrix, const int8_t *rows, ptrdiff_t row_stride, ptrdiff_t row_count,
    int8_t *codes, ptrdiff_t code_stride, void *scratch) {
    (void)scratch;
    for (ptrdiff_t r = 0; r < row_count; r++) {
        const int8_t *row = rows + r * row_stride;
        for (ptrdiff_t n = 0; n < matrix->count; n++) {
            const int16_t *weights = (const int16_t *)matrix->weights + n * matrix->padded_depth;
            const networks_channels *channels = matrix->channels + n / 16;
            uint32_t sum = (uint32_t)channels->first[n % 16];
            for (ptrdiff_t k = 0; k < matrix->depth; k++)
                sum += (uint32_t)(row[k] * weights[k]);
            int lane = (int)(n % 16);
            codes[r * code_stride + n] = matrix->bends
                ? networks_bent_code(
                    (int32_t)sum, channels, matrix->bends + n / 16, lane, matrix->codes.zero)
                : networks_code((int32_t)sum, channels, lane, &matrix->codes);
        }
    }
}
