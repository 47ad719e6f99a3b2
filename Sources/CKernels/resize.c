#include "lanes.h"

BODY void body_halve(kernel_plane from, kernel_target to, ptrdiff_t width, ptrdiff_t height) {
    for (ptrdiff_t y = 0; y < height; y++) {
        const uint8_t *upper = from.base + 2 * y * from.stride;
        const uint8_t *lower = upper + from.stride;
        uint8_t *out = to.base + y * to.stride;
        ptrdiff_t x = 0;
        for (; x + 8 <= width; x += 8) {
            u8x16 a, b;
            LOAD(a, upper + 2 * x);
            LOAD(b, lower + 2 * x);
            u16x8 sums = ADD_PAIRS(PAIRS(a), b);
            u8x8 means = __builtin_convertvector((sums + 2) >> 2, u8x8);
            STORE(out + x, means);
        }
        for (; x < width; x++) {
            const uint8_t *a = upper + 2 * x, *b = lower + 2 * x;
            out[x] = (uint8_t)((a[0] + a[1] + b[0] + b[1] + 2) >> 2);
        }
    }
}
KERNEL(
    void, halve, (kernel_plane from, kernel_target to, ptrdiff_t width, ptrdiff_t height),
    (from, to, width, height))

BODY void body_quarter(kernel_plane from, kernel_target to, ptrdiff_t width, ptrdiff_t height) {
    for (ptrdiff_t y = 0; y < height; y++) {
        const uint8_t *rows = from.base + 4 * y * from.stride;
        uint8_t *out = to.base + y * to.stride;
        ptrdiff_t x = 0;
        for (; x + 8 <= width; x += 8) {
            u32x4 sums[2];
            for (int half = 0; half < 2; half++) {
                const uint8_t *column = rows + 4 * x + 16 * half;
                u8x16 a, b, c, d;
                LOAD(a, column);
                LOAD(b, column + from.stride);
                LOAD(c, column + 2 * from.stride);
                LOAD(d, column + 3 * from.stride);
                // Cannot overflow: eight bytes sum to at most 2040.
                sums[half] = QUADS(ADD_PAIRS(ADD_PAIRS(ADD_PAIRS(PAIRS(a), b), c), d));
            }
            u32x8 both = __builtin_shufflevector(sums[0], sums[1], 0, 1, 2, 3, 4, 5, 6, 7);
            u8x8 means = __builtin_convertvector((both + 8) >> 4, u8x8);
            STORE(out + x, means);
        }
        for (; x < width; x++) {
            unsigned sum = 8;
            for (int row = 0; row < 4; row++) {
                const uint8_t *four = rows + row * from.stride + 4 * x;
                sum += four[0] + four[1] + four[2] + four[3];
            }
            out[x] = (uint8_t)(sum >> 4);
        }
    }
}
KERNEL(
    void, quarter, (kernel_plane from, kernel_target to, ptrdiff_t width, ptrdiff_t height),
    (from, to, width, height))

// Cannot overflow: the weights of an output pixel's rows sum to at most 2^14, so a column sums to
// at most 255 * 2^14 < 2^22; a whole pixel, times two, to less than 2^37.
BODY void body_weigh_rows(
    kernel_plane from, ptrdiff_t count, uint32_t first, uint32_t middle, uint32_t last,
    uint32_t *sums, ptrdiff_t width) {
    const uint8_t *end = from.base + (count - 1) * from.stride;
    ptrdiff_t x = 0;
    for (; x + 16 <= width; x += 16) {
        u8x16 bytes;
        LOAD(bytes, from.base + x);
        u32x16 sum = __builtin_convertvector(bytes, u32x16) * first;
        for (ptrdiff_t row = 1; row + 1 < count; row++) {
            LOAD(bytes, from.base + row * from.stride + x);
            sum += __builtin_convertvector(bytes, u32x16) * middle;
        }
        if (count > 1) {
            LOAD(bytes, end + x);
            sum += __builtin_convertvector(bytes, u32x16) * last;
        }
        STORE(sums + x, sum);
    }
    for (; x < width; x++) {
        uint32_t sum = from.base[x] * first;
        for (ptrdiff_t row = 1; row + 1 < count; row++) {
            sum += from.base[row * from.stride + x] * middle;
        }
        if (count > 1) sum += end[x] * last;
        sums[x] = sum;
    }
}
KERNEL(
    void, weigh_rows,
    (kernel_plane from, ptrdiff_t count, uint32_t first, uint32_t middle, uint32_t last,
     uint32_t *sums, ptrdiff_t width),
    (from, count, first, middle, last, sums, width))

void kernels_weigh_columns(
    const uint32_t *sums, uint32_t from, uint32_t to, uint64_t total, uint8_t *row,
    ptrdiff_t to_width) {
    uint64_t divisor = 2 * total;
    // n / divisor is the upper half of n * inverse while n * divisor < 2^64: here n < 2^34, as n is
    // less than 256 divisors.
    uint64_t inverse = divisor <= 1u << 26 ? UINT64_MAX / divisor + 1 : 0;
    // `start` and `end` bound the output pixel in units of 1/to input pixels, `edge` the input pixel
    // `x` that holds `start`: counted along, for divisions would cost more than all the rest.
    uint64_t start = 0, x = 0, edge = to;
    for (ptrdiff_t column = 0; column < to_width; column++, start += from) {
        const uint64_t end = start + from;
        if (edge == start) {
            x++;
            edge += to;
        }
        uint64_t sum;
        if (end <= edge) {
            sum = (uint64_t)sums[x] * from;
        } else {
            sum = (uint64_t)sums[x] * (edge - start);
            uint64_t middle = 0;
            for (x++, edge += to; edge < end; x++, edge += to) middle += sums[x];
            sum += middle * to + (uint64_t)sums[x] * (end - (edge - to));
        }
        uint64_t numerator = 2 * sum + total;
        row[column] = inverse != 0 ? (uint8_t)((unsigned __int128)numerator * inverse >> 64)
                                   : (uint8_t)(numerator / divisor);
    }
}
