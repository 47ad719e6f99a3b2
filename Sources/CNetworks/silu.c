// Sums to codes of SiLU: `SiLU` of Sources/Networks/Kernels, prepared for vectors.
#include "packed.h"

__attribute__((aligned(64))) const uint8_t networks_silu_heights[64] = {
    0,   54,  100, 140, 173, 200, 220, 236, 246, 252, 255, 254, 251, 245, 237, 228,
    218, 208, 196, 185, 174, 162, 151, 141, 130, 120, 111, 102, 94,  86,  79,  72,
    66,  60,  55,  50,  45,  41,  37,  34,  31,  28,  25,  23,  20,  19,  17,  15,
    14,  12,  11,  10,  9,   8,   7,   6,   6,   5,   5,   4,   4,   3,   3,   3,
};

__attribute__((aligned(64))) const int8_t networks_silu_slopes[64] = {
    54,  46,  40,  33,  27,  20,  16,  10,  6,   3,   -1,  -3,  -6,  -8,  -9,  -10,
    -10, -12, -11, -11, -12, -11, -10, -11, -10, -9,  -9,  -8,  -8,  -7,  -7,  -6,
    -6,  -5,  -5,  -5,  -4,  -4,  -3,  -3,  -3,  -3,  -2,  -3,  -1,  -2,  -2,  -1,
    -2,  -1,  -1,  -1,  -1,  -1,  -1,  0,   -1,  0,   -1,  0,   -1,  0,   0,   -3,
};

const networks_silu_channels *networks_pack_silu(const networks_model *model, void *memory) {
    if (!model->silu) return NULL;
    networks_silu_channels *channels = memory;
    for (ptrdiff_t n = 0; n < model->count; n++) {
        networks_silu silu = model->silu[n];
        networks_silu_channels *into = channels + n / 16;
        ptrdiff_t lane = n % 16;
        into->magnitude[lane] = silu.magnitude;
        into->most[lane] = (int16_t)(INT16_MAX >> silu.exponent);
        into->exponent[lane] = silu.exponent;
        into->factor[lane] = (int16_t)(1 << silu.exponent);
        into->gain[lane] = silu.gain;
        into->back[lane] = (int16_t)-silu.fraction;
        into->last[lane] = (int16_t)(1 << (15 - silu.fraction));
    }
    return channels;
}

/// Q15, rounded half up.
static int32_t times(int32_t one, int32_t other) { return (one * other + (1 << 14)) >> 15; }

int8_t networks_silu_code(
    int32_t sum, const networks_channels *channels, const networks_silu_channels *silu, int lane,
    int32_t zero) {
    int64_t scaled = networks_scaled(sum, channels, lane);
    int32_t y = (int32_t)(scaled < INT16_MIN ? INT16_MIN : scaled > INT16_MAX ? INT16_MAX : scaled);
    int32_t size = y < -INT16_MAX ? INT16_MAX : y < 0 ? -y : y;
    int32_t t = times(size, silu->magnitude[lane]);
    if (t > silu->most[lane]) t = silu->most[lane];
    t <<= silu->exponent[lane];
    int32_t place = t >> 9, rest = t & 511;
    int32_t h = (networks_silu_heights[place] << 7) + (networks_silu_slopes[place] * rest >> 2);
    int32_t result = (y > 0 ? y : 0) - times(h, silu->gain[lane]);
    int32_t code = times(result, silu->last[lane]) + zero;
    return (int8_t)(code < INT8_MIN ? INT8_MIN : code > INT8_MAX ? INT8_MAX : code);
}
