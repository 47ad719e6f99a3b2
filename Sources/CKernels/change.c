#include "lanes.h"

BODY void body_cell_change(
    kernel_plane a, kernel_plane b, uint8_t floor, ptrdiff_t width, ptrdiff_t height,
    uint16_t *cells) {
    ptrdiff_t columns = width / 8;
    u8x16 least = {0};
    least += floor;
    for (ptrdiff_t y = 0; y + 8 <= height; y += 8) {
        uint16_t *out = cells + y / 8 * columns;
        ptrdiff_t x = 0;
        // Two cells at once.
        for (; x + 16 <= width; x += 16) {
            // Cannot overflow: a lane adds 16 differences of at most 255.
            u16x8 pairs = {0};
            for (int row = 0; row < 8; row++) {
                u8x16 p, q;
                LOAD(p, a.base + (y + row) * a.stride + x);
                LOAD(q, b.base + (y + row) * b.stride + x);
                u8x16 distance = DISTANCE(p, q);
                u8x16 more = __builtin_elementwise_max(distance, least) - least;
                pairs = ADD_PAIRS(pairs, more);
            }
            u32x4 quads = QUADS(pairs);
            out[x / 8] = (uint16_t)(quads[0] + quads[1]);
            out[x / 8 + 1] = (uint16_t)(quads[2] + quads[3]);
        }
        for (; x + 8 <= width; x += 8) {
            uint32_t sum = 0;
            for (int row = 0; row < 8; row++) {
                const uint8_t *p = a.base + (y + row) * a.stride + x;
                const uint8_t *q = b.base + (y + row) * b.stride + x;
                for (int i = 0; i < 8; i++) {
                    int distance = p[i] > q[i] ? p[i] - q[i] : q[i] - p[i];
                    sum += distance > floor ? (uint32_t)(distance - floor) : 0;
                }
            }
            out[x / 8] = (uint16_t)sum;
        }
    }
}
KERNEL(
    void, cell_change,
    (kernel_plane a, kernel_plane b, uint8_t floor, ptrdiff_t width, ptrdiff_t height,
     uint16_t *cells),
    (a, b, floor, width, height, cells))
