"""A float network as a list of layers, from an ONNX graph with its batch norms already folded."""

from dataclasses import dataclass

import numpy as np
import onnx
import onnx.numpy_helper
import torch
from torch.nn import functional


@dataclass
class Layer:
    """`kind` is conv, depthwise, add, gate (the first times the second), logistic, concat, mean,
    max_pool or twice. A convolution has `activation` none, relu, prelu (with `slopes` below zero, of
    each channel), silu or hard_sigmoid; its weights are O×I×kh×kw. It keeps the sides of a picture,
    or divides them by `stride`; a `valid` one has no border."""

    kind: str
    name: str
    inputs: list
    weights: np.ndarray | None = None
    bias: np.ndarray | None = None
    stride: int = 1
    activation: str = "none"
    size: int = 0
    slopes: np.ndarray | None = None
    valid: bool = False

    @property
    def border(self):
        """Pixels of zero on each side of what a convolution or pool reads."""
        if self.kind == "max_pool":
            return self.size // 2 if self.stride == 1 else 0
        return 0 if self.valid else self.weights.shape[2] // 2

    @property
    def is_convolution(self):
        return self.kind in ("conv", "depthwise")


def read_onnx(path, outputs):
    """The layers that `outputs` (names of tensors in the graph) need, in order."""
    graph = onnx.load(path).graph
    constants = {i.name: onnx.numpy_helper.to_array(i) for i in graph.initializer}
    makers = {output: node for node in graph.node for output in node.output}
    wanted, order = set(), []
    names = {}

    def visit(name):
        if name in wanted or name not in makers:
            return
        wanted.add(name)
        node = makers[name]
        for source in node.input:
            visit(source)
        order.append(node)

    for name in outputs:
        visit(name)
    layers, by_name = [], {}

    def place(layer, tensor):
        layers.append(layer)
        by_name[layer.name] = layer
        names[tensor] = layer.name

    for node in order:
        attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
        inputs = [names.get(i, i) for i in node.input if i not in constants]
        output = node.output[0]
        if node.op_type == "Conv":
            weights, bias = (constants[i] for i in node.input[1:3])
            depthwise = attributes["group"] > 1
            half = weights.shape[2] // 2
            assert attributes["pads"] == [half] * 4 and weights.shape[2] == weights.shape[3]
            assert not depthwise or weights.shape[1] == 1
            kind = "depthwise" if depthwise else "conv"
            stride = attributes["strides"][0]
            place(Layer(kind, node.name, inputs, weights, bias, stride), output)
        elif node.op_type == "Relu":
            by_name[inputs[0]].activation = "relu"
            names[output] = inputs[0]
        elif node.op_type == "Sigmoid":
            names[output] = ("sigmoid", inputs[0])
        elif node.op_type == "HardSigmoid":
            assert abs(attributes["alpha"] - 1 / 6) < 1e-6
            by_name[inputs[0]].activation = "hard_sigmoid"
            names[output] = inputs[0]
        elif node.op_type == "Mul" and inputs[1] == ("sigmoid", inputs[0]):
            by_name[inputs[0]].activation = "silu"
            names[output] = inputs[0]
        elif node.op_type == "Mul":
            place(Layer("gate", node.name, inputs), output)
        elif node.op_type == "Add":
            place(Layer("add", node.name, inputs), output)
        elif node.op_type == "Concat":
            assert attributes["axis"] == 1
            place(Layer("concat", node.name, inputs), output)
        elif node.op_type == "GlobalAveragePool":
            place(Layer("mean", node.name, inputs), output)
        elif node.op_type == "MaxPool":
            size = attributes["kernel_shape"][0]
            stride = attributes["strides"][0]
            pool = Layer("max_pool", node.name, inputs, size=size, stride=stride)
            assert stride == 1 or size == stride == 2
            assert attributes["pads"] == [pool.border] * 4
            place(pool, output)
        elif node.op_type == "Resize":
            assert attributes["mode"] == b"nearest" and attributes["nearest_mode"] == b"floor"
            scale = [constants[i] for i in node.input if i in constants and constants[i].size == 4]
            assert np.array_equal(scale[0], [1, 1, 2, 2])
            place(Layer("twice", node.name, inputs), output)
        else:
            raise ValueError(f"{path}: {node.name}: {node.op_type} is not known here")
    return layers, [names[o] for o in outputs]


def chain_pools(layers):
    """Max pools of 5, 9 and 13 of one tensor as 5, 5 and 5, one after another: the same numbers."""
    last = {}
    for layer in layers:
        if layer.kind == "max_pool":
            source = layer.inputs[0]
            before, size = last.get(source, (source, 1))
            last[source] = (layer.name, layer.size)
            layer.inputs, layer.size = [before], layer.size - size + 1


def activate(layer, sums):
    if layer.activation == "silu":
        return functional.silu(sums)
    if layer.activation == "hard_sigmoid":
        return (sums / 6 + 0.5).clamp(0, 1)
    if layer.activation == "relu":
        return sums.relu()
    if layer.activation == "prelu":
        slopes = torch.as_tensor(layer.slopes).reshape(1, -1, 1, 1)
        return torch.where(sums < 0, sums * slopes, sums)
    return sums


def forward(layer, inputs):
    """Output and, of a convolution, the sums before its activation."""
    if layer.is_convolution:
        x = inputs[0]
        weights, bias = torch.as_tensor(layer.weights), torch.as_tensor(layer.bias)
        groups = x.shape[1] if layer.kind == "depthwise" else 1
        sums = functional.conv2d(x, weights, bias, layer.stride, layer.border, 1, groups)
        return activate(layer, sums), sums
    first = inputs[0]
    if layer.kind == "add":
        return first + inputs[1], None
    if layer.kind == "gate":
        return first * inputs[1], None
    if layer.kind == "logistic":
        return first.sigmoid(), None
    if layer.kind == "concat":
        return torch.cat(inputs, dim=1), None
    if layer.kind == "mean":
        return first.mean(dim=(2, 3), keepdim=True), None
    if layer.kind == "max_pool":
        return functional.max_pool2d(first, layer.size, layer.stride, layer.border), None
    assert layer.kind == "twice"
    return first.repeat_interleave(2, dim=2).repeat_interleave(2, dim=3), None


def last_uses(layers):
    """Which layer is the last to read each tensor."""
    last = {}
    for index, layer in enumerate(layers):
        last.update(dict.fromkeys(layer.inputs, index))
    return last


def run(layers, outputs, x, source="input", watch=None):
    """The float outputs for x, N×C×H×W. `watch` sees every layer's output."""
    live, last = {source: x}, last_uses(layers)
    for index, layer in enumerate(layers):
        live[layer.name], _ = forward(layer, [live[i] for i in layer.inputs])
        if watch:
            watch(layer, live[layer.name])
        for name in set(layer.inputs):
            if last[name] <= index and name not in outputs:
                live.pop(name, None)
    return [live[name] for name in outputs]
