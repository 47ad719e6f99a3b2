#include "lanes.h"

typedef int8_t s8x8 __attribute__((vector_size(8)));
typedef int32_t s32x4 __attribute__((vector_size(16)));

/// Adds sixteen products to four sums. Cannot overflow: a product is at most 2^14, and 256 of them
/// make 2^22.
#if defined(__aarch64__)
#define ADD_SIXTEEN(sums, a, b) \
    do { \
        int16x8_t low_ = vmull_s8(vget_low_s8((int8x16_t)(a)), vget_low_s8((int8x16_t)(b))); \
        int16x8_t high_ = vmull_high_s8((int8x16_t)(a), (int8x16_t)(b)); \
        (sums) = (s32x4)vpadalq_s16(vpadalq_s16((int32x4_t)(sums), low_), high_); \
    } while (0)
#elif defined(__x86_64__)
#define ADD_SIXTEEN(sums, a, b) \
    do { \
        s8x8 halves_[4]; \
        __builtin_memcpy(halves_, &(a), 16); \
        __builtin_memcpy(halves_ + 2, &(b), 16); \
        for (int half_ = 0; half_ < 2; half_++) { \
            s16x8 p_ = __builtin_convertvector(halves_[half_], s16x8); \
            s16x8 q_ = __builtin_convertvector(halves_[half_ + 2], s16x8); \
            (sums) += (s32x4)_mm_madd_epi16((__m128i)p_, (__m128i)q_); \
        } \
    } while (0)
#else
#define ADD_SIXTEEN(sums, a, b) \
    do { \
        for (int lane_ = 0; lane_ < 16; lane_++) (sums)[lane_ & 3] += (a)[lane_] * (b)[lane_]; \
    } while (0)
#endif

#define ROW 256

/// Four rows at a time, so that the vector is read once for them.
BODY void body_dots(
    const int8_t *vector, const int8_t *rows, ptrdiff_t count, int32_t *products) {
    ptrdiff_t row = 0;
    for (; row + 4 <= count; row += 4) {
        s32x4 sums[4] = {{0}, {0}, {0}, {0}};
        for (ptrdiff_t x = 0; x < ROW; x += 16) {
            s8x16 a, b;
            LOAD(a, vector + x);
            for (int next = 0; next < 4; next++) {
                LOAD(b, rows + (row + next) * ROW + x);
                ADD_SIXTEEN(sums[next], a, b);
            }
        }
        for (int next = 0; next < 4; next++) {
            products[row + next] =
                sums[next][0] + sums[next][1] + sums[next][2] + sums[next][3];
        }
    }
    for (; row < count; row++) {
        s32x4 sums = {0};
        for (ptrdiff_t x = 0; x < ROW; x += 16) {
            s8x16 a, b;
            LOAD(a, vector + x);
            LOAD(b, rows + row * ROW + x);
            ADD_SIXTEEN(sums, a, b);
        }
        products[row] = sums[0] + sums[1] + sums[2] + sums[3];
    }
}
KERNEL(
    void, dots, (const int8_t *vector, const int8_t *rows, ptrdiff_t count, int32_t *products),
    (vector, rows, count, products))

void kernels_overwrite(uint8_t *bytes, ptrdiff_t count) {
    __builtin_memset(bytes, 0, (size_t)count);
    // Whoever frees the memory next makes those stores look dead: this reads them, as far as the
    // compiler can know.
    __asm__ volatile("" : : "r"(bytes) : "memory");
}
