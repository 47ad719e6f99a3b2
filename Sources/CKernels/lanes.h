// Vectors of sixteen pixels, whatever the machine's registers are: the compiler splits or joins
// them. A body is written once as an inline function and compiled for each kind of machine.
#pragma once

#include "CKernels.h"

#if defined(__aarch64__)
#include <arm_neon.h>
#elif defined(__x86_64__)
#include <immintrin.h>
#endif

#define BODY static inline __attribute__((always_inline))

#if defined(__x86_64__)
#define AVX2 __attribute__((target("avx2")))
BODY int has_avx2(void) { return __builtin_cpu_supports("avx2"); }
/// Defines kernels_`name` as a choice between two copies of body_`name`: baseline and AVX2.
#define KERNEL(result, name, parameters, arguments) \
    AVX2 static result name##_avx2 parameters { return body_##name arguments; } \
    result kernels_##name parameters { \
        if (has_avx2()) return name##_avx2 arguments; \
        return body_##name arguments; \
    }
#else
#define KERNEL(result, name, parameters, arguments) \
    result kernels_##name parameters { return body_##name arguments; }
#endif

typedef uint8_t u8x16 __attribute__((vector_size(16)));
typedef int8_t s8x16 __attribute__((vector_size(16)));
typedef uint8_t u8x8 __attribute__((vector_size(8)));
typedef uint16_t u16x8 __attribute__((vector_size(16)));
typedef uint16_t u16x16 __attribute__((vector_size(32)));
typedef int16_t s16x8 __attribute__((vector_size(16)));
typedef int16_t s16x16 __attribute__((vector_size(32)));
typedef uint32_t u32x4 __attribute__((vector_size(16)));
typedef uint32_t u32x8 __attribute__((vector_size(32)));
typedef uint32_t u32x16 __attribute__((vector_size(64)));
typedef int32_t s32x16 __attribute__((vector_size(64)));

#define LOAD(vector, pointer) __builtin_memcpy(&(vector), (pointer), sizeof(vector))
#define STORE(pointer, vector) __builtin_memcpy((pointer), &(vector), sizeof(vector))

/// |a - b| of unsigned lanes.
#define DISTANCE(a, b) (__builtin_elementwise_max(a, b) - __builtin_elementwise_min(a, b))

/// Adds neighbours: sixteen bytes become eight sums.
#if defined(__aarch64__)
#define PAIRS(bytes) ((u16x8)vpaddlq_u8((uint8x16_t)(bytes)))
#define ADD_PAIRS(sums, bytes) ((u16x8)vpadalq_u8((uint16x8_t)(sums), (uint8x16_t)(bytes)))
#define QUADS(sums) ((u32x4)vpaddlq_u16((uint16x8_t)(sums)))
#else
#define PAIRS(bytes) (((u16x8)(bytes) & 255) + ((u16x8)(bytes) >> 8))
#define ADD_PAIRS(sums, bytes) ((sums) + PAIRS(bytes))
#define QUADS(sums) (((u32x4)(sums) & 65535) + ((u32x4)(sums) >> 16))
#endif

/// The first `count` bytes, and zeros: reads nothing past them.
#define LOAD_SOME(vector, pointer, count) \
    do { \
        (vector) = (u8x16){0}; \
        for (ptrdiff_t lane = 0; lane < (count); lane++) (vector)[lane] = (pointer)[lane]; \
    } while (0)
/// Ones in the first `count` bytes.
#define FIRST(vector, count) \
    do { \
        (vector) = (u8x16){0}; \
        for (ptrdiff_t lane = 0; lane < (count); lane++) (vector)[lane] = 1; \
    } while (0)

/// Adds sixteen bytes.
BODY uint32_t sum_bytes(const u8x16 *bytes) {
#if defined(__aarch64__)
    return vaddlvq_u8((uint8x16_t)*bytes);
#elif defined(__x86_64__)
    __m128i sums = _mm_sad_epu8((__m128i)*bytes, _mm_setzero_si128());
    return (uint32_t)_mm_cvtsi128_si32(sums) + (uint32_t)_mm_extract_epi16(sums, 4);
#else
    uint32_t sum = 0;
    for (int lane = 0; lane < 16; lane++) sum += (*bytes)[lane];
    return sum;
#endif
}
