// The fast paths of Frames' kernels: portable vector code, compiled for the baseline (SSE2, NEON)
// and, on x86-64, once more for AVX2; the choice is made at run time. Every function gives the
// same bits as the Swift reference of the same name, is pure, and neither allocates nor calls
// libc. Shapes are checked by the callers.
#pragma once
#include <stddef.h>
#include <stdint.h>

typedef struct {
    const uint8_t *base;
    ptrdiff_t stride;
} kernel_plane;

typedef struct {
    uint8_t *base;
    ptrdiff_t stride;
} kernel_target;

/// "AVX2", "SSE2", "NEON" or "plain": what this machine runs.
const char *kernels_lanes(void);

// MARK: extraction.c

void kernels_yuyv_luma(
    kernel_plane yuyv, kernel_target luma, ptrdiff_t width, ptrdiff_t height);
/// One chroma row from two rows of YUYV; `width` in chroma samples (Cb and Cr both count).
void kernels_yuyv_chroma_row(
    const uint8_t *upper, const uint8_t *lower, uint8_t *chroma, ptrdiff_t width);
/// One row: luma 16 where `inside` is not 0.
void kernels_hide_luma_row(const uint8_t *inside, uint8_t *luma, ptrdiff_t width);
/// One row: chroma 128 where any of the two by two pixels is inside; `width` in pixels.
void kernels_hide_chroma_row(
    const uint8_t *upper, const uint8_t *lower, uint8_t *chroma, ptrdiff_t width);

// MARK: resize.c

/// Exact 2 x 2 and 4 x 4 means; `width` and `height` are those of the target.
void kernels_halve(kernel_plane from, kernel_target to, ptrdiff_t width, ptrdiff_t height);
void kernels_quarter(kernel_plane from, kernel_target to, ptrdiff_t width, ptrdiff_t height);
/// sums[x] = first * row 0 + middle * (rows between) + last * row count-1; with one row, `first`.
void kernels_weigh_rows(
    kernel_plane from, ptrdiff_t count, uint32_t first, uint32_t middle, uint32_t last,
    uint32_t *sums, ptrdiff_t width);
/// One output row of `to_width` from column sums; weights as in BoxResize, both sides in lowest
/// terms; `total` is the sum of all weights of an output pixel.
void kernels_weigh_columns(
    const uint32_t *sums, uint32_t from, uint32_t to, uint64_t total, uint8_t *row,
    ptrdiff_t to_width);

// MARK: background.c

typedef struct {
    uint16_t gain;
    int16_t offset;
    int16_t floor;
    int16_t inverse_deviations;
    int16_t deviation_max;
    int16_t rate;
    int16_t foreground_rate;
} kernel_background;

/// `mean`, `deviation` and `foreground` rows are padded to 32 elements, which may be overwritten;
/// `stride` is that of `mean` and `deviation`, in elements. `mask.base` may be NULL.
uint64_t kernels_absorb(
    kernel_background settings, kernel_plane luma, kernel_plane mask, int16_t *mean,
    int16_t *deviation, ptrdiff_t stride, kernel_target foreground, ptrdiff_t width,
    ptrdiff_t height);
/// One row of the mean as a picture.
void kernels_draw_mean_row(const int16_t *mean, uint8_t *picture, ptrdiff_t width);

// MARK: difference.c

/// Rows of `difference` are padded to 32 bytes, which may be overwritten; `mask.base` may be NULL.
uint64_t kernels_differ(
    kernel_plane a, kernel_plane b, uint8_t threshold, kernel_plane mask,
    kernel_target difference, ptrdiff_t width, ptrdiff_t height);
/// `zone.base` may be NULL.
uint64_t kernels_count_mask(
    kernel_plane mask, kernel_plane zone, ptrdiff_t width, ptrdiff_t height);
void kernels_gradient(
    kernel_plane luma, kernel_target gradient, ptrdiff_t width, ptrdiff_t height);
/// |a - b| for each pixel.
void kernels_absolute_difference(
    kernel_plane a, kernel_plane b, kernel_target difference, ptrdiff_t width, ptrdiff_t height);

// MARK: components.c

typedef struct {
    int32_t start;
    int32_t end;
} kernel_run;

ptrdiff_t kernels_runs(const uint8_t *row, ptrdiff_t width, kernel_run *runs);

// MARK: statistics.c

typedef struct {
    uint64_t count;
    uint64_t sum;
    uint64_t square_sum;
    uint64_t laplacian_energy;
} kernel_cell;

/// Adds rows first ..< end (at most 256) to one row of `columns` cells.
void kernels_sharpness_band(
    kernel_plane luma, ptrdiff_t width, ptrdiff_t height, ptrdiff_t first, ptrdiff_t end,
    kernel_cell *cells, ptrdiff_t columns);
/// Overwrites 256 counts; `mask.base` may be NULL.
void kernels_histogram(
    kernel_plane luma, kernel_plane mask, ptrdiff_t width, ptrdiff_t height, uint32_t *bins);
/// One row of both tables from the rows above; all four point at column 1 of width + 1.
void kernels_integral_row(
    const uint8_t *row, ptrdiff_t width, const uint32_t *sums_above,
    const uint32_t *squares_above, uint32_t *sums, uint32_t *squares);

// MARK: motion.c

typedef struct {
    int8_t dx;
    int8_t dy;
    uint16_t difference;
    uint16_t still_difference;
} kernel_vector;

/// The sum of absolute differences of two blocks of 16 x 16.
uint16_t kernels_block_difference(
    const uint8_t *a, ptrdiff_t a_stride, const uint8_t *b, ptrdiff_t b_stride);
/// The sum of the 8 x 8 pixels from each one of the first `height` - 7 rows on, rows of `width` sums;
/// the last seven of a row mean nothing. There is room for 32 more in `columns`, 16 more in `sums`.
void kernels_window_sums(
    kernel_plane plane, ptrdiff_t width, ptrdiff_t height, uint16_t *columns, uint16_t *sums);
/// Searches one 16 x 16 block at (x, y) for the shift of the least difference and, of equal ones, of
/// the least rank; `ranks` are row-major, 2 * `range` + 1 wide, `sums` those of `before`. `guess` is
/// any shift inside the picture, with its difference.
kernel_vector kernels_match_block(
    kernel_plane now, kernel_plane before, const uint16_t *sums, ptrdiff_t width,
    ptrdiff_t height, ptrdiff_t x, ptrdiff_t y, ptrdiff_t range, const uint16_t *ranks,
    kernel_vector guess);
/// The sum of min(|a - b|, cap) over one row; `cap` is at most 127, `width` at most 16 384.
uint32_t kernels_capped_row_distance(
    const uint8_t *a, const uint8_t *b, uint8_t cap, ptrdiff_t width);

// MARK: change.c

/// The sum of max(|a - b| - floor, 0) for each 8 x 8 cell, row-major; both sides are multiples of 8.
void kernels_cell_change(
    kernel_plane a, kernel_plane b, uint8_t floor, ptrdiff_t width, ptrdiff_t height,
    uint16_t *cells);

// MARK: likeness.c

typedef struct {
    int32_t sum;
    int32_t reference_sum;
    int32_t square_sum;
    int32_t reference_square_sum;
    int32_t product_sum;
    int32_t laplacian_sum;
} kernel_likeness;

/// One cell for each 8 x 8 pixels, row-major; both sides are multiples of 8.
void kernels_likeness(
    kernel_plane luma, kernel_plane reference, ptrdiff_t width, ptrdiff_t height,
    kernel_likeness *cells);
/// The sum of |a - b| where `mask` is 255; it is 0 elsewhere.
uint64_t kernels_row_distance(
    const uint8_t *a, const uint8_t *b, const uint8_t *mask, ptrdiff_t width);

// MARK: dots.c

/// The dot product of `vector` with each of `count` rows; vector and rows are 256 codes each, rows
/// without padding.
void kernels_dots(
    const int8_t *vector, const int8_t *rows, ptrdiff_t count, int32_t *products);
/// Zeros that no compiler leaves out, though nobody reads them.
void kernels_overwrite(uint8_t *bytes, ptrdiff_t count);
