// What the kernels of all machines share.
#pragma once

#include <string.h>

#include "CNetworks.h"

#define BODY static inline __attribute__((always_inline))
/// Loops of constant counts over registers: unrolled early, or compilers leave them in memory.
#define UNROLL _Pragma("unroll")

/// Rows that are widened and multiplied together, so that they stay in the second cache.
/// A multiple of every path's rows in registers.
enum { rows_in_block = 64 };

BODY ptrdiff_t round_up(ptrdiff_t value, ptrdiff_t step) {
    return (value + step - 1) / step * step;
}
BODY ptrdiff_t least(ptrdiff_t a, ptrdiff_t b) { return a < b ? a : b; }

/// Of plain loops, which compilers make vectors of: compiled twice, chosen at run time.
#if defined(__x86_64__)
#define CLONES __attribute__((target_clones("avx2", "default")))
#else
#define CLONES
#endif

/// Bytes of how `count` channels are scaled: whole blocks of the widest kernel.
BODY size_t channels_size(ptrdiff_t count) {
    return (size_t)round_up(count, 32) / 16 * sizeof(networks_channels);
}

/// Bytes of how a bend makes codes of them; 0 if nothing does.
BODY size_t bends_size(const networks_model *model) {
    return model->silu || model->slopes
        ? (size_t)round_up(model->count, 32) / 16 * sizeof(networks_bends) : 0;
}

/// Into `memory`, of `bends_size` zeros; NULL if there is nothing to pack.
const networks_bends *networks_pack_bends(const networks_model *model, void *memory);

/// h(i / 8) in 255ths of its maximum, and how far the next is; see `SiLU`.
extern const uint8_t networks_silu_heights[64];
extern const int8_t networks_silu_slopes[64];

/// The code of one sum. Defines what vectors do.
int8_t networks_bent_code(
    int32_t sum, const networks_channels *channels, const networks_bends *bends, int lane,
    int32_t zero);

/// What kernels make of scaled sums: constants in them. Words have 16 bits, and another kernel makes codes
/// of SiLU or PReLU of them; until then they stand in panels as wide as that one is.
enum ending { to_codes, to_words };

/// Codes of `row_count` rows of words, 32 of each for VNNI, 16 for others; `bends` begins with the first
/// channel. Writes `count` codes of each row, no more.
typedef void networks_bend_body(
    const networks_bends *bends, const int16_t *words, ptrdiff_t row_count, int32_t zero,
    int8_t *codes, ptrdiff_t code_stride, ptrdiff_t count);
networks_bend_body networks_silu_avx2, networks_silu_vnni, networks_silu_neon;
networks_bend_body networks_prelu_avx2, networks_prelu_vnni, networks_prelu_neon;
/// Whichever it is.
networks_bend_body networks_bend_avx2, networks_bend_vnni, networks_bend_neon;

/// What zero points add to a sum is multiplied out at load, in arithmetic that wraps as sums do:
///
///     sum of (x - xz)(w - wz) = sum of (x + o)w - (xz + o) * sum of (w - wz) - wz * sum of (x + o)
///
/// for any o that makes x + o what an instruction wants. The last term is 0 where wz is, or where
/// w - wz is what is packed; else each row has its own.
void networks_pack_channel(
    const networks_model *model, ptrdiff_t channel, int32_t weight_sum, int32_t offset,
    networks_channels *into, ptrdiff_t lane);

/// Whether a channel's sums, scaled and rounded, surely have 16 bits. Most do: what a sum may be is some
/// ten times what it is. Of the weights less their zero point, `sum` and `size_sum` add up what they are
/// and their sizes.
int networks_is_narrow(
    const networks_model *model, ptrdiff_t channel, int64_t sum, int64_t size_sum);

/// Which of these a model allows.
///
/// `networks_half_up`: the second rounding, to the `right`, is half away from zero: that differs from
/// half up for negative sums alone, and where no code is less than the zero point (after a ReLU, which
/// is most layers) negative sums give the least code in any case. If all is shifted to the right, both
/// roundings are one:
///
///     code = zero + (sum * multiplier + 2^30 + 2^(30 + right) >> 31 + right)
///
/// since floor((floor(a / 2^31) + h) / 2^r) = floor((a + h * 2^31) / 2^(31 + r)). Of 63 bits.
///
/// `networks_away`: all is shifted to the right. As above, but that of a negative sum 2^31 is taken
/// off: one unit of the first rounding, so that halves go away from zero. A
/// negative sum that the first rounding makes 0 stays 0: half - 1 is still less than one.
enum networks_rounding networks_rounding_of(const networks_model *model);

/// The code of one sum. Defines what vectors do.
int8_t networks_code(
    int32_t sum, const networks_channels *channels, int lane, const networks_codes *codes);
/// Before the zero point and the limits: a sum as scaled and rounded twice.
int64_t networks_scaled(int32_t sum, const networks_channels *channels, int lane);

/// As `networks_add`, for 16 or 64 codes at a time; gives how many it did.
ptrdiff_t networks_add_vnni(
    const networks_adder *adder, const int8_t *one, const int8_t *other, ptrdiff_t count,
    int8_t *codes);
ptrdiff_t networks_add_avx2(
    const networks_adder *adder, const int8_t *one, const int8_t *other, ptrdiff_t count,
    int8_t *codes);
ptrdiff_t networks_add_neon(
    const networks_adder *adder, const int8_t *one, const int8_t *other, ptrdiff_t count,
    int8_t *codes);

/// As `networks_product`, of one row: sixteen codes at a time; gives how many it did.
ptrdiff_t networks_product_vnni(
    const networks_multiplier *multiplier, const int8_t *one, const int8_t *other,
    ptrdiff_t count, int8_t *codes);
ptrdiff_t networks_product_avx2(
    const networks_multiplier *multiplier, const int8_t *one, const int8_t *other,
    ptrdiff_t count, int8_t *codes);
ptrdiff_t networks_product_neon(
    const networks_multiplier *multiplier, const int8_t *one, const int8_t *other,
    ptrdiff_t count, int8_t *codes);

typedef void networks_multiply_body(
    const networks_packed *matrix, const int8_t *rows, ptrdiff_t row_stride, ptrdiff_t row_count,
    int8_t *codes, ptrdiff_t code_stride, void *scratch);
networks_multiply_body networks_multiply_portable, networks_multiply_avx2, networks_multiply_vnni,
    networks_multiply_neon, networks_multiply_dotprod;

/// Weights of a matrix as NEON reads them: their bytes, and the packing, into zeros.
size_t networks_matrix_size_neon(const networks_model *model);
void networks_pack_matrix_neon(const networks_model *model, void *memory);
size_t networks_depthwise_size_neon(const networks_model *model);
void networks_pack_depthwise_neon(const networks_model *model, void *memory);
/// Bytes of where the taps are: what its scratch begins with.
ptrdiff_t networks_taps_size_neon(ptrdiff_t depth);

typedef void networks_filter_body(
    const networks_packed *filters, const void *const *lines, ptrdiff_t pixel_count,
    int8_t *codes, ptrdiff_t code_stride, void *scratch);
networks_filter_body networks_filter_portable, networks_filter_avx2, networks_filter_vnni,
    networks_filter_neon, networks_filter_dotprod;

/// Whether dot products suit these filters; then all of this is depthwise_dotprod.c's. `pixel_count` is
/// of a line with its padding.
int networks_dots(const networks_model *model);
size_t networks_depthwise_size_dotprod(const networks_model *model);
void networks_pack_depthwise_dotprod(const networks_model *model, void *memory);
size_t networks_line_size_dotprod(const networks_packed *filters, ptrdiff_t pixel_count);
void networks_prepare_line_dotprod(
    const networks_packed *filters, const int8_t *codes, ptrdiff_t line_count, ptrdiff_t before,
    ptrdiff_t after, int8_t zero, int8_t *into);

/// How depthwise filters are packed: blocks of channels; in a block, the window's lines; in a line,
/// groups of taps; in a group, outputs; of an output, the channels, in the order of `place_of` in
/// depthwise.c; of a channel, the group's taps.
typedef struct {
    ptrdiff_t block;       ///< Channels side by side. Pixels of prepared lines are whole blocks.
    ptrdiff_t group;       ///< Taps side by side: what one instruction multiplies and adds.
    ptrdiff_t weight_size; ///< Bytes. One is the model's weight, two have its zero point subtracted.
    ptrdiff_t code_size;   ///< Bytes, in prepared lines.
    int32_t offset;        ///< What is added to codes there.
} filter_layout;

/// Outputs that are computed together: two neighbours, if they need no more groups of taps than one.
/// Each has its weights at its own place among the same taps, zeros elsewhere.
BODY ptrdiff_t output_count(networks_window window, ptrdiff_t group) {
    ptrdiff_t both = round_up(window.width + window.stride, group);
    return window.dilation == 1 && both == round_up(window.width, group) ? 2 : 1;
}
