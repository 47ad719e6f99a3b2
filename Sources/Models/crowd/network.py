"""The network: one list of layers, from which PyTorch trains and the quantiser reads.

The first half is the backbone of RTMDet-nano (CSPNeXt) down to a sixteenth, its weights where the
training begins, with ReLU for SiLU and without its attention. The rest is new.
"""

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

GREY, UNIT = 114, 64
# Heads in one cell of 8 by 8 pixels that the largest code stands for.
CELL_MOST = 4.0
# What never varied in training must not shout when it does.
LEAST_VARIANCE = 0.01


@dataclass
class Layer:
    """`kind`: conv, depth, add, concat, double. `source`: the teacher's convolution, by number."""

    name: str
    kind: str
    inputs: tuple
    channels: int
    kernel: int = 1
    stride: int = 1
    relu: bool = True
    source: int | None = None

    @property
    def is_conv(self):
        return self.kind in ("conv", "depth")


class Plan:
    """Layers in the order in which they run."""

    def __init__(self):
        self.layers = []
        self.width = {"input": 3}

    def put(self, name, kind, inputs, channels=None, *rest, **more):
        inputs = (inputs,) if isinstance(inputs, str) else tuple(inputs)
        if channels is None:
            widths = [self.width[i] for i in inputs]
            channels = sum(widths) if kind == "concat" else widths[0]
        self.layers.append(Layer(name, kind, inputs, channels, *rest, **more))
        self.width[name] = channels
        return name

    def pair(self, name, of, channels, kernel, stride=1, sources=(None, None)):
        """A depthwise filter and the mixing of its channels."""
        deep = self.put(f"{name}.d", "depth", of, None, kernel, stride, source=sources[0])
        return self.put(f"{name}.p", "conv", deep, channels, source=sources[1])

    def block(self, name, of, channels, kernels=(3, 5), sources=(None,) * 4):
        """Two pairs, and what went in added."""
        inner = self.pair(f"{name}.a", of, channels, kernels[0], 1, sources[:2])
        inner = self.pair(f"{name}.b", inner, channels, kernels[1], 1, sources[2:])
        return self.put(f"{name}.sum", "add", (inner, of))

    def stage(self, name, of, channels, blocks, first):
        """A stage of CSPNeXt; `first` is the number of its first convolution in the teacher."""
        half = channels // 2
        below = self.pair(f"{name}.down", of, channels, 3, 2, (first, first + 3))
        short = self.put(f"{name}.short", "conv", below, half, source=first + 6)
        way = self.put(f"{name}.main", "conv", below, half, source=first + 9)
        for index in range(blocks):
            at = first + 12 + 13 * index
            way = self.block(f"{name}.{index}", way, half, sources=(at, at + 3, at + 6, at + 9))
        both = self.put(f"{name}.both", "concat", (way, short))
        return self.put(f"{name}.out", "conv", both, channels, source=first + 17 + 13 * blocks)


def make_plan():
    plan = Plan()
    at = plan.put("stem.0", "conv", "input", 8, 3, 2, source=0)
    at = plan.put("stem.1", "conv", at, 8, 3, source=3)
    at = plan.put("stem.2", "conv", at, 16, 3, source=6)
    quarter = plan.stage("quarter", at, 32, 1, 9)
    eighth = plan.stage("eighth", quarter, 64, 2, 42)
    sixteenth = plan.stage("sixteenth", eighth, 128, 2, 88)
    at = plan.pair("far.down", sixteenth, 128, 3, 2, (134, None))
    at = plan.block("far.0", at, 128, (5, 5))
    at = plan.put("far.thin", "conv", at, 64)
    at = plan.put("far.up", "double", at)
    at = plan.put("mid.both", "concat", (at, sixteenth))
    at = plan.put("mid.mix", "conv", at, 96)
    at = plan.block("mid.0", at, 96, (5, 5))
    at = plan.put("mid.thin", "conv", at, 64)
    at = plan.put("mid.up", "double", at)
    fine = plan.put("fine", "conv", quarter, 32, 3, 2)
    at = plan.put("near.both", "concat", (at, eighth, fine))
    at = plan.put("near.mix", "conv", at, 64)
    at = plan.block("near.0", at, 64, (3, 3))
    at = plan.put("near.1", "conv", at, 32, 3)
    plan.put("density", "conv", at, 1)
    return plan


def same(x, kernel, stride):
    """Pads as TFLite's SAME: what is odd goes to the end."""
    rows, columns = x.shape[-2:]
    pads = []
    for size in (columns, rows):
        whole = max(0, (-(-size // stride) - 1) * stride + kernel - size)
        pads += [whole // 2, whole - whole // 2]
    if not any(pads):
        return x, 0
    if pads[0] == pads[1] == pads[2] == pads[3]:
        return x, pads[0]
    return F.pad(x, pads), 0


class Floor(torch.autograd.Function):
    """ReLU of the last layer: where it gives nothing it still learns that it should."""

    @staticmethod
    def forward(context, x):
        context.save_for_backward(x)
        return x.clamp(min=0)

    @staticmethod
    def backward(context, slope):
        (x,) = context.saved_tensors
        return torch.where((x > 0) | (slope < 0), slope, torch.zeros_like(slope))


class Network(nn.Module):
    """Input (pixel - 114) / 64, N×3×H×W; output heads per cell, N×1×H/8×W/8."""

    def __init__(self, plan=None):
        super().__init__()
        self.plan = plan or make_plan()
        # Then the first layers learn no more.
        self.still = False
        self.convolutions = nn.ModuleDict()
        self.norms = nn.ModuleDict()
        for layer in self.plan.layers:
            if not layer.is_conv:
                continue
            entering = self.plan.width[layer.inputs[0]]
            groups = entering if layer.kind == "depth" else 1
            key = layer.name.replace(".", "_")
            last = layer.name == "density"
            self.convolutions[key] = nn.Conv2d(
                entering, layer.channels, layer.kernel, layer.stride, groups=groups, bias=last)
            if last:
                nn.init.normal_(self.convolutions[key].weight, std=0.01)
                nn.init.constant_(self.convolutions[key].bias, 0.05)
            else:
                nn.init.kaiming_normal_(self.convolutions[key].weight)
                self.norms[key] = nn.BatchNorm2d(
                    layer.channels, eps=LEAST_VARIANCE, momentum=0.05)

    def forward(self, x):
        values = {"input": x}
        for layer in self.plan.layers:
            entering = [values[i] for i in layer.inputs]
            if layer.is_conv:
                learns = torch.is_grad_enabled() and not (self.still and self.is_first(layer))
                with torch.set_grad_enabled(learns):
                    values[layer.name] = self.convolve(layer, entering[0], not learns)
            elif layer.kind == "add":
                values[layer.name] = entering[0] + entering[1]
            elif layer.kind == "concat":
                values[layer.name] = torch.cat(entering, 1)
            else:
                values[layer.name] = F.interpolate(entering[0], scale_factor=2, mode="nearest")
        return values[self.plan.layers[-1].name]

    @staticmethod
    def is_first(layer):
        return layer.name.startswith("stem.")

    def convolve(self, layer, x, settled=False):
        key = layer.name.replace(".", "_")
        own = self.convolutions[key]
        x, pad = same(x, layer.kernel, layer.stride)
        if settled and key in self.norms:
            norm = self.norms[key]
            gain = norm.weight / (norm.running_var + norm.eps).sqrt()
            weight = own.weight * gain[:, None, None, None]
            bias = norm.bias - norm.running_mean * gain
            x = F.conv2d(x, weight, bias, layer.stride, pad, 1, own.groups)
            return F.relu(x, inplace=True)
        x = F.conv2d(x, own.weight, own.bias, layer.stride, pad, 1, own.groups)
        if key in self.norms:
            return F.relu(self.norms[key](x), inplace=True)
        return Floor.apply(x)

    def folded(self):
        """Weights and biases of every convolution, normalisation included."""
        found = {}
        for key, own in self.convolutions.items():
            weight = own.weight.detach().double()
            if key not in self.norms:
                found[key] = weight.float(), own.bias.detach().clone()
                continue
            norm = self.norms[key]
            gain = norm.weight.detach().double() / (norm.running_var.double() + norm.eps).sqrt()
            bias = norm.bias.detach().double() - norm.running_mean.double() * gain
            found[key] = (weight * gain[:, None, None, None]).float(), bias.float()
        return found

    def mac_count(self, width, height):
        sizes, total = {"input": (height, width)}, 0
        for layer in self.plan.layers:
            rows, columns = sizes[layer.inputs[0]]
            if layer.is_conv:
                rows, columns = -(-rows // layer.stride), -(-columns // layer.stride)
                weights = self.convolutions[layer.name.replace(".", "_")].weight.numel()
                total += rows * columns * weights
            elif layer.kind == "double":
                rows, columns = 2 * rows, 2 * columns
            sizes[layer.name] = rows, columns
        return total


def begin_from_teacher(network, path, pictures):
    """Takes the teacher's weights; each normalisation begins as what it does in the teacher.

    `pictures`: N×3×H×W, as the network sees them. The attention of a stage becomes its mean.
    """
    import onnx
    import onnxruntime
    from onnx import helper, numpy_helper

    model = onnx.load(str(path))
    stored = {i.name: numpy_helper.to_array(i) for i in model.graph.initializer}
    nodes = {int(n.name.split("_")[-1]): n for n in model.graph.node if n.op_type == "Conv"}
    wanted = {layer.source: layer for layer in network.plan.layers if layer.source is not None}
    attention = [n.output[0] for n in model.graph.node if n.op_type == "HardSigmoid"][:3]
    names = [nodes[s].output[0] for s in wanted] + attention
    for name in names:
        model.graph.output.append(helper.make_empty_tensor_value_info(name))
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    mean = np.array([103.53, 116.28, 123.675], np.float32)
    deviation = np.array([57.375, 57.12, 58.395], np.float32)
    sums = {}
    for picture in pictures:
        pixels = (picture[::-1] * UNIT + GREY).transpose(1, 2, 0)
        blob = ((pixels - mean) / deviation).transpose(2, 0, 1)[None].astype(np.float32)
        for name, value in zip(names, session.run(names, {"input": blob})):
            value = value[0].astype(np.float64)
            sums.setdefault(name, []).append((value.mean((1, 2)), (value**2).mean((1, 2))))
    moments = {}
    for name, rows in sums.items():
        first, second = (np.mean([r[i] for r in rows], 0) for i in (0, 1))
        moments[name] = first, np.maximum(second - first**2, 1e-6)
    heeded = {nodes_after: moments[a][0] for nodes_after, a in zip((39, 85, 131), attention)}
    with torch.no_grad():
        for source, layer in wanted.items():
            node = nodes[source]
            key = layer.name.replace(".", "_")
            weight, bias = (stored[i].astype(np.float64) for i in node.input[1:3])
            if source == 0:
                bias = bias + (weight * ((GREY - mean) / deviation)[None, :, None, None]).sum(
                    (1, 2, 3))
                weight = (weight * (UNIT / deviation)[None, :, None, None])[:, ::-1].copy()
            if source in heeded:
                weight = weight * heeded[source][None, :, None, None]
            middle, variance = moments[node.output[0]]
            norm = network.norms[key]
            network.convolutions[key].weight.copy_(torch.from_numpy(weight))
            norm.running_mean.copy_(torch.from_numpy(middle - bias))
            norm.running_var.copy_(torch.from_numpy(variance))
            norm.weight.copy_(torch.from_numpy(np.sqrt(variance + LEAST_VARIANCE)))
            norm.bias.copy_(torch.from_numpy(middle))
    return len(wanted)
