// How sums become codes: `Requantization` of Sources/Networks/Kernels, prepared for vectors.
#include "packed.h"

static void pack_scale(int32_t multiplier, int32_t shift, networks_channels *into, ptrdiff_t lane) {
    into->multipliers[lane] = multiplier;
    into->left[lane] = shift > 0 ? shift : 0;
    into->right[lane] = shift < 0 ? -shift : 0;
    into->back[lane] = -into->right[lane];
    into->half[lane] = shift < 0 ? (int32_t)(1u << (-shift - 1)) : 0;
    into->is_right[lane] = shift < 0 ? -1 : 0;
}

void networks_pack_channel(
    const networks_model *model, ptrdiff_t channel, int32_t weight_sum, int32_t offset,
    networks_channels *into, ptrdiff_t lane) {
    into->first[lane] = (int32_t)((uint32_t)model->biases[channel]
        - (uint32_t)(model->input_zero + offset) * (uint32_t)weight_sum);
    pack_scale(model->multipliers[channel], model->shifts[channel], into, lane);
}

networks_channels networks_scale(int32_t multiplier, int32_t shift) {
    networks_channels channels = {.first = {0}};
    for (ptrdiff_t lane = 0; lane < 16; lane++) pack_scale(multiplier, shift, &channels, lane);
    return channels;
}

int networks_is_narrow(
    const networks_model *model, ptrdiff_t channel, int64_t sum, int64_t size_sum) {
    int32_t shift = model->shifts[channel];
    if (shift > 0) return 0;
    int64_t over = (size_sum + sum) / 2, under = (size_sum - sum) / 2;
    // Of a code less its zero point; at most 255.
    int64_t least_code = -128 - model->input_zero, most_code = 127 - model->input_zero;
    int64_t bias = model->biases[channel];
    int64_t most = bias + most_code * over - least_code * under;
    int64_t least = bias + least_code * over - most_code * under;
    int64_t size = most > -least ? most : -least;
    // A product of 62 bits; the two roundings add less than 2.
    return size <= INT32_MAX
        && (size * model->multipliers[channel] >> (31 - shift)) + 2 <= INT16_MAX;
}

enum networks_rounding networks_rounding_of(const networks_model *model) {
    for (ptrdiff_t n = 0; n < model->count; n++)
        if (model->shifts[n] >= 0) return networks_any_rounding;
    // Half up is for what is rectified: of bent sums the negative ones count.
    if (model->silu || model->slopes) return networks_away;
    return model->codes.minimum >= model->codes.zero ? networks_half_up : networks_away;
}

int64_t networks_scaled(int32_t sum, const networks_channels *channels, int lane) {
    int32_t left = (int32_t)((uint32_t)sum << channels->left[lane]);
    // Of 62 bits: the quotient fits because multipliers are positive.
    int32_t high = (int32_t)(((int64_t)left * channels->multipliers[lane] + (1 << 30)) >> 31);
    int64_t rounded =
        (int64_t)high + channels->half[lane] + ((high >> 31) & channels->is_right[lane]);
    return rounded >> channels->right[lane];
}

int8_t networks_code(
    int32_t sum, const networks_channels *channels, int lane, const networks_codes *codes) {
    int64_t code = networks_scaled(sum, channels, lane) + codes->zero;
    if (code < codes->minimum) return codes->minimum;
    return code > codes->maximum ? codes->maximum : (int8_t)code;
}
