#include "lanes.h"

#define ONES 0x0101010101010101u
#define HIGHS 0x8080808080808080u

/// Eight pixels at a time: a word of zeros ends no run that is not open, a word without zeros
/// ends none that is.
ptrdiff_t kernels_runs(const uint8_t *row, ptrdiff_t width, kernel_run *runs) {
    ptrdiff_t count = 0, x = 0;
    for (;;) {
        uint64_t word;
        while (x + 8 <= width) {
            LOAD(word, row + x);
            if (word != 0) break;
            x += 8;
        }
        while (x < width && row[x] == 0) x++;
        if (x >= width) return count;
        runs[count].start = (int32_t)x;
        while (x + 8 <= width) {
            LOAD(word, row + x);
            // Not 0 exactly if some byte of the word is 0.
            if (((word - ONES) & ~word & HIGHS) != 0) break;
            x += 8;
        }
        while (x < width && row[x] != 0) x++;
        runs[count].end = (int32_t)x;
        count++;
    }
}
