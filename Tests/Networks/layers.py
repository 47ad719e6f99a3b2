"""Small quantised models of one operator each.

Every choice is drawn from a deck that is shuffled and dealt to its end before it is shuffled
again, so that each value of each parameter comes up evenly; the seed decides the order. What was
dealt names the case.
"""

import math
import zlib

import numpy as np

from tflite import Operator, Tensor, model

RANGES = {"int8": (-128, 127), "uint8": (0, 255)}
ACTIVATIONS = {"none": 0, "relu": 1, "relu_n1_to_1": 2, "relu6": 3}
CHANNELS = [1, 2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 24, 31, 32, 33, 64, 100]
SIZES = [1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 20]


class Dealer:
    """Deals the parameters of one case after another."""

    def __init__(self, operator, seed):
        self.random = np.random.default_rng([seed, zlib.crc32(operator.encode())])
        self.decks = {}
        self.dealt = []
        self.powers = False

    def start(self):
        """Begins a case. One in three has powers of two for scales: there the quotients are
        exact, and results fall halfway between two codes."""
        self.dealt = []
        self.powers = self.pick("grain", ["any", "any", "powers"]) == "powers"

    def grain(self, value):
        """The scale nearest to `value` that a float32 of this case can have."""
        return float(np.float32(2.0 ** round(math.log2(value)) if self.powers else value))

    def pick(self, name, choices):
        deck = self.decks.get(name)
        if not deck:
            deck = self.decks[name] = [choices[i] for i in self.random.permutation(len(choices))]
        choice = deck.pop()
        self.dealt.append(f"{name}={choice}")
        return choice

    def dtype(self):
        return self.pick("type", ["int8", "uint8"])

    def activation(self):
        return ("int8", ACTIVATIONS[self.pick("activation", list(ACTIVATIONS))])

    def scale(self, low=0.004, high=0.3):
        """A float32 scale, evenly spread over the orders of magnitude."""
        return self.grain(math.exp(self.random.uniform(math.log(low), math.log(high))))

    def zero_point(self, name, dtype):
        low, high = RANGES[dtype]
        somewhere = int(self.random.integers(low, high + 1))
        middle = (low + high + 1) // 2
        kind = self.pick(name, ["low", "high", "middle", "any", "any"])
        return {"low": low, "high": high, "middle": middle, "any": somewhere}[kind]

    def tensor(self, name, shape, dtype, scale=None):
        return Tensor(
            tuple(shape), dtype, [scale or self.scale()], [self.zero_point(f"{name}Zero", dtype)]
        )

    def rescaled(self, source, shape, dtype, gain):
        """An output `gain` times as coarse as its input; as a rule, the middle of the input's
        codes falls on the middle of the output's, so that few results saturate."""
        output = self.tensor("out", shape, dtype, self.grain(source.scale[0] * gain))
        gain = output.scale[0] / source.scale[0]
        if self.pick("centred", [True, True, False]):
            middles = [sum(RANGES[each]) / 2 for each in (source.dtype, dtype)]
            zero = middles[1] - (middles[0] - source.zero_point[0]) / gain
            output.zero_point = [int(np.clip(round(zero), *RANGES[dtype]))]
        return output

    def shape(self, name, rank=None):
        rank = rank or self.pick(f"{name}Rank", [1, 2, 3, 4, 4])
        axes = [
            self.pick("height", SIZES),
            self.pick("width", SIZES),
            self.pick("channels", CHANNELS),
        ]
        if rank == 4:
            return (self.pick("batch", [1, 2]), *axes)
        return tuple(axes[3 - rank :])


def constant(values, dtype="int32"):
    values = np.asarray(values, dtype)
    return Tensor(values.shape, dtype, data=values)


def output_size(size, window, stride, padding):
    """Rows or columns of a windowed operator's output; 0 where nothing fits."""
    if padding == "SAME":
        return -(-size // stride)
    return max(0, (size + stride - window) // stride)


def alike(tensor, shape):
    """An output with the parameters of its input."""
    return Tensor(tuple(shape), tensor.dtype, tensor.scale, tensor.zero_point)


def weighted(d, name, source, weight_shape, output_shape, axis, reach, options, arrange):
    """A convolution of any kind: draws weights, bias and an output scale that spreads the sums
    over the codes. `reach` is the number of products in a sum; `arrange` orders the inputs."""
    dtype, channels = source.dtype, weight_shape[axis]
    per_channel = dtype == "int8" and d.pick("weights", ["tensor", "channel"]) == "channel"
    amplitude = d.pick("amplitude", [127, 128, 9, 1])
    zero = d.zero_point("weightZero", "uint8") if dtype == "uint8" else 0
    weights = d.random.integers(-amplitude, amplitude + 1, weight_shape) + zero
    weights = np.clip(weights, *RANGES[dtype]).astype(dtype)

    spread = math.sqrt(reach) * 74 * max(0.6 * amplitude, 0.8)
    multiplier = 60 / spread * d.pick("gain", [0.002, 0.2, 1, 1, 1, 4])
    output = d.tensor("out", output_shape, dtype, d.scale(0.01, 0.1))
    scales = [
        d.grain(multiplier * output.scale[0] / source.scale[0] * factor)
        for factor in np.exp(d.random.uniform(-2, 0.5, channels if per_channel else 1))
    ]
    zeros = [zero] * len(scales)
    bias = d.random.integers(-int(spread) - 1, int(spread) + 2, channels).astype(np.int32)
    bias_scales = [float(np.float32(source.scale[0]) * np.float32(each)) for each in scales]
    weight = Tensor(weight_shape, dtype, scales, zeros, axis, weights)
    bias = Tensor((channels,), "int32", bias_scales, [0] * len(scales), 0, bias)
    return Operator(name, arrange(source, weight, bias), [output], options)


def window(d, dilations=(1,)):
    padding = d.pick("padding", ["SAME", "VALID"])
    filter_size = d.pick("filterHeight", [1, 2, 3, 3, 5]), d.pick("filterWidth", [1, 2, 3, 3, 5])
    strides = d.pick("strideHeight", [1, 2, 3]), d.pick("strideWidth", [1, 1, 2, 3])
    dilation = d.pick("dilation", list(dilations))
    return padding, filter_size, strides, dilation


def convolution(d, name):
    padding, filter_size, strides, dilation = window(d, (1, 1, 2))
    batch, height, width, channels = d.shape("in", 4)
    if padding == "VALID":  # Room for one window at least.
        height = max(height, (filter_size[0] - 1) * dilation + 1)
        width = max(width, (filter_size[1] - 1) * dilation + 1)
    source = d.tensor("in", (batch, height, width, channels), d.dtype())
    if name == "CONV_2D":
        outputs = d.pick("outputs", CHANNELS)
    else:
        outputs = channels * d.pick("multiplier", [1, 1, 2, 3])
    operator = convolve(d, name, source, outputs, padding, filter_size, strides, dilation)
    return model([source], operator.outputs, [operator])


def convolve(d, name, source, outputs, padding, filter_size, strides=(1, 1), dilation=1):
    batch, height, width, channels = source.shape
    spans = [(size - 1) * dilation + 1 for size in filter_size]
    rows = output_size(height, spans[0], strides[0], padding)
    columns = output_size(width, spans[1], strides[1], padding)
    options = {
        0: ("int8", ["SAME", "VALID"].index(padding)),
        1: ("int32", strides[1]),
        2: ("int32", strides[0]),
    }
    rest = [d.activation(), ("int32", dilation), ("int32", dilation)]
    if name == "CONV_2D":
        options |= dict(enumerate(rest, 3))
        weight_shape, axis, reach = (outputs, *filter_size, channels), 0, channels
    else:
        options |= dict(enumerate([("int32", outputs // channels), *rest], 3))
        weight_shape, axis, reach = (1, *filter_size, outputs), 3, 1
    return weighted(
        d, name, source, weight_shape, (batch, rows, columns, outputs), axis,
        reach * math.prod(filter_size), options, lambda *three: list(three),
    )  # fmt: skip


def silu(d, name):
    """Ours, with SiLU or PReLU: see cut.py."""
    padding, filter_size, strides, dilation = window(d, (1, 1, 2))
    filter_size = d.pick("filter", [filter_size, (5, 5), (3, 3), (1, 1)])
    batch, height, width, channels = d.shape("in", 4)
    spans = [(size - 1) * dilation + 1 for size in filter_size]
    if padding == "VALID":
        height, width = max(height, spans[0]), max(width, spans[1])
    source = d.tensor("in", (batch, height, width, channels), "int8")
    outputs = channels if name == "KuzetDepthwiseConv2D" else d.pick("outputs", CHANNELS)
    operator = fused(d, name, source, outputs, padding, filter_size, strides, dilation)
    return model([source], operator.outputs, [operator])


def fused(d, name, source, outputs, padding, filter_size, strides=(1, 1), dilation=1):
    """`step` is what a code of SiLU is worth in a channel, `reach` how far sums go."""
    is_depthwise = name == "KuzetDepthwiseConv2D"
    batch, height, width, channels = source.shape
    spans = [(size - 1) * dilation + 1 for size in filter_size]
    rows = output_size(height, spans[0], strides[0], padding)
    columns = output_size(width, spans[1], strides[1], padding)
    output = d.tensor("out", (batch, rows, columns, outputs), "int8")
    low, high = d.pick("step", [(-10.9, -8), (-7, -3), (-6, 0), (-10.9, 9.9)])
    units = 2.0 ** d.random.uniform(low, high, outputs) / output.scale[0]

    shape = (1, *filter_size, channels) if is_depthwise else (outputs, *filter_size, channels)
    axis, depth = (3, math.prod(filter_size)) if is_depthwise else (0, math.prod(shape[1:]))
    amplitude = d.pick("amplitude", [127, 128, 9, 1])
    weights = d.random.integers(-amplitude, amplitude + 1, shape).clip(-128, 127).astype(np.int8)
    spread = math.sqrt(depth) * 74 * max(0.6 * amplitude, 0.8)
    reach = d.pick("reach", ["codes", "curve", "curve", "far"])
    reaches = {"codes": units * output.scale[0] * 60, "curve": 3.0, "far": 60.0}[reach]
    scales = np.broadcast_to(reaches / (spread * source.scale[0]), (outputs,))
    if d.pick("weights", ["channel", "channel", "tensor"]) == "tensor":
        scales = scales[:1]
    bias = d.random.integers(-int(spread) - 1, int(spread) + 2, outputs).astype(np.int32)
    scales = [float(np.float32(each)) for each in scales]
    inputs = [
        source,
        Tensor(shape, "int8", scales, [0] * len(scales), axis, weights),
        Tensor((outputs,), "int32", data=bias),
        Tensor((outputs,), "float32", data=units.astype(np.float32)),
    ]
    bend = d.pick("bend", ["silu", "prelu"])
    if bend == "prelu":
        # What scaled sums are worth, and slopes of any size and sign.
        scales = [each * output.scale[0] / float(np.mean(units * output.scale[0])) for each in scales]
        scales = [float(np.float32(each)) for each in scales]
        inputs[1] = Tensor(shape, "int8", scales, [0] * len(scales), axis, weights)
        most = d.pick("slope", [0.25, 1, 8, 15.9])
        slopes = d.random.uniform(-most, most, outputs).astype(np.float32)
        inputs[3] = Tensor((outputs,), "float32", data=slopes)
    sides = (strides[1], strides[0], dilation, dilation)
    number = {"silu": 1, "prelu": 2}[bend]
    options = bytes([1, number, ["SAME", "VALID"].index(padding), *sides, 0])
    return Operator(name, inputs, [output], custom=options)


def fully_connected(d, name):
    dtype = d.dtype()
    depth, units = d.pick("depth", [1, 3, 8, 17, 33, 64, 200]), d.pick("units", CHANNELS)
    keep = d.pick("keepDimensions", [False, True])
    lead = d.pick("lead", [(1,), (2,), (5,), (2, 3)])
    source = d.tensor("in", (*lead, depth), dtype)
    output_shape = (*lead, units) if keep else (math.prod(lead), units)
    biased = d.pick("bias", [True, True, False])
    options = {0: d.activation(), 2: ("bool", keep)}
    operator = weighted(
        d, name, source, (units, depth), output_shape, 0, depth, options,
        lambda x, w, b: [x, w, b if biased else None],
    )  # fmt: skip
    return model([source], operator.outputs, [operator])


def transpose_convolution(d, name):
    dtype = d.dtype()
    padding, filter_size, strides, _ = window(d)
    batch, rows, columns, channels = d.shape("in", 4)
    rows, columns = min(rows, 7), min(columns, 7)
    outputs = d.pick("outputs", CHANNELS)
    grown = [
        n * s - int(d.random.integers(s)) if padding == "SAME" else (n - 1) * s + f
        for n, s, f in zip((rows, columns), strides, filter_size, strict=True)
    ]
    source = d.tensor("in", (batch, rows, columns, channels), dtype)
    output_shape = (batch, *grown, outputs)
    options = {
        0: ("int8", ["SAME", "VALID"].index(padding)),
        1: ("int32", strides[1]),
        2: ("int32", strides[0]),
        3: d.activation(),
    }
    biased = d.pick("bias", [True, False])
    reach = channels * max(1, math.prod(filter_size) // math.prod(strides))
    operator = weighted(
        d, name, source, (outputs, *filter_size, channels), output_shape, 0, reach, options,
        lambda x, w, b: [constant(output_shape), w, x] + ([b] if biased else []),
    )  # fmt: skip
    return model([source], operator.outputs, [operator])


def binary(d, name):
    """ADD, SUB, MUL, MAXIMUM, MINIMUM: two inputs, or one and a constant, broadcast or not."""
    dtype = d.dtype()
    shape = d.shape("in")
    kinds = ["same", "constant", "scalar", "ones", "channel", "row", "lower rank", "pairs", "pairs"]
    kind = d.pick("other", kinds)
    if kind == "pairs":  # A ramp through both: every code meets every other.
        shape, other, whole = (256, 1), (1, 256), (256, 256)
    else:
        whole = shape
        other = {
            "scalar": (),
            "ones": (1,) * len(shape),
            "channel": (1,) * (len(shape) - 1) + shape[-1:],
            "row": (1,) + shape[1:],
            "lower rank": shape[1:],
        }.get(kind, shape)
    left = d.tensor("left", shape, dtype)
    right = d.tensor("right", other, dtype)
    if name in ("MAXIMUM", "MINIMUM"):
        right.scale, right.zero_point = left.scale, left.zero_point
        output = alike(left, whole)
    else:
        output = d.tensor("out", whole, dtype)
        if name == "MUL":
            gain = d.pick("gain", [0.3, 1, 4, 300])
            output.scale = [d.grain(left.scale[0] * right.scale[0] * 80 / gain)]
        else:
            largest = max(left.scale[0], right.scale[0])
            output.scale = [d.grain(largest * d.pick("gain", [0.4, 1, 2]))]
    if kind == "constant" or (kind != "pairs" and d.pick("constant", [False, True])):
        low, high = RANGES[dtype]
        right.data = d.random.integers(low, high + 1, other).astype(dtype)
    pair = (
        [left, right] if d.pick("order", ["straight", "swapped"]) == "straight" else [right, left]
    )
    inputs = [each for each in pair if each.data is None]
    options = {} if name in ("MAXIMUM", "MINIMUM") else {0: d.activation()}
    return model(inputs, [output], [Operator(name, pair, [output], options)])


def concatenation(d, name):
    dtype = d.dtype()
    shape = d.shape("in")
    axis = d.pick("axis", [0, 1, 2, 3, -1, -2]) % len(shape)
    sizes = [1 + int(n) for n in d.random.integers(0, 9, d.pick("count", [1, 2, 3, 5]))]
    negative = d.pick("axisSign", ["plus", "minus"]) == "minus"
    output_shape = (*shape[:axis], sum(sizes), *shape[axis + 1 :])
    output = d.tensor("out", output_shape, dtype)
    inputs = []
    for size in sizes:
        part = (*shape[:axis], size, *shape[axis + 1 :])
        rescaled = dtype == "uint8" and d.pick("scales", ["equal", "other"]) == "other"
        inputs.append(d.tensor("in", part, dtype) if rescaled else alike(output, part))
    options = {0: ("int32", axis - len(shape) if negative else axis)}
    return model(inputs, [output], [Operator(name, inputs, [output], options)])


def pad(d, name):
    dtype = d.dtype()
    shape = d.shape("in")
    image = len(shape) == 4 and d.pick("pads", ["image", "all"]) == "image"
    pads = d.random.integers(0, 4, (len(shape), 2))
    if image:
        pads[0] = pads[3] = 0
    source = d.tensor("in", shape, dtype)
    output = alike(source, [size + int(sum(p)) for size, p in zip(shape, pads, strict=True)])
    inputs = [source, constant(pads)]
    if name == "PADV2":
        value = d.random.integers(*RANGES[dtype], 1, endpoint=True).astype(dtype)
        inputs.append(Tensor((1,), dtype, source.scale, source.zero_point, 0, value))
    return model([source], [output], [Operator(name, inputs, [output])])


def pool(d, name):
    padding, filter_size, strides, _ = window(d)
    batch, height, width, channels = d.shape("in", 4)
    if padding == "VALID":
        height, width = max(height, filter_size[0]), max(width, filter_size[1])
    source = d.tensor("in", (batch, height, width, channels), d.dtype())
    rows = output_size(height, filter_size[0], strides[0], padding)
    columns = output_size(width, filter_size[1], strides[1], padding)
    output = alike(source, (batch, rows, columns, channels))
    options = {
        0: ("int8", ["SAME", "VALID"].index(padding)),
        1: ("int32", strides[1]),
        2: ("int32", strides[0]),
        3: ("int32", filter_size[1]),
        4: ("int32", filter_size[0]),
        5: d.activation(),
    }
    return model([source], [output], [Operator(name, [source], [output], options)])


def mean(d, name):
    dtype = d.dtype()
    shape = d.shape("in")
    keep = d.pick("keepDimensions", [False, True])
    axes = d.pick("axes", [(1, 2), (2, 1), (1, 2), (-1,), (0,), (1,), (0, 1, 2, 3), (-2, -3)])
    axes = sorted({axis % len(shape) for axis in axes}, reverse=axes == (2, 1))
    source = d.tensor("in", shape, dtype)
    left = [(1 if i in axes else n) for i, n in enumerate(shape) if keep or i not in axes]
    same = d.pick("scales", ["equal", "other"]) == "equal"
    gain = d.pick("gain", [0.1, 0.3, 0.7, 1.3])
    output = alike(source, left) if same else d.rescaled(source, left, dtype, gain)
    operator = Operator(name, [source, constant(axes)], [output], {0: ("bool", keep)})
    return model([source], [output], [operator])


def resize(d, name):
    dtype = d.dtype()
    shape = d.shape("in", 4)
    size = d.pick("rows", SIZES + [24]), d.pick("columns", SIZES + [24])
    mode = d.pick("mode", ["plain", "align_corners", "half_pixel_centers"])
    first = 2 if name == "RESIZE_BILINEAR" else 0
    source = d.tensor("in", shape, dtype)
    output = alike(source, (shape[0], *size, shape[3]))
    options = {
        first: ("bool", mode == "align_corners"),
        first + 1: ("bool", mode == "half_pixel_centers"),
    }
    operator = Operator(name, [source, constant(size)], [output], options)
    return model([source], [output], [operator])


def unary(d, name):
    """RELU and its kin, HARD_SWISH, LOGISTIC, TANH."""
    dtype = d.dtype()
    shape = d.shape("in")
    source = d.tensor("in", shape, dtype, d.scale(0.005, 0.15))
    output = d.rescaled(source, shape, dtype, d.pick("gain", [0.4, 1, 0.99, 2.7]))
    options = {}
    if name == "LOGISTIC":
        output.scale, output.zero_point = [1 / 256], [RANGES[dtype][0]]
    elif name == "TANH" and d.pick("scales", ["usual", "other"]) == "usual":
        output.scale, output.zero_point = [1 / 128], [128 if dtype == "uint8" else 0]
    elif name == "LEAKY_RELU":
        options = {0: ("float32", d.pick("alpha", [0.01, 0.1, 0.3, 0.9, 1.5]))}
    return model([source], [output], [Operator(name, [source], [output], options)])


def softmax(d, name):
    dtype = d.dtype()
    lead, depth = (
        d.pick("lead", [(), (3,), (2, 2, 3), (60,)]),
        d.pick("depth", [1, 2, 3, 10, 65, 300]),
    )
    source = d.tensor("in", (*lead, depth), dtype, d.scale(0.002, 2))
    output = Tensor((*lead, depth), dtype, [1 / 256], [RANGES[dtype][0]])
    options = {0: ("float32", d.pick("beta", [1.0, 1.0, 0.3, 4.0]))}
    return model([source], [output], [Operator(name, [source], [output], options)])


def quantize(d, name):
    shape = d.shape("in")
    source = d.tensor("in", shape, d.dtype())
    to = d.pick("to", ["int8", "uint8"])
    output = d.rescaled(source, shape, to, d.pick("gain", [1, 0.2, 0.9, 1.1, 7]))
    return model([source], [output], [Operator(name, [source], [output])])


def reshape(d, name):
    shape = d.shape("in")
    source = d.tensor("in", shape, d.dtype())
    kind = d.pick("to", ["flat", "rows", "rest", "ones"])
    total = math.prod(shape)
    to = {"flat": (total,), "rows": (shape[0], -1), "rest": (-1, shape[-1])}.get(kind)
    to = to or (1, *shape, 1)
    known = [total // max(1, -math.prod(to)) if n == -1 else n for n in to]
    output = alike(source, known)
    if d.pick("shapeIn", ["input", "option"]) == "input":
        operator = Operator(name, [source, constant(to)], [output], {0: ("int32s", to)})
    else:
        operator = Operator(name, [source], [output], {0: ("int32s", to)})
    return model([source], [output], [operator])


def squeeze(d, name):
    channels = d.pick("channels", CHANNELS)
    shape = d.pick("shape", [(1, 1, 1), (1, 3, 1), (2, 1, 1), (1, 4, 5)]) + (channels,)
    ones = [i for i, n in enumerate(shape) if n == 1]
    chosen = d.pick("axes", [[], [0], [-2], [1]])
    chosen = [i for i in chosen if i % 4 in ones]
    gone = [i % 4 for i in chosen] or ones
    source = d.tensor("in", shape, d.dtype())
    output = alike(source, [n for i, n in enumerate(shape) if i not in gone])
    options = {0: ("int32s", chosen)} if chosen else {}
    return model([source], [output], [Operator(name, [source], [output], options)])


def expand(d, name):
    shape = d.shape("in")
    axis = d.pick("axis", [0, 1, 2, -1, -2])
    axis = axis if -len(shape) - 1 <= axis <= len(shape) else 0
    source = d.tensor("in", shape, d.dtype())
    place = axis % (len(shape) + 1)
    output = alike(source, (*shape[:place], 1, *shape[place:]))
    return model([source], [output], [Operator(name, [source, constant([axis])], [output])])


def split(d, name):
    shape = list(d.shape("in"))
    axis = int(d.random.integers(-len(shape), len(shape)))
    count = d.pick("count", [1, 2, 3, 4])
    part = max(1, shape[axis] // count)
    shape[axis] = part * count
    source = d.tensor("in", shape, d.dtype())
    shape[axis] = part
    outputs = [alike(source, shape) for _ in range(count)]
    operator = Operator(name, [constant(axis), source], outputs, {0: ("int32", count)})
    return model([source], outputs, [operator])


def strided_slice(d, name):
    shape = d.shape("in")
    begin, end, strides, left = [], [], [], []
    masks = [0, 0, 0]
    for axis, size in enumerate(shape):
        first, last = sorted(int(n) for n in d.random.integers(0, size, 2))
        stride = d.pick("stride", [1, 1, 2, 3, -1, -2])
        start, stop = (first, last + 1) if stride > 0 else (last, first - 1)
        masked = d.pick("masked", ["none", "none", "begin", "end", "shrink", "negative"])
        if masked == "begin":
            masks[0] |= 1 << axis
            start = 0 if stride > 0 else size - 1
        if masked == "end" or stop < 0:
            masks[1] |= 1 << axis
            stop = size if stride > 0 else -1
        if masked == "shrink" and axis + 1 < len(shape):
            masks[2] |= 1 << axis
            stride, stop = 1, start + 1
        else:
            left.append(len(range(start, stop, stride)))
        if masked == "negative":
            start -= size
        begin.append(start)
        end.append(stop)
        strides.append(stride)
    source = d.tensor("in", shape, d.dtype())
    output = alike(source, left)
    options = {0: ("int32", masks[0]), 1: ("int32", masks[1]), 4: ("int32", masks[2])}
    inputs = [source, constant(begin), constant(end), constant(strides)]
    return model([source], [output], [Operator(name, inputs, [output], options)])
