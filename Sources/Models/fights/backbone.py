"""MobileNetV1 of a quarter's width as it was published, with a head of two numbers: trained on, also with
the roundings of the written file, and written.

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

# The first convolutions find edges; they are right as they are, and dear to train.
FROZEN = 5
SIDE = 128
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
    """Of each convolution but the last: weights as PyTorch has them, biases, stride."""
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(str(path))
    interpreter.allocate_tensors()
    details = {t["index"]: t for t in interpreter.get_tensor_details()}

    def real(index):
        numbers = details[index]["quantization_parameters"]
        scale, zero = numbers["scales"][0], numbers["zero_points"][0]
        return (interpreter.get_tensor(index).astype(np.float64) - zero) * float(scale)

    layers = []
    for node in interpreter._get_ops_details():
        if node["op_name"] not in ("CONV_2D", "DEPTHWISE_CONV_2D"):
            continue
        deep = node["op_name"] == "DEPTHWISE_CONV_2D"
        source, weights, bias = node["inputs"]
        stride = round(details[source]["shape"][1] / details[node["outputs"][0]]["shape"][1])
        order = (3, 0, 1, 2) if deep else (0, 3, 1, 2)
        made = np.ascontiguousarray(real(weights).transpose(order), np.float32)
        layers.append((made, real(bias).astype(np.float32), stride))
    return layers[:-1]


class Network(nn.Module):
    """Input N×3×128×128, −1 ... 1; output N×2, logits of a fight and of aggression."""

    def __init__(self, path):
        super().__init__()
        self.strides, self.weights, self.biases = [], nn.ParameterList(), nn.ParameterList()
        for weights, bias, stride in read(path):
            self.strides.append(stride)
            self.weights.append(nn.Parameter(torch.tensor(weights)))
            self.biases.append(nn.Parameter(torch.tensor(bias)))
        for index in range(FROZEN):
            self.weights[index].requires_grad_(False)
            self.biases[index].requires_grad_(False)
        channels = self.weights[-1].shape[0]
        self.head = nn.Parameter(torch.zeros(2, channels, 1, 1))
        self.offset = nn.Parameter(torch.zeros(2))
        self.drop = nn.Dropout(0.3)
        self.rounding = False

    def backbone_parameters(self):
        return [p for p in [*self.weights, *self.biases] if p.requires_grad]

    def head_parameters(self):
        return [self.head, self.offset]

    def stored(self, x, step, low=0):
        return Rounded.apply(x, step, low) if self.rounding else x

    def forward(self, x):
        for index, stride in enumerate(self.strides):
            weights = self.weights[index]
            used = rounded_weights(weights) if self.rounding else weights
            deep = weights.shape[1] == 1
            x = self.padded(x, weights.shape[2], stride)
            if deep:
                x = Depthwise.apply(x, used, stride)
            else:
                x = functional.conv2d(x, used, None, stride)
            x = self.stored((x + self.biases[index][:, None, None]).clamp(0, 6), STEP)
        x = self.stored(x.mean((2, 3), keepdim=True), MEAN_STEP)
        used = rounded_weights(self.head) if self.rounding else self.head
        said = functional.conv2d(self.drop(x), used, self.offset)
        return self.stored(said, LOGIT_STEP, ZERO).flatten(1)

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
        for index, stride in enumerate(self.strides):
            deep = self.weights[index].shape[1] == 1
            x = self.put(
                writer, x, self.weights[index], self.biases[index], deep, stride=stride,
                activation="RELU6", scale=STEP, zero=ZERO, name=f"{index}")
        x = writer.mean(x, MEAN_STEP, ZERO, name="mean")
        x = self.put(
            writer, x, self.head, self.offset, False, scale=LOGIT_STEP, zero=0, name="logits")
        writer.output(x)
        return writer.bytes()

    @staticmethod
    def put(writer, x, weights, bias, deep, **more):
        codes, scales = written(weights, deep)
        return writer.conv(
            x, codes[0] if deep else codes, bias.detach().numpy(), depthwise=deep,
            codes=(codes, scales), **more)
