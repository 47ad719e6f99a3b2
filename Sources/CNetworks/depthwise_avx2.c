// Sixteen channels and two taps at a time: their products are added in one lane.
#include "requantize_avx2.h"

#if defined(__x86_64__)
/// Sixteen codes, or the `count` that there are.
AVX2_BODY __m128i load(const int8_t *codes, ptrdiff_t count) {
    if (count >= 16) return _mm_loadu_si128((const __m128i *)codes);
    int8_t all[16] = {0};
    if (count == 8)
        memcpy(all, codes, 8);
    else
        memcpy(all, codes, (size_t)count);
    return _mm_load_si128((const __m128i *)all);
}

AVX2 void networks_filter_avx2(
    const networks_packed *filters, const int8_t *const *taps, ptrdiff_t pixel_count,
    int8_t *codes, ptrdiff_t code_stride) {
    ptrdiff_t depth = filters->depth, count = filters->count;
    for (ptrdiff_t pixel = 0; pixel < pixel_count; pixel++, taps += depth, codes += code_stride) {
        const __m256i *weights = filters->weights;
        for (ptrdiff_t block = 0; block * 16 < count; block++) {
            const networks_channels *channels = filters->channels + block;
            ptrdiff_t first = first_channel(block, count);
            __m256i low = EIGHT(channels->first, 0), high = EIGHT(channels->first, 1);
            for (ptrdiff_t tap = 0; tap < depth; tap += 2, weights += 2) {
                // Of an odd count of taps the last is read twice, and has the weight 0 once.
                const int8_t *next = tap + 1 < depth ? taps[tap + 1] : taps[tap];
                __m128i a = load(taps[tap] + first, count), b = load(next + first, count);
                __m256i x = _mm256_cvtepi8_epi16(_mm_unpacklo_epi8(a, b));
                __m256i y = _mm256_cvtepi8_epi16(_mm_unpackhi_epi8(a, b));
                low = _mm256_add_epi32(low, _mm256_madd_epi16(x, weights[0]));
                high = _mm256_add_epi32(high, _mm256_madd_epi16(y, weights[1]));
            }
            __m128i packed = codes_avx2(
                scale_avx2(low, channels, 0), scale_avx2(high, channels, 1), &filters->codes);
            store_avx2(codes + first, packed, count);
        }
    }
}
#endif
