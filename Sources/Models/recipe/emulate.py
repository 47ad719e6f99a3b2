"""A quantised network in floats: the same rounding as the file's, fast, and with gradients.

Real numbers stand for the codes, so that its outputs compare with the float network's. What it leaves
out are the last bits of products and of the argument of SiLU; `simulate` has them, and judges the file.
"""

import numpy as np
import torch
from torch.nn import functional

import layers as floats
import quantise
import simulate
from tflite_writer import SAME, VALID, Writer


class Rounded(torch.autograd.Function):
    """Nearest multiple of `step`, between `low` and `high` codes. The gradient of x passes inside;
    that of the step weighs what rounding costs against what is cut off (learned step sizes)."""

    @staticmethod
    def forward(context, x, step, low, high):
        places = x / step
        codes = places.round().clamp_(low, high)
        context.save_for_backward(places.neg_().add_(codes))
        context.range, context.shape = (low, high), step.shape
        return codes.mul_(step)

    @staticmethod
    def backward(context, gradient):
        (moved,) = context.saved_tensors
        inside = moved.abs() <= 0.5
        passed, steps = gradient * inside, None
        if context.needs_input_grad[1]:
            low, high = context.range
            cut = torch.where(moved < 0, float(high), float(low))
            steps = gradient * torch.where(inside, moved, cut)
            steps = steps.sum(dim=(0, 2, 3)).reshape(context.shape)
        return passed, steps, None, None


def curve(x):
    """SiLU as kuzet's table has it."""
    place = x.abs().mul_(8).clamp_(max=63.999)
    index = place.long()
    lacking = HEIGHTS[index].add_(SLOPES[index].mul_(place - index))
    return x.clamp(min=0).sub_(lacking)


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
        self.weights, self.biases = {}, {}
        for layer in layers:
            if layer.is_convolution:
                self.weights[layer.name] = torch.tensor(layer.weights)
                self.biases[layer.name] = torch.tensor(layer.bias)
        # Logarithms, each once for all tensors that share it: learning moves a step by shares of it.
        self.log_scales, self.log_units = {}, {}
        for name in numbers.units:
            scale = float(numbers.scales[name])
            self.log_scales[numbers.same_codes.root(name)] = torch.tensor(np.log(scale))
            root = numbers.same_units.root(name)
            self.log_units[root] = torch.tensor(np.log(numbers.units[name].astype(np.float64)))
        self.set_steps()

    def set_steps(self):
        """`steps`, and the units of what convolutions read, of the logarithms."""
        numbers, units = self.numbers, {"input": torch.ones(3)}
        scales = {root: log.exp() for root, log in self.log_scales.items()}
        finest = {}
        for name in numbers.units:
            root, scale = numbers.same_units.root(name), scales[numbers.same_codes.root(name)]
            finest[root] = min(finest.get(root, np.inf), float(scale.detach()))
        by_root = {
            root: log.exp().clamp(min=quantise.STEP_LEAST / finest[root])
            for root, log in self.log_units.items()
        }
        self.input_units, self.steps = {}, {}
        for layer in self.layers:
            name = layer.name
            if layer.is_convolution:
                shape = (-1, 1, 1, 1) if layer.kind == "depthwise" else (1, -1, 1, 1)
                self.input_units[name] = units[layer.inputs[0]].detach().reshape(shape).float()
            if name in numbers.units:
                units[name] = by_root[numbers.same_units.root(name)]
                scale = scales[numbers.same_codes.root(name)]
            elif layer.kind == "logistic":
                units[name] = torch.ones_like(units[layer.inputs[0]])
            elif layer.kind == "concat":
                units[name] = torch.cat([units[i] for i in layer.inputs])
            else:
                units[name] = torch.ones(len(layer.bias))
                scale = numbers.scales.get(name)
            if layer.activation == "hard_sigmoid":
                self.steps[name] = (torch.tensor(1 / 255), 0, 255)
            elif layer.kind == "logistic":
                self.steps[name] = (torch.tensor(1 / 256), 0, 255)
            elif layer.kind not in ("concat", "max_pool", "twice"):
                steps = (scale * units[name]).float().reshape(1, -1, 1, 1)
                zero = numbers.zeros[name]
                self.steps[name] = (steps, -128 - zero, 127 - zero)
        return scales, by_root

    def parameters(self):
        """Each with the kind it is of: weights and biases by layer, then scales and units."""
        for name, each in self.weights.items():
            yield "weights", name, each
        for name, each in self.biases.items():
            yield "bias", name, each
        for logs in (self.log_scales, self.log_units):
            for name, each in logs.items():
                yield "step", name, each

    def settle(self):
        """What was learned is what the file gets."""
        for _, _, each in self.parameters():
            each.requires_grad_(False)
        scales, units = self.set_steps()
        numbers = self.numbers
        for name in numbers.units:
            numbers.scales[name] = np.float32(scales[numbers.same_codes.root(name)])
            numbers.units[name] = units[numbers.same_units.root(name)].numpy().astype(np.float32)
        # The same numbers as the file's, to the last bit.
        for name, (steps, low, high) in self.steps.items():
            if name in numbers.units:
                exact = torch.tensor(numbers.scales[name] * numbers.units[name])
                self.steps[name] = (exact.reshape(steps.shape), low, high)

    def sums(self, layer, inputs):
        """Of a convolution, before its activation."""
        weights = rounded_weights(self.weights[layer.name], self.input_units[layer.name])
        groups = inputs[0].shape[1] if layer.kind == "depthwise" else 1
        bias = self.biases[layer.name]
        return functional.conv2d(inputs[0], weights, bias, layer.stride, layer.border, 1, groups)

    def forward(self, layer, inputs):
        if not layer.is_convolution:
            output = floats.forward(layer, inputs)[0]
        else:
            sums = self.sums(layer, inputs)
            # While it learns, the true curve: it differs by less than a thousandth, and is faster.
            table = layer.activation == "silu" and not sums.requires_grad
            output = curve(sums) if table else floats.activate(layer, sums)
        if layer.name in self.steps:
            output = Rounded.apply(output, *self.steps[layer.name])
        return output

    def run(self, x):
        if torch.is_grad_enabled():
            self.set_steps()
        live, last = {"input": x}, floats.last_uses(self.layers)
        for index, layer in enumerate(self.layers):
            live[layer.name] = self.forward(layer, [live[i] for i in layer.inputs])
            for name in set(layer.inputs):
                if last[name] <= index and name not in self.outputs:
                    del live[name]
        return [live[name] for name in self.outputs]

    @torch.no_grad()
    def correct(self, batch):
        """Moves every bias by what rounding up to there moved the mean of its channel's sums."""
        exact, rounded, last = {"input": batch}, {"input": batch}, floats.last_uses(self.layers)
        starts = range(0, len(batch), quantise.CHUNK)
        chunks = [slice(start, start + quantise.CHUNK) for start in starts]
        for index, layer in enumerate(self.layers):
            wanted, moved = [], 0.0
            for chunk in chunks:
                output, sums = floats.forward(layer, [exact[i][chunk] for i in layer.inputs])
                wanted.append(output)
                if layer.is_convolution:
                    ours = self.sums(layer, [rounded[i][chunk] for i in layer.inputs])
                    moved += (sums - ours).double().mean(dim=(2, 3)).sum(dim=0)
            if layer.is_convolution:
                self.biases[layer.name] += (moved / len(batch)).float()
            made = [
                self.forward(layer, [rounded[i][chunk] for i in layer.inputs]) for chunk in chunks
            ]
            exact[layer.name], rounded[layer.name] = torch.cat(wanted), torch.cat(made)
            for name in set(layer.inputs):
                if last[name] <= index:
                    del exact[name], rounded[name]

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
        padding = VALID if layer.valid else SAME
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
            activation="RELU" if layer.activation == "relu" else "NONE", slopes=layer.slopes,
        )  # fmt: skip

    def other(self, writer, layer, inputs):
        name = layer.name
        if layer.kind == "concat":
            return writer.concat(inputs, name=name)
        if layer.kind == "twice":
            return writer.twice(inputs[0], name=name)
        if layer.kind == "max_pool":
            return writer.pool("MAX_POOL_2D", inputs[0], layer.size, layer.stride, name=name)
        if layer.kind == "logistic":
            return writer.logistic(inputs[0], name=name)
        numbers = self.numbers.scales[name], self.numbers.zeros[name]
        if layer.kind == "mean":
            return writer.mean(inputs[0], *numbers, name=name)
        kind = {"add": "ADD", "gate": "MUL"}[layer.kind]
        return writer.combine(kind, *inputs, *numbers, name=name)
