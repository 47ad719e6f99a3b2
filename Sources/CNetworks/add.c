// Codes of two inputs brought to one scale and added.
#include "packed.h"

static int32_t term(const networks_adder *adder, int which, int8_t code) {
    int32_t shifted = (int32_t)((uint32_t)(code - adder->zeros[which]) << adder->left);
    return (int32_t)networks_scaled(shifted, &adder->terms[which], 0);
}

void networks_add(
    const networks_adder *adder, const int8_t *one, const int8_t *other, ptrdiff_t count,
    int8_t *codes) {
    ptrdiff_t k = 0;
#if defined(__x86_64__)
    // Inputs are never made larger, and a sum not either: see Sum.swift.
    if (adder->path == networks_vnni) k = networks_add_vnni(adder, one, other, count, codes);
    if (adder->path == networks_avx2) k = networks_add_avx2(adder, one, other, count, codes);
#elif defined(__aarch64__)
    if (adder->path == networks_neon || adder->path == networks_dotprod)
        k = networks_add_neon(adder, one, other, count, codes);
#endif
    for (; k < count; k++) {
        uint32_t a = (uint32_t)term(adder, 0, one[k]), b = (uint32_t)term(adder, 1, other[k]);
        codes[k] = networks_code(
            (int32_t)(adder->is_difference ? a - b : a + b), &adder->sum, 0, &adder->codes);
    }
}
