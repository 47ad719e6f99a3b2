#include "CFuzzer.h"

#include <string.h>

static int input_has_words = 0;

void fuzzer_mutate_words(void) { input_has_words = 1; }

size_t LLVMFuzzerMutate(uint8_t *bytes, size_t byteCount, size_t byteCountMax);

static uint32_t next(uint64_t *state) {
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*state >> 32);
}

static uint32_t word_at(const uint8_t *bytes, size_t index) {
    uint32_t word;
    memcpy(&word, bytes + 4 * index, 4);
    return word;
}

/// libFuzzer calls this, where it is there, for each new input.
size_t LLVMFuzzerCustomMutator(
    uint8_t *bytes, size_t byteCount, size_t byteCountMax, unsigned seed) {
    static const uint32_t interesting[] = {
        0, 1, 2, 3, 4, 5, 8, 16, 127, 128, 255, 256, 1024, 0xFFFF, 1 << 16, 1 << 20, 1 << 28,
        0x3FFFFFFF, 0x40000000, 0x7FFFFFFF, 0x80000000, 0x80000001, 0xFFFFFF80, 0xFFFFFFFE,
        0xFFFFFFFF, 0x00800000, 0x3F800000, 0x7F7FFFFF, 0x7F800000, 0x7FC00000, 0x00000001
    };
    size_t count = byteCount / 4;
    uint64_t state = seed;
    if (!input_has_words || count < 3 || next(&state) % 2 == 0) {
        return LLVMFuzzerMutate(bytes, byteCount, byteCountMax);
    }
    for (uint32_t rounds = 1 + next(&state) % 3; rounds > 0; rounds--) {
        // Not the first two: without the mark nothing is read at all.
        size_t index = 2 + next(&state) % (count - 2);
        uint32_t word = word_at(bytes, index);
        switch (next(&state) % 5) {
        case 0:
            word = interesting[next(&state) % (sizeof interesting / sizeof *interesting)];
            break;
        case 1:
            word += next(&state) % 17 - 8;
            break;
        case 2:
            word = word_at(bytes, next(&state) % count);
            break;
        case 3: // Points somewhere else in the file.
            word = (uint32_t)(4 * (next(&state) % count) - 4 * index);
            break;
        default: // A byte alone, as operators' codes and types are.
            word ^= (next(&state) & 0xFF) << 8 * (next(&state) % 4);
            break;
        }
        memcpy(bytes + 4 * index, &word, 4);
    }
    return byteCount;
}
