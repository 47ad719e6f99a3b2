"""Writes int8 networks as .tflite files for kuzet: what the recipes beside this folder share.

    writer = Writer("kuzet crowd 1")
    x = writer.input("picture", (1, 96, 128, 3), scale=1 / 255, zero=-128)
    x = writer.conv(x, weights, bias, stride=2, activation="RELU6", scale=6 / 255, zero=-128)
    writer.output(x, "density")
    path.write_bytes(writer.bytes())

Weights and biases go in as floats, in real numbers (weights O×kh×kw×I, depthwise kh×kw×C), and come
out symmetric in each output channel. Convolutions with SiLU or PReLU (`silu`, `slopes`) are operators
of our own, "KuzetConv2D" and "KuzetDepthwiseConv2D"; every other network is plain TensorFlow Lite.

The same calls write the same bytes: no time, no random name, and the tables in the order of the calls.
"""

import importlib.util
from dataclasses import dataclass, field
from pathlib import Path

import flatbuffers
import numpy as np

_schema = importlib.util.spec_from_file_location(
    "kuzet_tflite", Path(__file__).resolve().parents[3] / "Tests/Networks/tflite.py"
)
tflite = importlib.util.module_from_spec(_schema)
_schema.loader.exec_module(tflite)

ACTIVATIONS = {"NONE": 0, "RELU": 1, "RELU_N1_TO_1": 2, "RELU6": 3}
SAME, VALID = 0, 1
SILU, PRELU = 1, 2
CUSTOM = 32
# TensorFlow Lite's versions of the operators where int8 came with a later one than 1.
VERSIONS = {
    "ADD": 2, "AVERAGE_POOL_2D": 2, "CONCATENATION": 2, "CONV_2D": 3, "DEPTHWISE_CONV_2D": 3,
    "FULLY_CONNECTED": 4, "LOGISTIC": 2, "MAX_POOL_2D": 2, "MEAN": 2, "MUL": 2, "PAD": 2,
    "RESIZE_BILINEAR": 2, "RESIZE_NEAREST_NEIGHBOR": 2, "SUB": 2,
}  # fmt: skip


@dataclass(eq=False)
class Tensor:
    """A tensor of the file: constant when it has `data`. `units` are the real values of 1 in each
    channel of what a fused operator stores; None where all of them are 1."""

    name: str
    shape: tuple
    dtype: str = "int8"
    scale: np.ndarray | None = None
    zero: int = 0
    axis: int = 0
    data: np.ndarray | None = None
    units: np.ndarray | None = None

    @property
    def step(self):
        """The real value of one code, as the file holds it: float32, widened."""
        return float(np.float32(self.scale[0]))


@dataclass
class _Node:
    name: str
    inputs: list
    outputs: list
    options: dict = field(default_factory=dict)
    custom: bytes | None = None


def quantise_weights(weights, axis, bias, step):
    """Codes −127 ... 127 and one float32 scale for each index along `axis`.

    Where weights are nearly nothing, the scale stays wide enough for the bias: in units of `step`,
    the input's, times the scale it is at most 2²⁹, so that no sum leaves 32 bits."""
    others = tuple(i for i in range(weights.ndim) if i != axis)
    scales = np.abs(weights).max(axis=others).astype(np.float64) / 127
    scales = np.maximum(scales, np.abs(bias) / step * 2.0**-29)
    scales = np.maximum(scales, 1e-12).astype(np.float32)
    shape = [-1 if i == axis else 1 for i in range(weights.ndim)]
    codes = np.rint(weights / scales.astype(np.float64).reshape(shape))
    return np.clip(codes, -127, 127).astype(np.int8), scales


class Writer:
    """One subgraph, operator by operator in the order of the calls."""

    def __init__(self, description):
        self.description = description
        self.tensors, self.nodes, self.inputs, self.outputs = [], [], [], []
        self.names = set()

    def tensor(self, name, shape, scale=None, zero=0, **more):
        if name in self.names:
            raise ValueError(f"tensor {name}: named twice")
        self.names.add(name)
        if scale is not None:
            scale = np.atleast_1d(np.asarray(scale, np.float32))
        tensor = Tensor(name, tuple(int(n) for n in shape), scale=scale, zero=int(zero), **more)
        self.tensors.append(tensor)
        return tensor

    def constant(self, name, data, dtype, scale=None, axis=0):
        return self.tensor(name, data.shape, scale, dtype=dtype, axis=axis, data=data)

    def input(self, name, shape, scale, zero):
        self.inputs.append(self.tensor(name, shape, scale, zero))
        return self.inputs[-1]

    def output(self, tensor):
        self.outputs.append(tensor)

    def operator(self, name, inputs, output, options=None, custom=None):
        self.nodes.append(_Node(name, list(inputs), [output], options or {}, custom))
        return output

    # Convolutions.

    def conv(self, x, weights, bias, *, scale, zero, name=None, stride=1, padding=SAME,
             activation="NONE", silu=False, slopes=None, units=None, depthwise=False,
             codes=None):  # fmt: skip
        """`weights` are floats, O×kh×kw×I or, depthwise, kh×kw×C, and `bias` floats, for real inputs;
        where `x` has units they are folded in here. `codes` gives (int8 weights, scales) instead
        of rounding to the nearest. `scale` and `zero` are of the output, which stores real numbers /
        `units`: with `silu` they are in the file, else the weights are divided by them. `slopes`
        are of PReLU."""
        name = name or f"conv{len(self.nodes)}"
        weights, bias = np.asarray(weights, np.float64), np.asarray(bias, np.float64)
        if depthwise:
            weights = weights[None]
        axis = 3 if depthwise else 0
        if x.units is not None:
            weights = weights * np.asarray(x.units, np.float64)
        if units is not None and not silu:
            # A rectifier of sums / units is the rectifier of the sums / units.
            shape = [-1 if i == axis else 1 for i in range(weights.ndim)]
            weights = weights / np.asarray(units, np.float64).reshape(shape)
            bias = bias / np.asarray(units, np.float64)
        codes, scales = codes or quantise_weights(weights, axis, bias, x.step)
        height, width = codes.shape[1:3]
        accumulator = x.step * scales.astype(np.float64)
        sums = np.rint(np.asarray(bias, np.float64) / accumulator)
        channels = codes.shape[axis]
        shape = (x.shape[0], *self.sides(x, (height, width), stride, padding), channels)
        inputs = [
            x,
            self.constant(f"{name}/weights", codes, "int8", scales, axis),
            self.constant(
                f"{name}/bias", sums.astype(np.int32), "int32", accumulator.astype(np.float32)
            ),
        ]
        output = self.tensor(name, shape, scale, zero)
        if silu and units is None:
            units = np.ones(channels)
        if units is not None:
            output.units = np.asarray(units, np.float32)
        if silu or slopes is not None:
            more = ("units", output.units) if silu else ("slopes", np.asarray(slopes, np.float32))
            inputs.append(self.constant(f"{name}/{more[0]}", more[1], "float32"))
            kind = "KuzetDepthwiseConv2D" if depthwise else "KuzetConv2D"
            packed = bytes([1, SILU if silu else PRELU, padding, stride, stride, 1, 1, 0])
            return self.operator(kind, inputs, output, custom=packed)
        options = {
            0: ("int8", padding), 1: ("int32", stride), 2: ("int32", stride),
            3: ("int8", ACTIVATIONS[activation]), 4: ("int32", 1), 5: ("int32", 1),
        }  # fmt: skip
        if depthwise:
            # The multiplier of channels comes before the activation here.
            options = {
                0: ("int8", padding), 1: ("int32", stride), 2: ("int32", stride),
                3: ("int32", 1), 4: ("int8", ACTIVATIONS[activation]),
                5: ("int32", 1), 6: ("int32", 1),
            }  # fmt: skip
        kind = "DEPTHWISE_CONV_2D" if depthwise else "CONV_2D"
        return self.operator(kind, inputs, output, options)

    @staticmethod
    def sides(x, kernel, stride, padding):
        if padding == SAME:
            return [-(-side // stride) for side in x.shape[1:3]]
        return [(side - k) // stride + 1 for side, k in zip(x.shape[1:3], kernel, strict=True)]

    # What moves and combines codes.

    def like(self, x, shape, name):
        return self.tensor(name, shape, x.scale, x.zero, units=x.units)

    def pad(self, x, before, after, name=None):
        """Rows and columns of zeros before and after a picture."""
        name = name or f"pad{len(self.nodes)}"
        amounts = np.array([[0, 0], [before, after], [before, after], [0, 0]], np.int32)
        height, width = (side + before + after for side in x.shape[1:3])
        output = self.like(x, (x.shape[0], height, width, x.shape[3]), name)
        inputs = [x, self.constant(f"{name}/amounts", amounts, "int32")]
        return self.operator("PAD", inputs, output)

    def pool(self, kind, x, size, stride=1, padding=SAME, name=None):
        """`kind` is MAX_POOL_2D or AVERAGE_POOL_2D."""
        name = name or f"pool{len(self.nodes)}"
        sides = self.sides(x, (size, size), stride, padding)
        output = self.like(x, (x.shape[0], *sides, x.shape[3]), name)
        options = {
            0: ("int8", padding), 1: ("int32", stride), 2: ("int32", stride),
            3: ("int32", size), 4: ("int32", size), 5: ("int8", 0),
        }  # fmt: skip
        return self.operator(kind, [x], output, options)

    def logistic(self, x, name=None):
        """1 / (1 + e^−x) in 256ths."""
        name = name or f"logistic{len(self.nodes)}"
        if x.units is not None and not np.all(x.units == 1):
            raise ValueError(f"{name}: {x.name} has units")
        output = self.tensor(name, x.shape, 1 / 256, -128)
        return self.operator("LOGISTIC", [x], output)

    def mean(self, x, scale, zero, name=None):
        """The mean of each channel, as a picture of one pixel."""
        name = name or f"mean{len(self.nodes)}"
        output = self.tensor(name, (x.shape[0], 1, 1, x.shape[3]), scale, zero, units=x.units)
        axes = self.constant(f"{name}/axes", np.array([1, 2], np.int32), "int32")
        return self.operator("MEAN", [x, axes], output, {0: ("bool", True)})

    def twice(self, x, name=None):
        """Each pixel as 2 × 2."""
        name = name or f"twice{len(self.nodes)}"
        height, width = (2 * side for side in x.shape[1:3])
        output = self.like(x, (x.shape[0], height, width, x.shape[3]), name)
        sides = self.constant(f"{name}/sides", np.array([height, width], np.int32), "int32")
        options = {0: ("bool", False), 1: ("bool", False)}
        return self.operator("RESIZE_NEAREST_NEIGHBOR", [x, sides], output, options)

    def concat(self, parts, name=None):
        """Channels side by side. All parts have one scale and zero: kuzet copies codes."""
        name = name or f"concat{len(self.nodes)}"
        first = parts[0]
        for part in parts:
            if part.step != first.step or part.zero != first.zero:
                raise ValueError(f"{name}: {part.name} has another scale than {first.name}")
        channels = sum(part.shape[3] for part in parts)
        output = self.like(first, (*first.shape[:3], channels), name)
        output.units = self.joined(parts)
        options = {0: ("int32", 3), 1: ("int8", 0)}
        return self.operator("CONCATENATION", parts, output, options)

    @staticmethod
    def joined(parts):
        if all(part.units is None for part in parts):
            return None
        units = [np.ones(p.shape[3]) if p.units is None else p.units for p in parts]
        return np.concatenate(units).astype(np.float32)

    def combine(self, kind, left, right, scale, zero, activation="NONE", name=None):
        """ADD, SUB or MUL; a side of 1 is repeated. What is added has the same units."""
        name = name or f"{kind.lower()}{len(self.nodes)}"
        units = left.units
        if kind == "MUL":
            if right.units is not None:
                raise ValueError(f"{name}: a gate has no units")
        elif not np.array_equal(Writer.joined([left]), Writer.joined([right])):
            raise ValueError(f"{name}: {left.name} and {right.name} have other units")
        shape = np.broadcast_shapes(left.shape, right.shape)
        output = self.tensor(name, shape, scale, zero, units=units)
        options = {0: ("int8", ACTIVATIONS[activation])}
        return self.operator(kind, [left, right], output, options)

    def bytes(self):
        """The file."""
        place = {id(tensor): index for index, tensor in enumerate(self.tensors)}
        buffers, tensors = [{}], []
        for tensor in self.tensors:
            fields = {
                0: ("int32s", tensor.shape),
                1: ("int8", tflite.TENSOR_TYPES[tensor.dtype]),
                2: ("int32", 0),
                3: ("string", tensor.name),
            }
            if tensor.data is not None:
                fields[2] = ("int32", len(buffers))
                buffers.append({0: ("octets", np.ascontiguousarray(tensor.data).tobytes())})
            if tensor.scale is not None:
                zeros = [tensor.zero] * len(tensor.scale)
                fields[4] = ("table", {
                    2: ("float32s", [float(s) for s in tensor.scale]), 3: ("int64s", zeros),
                    6: ("int32", tensor.axis),
                })  # fmt: skip
            tensors.append(fields)

        codes, operators = [], []
        numbers = {}
        for node in self.nodes:
            if node.name not in numbers:
                numbers[node.name] = len(codes)
                version = VERSIONS.get(node.name, 1)
                if node.custom is not None:
                    code = {0: ("int8", CUSTOM), 1: ("string", node.name), 2: ("int32", 1),
                            3: ("int32", CUSTOM)}  # fmt: skip
                else:
                    number = tflite.OPERATORS[node.name][0]
                    code = {0: ("int8", number), 2: ("int32", version), 3: ("int32", number)}
                codes.append(code)
            fields = {
                0: ("int32", numbers[node.name]),
                1: ("int32s", [place[id(t)] for t in node.inputs]),
                2: ("int32s", [place[id(t)] for t in node.outputs]),
            }
            if node.custom is not None:
                fields[5] = ("octets", node.custom)
            else:
                fields[3] = ("int8", tflite.OPERATORS[node.name][1])
                fields[4] = ("table", node.options)
            operators.append(fields)

        builder = flatbuffers.Builder(1 << 20)
        subgraph = {
            0: ("tables", tensors),
            1: ("int32s", [place[id(t)] for t in self.inputs]),
            2: ("int32s", [place[id(t)] for t in self.outputs]),
            3: ("tables", operators),
            4: ("string", "main"),
        }
        root = tflite.table(builder, {
            0: ("int32", 3), 1: ("tables", codes), 2: ("tables", [subgraph]),
            3: ("string", self.description), 4: ("tables", buffers),
        })  # fmt: skip
        builder.Finish(root, file_identifier=b"TFL3")
        return bytes(builder.Output())
