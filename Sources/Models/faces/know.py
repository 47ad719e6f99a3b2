"""know.tflite: what says how alike two faces are, face-reidentification-retail-0095 in eight bits."""

import numpy as np
import portraits
import torch

import emulate
import openvino_ir
import quantise

DESCRIPTION = "kuzet faces know 1"
SHA256 = {
    ".xml": "879662c555c826e7a07683f95bb4387b810ab679a8b8c64cc46e07016bb3da2b",
    ".bin": "4d8cdfa9447ddd6d8b447f76c6eaaa2c9345c1ee0146b94900ee5267ffcb9307",
}
# What a code of zero stands for: about the mean colour, which is what the original's border is.
FIELD = 71
PICTURE = ("picture", 1.0, FIELD - 128)
ALPHA = 0.75
# Pictures that set ranges and biases; of each folder the same number, every second one worsened.
CALIBRATION = 96
# Share of the outputs' numbers that are not cut off.
INSIDE = 0.9999


def read_network(path):
    """The layers, for red, green and blue less the field instead of what the graph wants, and how far
    its border was from the field, in codes."""
    layers, outputs, (factors, added) = openvino_ir.read_ir(path)
    first = layers[0]
    weights = first.weights.astype(np.float64) * factors[None, :, None, None]
    moved = first.weights * (FIELD * factors + added)[None, :, None, None]
    first.bias = (first.bias + moved.sum(axis=(1, 2, 3))).astype(np.float32)
    first.weights = weights[:, ::-1].astype(np.float32)
    return layers, outputs, np.abs(FIELD + added / factors).max()


def batch_of(pixels):
    """What the layers read: N×C×H×W, a pixel less the field."""
    return torch.tensor((pixels.astype(np.float32) - FIELD).transpose(0, 3, 1, 2).copy())


@torch.no_grad()
def vectors_of_floats(run, pixels):
    made = [
        run(batch_of(pixels[start : start + 16]))[0][:, :, 0, 0].numpy()
        for start in range(0, len(pixels), 16)
    ]
    return np.concatenate(made)


def calibration(folders, seed):
    random, made = np.random.default_rng(seed), []
    each = CALIBRATION // len(folders)
    for folder in folders:
        for place in range(each):
            picture = folder.whole(len(folder) * place // each)
            if place % 2:
                picture = portraits.worsened(picture, random)
            made.append(portraits.square(picture))
    return np.stack(made)


@torch.no_grad()
def make(layers, outputs, folders, alpha=ALPHA, seed=1):
    """The rounded network, with what it was rounded by."""
    batch = batch_of(calibration(folders, seed))
    histograms, variances, found = quantise.measure(layers, outputs, batch)
    weights = quantise.importance(layers, variances, histograms)
    most = float(np.quantile(np.abs(found[0].numpy()), INSIDE))
    fixed = {outputs[0]: (np.float32(most / 127), 0)}
    numbers = quantise.Numbers(
        layers, histograms, weights, alpha, fixed, quantise.BOTH_SIDES, middle=0
    )
    emulation = emulate.Emulation(layers, outputs, numbers)
    emulation.correct(batch)
    return emulation
