// Pieces of a tensor copied: a pixel or a few, for which a call takes longer than overlapping words.
#include "packed.h"

typedef uint8_t sixteen __attribute__((vector_size(16)));

/// `part` is a constant: pieces have as many codes, or more, at most twice as many.
BODY void copy_ends(
    ptrdiff_t piece_count, ptrdiff_t count, const int8_t *from, ptrdiff_t step, int8_t *into,
    ptrdiff_t into_step, size_t part) {
    _Pragma("clang loop unroll_count(4)")
    for (; piece_count > 0; piece_count--, from += step, into += into_step) {
        sixteen first, last;
        memcpy(&first, from, part);
        memcpy(&last, from + count - part, part);
        memcpy(into, &first, part);
        memcpy(into + count - part, &last, part);
    }
}

void networks_copy_pieces(
    ptrdiff_t piece_count, ptrdiff_t count, const int8_t *from, ptrdiff_t step, int8_t *into,
    ptrdiff_t into_step) {
    if (count == step && count == into_step) {
        memcpy(into, from, (size_t)(piece_count * count));
    } else if (count >= 8 && count <= 16) {
        copy_ends(piece_count, count, from, step, into, into_step, 8);
    } else if (count >= 16 && count <= 32) {
        copy_ends(piece_count, count, from, step, into, into_step, 16);
    } else if (count >= 32 && count <= 256) {
        for (; piece_count > 0; piece_count--, from += step, into += into_step) {
            // Thirty-two at a time; the last again.
            for (ptrdiff_t k = 0; k < count; k += 32) {
                sixteen two[2];
                ptrdiff_t place = least(k, count - 32);
                memcpy(two, from + place, 32);
                memcpy(into + place, two, 32);
            }
        }
    } else {
        for (; piece_count > 0; piece_count--, from += step, into += into_step)
            memcpy(into, from, (size_t)count);
    }
}
