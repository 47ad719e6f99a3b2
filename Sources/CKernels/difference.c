#include "lanes.h"

BODY uint64_t differ_rows(
    kernel_plane a, kernel_plane b, uint8_t threshold, kernel_plane mask,
    kernel_target difference, ptrdiff_t width, ptrdiff_t height, int has_mask) {
    uint64_t count = 0;
    for (ptrdiff_t y = 0; y < height; y++) {
        const uint8_t *first = a.base + y * a.stride;
        const uint8_t *second = b.base + y * b.stride;
        const uint8_t *inside = mask.base + (has_mask ? y * mask.stride : 0);
        uint8_t *out = difference.base + y * difference.stride;
        u8x16 p, q, counted, set;
        ptrdiff_t x = 0;
        while (x + 16 <= width) {
            u8x16 counts = {0};
            // A lane counts to 255 at most.
            ptrdiff_t end = width - x < 255 * 16 ? width : x + 255 * 16;
            for (; x + 16 <= end; x += 16) {
                LOAD(p, first + x);
                LOAD(q, second + x);
                set = (u8x16)(DISTANCE(p, q) > threshold);
                if (has_mask) {
                    LOAD(counted, inside + x);
                    set &= (u8x16)(counted != 0);
                }
                STORE(out + x, set);
                counts -= set;
            }
            count += sum_bytes(&counts);
        }
        if (x < width) {
            LOAD_SOME(p, first + x, width - x);
            LOAD_SOME(q, second + x, width - x);
            if (has_mask) {
                LOAD_SOME(counted, inside + x, width - x);
            } else {
                FIRST(counted, width - x);
            }
            set = (u8x16)(DISTANCE(p, q) > threshold) & (u8x16)(counted != 0);
            STORE(out + x, set);
            set &= 1;
            count += sum_bytes(&set);
        }
    }
    return count;
}

BODY uint64_t body_differ(
    kernel_plane a, kernel_plane b, uint8_t threshold, kernel_plane mask,
    kernel_target difference, ptrdiff_t width, ptrdiff_t height) {
    return mask.base ? differ_rows(a, b, threshold, mask, difference, width, height, 1)
                     : differ_rows(a, b, threshold, mask, difference, width, height, 0);
}
KERNEL(
    uint64_t, differ,
    (kernel_plane a, kernel_plane b, uint8_t threshold, kernel_plane mask,
     kernel_target difference, ptrdiff_t width, ptrdiff_t height),
    (a, b, threshold, mask, difference, width, height))

BODY uint64_t body_count_mask(
    kernel_plane mask, kernel_plane zone, ptrdiff_t width, ptrdiff_t height) {
    uint64_t count = 0;
    for (ptrdiff_t y = 0; y < height; y++) {
        const uint8_t *set = mask.base + y * mask.stride;
        const uint8_t *inside = zone.base ? zone.base + y * zone.stride : set;
        ptrdiff_t x = 0;
        while (x + 16 <= width) {
            u8x16 counts = {0};
            // A lane counts to 255 at most.
            for (int step = 0; step < 255 && x + 16 <= width; step++, x += 16) {
                u8x16 a, b;
                LOAD(a, set + x);
                LOAD(b, inside + x);
                counts -= (u8x16)(a != 0) & (u8x16)(b != 0);
            }
            count += sum_bytes(&counts);
        }
        for (; x < width; x++) count += set[x] != 0 && inside[x] != 0;
    }
    return count;
}
KERNEL(
    uint64_t, count_mask,
    (kernel_plane mask, kernel_plane zone, ptrdiff_t width, ptrdiff_t height),
    (mask, zone, width, height))

BODY void body_gradient(
    kernel_plane luma, kernel_target gradient, ptrdiff_t width, ptrdiff_t height) {
    for (ptrdiff_t y = 0; y < height; y++) {
        const uint8_t *row = luma.base + y * luma.stride;
        uint8_t *out = gradient.base + y * gradient.stride;
        if (y == 0 || y + 1 == height || width < 3) {
            __builtin_memset(out, 0, (size_t)width);
            continue;
        }
        const uint8_t *above = row - luma.stride, *below = row + luma.stride;
        out[0] = out[width - 1] = 0;
        ptrdiff_t x = 1;
        for (; x + 16 <= width - 1; x += 16) {
            u8x16 left, right, up, down;
            LOAD(left, row + x - 1);
            LOAD(right, row + x + 1);
            LOAD(up, above + x);
            LOAD(down, below + x);
            u8x16 sum = __builtin_elementwise_add_sat(DISTANCE(left, right), DISTANCE(up, down));
            STORE(out + x, sum);
        }
        for (; x + 1 < width; x++) {
            int across = row[x + 1] - row[x - 1], along = below[x] - above[x];
            int sum = (across < 0 ? -across : across) + (along < 0 ? -along : along);
            out[x] = (uint8_t)(sum < 255 ? sum : 255);
        }
    }
}
KERNEL(
    void, gradient,
    (kernel_plane luma, kernel_target gradient, ptrdiff_t width, ptrdiff_t height),
    (luma, gradient, width, height))

BODY void body_absolute_difference(
    kernel_plane a, kernel_plane b, kernel_target difference, ptrdiff_t width, ptrdiff_t height) {
    for (ptrdiff_t y = 0; y < height; y++) {
        const uint8_t *first = a.base + y * a.stride;
        const uint8_t *second = b.base + y * b.stride;
        uint8_t *out = difference.base + y * difference.stride;
        u8x16 p, q;
        ptrdiff_t x = 0;
        for (; x + 16 <= width; x += 16) {
            LOAD(p, first + x);
            LOAD(q, second + x);
            p = DISTANCE(p, q);
            STORE(out + x, p);
        }
        for (; x < width; x++) {
            out[x] = first[x] > second[x] ? first[x] - second[x] : second[x] - first[x];
        }
    }
}
KERNEL(
    void, absolute_difference,
    (kernel_plane a, kernel_plane b, kernel_target difference, ptrdiff_t width, ptrdiff_t height),
    (a, b, difference, width, height))
