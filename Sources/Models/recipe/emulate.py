"""A quantised network in floats: the same rounding as the file's, fast, and with gradients.

Real numbers stand for the codes, so that its outputs compare with the float network's. What it leaves
out are the last bits of products and of the argument of SiLU; `simulate` has them, and judges the file.
"""

import numpy as np
import torch
from torch.nn import functional

import layers as floats
import simulate
from tflite_writer import SAME, VALID, Writer


class Rounded(torch.autograd.Function):
    """Nearest multiple of `step`, between `low` and `high` codes; the gradient passes inside."""

    @staticmethod
    def forward(context, x, step, low, high):
        codes = torch.round(x / step)
        context.save_for_backward((codes >= low) & (codes <= high))
        return codes.clamp_(low, high).mul_(step)

    @staticmethod
    def backward(context, gradient):
        (inside,) = context.saved_tensors
        return gradient * inside, None, None, None


class Curve(torch.autograd.Function):
    """SiLU as kuzet's table has it, with the gradient of the true one."""

    @staticmethod
    def forward(context, x):
        context.save_for_backward(x)
        place = x.abs().mul_(8).clamp_(max=63.999)
        index = place.long()
        lacking = HEIGHTS[index].add_(SLOPES[index].mul_(place - index))
        return x.clamp(min=0).sub_(lacking)

    @staticmethod
    def backward(context, gradient):
        (x,) = context.saved_tensors
        share = torch.sigmoid(x)
        return gradient * share * (1 + x * (1 - share))


HEIGHTS = torch.tensor(simulate.H_TABLE * simulate.H_MOST / 255).float()
SLOPES = torch.tensor(simulate.D_TABLE * simulate.H_MOST / 255).float()


def rounded_weights(weights, units):
    """Weights O×I×kh×kw as the file has them, in real numbers. `units` are of the inputs, or of the
    outputs' own channels if depthwise."""
    folded = weights * units
    widths = folded.detach().abs().amax(dim=(1, 2, 3), keepdim=True) / 127
    return Rounded.apply(folded, widths.clamp(min=1e-12), -127, 127) / units


class Emulation:
    def __init__(self, layers, outputs, numbers):
        self.layers, self.outputs, self.numbers = layers, outputs, numbers
        self.weights, self.biases, self.input_units, self.steps = {}, {}, {}, {}
        units = {"input": np.ones(3, np.float32)}
        for layer in layers:
            name = layer.name
            if layer.kind == "concat":
                units[name] = np.concatenate([units[i] for i in layer.inputs])
            elif layer.is_convolution:
                shape = (-1, 1, 1, 1) if layer.kind == "depthwise" else (1, -1, 1, 1)
                of = torch.tensor(units[layer.inputs[0]]).reshape(shape)
                self.input_units[name] = of
                self.weights[name] = torch.tensor(layer.weights)
                self.biases[name] = torch.tensor(layer.bias)
                units[name] = numbers.units.get(name, np.ones(len(layer.bias), np.float32))
            else:
                units[name] = units[layer.inputs[0]]
            if layer.activation == "hard_sigmoid":
                self.steps[name] = (torch.tensor(1 / 255), 0, 255)
            elif name in numbers.scales and layer.kind not in ("concat", "max_pool", "twice"):
                steps = torch.tensor(float(numbers.scales[name]) * units[name]).float()
                zero = numbers.zeros[name]
                self.steps[name] = (steps.reshape(1, -1, 1, 1), -128 - zero, 127 - zero)

    def forward(self, layer, inputs):
        """Output, and the sums of a convolution before its activation."""
        if not layer.is_convolution:
            output, sums = floats.forward(layer, inputs)[0], None
        else:
            weights = rounded_weights(self.weights[layer.name], self.input_units[layer.name])
            half = weights.shape[2] // 2
            groups = inputs[0].shape[1] if layer.kind == "depthwise" else 1
            x = inputs[0]
            bias = self.biases[layer.name]
            sums = functional.conv2d(x, weights, bias, layer.stride, half, 1, groups)
            silu = layer.activation == "silu"
            output = Curve.apply(sums) if silu else floats.activate(layer.activation, sums)
        if layer.name in self.steps:
            output = Rounded.apply(output, *self.steps[layer.name])
        return output, sums

    def run(self, x):
        live, last = {"input": x}, floats.last_uses(self.layers)
        for index, layer in enumerate(self.layers):
            live[layer.name], _ = self.forward(layer, [live[i] for i in layer.inputs])
            for name in set(layer.inputs):
                if last[name] <= index and name not in self.outputs:
                    del live[name]
        return [live[name] for name in self.outputs]

    @torch.no_grad()
    def correct(self, batch, chunk=16, watch=None):
        """Moves each bias by what rounding moved the mean of the sums, layer by layer."""
        real, ours, last = {"input": batch}, {"input": batch}, floats.last_uses(self.layers)
        starts = range(0, len(batch), chunk)
        for index, layer in enumerate(self.layers):

            def parts(live, start, names=layer.inputs):
                return [live[i][start : start + chunk] for i in names]

            wanted = [floats.forward(layer, parts(real, s)) for s in starts]
            if layer.is_convolution:
                drift = 0.0
                for start, (_, sums) in zip(starts, wanted, strict=True):
                    _, own = self.forward(layer, parts(ours, start))
                    drift = drift + (sums - own).double().mean(dim=(2, 3)).sum(dim=0)
                self.biases[layer.name] = self.biases[layer.name] + (drift / len(batch)).float()
            real[layer.name] = torch.cat([output for output, _ in wanted])
            ours[layer.name] = torch.cat([self.forward(layer, parts(ours, s))[0] for s in starts])
            if watch:
                watch(layer, real[layer.name], ours[layer.name])
            for name in set(layer.inputs):
                if last[name] <= index and name not in self.outputs:
                    del real[name], ours[name]

    def write(self, shape, picture, description):
        """The writer with the whole network. `shape` is height and width; `picture` is the input's
        name, scale and zero: a code is a real number / scale + zero."""
        writer = Writer(description)
        name, scale, zero = picture
        tensors = {"input": writer.input(name, (1, *shape, 3), scale, zero)}
        for layer in self.layers:
            inputs = [tensors[i] for i in layer.inputs]
            place = self.convolution if layer.is_convolution else self.other
            tensors[layer.name] = place(writer, layer, inputs)
        for output in self.outputs:
            writer.output(tensors[output])
        return writer

    def convolution(self, writer, layer, inputs):
        (x,) = inputs
        numbers, name = self.numbers, layer.name
        weights = self.weights[name].detach().numpy().astype(np.float64)
        bias = self.biases[name].detach().numpy().astype(np.float64)
        depthwise, silu = layer.kind == "depthwise", layer.activation == "silu"
        weights = weights[:, 0].transpose(1, 2, 0) if depthwise else weights.transpose(0, 2, 3, 1)
        padding = SAME
        if layer.stride == 2:
            # TensorFlow Lite's SAME of an even side begins one pixel later than ONNX's padding.
            assert layer.weights.shape[2] == 3 and x.shape[1] % 2 == 0 and x.shape[2] % 2 == 0
            if depthwise:
                x, padding = writer.pad(x, 1, 0, name=f"{name}/padded"), VALID
            else:
                # A window of 4 × 4 begins where it should; its last row and column are zero.
                weights = np.pad(weights, ((0, 0), (0, 1), (0, 1), (0, 0)))
        if layer.activation == "hard_sigmoid":
            # Codes saturate at 0 and 1 as the hard sigmoid does.
            weights, bias, scale, zero = weights / 6, bias / 6 + 0.5, 1 / 255, -128
        else:
            scale, zero = numbers.scales[name], numbers.zeros[name]
        return writer.conv(
            x, weights, bias, scale=scale, zero=zero, name=name, stride=layer.stride,
            padding=padding, silu=silu, units=numbers.units.get(name), depthwise=depthwise,
        )  # fmt: skip

    def other(self, writer, layer, inputs):
        name = layer.name
        if layer.kind == "concat":
            return writer.concat(inputs, name=name)
        if layer.kind == "twice":
            return writer.twice(inputs[0], name=name)
        if layer.kind == "max_pool":
            return writer.pool("MAX_POOL_2D", inputs[0], layer.size, name=name)
        numbers = self.numbers.scales[name], self.numbers.zeros[name]
        if layer.kind == "mean":
            return writer.mean(inputs[0], *numbers, name=name)
        kind = {"add": "ADD", "gate": "MUL"}[layer.kind]
        return writer.combine(kind, *inputs, *numbers, name=name)
