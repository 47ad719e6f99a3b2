"""Runs a written .tflite in integers, as kuzet does: the judge of a recipe's own file.

    codes = Simulation(path.read_bytes()).run(pictures)      # int8, N×H×W×C

Each operator is TensorFlow Lite's reference, and convolutions with SiLU or PReLU are kuzet's own. Sums of a
convolution are computed in floats only where every one of them is exact.
"""

import math

import flatbuffers
import numpy as np
import torch
from torch.nn import functional

H_MOST = 0.2784645428
# round(255 · h(i / 8) / H_MOST), h(t) = t / (1 + e^t): what SiLU lacks of a rectifier.
H_TABLE = np.array(
    [math.floor(255 * (i / 8) / (1 + math.exp(i / 8)) / H_MOST + 0.5) for i in range(64)]
)
D_TABLE = np.append(H_TABLE[1:], 0) - H_TABLE
EXACT = {torch.float32: 1 << 24, torch.float64: 1 << 53}
LEFT = 20
TYPES = {0: np.float32, 2: np.int32, 9: np.int8}
NAMES = {
    0: "ADD", 2: "CONCATENATION", 3: "CONV_2D", 4: "DEPTHWISE_CONV_2D", 17: "MAX_POOL_2D",
    14: "LOGISTIC", 18: "MUL", 34: "PAD", 40: "MEAN", 97: "RESIZE_NEAREST_NEIGHBOR",
}  # fmt: skip


# Fixed-point arithmetic.


def factor(value):
    """Q31 multiplier and power of two: `QuantizeMultiplier`."""
    if not value > 0 or math.isinf(value):
        return 0, 0
    mantissa, exponent = math.frexp(value)
    fixed = math.floor(mantissa * (1 << 31) + 0.5)
    if fixed == 1 << 31:
        fixed, exponent = fixed // 2, exponent + 1
    if exponent < -31:
        return 0, 0
    if exponent > 30:
        return (1 << 31) - 1, 30
    return fixed, exponent


def factors(values):
    """Of each channel, shaped to multiply N×C×H×W."""
    pairs = [factor(float(v)) for v in np.atleast_1d(values)]
    shape = (1, -1, 1, 1)
    return tuple(torch.tensor(each).reshape(shape) for each in zip(*pairs, strict=True))


def truncated(value):
    """The low 32 bits of an int64, as a signed number."""
    return ((value + (1 << 31)) & 0xFFFFFFFF) - (1 << 31)


def multiply(value, multiplier, shift):
    """`MultiplyByQuantizedMultiplier` of int64 tensors that hold 32-bit numbers, with its two
    roundings."""
    left = truncated(value << shift.clamp(min=0)) if bool((shift > 0).any()) else value
    high = left * multiplier
    high += 1 << 30
    high >>= 31
    right = (-shift).clamp(min=0)
    # Ties go away from zero: one less where the number is negative and something is dropped.
    sign = high >> 63
    sign &= -(right > 0).long()
    high += (torch.ones_like(right) << right) >> 1
    high += sign
    high >>= right
    return high


def halved(product):
    """pmulhrsw: rounded, of the product of two 16-bit numbers."""
    return (product + (1 << 14)) >> 15


def silu_constants(scale_x, scales_w, scale_out, units):
    """Of each channel: the multiplier of the sums, and the numbers of the curve."""
    rows = []
    for scale_w, unit in zip(scales_w, units, strict=True):
        step = float(scale_out) * float(unit)
        fine = [f for f in range(1, 8) if 32768 * step * 2.0**-f >= 8]
        if not fine:
            raise ValueError(f"a code of {step} is finer than 2^-11")
        f = fine[-1]
        q = step * 2.0**-f
        mantissa, exponent = math.frexp(q * 2**15 / 8)
        m15 = min(math.floor(mantissa * 2**15 + 0.5), 32767)
        g = math.floor(H_MOST / (255 * 128) / q * 2**15 + 0.5)
        multiplier, shift = factor(float(scale_x) * float(scale_w) / q)
        rows.append((multiplier, shift, f, m15, exponent, g))
    return [torch.tensor(column).reshape(1, -1, 1, 1) for column in zip(*rows, strict=True)]


def silu(sums, constants, zero):
    """int8 codes of SiLU from the sums of a convolution, N×C×H×W."""
    multiplier, shift, f, m15, exponent, g = constants
    y = multiply(sums, multiplier, shift).clamp(-32768, 32767).to(torch.int32)
    f, m15, exponent, g = (each.to(torch.int32) for each in (f, m15, exponent, g))
    magnitude = y.abs().clamp(max=32767)
    t = torch.minimum(halved(magnitude * m15), 32767 >> exponent) << exponent
    index, rest = t >> 9, t & 511
    table = torch.tensor(H_TABLE, dtype=torch.int32)
    slopes = torch.tensor(D_TABLE, dtype=torch.int32)
    h = (table[index] << 7) + ((slopes[index] * rest) >> 2)
    s = y.clamp(min=0) - halved(h * g)
    return (halved(s << (15 - f)) + zero).clamp(-128, 127).to(torch.int8)


def prelu(sums, scale_x, scales_w, scale_out, slopes, zero):
    """int8 codes of PReLU from the sums of a convolution, N×C×H×W: by way of 16ths of a code."""
    sixteenth = float(scale_out) * 2.0**-4
    multiplier, shift = factors([float(scale_x) * float(w) / sixteenth for w in scales_w])
    y = multiply(sums, multiplier, shift).clamp(-32768, 32767)
    below = []
    for slope in slopes:
        assert abs(float(slope)) < 16 - 2.0**-11, f"a slope of {slope}"
        below.append(math.floor(abs(float(slope)) * 2**11 + 0.5) * (-1 if slope < 0 else 1))
    # 15 bits each: their product has room in 32.
    y, below = y.to(torch.int32), torch.tensor(below, dtype=torch.int32).reshape(1, -1, 1, 1)
    scaled = y.clamp(max=0) * below + (y.clamp(min=0) << 11)
    return (halved(scaled) + zero).clamp(-128, 127).to(torch.int8)


# Operators, on int8 N×C×H×W. A tensor's numbers are (step, zero).


def same_padding(sides, kernel, stride):
    """left, right, top, bottom of TensorFlow Lite's SAME."""
    amounts = []
    for side, size in ((sides[1], kernel[1]), (sides[0], kernel[0])):
        total = max((-(-side // stride) - 1) * stride + size - side, 0)
        amounts += [total // 2, total - total // 2]
    return amounts


def convolution_sums(x, zero, weights, bias, stride, same, depthwise):
    """int64 sums. `weights` are int8 O×kh×kw×I, or 1×kh×kw×C."""
    kernel = torch.tensor(weights.astype(np.int64))
    kernel = kernel.permute(3, 0, 1, 2) if depthwise else kernel.permute(0, 3, 1, 2)
    # The widest sum is of codes that are 255 from the zero.
    widest = 255 * int(kernel.abs().sum(dim=(1, 2, 3)).max())
    # A convolution of 3 × 3 over many channels may be computed otherwise than as a sum.
    exact = widest < EXACT[torch.float32] and (depthwise or kernel.shape[2:] == (1, 1))
    kind = torch.float32 if exact else torch.float64
    assert widest < EXACT[kind]
    values = x.to(kind) - zero
    if same:
        values = functional.pad(values, same_padding(x.shape[2:], kernel.shape[2:], stride))
    groups = x.shape[1] if depthwise else 1
    sums = functional.conv2d(values, kernel.to(kind), stride=stride, groups=groups)
    sums = sums.to(torch.int64) + torch.tensor(bias.astype(np.int64)).reshape(1, -1, 1, 1)
    assert int(sums.abs().max()) < 1 << 31, "a sum leaves 32 bits"
    return sums


def activation_range(number, scale, zero):
    """The least and greatest code: `CalculateActivationRangeQuantized`."""

    def code(real):
        scaled = np.float32(real) / np.float32(scale)
        return zero + int(math.copysign(math.floor(abs(scaled) + 0.5), scaled))

    least, most = {0: (None, None), 1: (0, None), 2: (-1, 1), 3: (0, 6)}[number]
    low = -128 if least is None else max(-128, code(least))
    return low, 127 if most is None else min(127, code(most))


def requantised(sums, scale_x, scales_w, scale_out, zero, low=-128, high=127):
    multiplier, shift = factors([float(scale_x) * float(w) / float(scale_out) for w in scales_w])
    return (multiply(sums, multiplier, shift) + zero).clamp(low, high).to(torch.int8)


def add(left, right, scales, zeros):
    """`scales` and `zeros` of left, right and output."""
    larger = 2 * max(float(scales[0]), float(scales[1]))
    total = 0
    for x, scale, zero in zip((left, right), scales, zeros, strict=False):
        multiplier, shift = factors([float(scale) / larger])
        total = total + multiply((x.to(torch.int64) - zero) << LEFT, multiplier, shift)
    multiplier, shift = factors([larger / ((1 << LEFT) * float(scales[2]))])
    return (multiply(total, multiplier, shift) + zeros[2]).clamp(-128, 127).to(torch.int8)


def product(left, right, scales, zeros):
    one, other, out = (np.float32(scale) for scale in scales)
    multiplier, shift = factors([float(np.float32(np.float32(one * other) / out))])
    values = (left.to(torch.int64) - zeros[0]) * (right.to(torch.int64) - zeros[1])
    return (multiply(values, multiplier, shift) + zeros[2]).clamp(-128, 127).to(torch.int8)


def logistic(x, scale_x, zero_x, scale_out, zero):
    """A table of all codes, in 32 bits."""
    codes = np.arange(-128, 128)
    places = np.float32(scale_x) * (codes - zero_x).astype(np.float32)
    # Kuzet's own power of e is right to 10⁻¹⁵, and rounded to 32 bits.
    powers = np.exp(-places.astype(np.float64)).astype(np.float32)
    values = np.float32(1) / (np.float32(1) + powers) * (np.float32(1) / np.float32(scale_out))
    table = np.clip(np.floor(values.astype(np.float64) + 0.5) + zero, -128, 127)
    return torch.tensor(table.astype(np.int8))[x.long() + 128]


def mean(x, scale_x, zero_x, scale_out, zero):
    count = x.shape[2] * x.shape[3]
    sums = x.to(torch.int64).sum(dim=(2, 3), keepdim=True) - zero_x * count
    multiplier, shift = factor(float(scale_x) / float(scale_out))
    places = max(min(min(count.bit_length() - 1, 32), 31 + shift), 0)
    pair = torch.tensor((multiplier << places) // count), torch.tensor(shift - places)
    return (multiply(sums, *pair) + zero).clamp(-128, 127).to(torch.int8)


def max_pool(x, size, stride, same):
    values = x.to(torch.float32)
    if same:
        sides = same_padding(x.shape[2:], (size, size), stride)
        values = functional.pad(values, sides, value=-128.0)
    return functional.max_pool2d(values, size, stride).to(torch.int8)


# The file.


class _Table:
    """A table of a flatbuffer, by field number."""

    def __init__(self, blob, place):
        self.blob, self.table = blob, flatbuffers.table.Table(blob, place)

    def offset(self, number):
        return self.table.Offset(4 + 2 * number)

    def number(self, number, flags, default=0):
        offset = self.offset(number)
        return self.table.Get(flags, self.table.Pos + offset) if offset else default

    def array(self, number, dtype):
        offset = self.offset(number)
        if not offset:
            return np.zeros(0, dtype)
        count = self.table.VectorLen(offset)
        return np.frombuffer(self.blob, dtype, count, self.table.Vector(offset))

    def text(self, number):
        offset = self.offset(number)
        return self.table.String(self.table.Pos + offset).decode() if offset else ""

    def child(self, number):
        offset = self.offset(number)
        return _Table(self.blob, self.table.Indirect(self.table.Pos + offset)) if offset else None

    def children(self, number):
        offset = self.offset(number)
        if not offset:
            return []
        start = self.table.Vector(offset)
        count = self.table.VectorLen(offset)
        return [_Table(self.blob, self.table.Indirect(start + 4 * i)) for i in range(count)]


class Simulation:
    """One model, loaded. It knows what the writer beside it writes, and refuses the rest."""

    def __init__(self, blob):
        blob = bytes(blob)
        flags = flatbuffers.number_types
        place = flatbuffers.encode.Get(flatbuffers.packer.uoffset, blob, 0)
        root = _Table(blob, place)
        self.description = root.text(3)
        buffers = root.children(4)
        graph = root.children(2)[0]
        self.shapes, self.steps, self.zeros, self.data, self.names = [], [], [], [], []
        for tensor in graph.children(0):
            shape = tuple(int(n) for n in tensor.array(0, np.int32))
            numbers = tensor.child(4)
            self.shapes.append(shape)
            self.names.append(tensor.text(3))
            self.steps.append(numbers.array(2, np.float32) if numbers else None)
            self.zeros.append(int(numbers.array(3, np.int64)[0]) if numbers else 0)
            buffer = tensor.number(2, flags.Uint32Flags)
            data = None
            if buffer:
                kind = TYPES[tensor.number(1, flags.Int8Flags)]
                data = buffers[buffer].array(0, np.uint8).view(kind).reshape(shape)
            self.data.append(data)
        self.inputs = [int(i) for i in graph.array(1, np.int32)]
        self.outputs = [int(i) for i in graph.array(2, np.int32)]
        codes = root.children(1)
        self.operators = []
        for operator in graph.children(3):
            code = codes[operator.number(0, flags.Uint32Flags)]
            number = max(code.number(0, flags.Int8Flags), code.number(3, flags.Int32Flags))
            name = code.text(1) if number == 32 else NAMES[number]
            sources = [int(i) for i in operator.array(1, np.int32)]
            target = int(operator.array(2, np.int32)[0])
            custom = bytes(operator.array(5, np.uint8))
            self.operators.append((name, sources, target, operator.child(4), custom))
        last = {}
        for index, (_, sources, _, _, _) in enumerate(self.operators):
            last.update(dict.fromkeys(sources, index))
        self.last = last

    def run(self, pictures, watch=None):
        """Outputs, int8 N×H×W×C each, of int8 pictures N×H×W×C. `watch` sees every tensor."""
        live = {self.inputs[0]: torch.as_tensor(pictures).permute(0, 3, 1, 2)}
        for index, (name, sources, target, options, custom) in enumerate(self.operators):
            live[target] = self.operate(name, sources, target, options, custom, live)
            if watch:
                watch(self.names[target], live[target])
            for source in sources:
                if self.last[source] <= index and source not in self.outputs:
                    live.pop(source, None)
        return [live[o].permute(0, 2, 3, 1).contiguous().numpy() for o in self.outputs]

    def operate(self, name, sources, target, options, custom, live):
        flags = flatbuffers.number_types
        first = live[sources[0]]
        steps = [None if s is None else s[0] for s in self.steps]
        step, zero = steps[target], self.zeros[target]
        scales = [steps[s] for s in sources[:2]] + [step]
        zeros = [self.zeros[s] for s in sources[:2]] + [zero]
        if name in ("CONV_2D", "DEPTHWISE_CONV_2D", "KuzetConv2D", "KuzetDepthwiseConv2D"):
            depthwise = "epthwise" in name.lower()
            if custom:
                assert custom[0] == 1 and custom[5:] == bytes([1, 1, 0])
                assert custom[1] in (1, 2) and custom[3] == custom[4]
                padding, stride = custom[2], custom[3]
            else:
                padding = options.number(0, flags.Int8Flags)
                stride = options.number(1, flags.Int32Flags)
                limits = options.number(4 if depthwise else 3, flags.Int8Flags)
            weights, bias = self.data[sources[1]], self.data[sources[2]]
            sums = convolution_sums(first, zeros[0], weights, bias, stride, padding == 0, depthwise)
            widths = self.steps[sources[1]]
            if custom and custom[1] == 2:
                return prelu(sums, scales[0], widths, step, self.data[sources[3]], zero)
            if custom:
                units = self.data[sources[3]]
                return silu(sums, silu_constants(scales[0], widths, step, units), zero)
            limits = activation_range(limits, step, zero)
            return requantised(sums, scales[0], widths, step, zero, *limits)
        if name == "ADD":
            return add(first, live[sources[1]], scales, zeros)
        if name == "MUL":
            return product(first, live[sources[1]], scales, zeros)
        if name == "LOGISTIC":
            return logistic(first, scales[0], zeros[0], step, zero)
        if name == "MEAN":
            return mean(first, scales[0], zeros[0], step, zero)
        if name == "MAX_POOL_2D":
            size, stride = (options.number(i, flags.Int32Flags) for i in (3, 1))
            return max_pool(first, size, stride, options.number(0, flags.Int8Flags) == 0)
        if name == "PAD":
            amounts = self.data[sources[1]]
            sides = [int(n) for n in (*amounts[2], *amounts[1])]
            return functional.pad(first, sides, value=zero)
        if name == "RESIZE_NEAREST_NEIGHBOR":
            return first.repeat_interleave(2, dim=2).repeat_interleave(2, dim=3)
        assert name == "CONCATENATION"
        return torch.cat([live[s] for s in sources], dim=1)
