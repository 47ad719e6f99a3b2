"""The network in eight bits: trained on with its roundings, written as .tflite, run in integers."""

import copy
import sys
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from learning import as_input
from network import CELL_MOST, GREY, UNIT, Floor, Network, same
from torch import nn

sys.path.append(str(Path(__file__).resolve().parents[1] / "recipe"))
from rounding import Rounded, rounded_weights, written
from simulate import Simulation
from tflite_writer import Writer

ZERO = -128
DENSITY_STEP = CELL_MOST / 255
# Of the activations of a tensor: what is above is cut off.
KEPT_SHARE = 0.99995


class RoundedDensity(torch.autograd.Function):
    """As `Rounded` from 0 on; below nothing, slopes pass that would raise it."""

    @staticmethod
    def forward(context, x):
        codes = torch.round(x / DENSITY_STEP)
        context.save_for_backward((codes >= 0) & (codes <= 255), codes < 0)
        return codes.clamp(0, 255) * DENSITY_STEP

    @staticmethod
    def backward(context, slope):
        inside, below = context.saved_tensors
        return slope * (inside | (below & (slope < 0)))


class Quantised(nn.Module):
    """The folded network; with `rounding` it computes as the written file does, but in floats."""

    def __init__(self, network):
        super().__init__()
        self.plan = copy.deepcopy(network.plan)
        self.weights, self.biases = nn.ParameterDict(), nn.ParameterDict()
        for key, (weight, bias) in network.folded().items():
            self.weights[key] = nn.Parameter(weight.contiguous())
            self.biases[key] = nn.Parameter(bias)
        self.rounding = False
        # Then densities come before they are rounded.
        self.raw = False
        self.seen = None
        self.still = False
        names = [layer.name for layer in self.plan.layers]
        self.register_buffer("steps", torch.ones(len(names)))
        self.place = {name: i for i, name in enumerate(names)}

    def forward(self, x):
        values = {"input": x}
        for layer in self.plan.layers:
            entering = [values[i] for i in layer.inputs]
            if layer.is_conv:
                learns = torch.is_grad_enabled() and not (self.still and Network.is_first(layer))
                with torch.set_grad_enabled(learns):
                    made = self.convolve(layer, entering[0])
            elif layer.kind == "add":
                made = self.stored(layer, entering[0] + entering[1])
            elif layer.kind == "concat":
                made = torch.cat(entering, 1)
            else:
                made = F.interpolate(entering[0], scale_factor=2, mode="nearest")
            values[layer.name] = made
        return values[self.plan.layers[-1].name]

    def convolve(self, layer, x):
        key = layer.name.replace(".", "_")
        weight = self.weights[key]
        groups = x.shape[1] if layer.kind == "depth" else 1
        x, pad = same(x, layer.kernel, layer.stride)
        weight = rounded_weights(weight) if self.rounding else weight
        x = F.conv2d(x, weight, self.biases[key], layer.stride, pad, 1, groups)
        if layer.name == "density":
            return RoundedDensity.apply(x) if self.rounding and not self.raw else Floor.apply(x)
        return self.stored(layer, F.relu(x))

    def stored(self, layer, x):
        if self.seen is not None:
            flat = x.detach().flatten()
            cut = max(1, int(flat.numel() * (1 - KEPT_SHARE)))
            self.seen.setdefault(layer.name, []).append(float(flat.topk(cut).values[-1]))
        return Rounded.apply(x, self.steps[self.place[layer.name]], 0) if self.rounding else x

    @torch.no_grad()
    def calibrate(self, shown):
        """Steps from pictures; what is joined shares one, for codes are copied there."""
        self.rounding, self.seen = False, {}
        for start in range(0, len(shown), 8):
            self(as_input(shown[start:start + 8]))
        most = {name: max(rows) for name, rows in self.seen.items()}
        self.seen = None
        most["density"] = CELL_MOST
        source = {}
        for layer in self.plan.layers:
            source[layer.name] = source[layer.inputs[0]] if layer.kind == "double" else layer.name
        for layer in self.plan.layers:
            if layer.kind == "concat":
                joined = [source[i] for i in layer.inputs]
                shared = max(most[i] for i in joined)
                most.update(dict.fromkeys([*joined, layer.name], shared))
        for layer in self.plan.layers:
            if layer.kind == "double":
                most[layer.name] = most[source[layer.name]]
            # As the file has it.
            self.steps[self.place[layer.name]] = float(np.float32(most[layer.name] / 255))

    @torch.no_grad()
    def amplify(self, gain):
        """All counts times so much; the codes of the weights stay."""
        self.weights["density"] *= gain
        self.biases["density"] *= gain

    def write(self, width, height, description):
        """The bytes of the file."""
        writer = Writer(description)
        values = {"input": writer.input("picture", (1, height, width, 3), 1 / UNIT, GREY - 128)}
        for layer in self.plan.layers:
            entering = [values[i] for i in layer.inputs]
            step = float(self.steps[self.place[layer.name]])
            if layer.is_conv:
                key = layer.name.replace(".", "_")
                deep = layer.kind == "depth"
                codes, scales = written(self.weights[key], deep)
                made = writer.conv(
                    entering[0], codes[0] if deep else codes, self.biases[key].detach().numpy(),
                    stride=layer.stride, activation="RELU", scale=step, zero=ZERO,
                    name=layer.name, depthwise=deep, codes=(codes, scales))
            elif layer.kind == "add":
                made = writer.combine("ADD", *entering, step, ZERO, name=layer.name)
            elif layer.kind == "concat":
                made = writer.concat(entering, name=layer.name)
            else:
                made = writer.twice(entering[0], name=layer.name)
            values[layer.name] = made
        writer.output(made)
        return writer.bytes()


def counts_of_file(blob, shown):
    """As the device: the sum of the codes above the least one, in integers, times the step."""
    simulation = Simulation(blob)
    sums = []
    for start in range(0, len(shown), 4):
        codes = (shown[start:start + 4].astype(np.int16) - 128).astype(np.int8)
        sums.append((simulation.run(codes)[0].astype(np.int64) - ZERO).sum((1, 2, 3)))
    return np.concatenate(sums) * float(np.float32(DENSITY_STEP))


def judged(blob, shown):
    """How many of the pictures LiteRT's reference kernels answer with the simulation's bytes."""
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    interpreter = Interpreter(
        model_content=blob, num_threads=1,
        experimental_op_resolver_type=OpResolverType.BUILTIN_REF)
    interpreter.allocate_tensors()
    entry = interpreter.get_input_details()[0]["index"]
    result = interpreter.get_output_details()[0]["index"]
    simulation, equal = Simulation(blob), 0
    for pixels in shown:
        codes = (pixels.astype(np.int16) - 128).astype(np.int8)[None]
        interpreter.set_tensor(entry, codes)
        interpreter.invoke()
        equal += np.array_equal(interpreter.get_tensor(result), simulation.run(codes)[0])
    return equal
