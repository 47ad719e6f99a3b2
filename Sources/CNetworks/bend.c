// Scaled sums to codes of SiLU and PReLU: `SiLU` and `PReLU` of Sources/Networks/Kernels, prepared for
// vectors.
#include "packed.h"

/// Of PReLU, how many bits a scaled sum has more than a code.
enum { prelu_fraction = 4 };

static void pack_prelu(const networks_model *model, networks_bends *bends) {
    for (ptrdiff_t n = 0; n < model->count; n++) {
        networks_bends *into = bends + n / 16;
        ptrdiff_t lane = n % 16;
        into->gain[lane] = model->slopes[n];
        into->last[lane] = 1 << (15 - prelu_fraction);
    }
    // Also past the last channel: who asks looks at the first lane of a block alone.
    for (ptrdiff_t block = 0; block < round_up(model->count, 32) / 16; block++)
        bends[block].is_prelu[0] = 1;
}

static void pack_silu(const networks_model *model, networks_bends *bends) {
    for (ptrdiff_t n = 0; n < model->count; n++) {
        networks_silu silu = model->silu[n];
        networks_bends *into = bends + n / 16;
        ptrdiff_t lane = n % 16;
        into->magnitude[lane] = silu.magnitude;
        into->most[lane] = (int16_t)(INT16_MAX >> silu.exponent);
        into->exponent[lane] = silu.exponent;
        into->factor[lane] = (int16_t)(1 << silu.exponent);
        into->gain[lane] = silu.gain;
        into->back[lane] = (int16_t)-silu.fraction;
        into->last[lane] = (int16_t)(1 << (15 - silu.fraction));
    }
}

const networks_bends *networks_pack_bends(const networks_model *model, void *memory) {
    if (!model->silu && !model->slopes) return NULL;
    if (model->slopes)
        pack_prelu(model, memory);
    else
        pack_silu(model, memory);
    return memory;
}

/// Q15, rounded half up.
static int32_t times(int32_t one, int32_t other) { return (one * other + (1 << 14)) >> 15; }

static int32_t of_silu(int32_t y, const networks_bends *bends, int lane) {
    int32_t size = y < -INT16_MAX ? INT16_MAX : y < 0 ? -y : y;
    int32_t t = times(size, bends->magnitude[lane]);
    if (t > bends->most[lane]) t = bends->most[lane];
    t <<= bends->exponent[lane];
    int32_t place = t >> 9, rest = t & 511;
    int32_t h = (networks_silu_heights[place] << 7) + (networks_silu_slopes[place] * rest >> 2);
    int32_t result = (y > 0 ? y : 0) - times(h, bends->gain[lane]);
    return times(result, bends->last[lane]);
}

int8_t networks_bent_code(
    int32_t sum, const networks_channels *channels, const networks_bends *bends, int lane,
    int32_t zero) {
    int64_t scaled = networks_scaled(sum, channels, lane);
    int32_t y = (int32_t)(scaled < INT16_MIN ? INT16_MIN : scaled > INT16_MAX ? INT16_MAX : scaled);
    int32_t code = zero
        + (bends->is_prelu[0] ? times(y, y < 0 ? bends->gain[lane] : bends->last[lane])
                              : of_silu(y, bends, lane));
    return (int8_t)(code < INT8_MIN ? INT8_MIN : code > INT8_MAX ? INT8_MAX : code);
}

#define BEND(path) \
    void networks_bend_##path( \
        const networks_bends *bends, const int16_t *words, ptrdiff_t row_count, int32_t zero, \
        int8_t *codes, ptrdiff_t code_stride, ptrdiff_t count) { \
        (bends->is_prelu[0] ? networks_prelu_##path : networks_silu_##path)( \
            bends, words, row_count, zero, codes, code_stride, count); \
    }
#if defined(__x86_64__)
BEND(avx2)
BEND(vnni)
#elif defined(__aarch64__)
BEND(neon)
#endif
