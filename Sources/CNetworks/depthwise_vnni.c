// Thirty-two channels at a time, four taps of a line and their sum in a lane. The bytes of four pixels
// are interleaved for that; narrowing brings their order back.
#include "requantize_avx512.h"

#if defined(__x86_64__)
#define LOAD(from) _mm256_loadu_si256((const __m256i *)(from))

/// `outputs` neighbours, of the `packed_outputs` that weights are packed for. All counts but the
/// window's sides are constants once this is inlined.
VNNI_BODY void filter_pixels(
    const networks_packed *filters, const int8_t *weights, const void *const *lines, ptrdiff_t place,
    const networks_channels *channels, const eight_scales *scales, int8_t *codes,
    ptrdiff_t code_stride, ptrdiff_t count, int outputs, int packed_outputs, int is_half_up,
    enum ending ending) {
    networks_window window = filters->window;
    ptrdiff_t step = round_up(filters->count, 32) * window.dilation;
    __m256i sums[2][4];
    UNROLL for (int output = 0; output < outputs; output++)
        UNROLL for (int v = 0; v < 4; v++)
            sums[output][v] = EIGHT(channels[v / 2].first, v % 2);
    for (ptrdiff_t row = 0; row < window.height; row++) {
        const uint8_t *from = (const uint8_t *)lines[row] + place;
        for (ptrdiff_t column = 0; column < window.width; column += 4, from += 4 * step) {
            __m256i a = LOAD(from), b = LOAD(from + step);
            __m256i c = LOAD(from + 2 * step), d = LOAD(from + 3 * step);
            __m256i low_ab = _mm256_unpacklo_epi8(a, b), high_ab = _mm256_unpackhi_epi8(a, b);
            __m256i low_cd = _mm256_unpacklo_epi8(c, d), high_cd = _mm256_unpackhi_epi8(c, d);
            __m256i x[4] = {
                _mm256_unpacklo_epi16(low_ab, low_cd), _mm256_unpackhi_epi16(low_ab, low_cd),
                _mm256_unpacklo_epi16(high_ab, high_cd), _mm256_unpackhi_epi16(high_ab, high_cd)};
            UNROLL for (int output = 0; output < outputs; output++)
                UNROLL for (int v = 0; v < 4; v++)
                    sums[output][v] = _mm256_dpbusd_epi32(
                        sums[output][v], x[v], LOAD(weights + 32 * (4 * output + v)));
            weights += 128 * packed_outputs;
        }
    }
    const __m256i zero = _mm256_set1_epi16((int16_t)filters->codes.zero);
    UNROLL for (int output = 0; output < outputs; output++) {
        __m256i *sum = sums[output];
        UNROLL for (int v = 0; v < 4; v++) sum[v] = scale_avx2(sum[v], &scales[v], is_half_up);
        // Of thirty-two, in turn eight of these and of those.
        __m256i even = _mm256_packs_epi32(sum[0], sum[1]);
        __m256i odd = _mm256_packs_epi32(sum[2], sum[3]);
        if (ending == to_words) {
            __m256i *words = (__m256i *)(codes + output * code_stride);
            _mm256_storeu_si256(words, _mm256_permute2x128_si256(even, odd, 0x20));
            _mm256_storeu_si256(words + 1, _mm256_permute2x128_si256(even, odd, 0x31));
            continue;
        }
        __m256i packed = _mm256_packs_epi16(
            _mm256_adds_epi16(even, zero), _mm256_adds_epi16(odd, zero));
        packed = _mm256_min_epi8(
            _mm256_max_epi8(packed, _mm256_set1_epi8(filters->codes.minimum)),
            _mm256_set1_epi8(filters->codes.maximum));
        store_thirty_two(codes + output * code_stride, packed, count);
    }
}

#define PIXELS(outputs, packed_outputs) \
    filter_pixels( \
        filters, weights, lines, pixel * pixel_step + first, channels, scales, \
        into + pixel * stride, stride, count, outputs, packed_outputs, is_half_up, ending)

VNNI_BODY void filter(
    const networks_packed *filters, const void *const *lines, ptrdiff_t pixel_count,
    int8_t *codes, ptrdiff_t code_stride, int16_t *words, int is_half_up, enum ending ending) {
    networks_window window = filters->window;
    ptrdiff_t packed_outputs = output_count(window, 4);
    ptrdiff_t block_size = window.height * round_up(window.width, 4) * packed_outputs * 32;
    ptrdiff_t pixel_step = round_up(filters->count, 32) * window.stride;
    const int8_t *weights = filters->weights;
    for (ptrdiff_t first = 0; first < filters->count; first += 32, weights += block_size) {
        const networks_channels *channels = filters->channels + first / 16;
        eight_scales scales[4];
        UNROLL for (int v = 0; v < 4; v++)
            scales[v] = load_eight(channels + v / 2, v % 2, is_half_up);
        ptrdiff_t count = filters->count - first, pixel = 0;
        ptrdiff_t stride = ending == to_words ? 32 * (ptrdiff_t)sizeof(*words) : code_stride;
        int8_t *into = ending == to_words ? (int8_t *)words : codes + first;
        if (packed_outputs == 2) {
            for (; pixel + 2 <= pixel_count; pixel += 2) PIXELS(2, 2);
            if (pixel < pixel_count) PIXELS(1, 2);
        } else {
            for (; pixel < pixel_count; pixel++) PIXELS(1, 1);
        }
        if (ending == to_words)
            networks_bend_vnni(
                filters->bends + first / 16, words, pixel_count, filters->codes.zero, codes + first,
                code_stride, count);
    }
}

VNNI void networks_filter_vnni(
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
