"""MobileNetV2 as it was published, with a head of two numbers: trained on, also with the roundings of
the written file, and written.

Its int8 file has no batch norms any more: weights and biases are read as they are, and learn as they are.
"""

import sys
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

sys.path.append(str(Path(__file__).resolve().parents[1] / "recipe"))

from rounding import Rounded, rounded_weights, written
from tflite_writer import Writer

SIDE = 128
# Width and number of blocks, and the stride of the first of them: Sandler et al., "MobileNetV2", CVPR
# 2018, table 2.
BLOCKS = ((16, 1, 1), (24, 2, 2), (32, 3, 2), (64, 4, 2), (96, 3, 1), (160, 3, 2), (320, 1, 1))
# The first convolution and blocks find edges and corners; they are right as they are, and dear to train.
FROZEN = 8
# What a rectifier of six leaves, in 255 steps; pooled means and logits.
STEP, MEAN_STEP, LOGIT_STEP = 6 / 255, 3 / 255, 1 / 10
ZERO = -128


class Depthwise(torch.autograd.Function):
    """A depthwise convolution of a padded picture whose slopes are nine shifts: PyTorch's own take
    many times as long on a processor."""

    @staticmethod
    def forward(context, x, weights, stride):
        context.stride = stride
        context.save_for_backward(x, weights)
        return functional.conv2d(x, weights, None, stride, groups=weights.shape[0])

    @staticmethod
    def backward(context, slope):
        x, weights = context.saved_tensors
        stride, (rows, columns) = context.stride, slope.shape[2:]
        to_x, to_weights = torch.zeros_like(x), torch.empty_like(weights)
        for i in range(weights.shape[2]):
            for j in range(weights.shape[3]):
                place = (
                    slice(None), slice(None), slice(i, i + stride * (rows - 1) + 1, stride),
                    slice(j, j + stride * (columns - 1) + 1, stride))
                to_x[place].addcmul_(slope, weights[None, :, 0, i, j, None, None])
                to_weights[:, 0, i, j] = (slope * x[place]).sum((0, 2, 3))
        return to_x, to_weights, None


def read(path):
    """Of each convolution but the last: weights as PyTorch has them, and biases."""
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(str(path))
    interpreter.allocate_tensors()
    details = {t["index"]: t for t in interpreter.get_tensor_details()}

    def real(index):
        codes = interpreter.get_tensor(index).astype(np.float64)
        numbers = details[index]["quantization_parameters"]
        shape = [1] * codes.ndim
        shape[numbers["quantized_dimension"]] = len(numbers["scales"])
        return codes * numbers["scales"].astype(np.float64).reshape(shape)

    layers = []
    for node in interpreter._get_ops_details():
        if node["op_name"] not in ("CONV_2D", "DEPTHWISE_CONV_2D"):
            continue
        deep = node["op_name"] == "DEPTHWISE_CONV_2D"
        _, weights, bias = node["inputs"]
        order = (3, 0, 1, 2) if deep else (0, 3, 1, 2)
        made = np.ascontiguousarray(real(weights).transpose(order), np.float32)
        layers.append((made, real(bias).astype(np.float32)))
    # The last one tells a thousand kinds of things.
    return layers[:-1]


class Network(nn.Module):
    """Input N×3×128×128, −1 ... 1; output N×2, logits of a fight and of aggression."""

    def __init__(self, path):
        super().__init__()
        self.weights, self.biases = nn.ParameterList(), nn.ParameterList()
        for weights, bias in read(path):
            self.weights.append(nn.Parameter(torch.tensor(weights)))
            self.biases.append(nn.Parameter(torch.tensor(bias)))
        self.blocks = self.plan()
        for block, _ in self.blocks[:FROZEN]:
            for index, _, _ in block:
                self.weights[index].requires_grad_(False)
                self.biases[index].requires_grad_(False)
        channels = self.weights[-1].shape[0]
        self.head = nn.Parameter(torch.zeros(2, channels, 1, 1))
        self.offset = nn.Parameter(torch.zeros(2))
        self.drop = nn.Dropout(0.3)
        # Of what no rectifier bounds, and of sums with what went round a block: by block.
        self.steps = {}
        self.rounding = False

    @staticmethod
    def plan():
        """Of each block: (index, stride, whether a rectifier follows) of its convolutions, and whether
        what went in is added to what comes out."""
        made, count = [([(0, 2, True)], False)], 1
        for number, (_, repeated, first) in enumerate(BLOCKS):
            for place in range(repeated):
                strides = [first if place == 0 else 1, 1]
                if number:
                    strides.insert(0, 1)
                last = len(strides) - 1
                block = [(count + n, s, n < last) for n, s in enumerate(strides)]
                made.append((block, place > 0))
                count += len(strides)
        made.append(([(count, 1, True)], False))
        return made

    def backbone_parameters(self):
        return [p for p in [*self.weights, *self.biases] if p.requires_grad]

    def head_parameters(self):
        return [self.head, self.offset]

    def forward(self, x):
        with torch.no_grad():
            x = self.run(x, 0, FROZEN)
        x = self.run(x, FROZEN, None)
        x = self.stored(x.mean((2, 3), keepdim=True), MEAN_STEP, 0)
        used = rounded_weights(self.head) if self.rounding else self.head
        said = functional.conv2d(self.drop(x), used, self.offset)
        return self.stored(said, LOGIT_STEP, ZERO).flatten(1)

    def run(self, x, first, end):
        for number, (block, added) in list(enumerate(self.blocks))[first:end]:
            y = x
            for index, stride, bounded in block:
                y = self.convolve(y, index, stride)
                y = self.stored(y.clamp(0, 6), STEP, 0) if bounded else self.linear(y, f"{number}")
            x = self.linear(x + y, f"{number} added") if added else y
        return x

    def convolve(self, x, index, stride):
        weights = self.weights[index]
        used = rounded_weights(weights) if self.rounding else weights
        x = self.padded(x, weights.shape[2], stride)
        deep = weights.shape[1] == 1
        made = Depthwise.apply(x, used, stride) if deep else functional.conv2d(x, used, None, stride)
        return made + self.biases[index][:, None, None]

    def stored(self, x, step, low):
        return Rounded.apply(x, step, low) if self.rounding else x

    def linear(self, x, name):
        """What no rectifier bounds: as wide as the widest that was seen before roundings began."""
        if not self.rounding:
            most = float(x.detach().abs().max()) / 127
            self.steps[name] = max(self.steps.get(name, 0.0), most)
        return self.stored(x, self.steps[name], ZERO)

    @staticmethod
    def padded(x, kernel, stride):
        """As TensorFlow Lite's SAME: what is odd goes to the end."""
        side = x.shape[2]
        total = max((-(-side // stride) - 1) * stride + kernel - side, 0)
        first, last = total // 2, total - total // 2
        return functional.pad(x, (first, last, first, last)) if total else x

    @torch.no_grad()
    def write(self, description):
        """The bytes of the file."""
        writer = Writer(description)
        x = writer.input("change", (1, SIDE, SIDE, 3), 1 / 128, 0)
        for number, (block, added) in enumerate(self.blocks):
            y = x
            for index, stride, bounded in block:
                kind = {"activation": "RELU6", "scale": STEP, "zero": ZERO}
                if not bounded:
                    kind = {"scale": self.steps[f"{number}"], "zero": 0}
                y = self.put(
                    writer, y, self.weights[index], self.biases[index], stride=stride,
                    name=f"{index}", **kind)
            if added:
                scale = self.steps[f"{number} added"]
                y = writer.combine("ADD", x, y, scale, 0, name=f"{number} added")
            x = y
        x = writer.mean(x, MEAN_STEP, ZERO, name="mean")
        x = self.put(writer, x, self.head, self.offset, scale=LOGIT_STEP, zero=0, name="logits")
        writer.output(x)
        return writer.bytes()

    @staticmethod
    def put(writer, x, weights, bias, **more):
        deep = weights.shape[1] == 1
        codes, scales = written(weights, deep, bias, x.step)
        return writer.conv(
            x, codes[0] if deep else codes, bias.detach().numpy(), depthwise=deep,
            codes=(codes, scales), **more)
