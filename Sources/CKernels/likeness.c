#include "lanes.h"

/// Adds products of 16-bit lanes, neighbours together: all values are bytes. Cannot overflow: four
/// lanes gather 8 rows of two products of at most 65025 each.
#if defined(__aarch64__)
#define ADD_PRODUCTS(sums, a, b) \
    ((u32x4)vpadalq_u16((uint32x4_t)(sums), (uint16x8_t)((a) * (b))))
#elif defined(__x86_64__)
#define ADD_PRODUCTS(sums, a, b) ((sums) + (u32x4)_mm_madd_epi16((__m128i)(a), (__m128i)(b)))
#else
#define ADD_PRODUCTS(sums, a, b) ((sums) + QUADS((a) * (b)))
#endif

BODY int32_t sum_lanes(const u32x4 *lanes) {
#if defined(__aarch64__)
    return (int32_t)vaddvq_u32((uint32x4_t)*lanes);
#else
    u32x4 halves = *lanes + __builtin_shufflevector(*lanes, *lanes, 2, 3, 0, 1);
    return (int32_t)(halves[0] + halves[1]);
#endif
}

#define WIDE(pointer) \
    ({ \
        u8x8 bytes_; \
        LOAD(bytes_, pointer); \
        __builtin_convertvector(bytes_, u16x8); \
    })

/// Cannot overflow: lanes of sums reach 8 * 255, of Laplacians 8 * 1020.
BODY void likeness_cell(
    kernel_plane luma, kernel_plane reference, ptrdiff_t width, ptrdiff_t height, ptrdiff_t left,
    ptrdiff_t top, kernel_likeness *cell) {
    const uint8_t *row = luma.base + top * luma.stride + left;
    const uint8_t *other_row = reference.base + top * reference.stride + left;
    u16x8 sum = {0}, reference_sum = {0};
    u32x4 squares = {0}, reference_squares = {0}, products = {0};
    s16x8 laplacians = {0};
    u16x8 here = WIDE(row), above = top > 0 ? WIDE(row - luma.stride) : here;
    for (ptrdiff_t y = top; y < top + 8; y++) {
        u16x8 below = y + 1 < height ? WIDE(row + luma.stride) : here;
        u16x8 before = left > 0 ? WIDE(row - 1)
                                : __builtin_shufflevector(here, here, 0, 0, 1, 2, 3, 4, 5, 6);
        u16x8 after = left + 8 < width ? WIDE(row + 1)
                                       : __builtin_shufflevector(here, here, 1, 2, 3, 4, 5, 6, 7, 7);
        u16x8 other = WIDE(other_row);
        sum += here;
        reference_sum += other;
        squares = ADD_PRODUCTS(squares, here, here);
        reference_squares = ADD_PRODUCTS(reference_squares, other, other);
        products = ADD_PRODUCTS(products, here, other);
        s16x8 bent = (s16x8)((here << 2) - before - after - above - below);
        laplacians += __builtin_elementwise_max(bent, -bent);
        above = here;
        here = below;
        row += luma.stride;
        other_row += reference.stride;
    }
    u32x4 sums = QUADS(sum), reference_sums = QUADS(reference_sum), bends = QUADS(laplacians);
    cell->sum = sum_lanes(&sums);
    cell->reference_sum = sum_lanes(&reference_sums);
    cell->square_sum = sum_lanes(&squares);
    cell->reference_square_sum = sum_lanes(&reference_squares);
    cell->product_sum = sum_lanes(&products);
    cell->laplacian_sum = sum_lanes(&bends);
}

BODY void body_likeness(
    kernel_plane luma, kernel_plane reference, ptrdiff_t width, ptrdiff_t height,
    kernel_likeness *cells) {
    for (ptrdiff_t top = 0; top + 8 <= height; top += 8) {
        for (ptrdiff_t left = 0; left + 8 <= width; left += 8) {
            likeness_cell(luma, reference, width, height, left, top, cells++);
        }
    }
}
KERNEL(
    void, likeness,
    (kernel_plane luma, kernel_plane reference, ptrdiff_t width, ptrdiff_t height,
     kernel_likeness *cells),
    (luma, reference, width, height, cells))

BODY uint64_t body_row_distance(
    const uint8_t *a, const uint8_t *b, const uint8_t *mask, ptrdiff_t width) {
    uint64_t sum = 0;
    u8x16 p, q, counted;
    ptrdiff_t x = 0;
    for (; x + 16 <= width; x += 16) {
        LOAD(p, a + x);
        LOAD(q, b + x);
        LOAD(counted, mask + x);
        u8x16 distance = DISTANCE(p, q) & counted;
        sum += sum_bytes(&distance);
    }
    for (; x < width; x++) {
        uint8_t distance = a[x] > b[x] ? a[x] - b[x] : b[x] - a[x];
        sum += distance & mask[x];
    }
    return sum;
}
KERNEL(
    uint64_t, row_distance,
    (const uint8_t *a, const uint8_t *b, const uint8_t *mask, ptrdiff_t width),
    (a, b, mask, width))
