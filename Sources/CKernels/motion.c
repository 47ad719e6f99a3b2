#include "lanes.h"

/// Sum of absolute differences of 8 rows of 16 pixels.
BODY uint32_t half_difference(
    const uint8_t *a, ptrdiff_t a_stride, const uint8_t *b, ptrdiff_t b_stride) {
#if defined(__aarch64__)
    // Cannot overflow: a lane adds 16 differences of at most 255.
    uint16x8_t lanes = vdupq_n_u16(0);
#pragma clang loop unroll(full)
    for (int row = 0; row < 8; row++, a += a_stride, b += b_stride) {
        lanes = vpadalq_u8(lanes, vabdq_u8(vld1q_u8(a), vld1q_u8(b)));
    }
    return vaddlvq_u16(lanes);
#elif defined(__x86_64__)
    __m128i lanes = _mm_setzero_si128();
#pragma clang loop unroll(full)
    for (int row = 0; row < 8; row++, a += a_stride, b += b_stride) {
        __m128i p = _mm_loadu_si128((const __m128i *)a);
        __m128i q = _mm_loadu_si128((const __m128i *)b);
        lanes = _mm_add_epi64(lanes, _mm_sad_epu8(p, q));
    }
    return (uint32_t)_mm_cvtsi128_si32(lanes) + (uint32_t)_mm_extract_epi16(lanes, 4);
#else
    uint32_t sum = 0;
    for (int row = 0; row < 8; row++, a += a_stride, b += b_stride) {
        for (int x = 0; x < 16; x++) sum += (uint32_t)(a[x] > b[x] ? a[x] - b[x] : b[x] - a[x]);
    }
    return sum;
#endif
}

uint16_t kernels_block_difference(
    const uint8_t *a, ptrdiff_t a_stride, const uint8_t *b, ptrdiff_t b_stride) {
    return (uint16_t)(half_difference(a, a_stride, b, b_stride) +
                      half_difference(a + 8 * a_stride, a_stride, b + 8 * b_stride, b_stride));
}

/// Sum of 8 x 8 pixels.
BODY uint16_t window_sum(const uint8_t *from, ptrdiff_t stride) {
    uint32_t sum = 0;
    for (int row = 0; row < 8; row++) {
        u8x8 bytes;
        LOAD(bytes, from + row * stride);
        for (int x = 0; x < 8; x++) sum += bytes[x];
    }
    return (uint16_t)sum;
}

BODY void body_window_sums(
    kernel_plane plane, ptrdiff_t width, ptrdiff_t height, uint16_t *columns, uint16_t *sums) {
    for (ptrdiff_t x = 0; x < width; x++) {
        columns[x] = 0;
        for (ptrdiff_t y = 0; y < 8; y++) columns[x] += plane.base[y * plane.stride + x];
    }
    for (ptrdiff_t y = 0; y + 8 <= height; y++, sums += width) {
        // Twos, fours and eights of neighbours; the last lanes of a row sum what stands behind it.
        u16x8 next, pairs, more_pairs, fours, more_fours;
        LOAD(next, columns);
        u16x8 here = next;
        LOAD(next, columns + 8);
        pairs = here + __builtin_shufflevector(here, next, 1, 2, 3, 4, 5, 6, 7, 8);
        u16x8 after;
        LOAD(after, columns + 16);
        more_pairs = next + __builtin_shufflevector(next, after, 1, 2, 3, 4, 5, 6, 7, 8);
        fours = pairs + __builtin_shufflevector(pairs, more_pairs, 2, 3, 4, 5, 6, 7, 8, 9);
        for (ptrdiff_t x = 0; x < width; x += 8) {
            here = after;
            LOAD(after, columns + x + 24);
            pairs = more_pairs;
            more_pairs = here + __builtin_shufflevector(here, after, 1, 2, 3, 4, 5, 6, 7, 8);
            more_fours =
                pairs + __builtin_shufflevector(pairs, more_pairs, 2, 3, 4, 5, 6, 7, 8, 9);
            u16x8 eights =
                fours + __builtin_shufflevector(fours, more_fours, 4, 5, 6, 7, 8, 9, 10, 11);
            fours = more_fours;
            STORE(sums + x, eights);
        }
        if (y + 8 == height) break;
        const uint8_t *out = plane.base + y * plane.stride, *in = out + 8 * plane.stride;
        for (ptrdiff_t x = 0; x < width; x++) columns[x] += in[x] - out[x];
    }
}
KERNEL(
    void, window_sums,
    (kernel_plane plane, ptrdiff_t width, ptrdiff_t height, uint16_t *columns, uint16_t *sums),
    (plane, width, height, columns, sums))

/// The lanes that are at most `limit`, a byte of ones for each.
BODY uint64_t lanes_up_to(u16x8 lanes, uint32_t limit) {
#if defined(__aarch64__)
    uint16x8_t hits = vcleq_u16((uint16x8_t)lanes, vdupq_n_u16((uint16_t)limit));
    return vget_lane_u64(vreinterpret_u64_u8(vmovn_u16(hits)), 0);
#else
    u16x8 most = {0};
    most += (uint16_t)limit;
    u8x8 hits = __builtin_convertvector(lanes <= most, u8x8);
    uint64_t mask;
    __builtin_memcpy(&mask, &hits, sizeof mask);
    return mask;
#endif
}

/// A block of 16 x 16 that shifts are tried on; its rows stay in registers where there are enough.
typedef struct {
#if defined(__aarch64__)
    uint8x16_t rows[16];
#else
    const uint8_t *rows;
    ptrdiff_t stride;
#endif
} held_block;

BODY held_block hold(const uint8_t *block, ptrdiff_t stride) {
    held_block held;
#if defined(__aarch64__)
#pragma clang loop unroll(full)
    for (int row = 0; row < 16; row++) held.rows[row] = vld1q_u8(block + row * stride);
#else
    held.rows = block;
    held.stride = stride;
#endif
    return held;
}

/// As `half_difference`, of the eight rows from `first` on and the first eight of `b`.
BODY uint32_t held_difference(
    const held_block *held, int first, const uint8_t *b, ptrdiff_t stride) {
#if defined(__aarch64__)
    uint16x8_t lanes = vdupq_n_u16(0);
#pragma clang loop unroll(full)
    for (int row = 0; row < 8; row++, b += stride) {
        lanes = vpadalq_u8(lanes, vabdq_u8(held->rows[first + row], vld1q_u8(b)));
    }
    return vaddlvq_u16(lanes);
#else
    return half_difference(held->rows + first * held->stride, held->stride, b, stride);
#endif
}

/// The best shift so far. Its key is the difference, then the rank: in whatever order shifts are
/// tried, the same one wins.
typedef struct {
    uint32_t key;
    kernel_vector vector;
} best_shift;

/// - `rest`: what the lower half differs by at the least.
BODY void try_shift(
    const held_block *held, const uint8_t *other, ptrdiff_t stride, uint32_t rest, uint32_t rank,
    ptrdiff_t dx, ptrdiff_t dy, best_shift *best) {
    uint32_t sum = held_difference(held, 0, other, stride);
    if ((sum + rest) << 16 > best->key) return;
    sum += held_difference(held, 8, other + 8 * stride, stride);
    if ((sum << 16 | rank) >= best->key) return;
    best->key = sum << 16 | rank;
    best->vector.dx = (int8_t)dx;
    best->vector.dy = (int8_t)dy;
    best->vector.difference = (uint16_t)sum;
}

kernel_vector kernels_match_block(
    kernel_plane now, kernel_plane before, const uint16_t *sums, ptrdiff_t width,
    ptrdiff_t height, ptrdiff_t x, ptrdiff_t y, ptrdiff_t range, const uint16_t *ranks,
    kernel_vector guess) {
    const uint8_t *block = now.base + y * now.stride + x;
    const uint8_t *lower = block + 8 * now.stride;
    u16x8 quarters[4] = {{0}};
    quarters[0] += window_sum(block, now.stride);
    quarters[1] += window_sum(block + 8, now.stride);
    quarters[2] += window_sum(lower, now.stride);
    quarters[3] += window_sum(lower + 8, now.stride);
    held_block held = hold(block, now.stride);
    ptrdiff_t side = 2 * range + 1, left = x < range ? -x : -range;
    ptrdiff_t right = width - 16 - x < range ? width - 16 - x : range;
    ptrdiff_t top = y < range ? -y : -range;
    ptrdiff_t bottom = height - 16 - y < range ? height - 16 - y : range;
    const uint16_t *middle = ranks + range * side + range;
    best_shift best = {
        (uint32_t)guess.difference << 16 | middle[guess.dy * side + guess.dx], guess};
    for (ptrdiff_t dy = top; dy <= bottom; dy++) {
        const uint16_t *windows = sums + (y + dy) * width + x;
        for (ptrdiff_t start = left; start <= right; start += 8) {
            u16x8 a, b, c, d;
            LOAD(a, windows + start);
            LOAD(b, windows + start + 8);
            LOAD(c, windows + start + 8 * width);
            LOAD(d, windows + start + 8 * width + 8);
            // Cannot overflow: four times 64 differences of at most 255.
            u16x8 rest = DISTANCE(c, quarters[2]) + DISTANCE(d, quarters[3]);
            u16x8 least = DISTANCE(a, quarters[0]) + DISTANCE(b, quarters[1]) + rest;
            uint64_t open = lanes_up_to(least, best.key >> 16);
            if (right - start < 7) open &= ~(uint64_t)0 >> 8 * (7 - (right - start));
            while (open != 0) {
                int lane = __builtin_ctzll(open) / 8;
                open &= ~((uint64_t)255 << 8 * lane);
                ptrdiff_t dx = start + lane;
                try_shift(
                    &held, before.base + (y + dy) * before.stride + x + dx, before.stride,
                    rest[lane], middle[dy * side + dx], dx, dy, &best);
            }
        }
    }
    return best.vector;
}

BODY uint32_t body_capped_row_distance(
    const uint8_t *a, const uint8_t *b, uint8_t cap, ptrdiff_t width) {
    u8x16 p, q, most = {0};
    most += cap;
    u32x4 sums = {0};
    ptrdiff_t x = 0;
    while (x + 16 <= width) {
        u16x8 pairs = {0};
        // Cannot overflow: a lane adds at most 254 for each of 128 vectors.
        ptrdiff_t end = width - x < 128 * 16 ? width : x + 128 * 16;
        for (; x + 16 <= end; x += 16) {
            LOAD(p, a + x);
            LOAD(q, b + x);
            u8x16 capped = __builtin_elementwise_min(DISTANCE(p, q), most);
            pairs = ADD_PAIRS(pairs, capped);
        }
        sums += QUADS(pairs);
    }
    uint32_t sum = sums[0] + sums[1] + sums[2] + sums[3];
    for (; x < width; x++) {
        uint32_t distance = (uint32_t)(a[x] > b[x] ? a[x] - b[x] : b[x] - a[x]);
        sum += distance < cap ? distance : cap;
    }
    return sum;
}
KERNEL(
    uint32_t, capped_row_distance,
    (const uint8_t *a, const uint8_t *b, uint8_t cap, ptrdiff_t width), (a, b, cap, width))
