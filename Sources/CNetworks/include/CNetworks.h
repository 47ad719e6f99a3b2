// The kernels of integer networks that cost the most, in C for the sake of intrinsics: Swift has no
// per-function targets. Each has its reference in Sources/Networks/Kernels and gives the same bits.
#pragma once

#include <stddef.h>
#include <stdint.h>

/// Ways to the same bits, each for the machines that can.
enum networks_path {
    networks_portable, ///< Any machine.
    networks_avx2,     ///< x86 with AVX2.
    networks_vnni,     ///< x86 with AVX-512 VNNI.
    networks_neon,     ///< Any AArch64 machine.
    networks_dotprod,  ///< AArch64 with the dot product instructions (Cortex-A55, A76 and later).
};

/// Whether this machine can go this way.
int networks_can(enum networks_path path);

/// What the roundings of all channels have in common, see packed.h.
enum networks_rounding { networks_any_rounding, networks_half_up, networks_away };

/// How the sums of sixteen output channels become codes. What follows a half: see
/// `Requantization`, whose shift is `left` - `right`.
typedef struct {
    int32_t first[16];       ///< The bias, and what the zero points add to it.
    int32_t multipliers[16]; ///< Q31.
    int32_t left[16];        ///< Bits to the left before the product, 0 ... 30.
    int32_t right[16];       ///< Bits to the right after it, 0 ... 31.
    int32_t back[16];        ///< - `right`: NEON shifts to the left alone.
    int32_t half[16];        ///< 1 << (right - 1), or 0.
    int32_t is_right[16];    ///< All ones where `right` is not 0.
} networks_channels;

/// How one channel's sums, scaled to 16 bits, become codes of SiLU: see `SiLU`.
typedef struct {
    int16_t magnitude, exponent, gain, fraction;
} networks_silu;

/// What makes codes of sixteen output channels' scaled sums. Zeros past the last.
typedef struct {
    int16_t is_prelu[16];  ///< All channels are alike: 1 where `gain` is a slope, see `PReLU`.
    int16_t magnitude[16]; ///< Q15.
    int16_t most[16];      ///< 32767 >> exponent.
    int16_t exponent[16];
    int16_t factor[16];    ///< 1 << exponent: AVX2 does not shift lanes apart.
    int16_t gain[16];      ///< Q15; of PReLU, what numbers below 0 are multiplied with.
    int16_t back[16];      ///< - fraction: NEON shifts to the left alone.
    int16_t last[16];      ///< 1 << (15 - fraction), Q15: x86 multiplies.
} networks_bends;

/// What all output channels share.
typedef struct {
    int32_t zero; ///< -128 ... 127.
    int8_t minimum, maximum;
} networks_codes;

/// How depthwise filters lie over lines of pixels.
typedef struct {
    ptrdiff_t height, width;    ///< Taps.
    ptrdiff_t stride, dilation; ///< Along a line: pixels from output to output, and tap to tap.
} networks_window;

/// Weights as the model has them, and how their sums become codes.
typedef struct {
    ptrdiff_t count;            ///< Of output channels.
    ptrdiff_t depth;            ///< Products of each sum; depthwise: of the window.
    networks_window window;     ///< depthwise alone.
    int32_t input_zero;         ///< -128 ... 127.
    int32_t weight_zero;        ///< -128 ... 127.
    const int8_t *weights;      ///< matrix: count x depth; depthwise: depth x count.
    const int32_t *biases;      ///< count.
    const int32_t *multipliers; ///< count.
    const int32_t *shifts;      ///< count; -31 ... 30, positive to the left.
    networks_codes codes;
    const networks_silu *silu;  ///< count, or NULL.
    const int16_t *slopes;      ///< Of PReLU: count, or NULL. Without either, limits make codes of sums.
} networks_model;

/// Weights as one path wants them, inside memory that the caller keeps.
typedef struct {
    enum networks_path path;
    ptrdiff_t count, depth;
    ptrdiff_t padded_depth; ///< Rounded up to whole vectors.
    int32_t weight_zero;
    networks_window window;
    enum networks_rounding rounding;
    int is_narrow; ///< Whether all sums, scaled, surely have 16 bits.
    const void *weights;
    const networks_channels *channels; ///< Sixteen output channels each, zeros past the last.
    networks_codes codes;
    const networks_bends *bends; ///< As `channels`, but in order; NULL as in the model.
} networks_packed;

/// Bytes that a packed matrix needs.
size_t networks_matrix_size(enum networks_path path, const networks_model *model);
/// Fills `memory`, of `networks_matrix_size` bytes and aligned to 64, which must outlive the result.
networks_packed networks_pack_matrix(
    enum networks_path path, const networks_model *model, void *memory);
/// Bytes of scratch that `networks_multiply` needs for up to `row_count` rows.
size_t networks_multiply_scratch(const networks_packed *matrix, ptrdiff_t row_count);
/// codes[r][n] = code of (first[n] + sum over k of rows[r][k] * weights[n][k]). Reads `depth` bytes
/// of each row and writes `count` bytes, no more; `scratch` is aligned to 64.
void networks_multiply(
    const networks_packed *matrix, const int8_t *rows, ptrdiff_t row_stride, ptrdiff_t row_count,
    int8_t *codes, ptrdiff_t code_stride, void *scratch);

/// Bytes that packed depthwise filters need.
size_t networks_depthwise_size(enum networks_path path, const networks_model *model);
/// Fills `memory`, as `networks_pack_matrix` does.
networks_packed networks_pack_depthwise(
    enum networks_path path, const networks_model *model, void *memory);
/// Bytes of a line as filters read it, for `pixel_count` pixels of output.
size_t networks_line_size(const networks_packed *filters, ptrdiff_t pixel_count);
/// Bytes of scratch that `networks_filter` needs for a line of `pixel_count` pixels.
size_t networks_filter_scratch(const networks_packed *filters, ptrdiff_t pixel_count);
/// Copies a line of `line_count` pixels, padded by `before` and `after` pixels of the code `zero`,
/// into memory of `networks_line_size` bytes, aligned to 64. Without a line all is padding.
void networks_prepare_line(
    const networks_packed *filters, const int8_t *line, ptrdiff_t line_count, ptrdiff_t before,
    ptrdiff_t after, int8_t zero, void *into);
/// codes[p][c] = code of (first[c] + sum over j, i of
///     lines[j][p * stride + i * dilation][c] * weights[j][i][c]).
/// Takes as many prepared lines as the window is high; writes `count` bytes for each pixel, no more.
/// `scratch` is aligned to 64.
void networks_filter(
    const networks_packed *filters, const void *const *lines, ptrdiff_t pixel_count,
    int8_t *codes, ptrdiff_t code_stride, void *scratch);

/// How codes of two inputs are brought to one scale and added. The channels are all alike.
typedef struct {
    enum networks_path path;
    int32_t zeros[2];
    int32_t left;               ///< Bits to the left of a code less its zero point, before it is scaled: 17 ... 22.
    int is_difference;          ///< Whether the second is subtracted.
    networks_channels terms[2]; ///< How inputs are scaled, and their sum.
    networks_channels sum;
    networks_codes codes;
} networks_adder;

/// All sixteen channels: no bias, `shift` -31 ... 30.
networks_channels networks_scale(int32_t multiplier, int32_t shift);
/// codes[k] = code of (term of one[k] + or - term of other[k]).
void networks_add(
    const networks_adder *adder, const int8_t *one, const int8_t *other, ptrdiff_t count,
    int8_t *codes);

/// How codes of two inputs are multiplied.
typedef struct {
    enum networks_path path;
    int32_t zeros[2];
    networks_channels scale; ///< Of products; the channels are all alike.
    networks_codes codes;
} networks_multiplier;

/// codes[r][k] = code of (one[r][k] - its zero) * (other[r][k] - its zero). Rows of inputs are so many
/// codes apart, those of `codes` next to each other.
void networks_product(
    const networks_multiplier *multiplier, const int8_t *one, ptrdiff_t one_step,
    const int8_t *other, ptrdiff_t other_step, ptrdiff_t row_count, ptrdiff_t count,
    int8_t *codes);

/// sums[k] += sum over r of codes[r][k], which must fit: `row_count` rows of `count` codes, next to each
/// other.
void networks_add_columns(
    const int8_t *codes, ptrdiff_t row_count, ptrdiff_t count, int32_t *sums);

/// Copies pieces of `count` codes, so many codes after one another; `from` and `into` do not overlap.
void networks_copy_pieces(
    ptrdiff_t piece_count, ptrdiff_t count, const int8_t *from, ptrdiff_t step, int8_t *into,
    ptrdiff_t into_step);

/// Σ one · other, which wraps at 32 bits.
int32_t networks_dot(const int8_t *one, const int8_t *other, ptrdiff_t count);
