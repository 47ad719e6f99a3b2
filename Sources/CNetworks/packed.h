// What the kernels of all machines share.
#pragma once

#include <string.h>

#include "CNetworks.h"

#define BODY static inline __attribute__((always_inline))
/// Loops of constant counts over registers: unrolled early, or compilers leave them in memory.
#define UNROLL _Pragma("unroll")

/// Rows that are widened and multiplied together, so that they stay in the second cache.
/// A multiple of every path's rows in registers.
enum { rows_in_block = 48 };

BODY ptrdiff_t round_up(ptrdiff_t value, ptrdiff_t step) {
    return (value + step - 1) / step * step;
}
BODY ptrdiff_t least(ptrdiff_t a, ptrdiff_t b) { return a < b ? a : b; }

/// What zero points add to a sum is multiplied out at load, in arithmetic that wraps as sums do:
///
///     sum of (x - xz)(w - wz) = sum of (x + o)w - (xz + o) * sum of (w - wz) - wz * sum of (x + o)
///
/// for any o that makes x + o what an instruction wants. The last term is 0 where wz is, or where
/// w - wz is what is packed; else each row has its own.
void networks_pack_channel(
    const networks_model *model, ptrdiff_t channel, int32_t weight_sum, int32_t offset,
    networks_channels *into, ptrdiff_t lane);

/// The code of one sum. Defines what vectors do.
int8_t networks_code(
    int32_t sum, const networks_channels *channels, int lane, const networks_codes *codes);

typedef void networks_multiply_body(
    const networks_packed *matrix, const int8_t *rows, ptrdiff_t row_stride, ptrdiff_t row_count,
    int8_t *codes, ptrdiff_t code_stride, void *scratch);
networks_multiply_body networks_multiply_portable, networks_multiply_avx2, networks_multiply_vnni,
    networks_multiply_neon, networks_multiply_dotprod;

typedef void networks_filter_body(
    const networks_packed *filters, const int8_t *const *taps, ptrdiff_t pixel_count,
    int8_t *codes, ptrdiff_t code_stride);
networks_filter_body networks_filter_portable, networks_filter_avx2, networks_filter_vnni,
    networks_filter_neon;

/// The first channel of a block of sixteen of depthwise filters. The last block ends with the last
/// channel, and so repeats some of the block before: no vector ends past a pixel of sixteen or more.
BODY ptrdiff_t first_channel(ptrdiff_t block, ptrdiff_t count) {
    return count < 16 ? 0 : least(block * 16, count - 16);
}
