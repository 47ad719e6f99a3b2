// Sixteen channels at a time, two taps of a line and their sum in a lane. The codes of two pixels are
// interleaved for that; narrowing brings their order back.
#include "requantize_avx2.h"

#if defined(__x86_64__)
#define LOAD(from) _mm256_loadu_si256((const __m256i *)(from))

/// As in depthwise_vnni.c.
AVX2_BODY void filter_pixels(
    const networks_packed *filters, const int16_t *weights, const void *const *lines,
    ptrdiff_t place, const networks_channels *channels, const eight_scales *scales, int8_t *codes,
    ptrdiff_t code_stride, ptrdiff_t count, int outputs, int packed_outputs, int is_half_up,
    enum ending ending) {
    networks_window window = filters->window;
    ptrdiff_t step = round_up(filters->count, 16) * window.dilation;
    __m256i sums[2][2];
    UNROLL for (int output = 0; output < outputs; output++)
        UNROLL for (int v = 0; v < 2; v++) sums[output][v] = EIGHT(channels->first, v);
    for (ptrdiff_t row = 0; row < window.height; row++) {
        const int16_t *from = (const int16_t *)lines[row] + place;
        for (ptrdiff_t column = 0; column < window.width; column += 2, from += 2 * step) {
            __m256i a = LOAD(from), b = LOAD(from + step);
            __m256i x[2] = {_mm256_unpacklo_epi16(a, b), _mm256_unpackhi_epi16(a, b)};
            UNROLL for (int output = 0; output < outputs; output++)
                UNROLL for (int v = 0; v < 2; v++)
                    sums[output][v] = _mm256_add_epi32(
                        sums[output][v],
                        _mm256_madd_epi16(x[v], LOAD(weights + 16 * (2 * output + v))));
            weights += 32 * packed_outputs;
        }
    }
    UNROLL for (int output = 0; output < outputs; output++) {
        __m256i *sum = sums[output];
        UNROLL for (int v = 0; v < 2; v++) sum[v] = scale_avx2(sum[v], &scales[v], is_half_up);
        __m256i words = _mm256_packs_epi32(sum[0], sum[1]);
        int8_t *into = codes + output * code_stride;
        if (ending == to_words)
            _mm256_storeu_si256((__m256i *)into, words);
        else
            store_avx2(into, narrow_avx2(words, &filters->codes), count);
    }
}

#define PIXELS(outputs, packed_outputs) \
    filter_pixels( \
        filters, weights, lines, pixel * pixel_step + first, channels, scales, \
        into + pixel * stride, stride, count, outputs, packed_outputs, is_half_up, ending)

AVX2_BODY void filter(
    const networks_packed *filters, const void *const *lines, ptrdiff_t pixel_count,
    int8_t *codes, ptrdiff_t code_stride, int16_t *words, int is_half_up, enum ending ending) {
    networks_window window = filters->window;
    ptrdiff_t packed_outputs = output_count(window, 2);
    ptrdiff_t block_size = window.height * round_up(window.width, 2) * packed_outputs * 16;
    ptrdiff_t pixel_step = round_up(filters->count, 16) * window.stride;
    const int16_t *weights = filters->weights;
    for (ptrdiff_t first = 0; first < filters->count; first += 16, weights += block_size) {
        const networks_channels *channels = filters->channels + first / 16;
        eight_scales scales[2];
        UNROLL for (int v = 0; v < 2; v++) scales[v] = load_eight(channels, v, is_half_up);
        ptrdiff_t count = filters->count - first, pixel = 0;
        ptrdiff_t stride = ending == to_words ? 16 * (ptrdiff_t)sizeof(*words) : code_stride;
        int8_t *into = ending == to_words ? (int8_t *)words : codes + first;
        if (packed_outputs == 2) {
            for (; pixel + 2 <= pixel_count; pixel += 2) PIXELS(2, 2);
            if (pixel < pixel_count) PIXELS(1, 2);
        } else {
            for (; pixel < pixel_count; pixel++) PIXELS(1, 1);
        }
        if (ending == to_words)
            networks_bend_avx2(
                filters->bends + first / 16, words, pixel_count, filters->codes.zero, codes + first,
                code_stride, count);
    }
}

AVX2 void networks_filter_avx2(
    const networks_packed *filters, const void *const *lines, ptrdiff_t pixel_count,
    int8_t *codes, ptrdiff_t code_stride, void *scratch) {
    if (filters->bends)
        filter(filters, lines, pixel_count, codes, code_stride, scratch, 0, to_words);
    else if (filters->rounding == networks_half_up)
        filter(filters, lines, pixel_count, codes, code_stride, scratch, 1, to_codes);
    else
        filter(filters, lines, pixel_count, codes, code_stride, scratch, 0, to_codes);
}
#endif
