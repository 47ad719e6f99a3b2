// Sums of columns of codes.
#include "packed.h"

typedef int8_t sixteen_codes __attribute__((vector_size(16)));
typedef int16_t sixteen_wide __attribute__((vector_size(32)));

CLONES void networks_add_columns(
    const int8_t *codes, ptrdiff_t row_count, ptrdiff_t count, int32_t *sums) {
    ptrdiff_t k = 0;
    for (; k + 16 <= count; k += 16) {
        for (ptrdiff_t row = 0; row < row_count;) {
            // As many as surely fit 16 bits.
            ptrdiff_t end = least(row_count, row + 255);
            sixteen_wide sum = {0};
            const int8_t *from = codes + row * count + k;
            for (; row < end; row++, from += count) {
                sixteen_codes next;
                memcpy(&next, from, sizeof(next));
                sum += __builtin_convertvector(next, sixteen_wide);
            }
            for (int lane = 0; lane < 16; lane++) sums[k + lane] += sum[lane];
        }
    }
    for (; k < count; k++)
        for (ptrdiff_t row = 0; row < row_count; row++) sums[k] += codes[row * count + k];
}
