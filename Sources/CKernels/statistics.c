#include "lanes.h"

// Cannot overflow: over at most 256 rows a column sums to 65280, its squares to 16646400, its
// Laplacian energy to 256 * 1020 * 1020 < 2^28.
BODY void sharpness_column(
    kernel_plane luma, ptrdiff_t width, ptrdiff_t height, ptrdiff_t first, ptrdiff_t end,
    ptrdiff_t x, uint32_t *sums, uint32_t *squares, uint32_t *energy) {
    uint32_t sum = 0, square = 0, laplacians = 0;
    for (ptrdiff_t y = first; y < end; y++) {
        const uint8_t *p = luma.base + y * luma.stride + x;
        sum += p[0];
        square += (uint32_t)p[0] * p[0];
        if (x > 0 && y > 0 && x + 1 < width && y + 1 < height) {
            int laplacian = 4 * p[0] - p[-1] - p[1] - p[-luma.stride] - p[luma.stride];
            laplacians += (uint32_t)(laplacian * laplacian);
        }
    }
    *sums = sum;
    *squares = square;
    *energy = laplacians;
}

BODY void sharpness_sixteen(
    kernel_plane luma, ptrdiff_t height, ptrdiff_t first, ptrdiff_t end, ptrdiff_t x,
    uint32_t *sums, uint32_t *squares, uint32_t *energy) {
    u16x16 sum = {0};
    u32x16 square = {0};
    s32x16 laplacians = {0};
    for (ptrdiff_t y = first; y < end; y++) {
        const uint8_t *p = luma.base + y * luma.stride + x;
        u8x16 bytes;
        LOAD(bytes, p);
        u16x16 centre = __builtin_convertvector(bytes, u16x16);
        sum += centre;
        square += __builtin_convertvector(centre * centre, u32x16);
        if (y == 0 || y + 1 == height) continue;
        u8x16 left, right, up, down;
        LOAD(left, p - 1);
        LOAD(right, p + 1);
        LOAD(up, p - luma.stride);
        LOAD(down, p + luma.stride);
        u16x16 around = __builtin_convertvector(left, u16x16)
            + __builtin_convertvector(right, u16x16) + __builtin_convertvector(up, u16x16)
            + __builtin_convertvector(down, u16x16);
        s16x16 laplacian = (s16x16)((centre << 2) - around);
        s32x16 wide = __builtin_convertvector(laplacian, s32x16);
        laplacians += wide * wide;
    }
    u32x16 wide = __builtin_convertvector(sum, u32x16);
    STORE(sums, wide);
    STORE(squares, square);
    STORE(energy, laplacians);
}

/// Columns from ..< to, at most STRIP, into arrays that start at column `from`.
BODY void sharpness_strip(
    kernel_plane luma, ptrdiff_t width, ptrdiff_t height, ptrdiff_t first, ptrdiff_t end,
    ptrdiff_t from, ptrdiff_t to, uint32_t *sums, uint32_t *squares, uint32_t *energy) {
    // The first and the last column of the picture have no Laplacian.
    ptrdiff_t x = from, last = to < width ? to : width - 1;
#define COLUMN(x) (x), sums + (x) - from, squares + (x) - from, energy + (x) - from
    if (x == 0) {
        sharpness_column(luma, width, height, first, end, COLUMN(x));
        x++;
    }
    for (; x + 16 <= last; x += 16) {
        sharpness_sixteen(luma, height, first, end, COLUMN(x));
    }
    if (x < last && last - from >= 17) {
        // Columns already measured are measured again, to the same numbers.
        sharpness_sixteen(luma, height, first, end, COLUMN(last - 16));
        x = last;
    }
    for (; x < to; x++) sharpness_column(luma, width, height, first, end, COLUMN(x));
#undef COLUMN
}

#define STRIP 512

BODY void body_sharpness_band(
    kernel_plane luma, ptrdiff_t width, ptrdiff_t height, ptrdiff_t first, ptrdiff_t end,
    kernel_cell *cells, ptrdiff_t columns) {
    uint32_t sums[STRIP], squares[STRIP], energy[STRIP];
    ptrdiff_t column = 0, column_end = width / columns;
    for (ptrdiff_t from = 0; from < width; from += STRIP) {
        ptrdiff_t to = width - from < STRIP ? width : from + STRIP;
        sharpness_strip(luma, width, height, first, end, from, to, sums, squares, energy);
        for (ptrdiff_t x = from; x < to;) {
            uint64_t sum = 0, square = 0, laplacians = 0;
            ptrdiff_t stop = column_end < to ? column_end : to, start = x;
            for (; x < stop; x++) {
                sum += sums[x - from];
                square += squares[x - from];
                laplacians += energy[x - from];
            }
            cells[column].count += (uint64_t)((x - start) * (end - first));
            cells[column].sum += sum;
            cells[column].square_sum += square;
            cells[column].laplacian_energy += laplacians;
            if (x == column_end) {
                column++;
                column_end = (column + 1) * width / columns;
            }
        }
    }
}
KERNEL(
    void, sharpness_band,
    (kernel_plane luma, ptrdiff_t width, ptrdiff_t height, ptrdiff_t first, ptrdiff_t end,
     kernel_cell *cells, ptrdiff_t columns),
    (luma, width, height, first, end, cells, columns))

/// Four tables in turn, so that equal neighbours do not wait for each other's store.
void kernels_histogram(
    kernel_plane luma, kernel_plane mask, ptrdiff_t width, ptrdiff_t height, uint32_t *bins) {
    uint32_t tables[4][256] = {{0}};
    for (ptrdiff_t y = 0; y < height; y++) {
        const uint8_t *row = luma.base + y * luma.stride;
        ptrdiff_t x = 0;
        if (mask.base) {
            const uint8_t *inside = mask.base + y * mask.stride;
            for (; x < width; x++) tables[x & 3][row[x]] += inside[x] != 0;
            continue;
        }
        for (; x + 8 <= width; x += 8) {
            uint64_t word;
            LOAD(word, row + x);
            for (int lane = 0; lane < 8; lane++) tables[lane & 3][(word >> 8 * lane) & 255]++;
        }
        for (; x < width; x++) tables[0][row[x]]++;
    }
    for (int value = 0; value < 256; value++) {
        bins[value] = tables[0][value] + tables[1][value] + tables[2][value] + tables[3][value];
    }
}

/// Running sums of four, in two steps: x + x shifted by one, then by two.
BODY void prefix_four(u32x4 *lanes) {
    const u32x4 zero = {0};
    *lanes += __builtin_shufflevector(zero, *lanes, 3, 4, 5, 6);
    *lanes += __builtin_shufflevector(zero, *lanes, 2, 3, 4, 5);
}

BODY void body_integral_row(
    const uint8_t *row, ptrdiff_t width, const uint32_t *sums_above,
    const uint32_t *squares_above, uint32_t *sums, uint32_t *squares) {
    u32x4 sum = {0}, square = {0};
    ptrdiff_t x = 0;
    for (; x + 4 <= width; x += 4) {
        typedef uint8_t u8x4 __attribute__((vector_size(4)));
        u8x4 bytes;
        LOAD(bytes, row + x);
        u32x4 values = __builtin_convertvector(bytes, u32x4);
        u32x4 powers = values * values, above;
        prefix_four(&values);
        prefix_four(&powers);
        values += sum;
        powers += square;
        sum = __builtin_shufflevector(values, values, 3, 3, 3, 3);
        square = __builtin_shufflevector(powers, powers, 3, 3, 3, 3);
        LOAD(above, sums_above + x);
        values += above;
        LOAD(above, squares_above + x);
        powers += above;
        STORE(sums + x, values);
        STORE(squares + x, powers);
    }
    uint32_t row_sum = sum[0], row_square = square[0];
    for (; x < width; x++) {
        row_sum += row[x];
        row_square += (uint32_t)row[x] * row[x];
        sums[x] = sums_above[x] + row_sum;
        squares[x] = squares_above[x] + row_square;
    }
}
KERNEL(
    void, integral_row,
    (const uint8_t *row, ptrdiff_t width, const uint32_t *sums_above,
     const uint32_t *squares_above, uint32_t *sums, uint32_t *squares),
    (row, width, sums_above, squares_above, sums, squares))
