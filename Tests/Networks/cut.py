"""Runs a model with operators of our own, which LiteRT does not know: it is cut at them. What is
between goes through LiteRT's reference kernels, ours are computed here, from the file alone.

KuzetConv2D and KuzetDepthwiseConv2D: `SiLU` and `PReLU` of Sources/Networks/Kernels say what they
compute.
"""

import math

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter

CUSTOM = 32
OURS = {"KuzetConv2D": False, "KuzetDepthwiseConv2D": True}
# How many bits a scaled sum has more than a code.
PRELU_FRACTION = 4
TYPES = {0: np.float32, 2: np.int32, 3: np.uint8, 9: np.int8}
MAXIMUM = 0.2784645428


def height(t):
    return t / (1 + math.exp(t))


# The last place is taken for 0.
TABLE = np.array([math.floor(255 * height(i / 8) / MAXIMUM + 0.5) for i in range(64)] + [0])


class Unfit(ValueError):
    """A model that is not what it should be."""


def name_of(model, operator):
    code = model.operatorCodes[operator.opcodeIndex]
    if max(code.builtinCode, code.deprecatedBuiltinCode) != CUSTOM or code.customCode is None:
        return None
    name = code.customCode
    return name.decode() if isinstance(name, bytes) else name


class Cut:
    """A model, cut: `run` takes and gives arrays of codes."""

    def __init__(self, blob, resolver):
        self.model = schema.ModelT.InitFromPackedBuf(bytes(blob), 0)
        self.graph = self.model.subgraphs[0]
        self.resolver = resolver
        self.steps = []
        between = []
        for operator in self.graph.operators:
            name = name_of(self.model, operator)
            if name is None:
                between.append(operator)
                continue
            if name not in OURS:
                raise Unfit(f"custom operator {name}")
            if between:
                self.steps.append(self.piece(between))
            between = []
            self.steps.append(self.ours(operator, OURS[name]))
        if between:
            self.steps.append(self.piece(between))

    def shape(self, index):
        return tuple(int(side) for side in self.graph.tensors[index].shape)

    def dtype(self, index):
        return np.dtype(TYPES[self.graph.tensors[index].type])

    def constant(self, index):
        data = self.model.buffers[self.graph.tensors[index].buffer].data
        if data is None or not len(data):
            return None
        return np.frombuffer(np.asarray(data, np.uint8).tobytes(), self.dtype(index)).reshape(
            self.shape(index)
        )

    def quantization(self, index):
        each = self.graph.tensors[index].quantization
        return np.asarray(each.scale, np.float32), np.asarray(each.zeroPoint, np.int64)

    def run(self, inputs):
        values = dict(zip(self.graph.inputs, inputs, strict=True))
        for step in self.steps:
            step(values)
        return [values[index] for index in self.graph.outputs]

    def piece(self, operators):
        """What runs some operators in LiteRT: a model of theirs alone, all that they make an output."""
        used, made = [], []
        for operator in operators:
            for index in [*operator.inputs, *operator.outputs]:
                if index >= 0 and index not in used:
                    used.append(index)
            made += list(operator.outputs)
        given = [index for index in used if index not in made and self.constant(index) is None]
        places = {index: place for place, index in enumerate(used)} | {-1: -1}
        part, graph = schema.ModelT(), schema.SubGraphT()
        part.version, part.subgraphs = 3, [graph]
        part.buffers, graph.tensors, part.operatorCodes, graph.operators = (
            [schema.BufferT()], [], [], [],
        )  # fmt: skip
        for index in used:
            tensor = schema.TensorT()
            vars(tensor).update(vars(self.graph.tensors[index]))
            tensor.buffer = 0
            if self.constant(index) is not None:
                tensor.buffer = len(part.buffers)
                part.buffers.append(self.model.buffers[self.graph.tensors[index].buffer])
            graph.tensors.append(tensor)
        for operator in operators:
            each = schema.OperatorT()
            vars(each).update(vars(operator))
            each.opcodeIndex = len(part.operatorCodes)
            each.inputs = [places[index] for index in operator.inputs]
            each.outputs = [places[index] for index in operator.outputs]
            part.operatorCodes.append(self.model.operatorCodes[operator.opcodeIndex])
            graph.operators.append(each)
        graph.inputs = [places[index] for index in given]
        graph.outputs = [places[index] for index in made]
        builder = flatbuffers.Builder(1024)
        builder.Finish(part.Pack(builder), file_identifier=b"TFL3")
        interpreter = Interpreter(
            model_content=bytes(builder.Output()), num_threads=1,
            experimental_op_resolver_type=self.resolver,
        )  # fmt: skip
        interpreter.allocate_tensors()
        ends = [interpreter.get_input_details(), interpreter.get_output_details()]

        def step(values):
            for index, end in zip(given, ends[0], strict=True):
                interpreter.set_tensor(end["index"], values[index])
            interpreter.invoke()
            for index, end in zip(made, ends[1], strict=True):
                values[index] = interpreter.get_tensor(end["index"])

        return step

    def ours(self, operator, is_depthwise):
        source, weights, bias, units = operator.inputs
        (output,) = operator.outputs
        version, activation, padding, *sides, last = bytes(
            np.asarray(operator.customOptions, np.uint8)
        )
        if (version, last) != (1, 0) or activation not in (1, 2):
            raise Unfit("custom options")
        strides, dilations = sides[1::-1], sides[3:1:-1]
        w = self.constant(weights).astype(np.int64)
        b = 0 if bias < 0 else self.constant(bias).astype(np.int64)
        (x_scale,), (x_zero,) = self.quantization(source)
        (y_scale,), (y_zero,) = self.quantization(output)
        w_scales = self.quantization(weights)[0]
        unit = self.constant(units)
        w_scales = np.broadcast_to(w_scales, unit.shape)
        bend, numbers = (silu, channel_of) if activation == 1 else (prelu, slope_of)
        channels = [
            numbers(x_scale, each, one, y_scale)
            for each, one in zip(w_scales, unit, strict=True)
        ]
        shape = self.shape(output)

        def step(values):
            x = values[source].astype(np.int64) - x_zero
            sums = (depthwise if is_depthwise else full)(
                x, w, patches(x.shape, w.shape[1:3], shape, padding == 0, strides, dilations)
            )
            sums = ((sums + b + 2**31) % 2**32) - 2**31
            codes = [
                bend(sums[..., index], *each, int(y_zero)) for index, each in enumerate(channels)
            ]
            values[output] = np.stack(codes, -1).astype(np.int8)

        return step


def patches(shape, filter_size, output, is_same, strides, dilations):
    """How far the input is padded on each side, and for each tap the slices under it."""
    pads, places = [], []
    for axis in range(2):
        side, size, count = shape[1 + axis], filter_size[axis], output[1 + axis]
        reach = (size - 1) * dilations[axis] + 1
        over = (count - 1) * strides[axis] + reach - side
        before = max(over, 0) // 2 if is_same else 0
        pads.append((before, max(over - before, 0)))
        places.append(
            [
                slice(tap * dilations[axis], tap * dilations[axis] + (count - 1) * strides[axis] + 1,
                      strides[axis])
                for tap in range(size)
            ]
        )  # fmt: skip
    return pads, places


def full(x, w, where):
    pads, places = where
    x = np.pad(x, [(0, 0), *pads, (0, 0)])
    # Exact: products have 16 bits, and there are fewer than 2^37 of them.
    return sum(
        x[:, row, column].astype(float) @ w[:, j, i].T.astype(float)
        for j, row in enumerate(places[0])
        for i, column in enumerate(places[1])
    ).astype(np.int64)


def depthwise(x, w, where):
    pads, places = where
    x = np.pad(x, [(0, 0), *pads, (0, 0)])
    return sum(
        x[:, row, column] * w[0, j, i]
        for j, row in enumerate(places[0])
        for i, column in enumerate(places[1])
    )


def nearest(value):
    """Of a number above 0, halves away from it."""
    return math.floor(value + 0.5)


def channel_of(x_scale, w_scale, unit, y_scale):
    """Everything of a channel that is computed at load."""
    step = float(y_scale) * float(unit)
    if not 2.0**-11 <= step < 2.0**10:
        raise Unfit(f"a code is worth {step}")
    fraction = max(f for f in range(1, 8) if 32768 * step * 2.0**-f >= 8)
    q = step * 2.0**-fraction
    multiplier, shift = quantized(float(x_scale) * float(w_scale) / q)
    m, e = math.frexp(q * 2**15 / 8)
    magnitude = min(nearest(m * 2**15), 32767)
    gain = nearest(MAXIMUM / (255 * 128) / q * 2**15)
    return multiplier, shift, fraction, magnitude, e, gain


def slope_of(x_scale, w_scale, slope, y_scale):
    """The same of a channel with PReLU."""
    q11 = int(math.copysign(nearest(abs(float(slope)) * 2**11), slope))
    if abs(q11) > 32767:
        raise Unfit(f"a slope of {slope}")
    bit = float(y_scale) / 2**PRELU_FRACTION
    return *quantized(float(x_scale) * float(w_scale) / bit), q11


def quantized(factor):
    """TensorFlow Lite's QuantizeMultiplier."""
    m, shift = math.frexp(factor)
    fixed = nearest(m * 2**31)
    if fixed == 2**31:
        fixed, shift = 2**30, shift + 1
    if shift < -31:
        return 0, 0
    return (fixed, shift) if shift <= 30 else (2**31 - 1, 30)


def scaled(sums, multiplier, shift):
    """gemmlowp's SaturatingRoundingDoublingHighMul, then its RoundingDivideByPOT."""
    left = sums << max(shift, 0)
    left = ((left + 2**31) % 2**32) - 2**31
    product = left * multiplier
    nudged = product + np.where(product >= 0, 2**30, 1 - 2**30)
    high = np.where(nudged >= 0, nudged >> 31, -(-nudged >> 31))
    places = max(-shift, 0)
    mask = (1 << places) - 1
    threshold = (mask >> 1) + (high < 0)
    return (high >> places) + ((high & mask) > threshold)


def times(one, other):
    return (one * other + 2**14) >> 15


def prelu(sums, multiplier, shift, slope, zero):
    y = np.clip(scaled(sums, multiplier, shift), -(2**15), 2**15 - 1)
    factors = np.where(y < 0, slope, 1 << (15 - PRELU_FRACTION))
    return np.clip(times(y, factors) + zero, -128, 127)


def silu(sums, multiplier, shift, fraction, magnitude, e, gain, zero):
    y = np.clip(scaled(sums, multiplier, shift), -(2**15), 2**15 - 1)
    t = np.minimum(times(np.minimum(abs(y), 32767), magnitude), 32767 >> e) << e
    place, rest = t >> 9, t & 511
    h = TABLE[place] * 128 + ((TABLE[place + 1] - TABLE[place]) * rest >> 2)
    result = np.maximum(y, 0) - times(h, gain)
    return np.clip(times(result, 1 << (15 - fraction)) + zero, -128, 127)
