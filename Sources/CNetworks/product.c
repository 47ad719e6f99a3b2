// Codes of two inputs multiplied.
#include "packed.h"

static void multiply_row(
    const networks_multiplier *multiplier, const int8_t *one, const int8_t *other,
    ptrdiff_t count, int8_t *codes) {
    ptrdiff_t k = 0;
#if defined(__x86_64__)
    if (multiplier->path == networks_vnni)
        k = networks_product_vnni(multiplier, one, other, count, codes);
    if (multiplier->path == networks_avx2)
        k = networks_product_avx2(multiplier, one, other, count, codes);
#elif defined(__aarch64__)
    if (multiplier->path == networks_neon || multiplier->path == networks_dotprod)
        k = networks_product_neon(multiplier, one, other, count, codes);
#endif
    for (; k < count; k++) {
        int32_t product = (one[k] - multiplier->zeros[0]) * (other[k] - multiplier->zeros[1]);
        codes[k] = networks_code(product, &multiplier->scale, 0, &multiplier->codes);
    }
}

void networks_product(
    const networks_multiplier *multiplier, const int8_t *one, ptrdiff_t one_step,
    const int8_t *other, ptrdiff_t other_step, ptrdiff_t row_count, ptrdiff_t count,
    int8_t *codes) {
    for (; row_count > 0; row_count--, one += one_step, other += other_step, codes += count)
        multiply_row(multiplier, one, other, count, codes);
}
