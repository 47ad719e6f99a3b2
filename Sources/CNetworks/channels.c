// How sums become codes: `Requantization` of Sources/Networks/Kernels, prepared for vectors.
#include "packed.h"

void networks_pack_channel(
    const networks_model *model, ptrdiff_t channel, int32_t weight_sum, int32_t offset,
    networks_channels *into, ptrdiff_t lane) {
    int32_t shift = model->shifts[channel];
    into->first[lane] = (int32_t)((uint32_t)model->biases[channel]
        - (uint32_t)(model->input_zero + offset) * (uint32_t)weight_sum);
    into->multipliers[lane] = model->multipliers[channel];
    into->left[lane] = shift > 0 ? shift : 0;
    into->right[lane] = shift < 0 ? -shift : 0;
    into->half[lane] = shift < 0 ? (int32_t)(1u << (-shift - 1)) : 0;
    into->is_right[lane] = shift < 0 ? -1 : 0;
}

int8_t networks_code(
    int32_t sum, const networks_channels *channels, int lane, const networks_codes *codes) {
    int32_t left = (int32_t)((uint32_t)sum << channels->left[lane]);
    // Of 62 bits: the quotient fits because multipliers are positive.
    int32_t high = (int32_t)(((int64_t)left * channels->multipliers[lane] + (1 << 30)) >> 31);
    int64_t rounded =
        (int64_t)high + channels->half[lane] + ((high >> 31) & channels->is_right[lane]);
    int64_t code = (rounded >> channels->right[lane]) + codes->zero;
    if (code < codes->minimum) return codes->minimum;
    return code > codes->maximum ? codes->maximum : (int8_t)code;
}
