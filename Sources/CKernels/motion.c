#include "lanes.h"

/// Sum of absolute differences of two 16 x 16 blocks; gives up half way, with a number that is not
/// below `limit`, when the upper half alone reaches it.
BODY uint32_t block_difference(
    const uint8_t *a, ptrdiff_t a_stride, const uint8_t *b, ptrdiff_t b_stride, uint32_t limit) {
    uint32_t sum = 0;
    for (int half = 0; half < 2; half++) {
#if defined(__aarch64__)
        // Cannot overflow: a lane adds 16 differences of at most 255.
        uint16x8_t lanes = vdupq_n_u16(0), more = vdupq_n_u16(0);
#pragma clang loop unroll(full)
        for (int row = 0; row < 8; row++, a += a_stride, b += b_stride) {
            uint8x16_t p = vld1q_u8(a), q = vld1q_u8(b);
            lanes = vabal_u8(lanes, vget_low_u8(p), vget_low_u8(q));
            more = vabal_high_u8(more, p, q);
        }
        sum += vaddlvq_u16(vaddq_u16(lanes, more));
#elif defined(__x86_64__)
        __m128i lanes = _mm_setzero_si128();
#pragma clang loop unroll(full)
        for (int row = 0; row < 8; row++, a += a_stride, b += b_stride) {
            __m128i p = _mm_loadu_si128((const __m128i *)a);
            __m128i q = _mm_loadu_si128((const __m128i *)b);
            lanes = _mm_add_epi64(lanes, _mm_sad_epu8(p, q));
        }
        sum += (uint32_t)_mm_cvtsi128_si32(lanes) + (uint32_t)_mm_extract_epi16(lanes, 4);
#else
        for (int row = 0; row < 8; row++, a += a_stride, b += b_stride) {
            for (int x = 0; x < 16; x++) sum += (uint32_t)(a[x] > b[x] ? a[x] - b[x] : b[x] - a[x]);
        }
#endif
        if (sum >= limit) return sum;
    }
    return sum;
}

#if defined(__aarch64__)
/// The same, of a block that stays in registers while shifts are tried on it.
BODY uint32_t held_difference(
    const uint8x16_t *rows, const uint8_t *b, ptrdiff_t stride, uint32_t limit) {
    uint32_t sum = 0;
#pragma clang loop unroll(full)
    for (int half = 0; half < 2; half++) {
        // Cannot overflow: a lane adds 16 differences of at most 255.
        uint16x8_t lanes = vdupq_n_u16(0), more = vdupq_n_u16(0);
#pragma clang loop unroll(full)
        for (int row = 0; row < 8; row++, b += stride) {
            uint8x16_t p = rows[8 * half + row], q = vld1q_u8(b);
            lanes = vabal_u8(lanes, vget_low_u8(p), vget_low_u8(q));
            more = vabal_high_u8(more, p, q);
        }
        sum += vaddlvq_u16(vaddq_u16(lanes, more));
        if (sum >= limit) return sum;
    }
    return sum;
}
#endif

kernel_vector kernels_match_block(
    kernel_plane now, kernel_plane before, ptrdiff_t width, ptrdiff_t height, ptrdiff_t x,
    ptrdiff_t y, const int8_t *offsets, ptrdiff_t offset_count, uint16_t still_difference_max) {
    const uint8_t *block = now.base + y * now.stride + x;
    const uint8_t *same = before.base + y * before.stride + x;
    uint32_t still = block_difference(block, now.stride, same, before.stride, UINT32_MAX);
    kernel_vector best = {0, 0, (uint16_t)still, (uint16_t)still};
    if (still <= still_difference_max) return best;
    uint32_t least = still;
#if defined(__aarch64__)
    uint8x16_t rows[16];
#pragma clang loop unroll(full)
    for (int row = 0; row < 16; row++) rows[row] = vld1q_u8(block + row * now.stride);
#endif
    for (ptrdiff_t index = 1; index < offset_count; index++) {
        int dx = offsets[2 * index], dy = offsets[2 * index + 1];
        if (x + dx < 0 || y + dy < 0 || x + dx + 16 > width || y + dy + 16 > height) continue;
        const uint8_t *other = same + dy * before.stride + dx;
#if defined(__aarch64__)
        uint32_t difference = held_difference(rows, other, before.stride, least);
#else
        uint32_t difference = block_difference(block, now.stride, other, before.stride, least);
#endif
        if (difference < least) {
            least = difference;
            best.dx = (int8_t)dx;
            best.dy = (int8_t)dy;
            best.difference = (uint16_t)difference;
        }
    }
    return best;
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
