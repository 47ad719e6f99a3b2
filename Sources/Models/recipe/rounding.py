"""What a written int8 file rounds, for networks of rectifiers that learn with it."""

import numpy as np
import torch


class Rounded(torch.autograd.Function):
    """To the nearest of 256 codes from `low` on; slopes pass where nothing was cut off."""

    @staticmethod
    def forward(context, x, step, low):
        codes = torch.round(x / step)
        context.save_for_backward((codes >= low) & (codes <= low + 255))
        return codes.clamp(low, low + 255) * step

    @staticmethod
    def backward(context, slope):
        (inside,) = context.saved_tensors
        return slope * inside, None, None


def weight_scales(weight):
    """One for each output channel."""
    most = weight.detach().abs().flatten(1).amax(1)
    return (most / 127).clamp(min=1e-9)


def weight_codes(weight):
    scales = weight_scales(weight)
    return torch.round(weight.detach() / scales[:, None, None, None]).clamp(-127, 127), scales


def rounded_weights(weight):
    """As the file has them; slopes pass as if nothing was rounded."""
    codes, scales = weight_codes(weight)
    return weight + (codes * scales[:, None, None, None] - weight.detach())


def written(weight, deep, bias=None, step=1.0):
    """Codes and scales for `Writer.conv`; `deep` for a depthwise filter.

    Where weights are nearly nothing, the scale stays wide enough for the bias, as `quantise_weights`
    has it, of an input whose codes are of one `step`."""
    codes, scales = weight_codes(weight)
    if bias is not None:
        scales = torch.maximum(scales, bias.detach().abs() / step * 2.0**-29)
        codes = torch.round(weight.detach() / scales[:, None, None, None]).clamp(-127, 127)
    codes = codes.to(torch.int8).permute(0, 2, 3, 1).numpy()
    if deep:
        codes = codes.transpose(3, 1, 2, 0)
    return np.ascontiguousarray(codes), scales.numpy()
