// Codes of two inputs added, sixty-four at a time.
#include "requantize_avx512.h"

#if defined(__x86_64__)
/// Sixteen terms of one input.
VNNI_BODY __m512i term(
    const networks_adder *adder, int which, const int8_t *codes, const channel_scales *scales) {
    __m512i wide = _mm512_cvtepi8_epi32(_mm_loadu_si128((const __m128i *)codes));
    wide = _mm512_sub_epi32(wide, _mm512_set1_epi32(adder->zeros[which]));
    wide = _mm512_sll_epi32(wide, _mm_cvtsi32_si128(adder->left));
    return scale(wide, scales, networks_away);
}

VNNI ptrdiff_t networks_add_vnni(
    const networks_adder *adder, const int8_t *one, const int8_t *other, ptrdiff_t count,
    int8_t *codes) {
    channel_scales first = load_scales(&adder->terms[0], networks_away);
    channel_scales second = load_scales(&adder->terms[1], networks_away);
    channel_scales last = load_scales(&adder->sum, networks_away);
    // Narrowing leaves four codes of each sixteen in turn.
    const __m512i apart = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
    ptrdiff_t k = 0;
    for (; k + 64 <= count; k += 64) {
        __m512i sums[4];
        UNROLL for (int v = 0; v < 4; v++) {
            __m512i a = term(adder, 0, one + k + 16 * v, &first);
            __m512i b = term(adder, 1, other + k + 16 * v, &second);
            sums[v] = adder->is_difference ? _mm512_sub_epi32(a, b) : _mm512_add_epi32(a, b);
            sums[v] = scale(sums[v], &last, networks_away);
        }
        __m512i packed = codes_of(sums[0], sums[1], sums[2], sums[3], &adder->codes);
        _mm512_storeu_si512(codes + k, _mm512_permutexvar_epi32(apart, packed));
    }
    return k;
}
#endif
