"""MobileNetV2 1.0 224 as an ONNX model of quantised convolutions with random weights.

Its time does not depend on the weights, so that onnxruntime can be timed without a trained file.
The few protocol buffers of the format are encoded here.
"""

import numpy as np

TYPES = {np.dtype("f4"): 1, np.dtype("u1"): 2, np.dtype("i1"): 3, np.dtype("i4"): 6}
# Widening, channels, blocks, stride of the first block.
BLOCKS = (
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)


def varint(value):
    value &= (1 << 64) - 1
    encoded = b""
    while value > 127:
        encoded += bytes([value & 127 | 128])
        value >>= 7
    return encoded + bytes([value])


def integer(number, value):
    return varint(number << 3) + varint(value)


def octets(number, value):
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(value)) + value


class Writer:
    """Collects the nodes and the constants of one graph."""

    def __init__(self):
        self.nodes, self.constants = b"", b""
        self.count = self.multiplications = 0
        self.random = np.random.default_rng(0)

    def constant(self, name, values):
        shape = b"".join(integer(1, size) for size in values.shape)
        body = shape + integer(2, TYPES[values.dtype]) + octets(8, name)
        self.constants += octets(5, body + octets(9, values.tobytes()))
        return name

    def node(self, kind, inputs, domain="", **attributes):
        self.count += 1
        output = f"t{self.count}"
        body = b"".join(octets(1, each) for each in inputs) + octets(2, output) + octets(4, kind)
        for name, value in attributes.items():
            if isinstance(value, int):
                content = integer(3, value) + integer(20, 2)
            else:
                content = b"".join(integer(8, each) for each in value) + integer(20, 7)
            body += octets(5, octets(1, name) + content)
        self.nodes += octets(1, body + (octets(7, domain) if domain else b""))
        return output

    def conv(self, x, channels, size, output, stride=1, groups=1):
        """`x` and the result are (name, scale, zero point, channels, rows)."""
        name, scale, zero, depth, rows = x
        shape = (channels, depth // groups, size, size)
        reach = shape[1] * size * size
        key = f"k{self.count}"
        weights = self.constant(key + "w", self.random.integers(-60, 60, shape).astype(np.int8))
        bias = self.constant(key + "b", self.random.integers(-500, 500, channels).astype(np.int32))
        grain = self.constant(key + "s", np.array(0.02 / np.sqrt(reach), np.float32))
        inputs = [name, scale, zero, weights, grain, "zero weight", *output, bias]
        rows //= stride
        self.multiplications += channels * reach * rows * rows
        result = self.node(
            "QLinearConv", inputs, kernel_shape=[size] * 2, strides=[stride] * 2,
            pads=[size // 2] * 4, group=groups,
        )  # fmt: skip
        return result, *output, channels, rows


def mobilenet_v2():
    """The model's bytes, and how many multiplications it does."""
    w = Writer()
    clipped, linear = ("scale of 6", "zero"), ("scale", "zero 128")
    w.constant("scale of 6", np.array(6 / 255, np.float32))
    w.constant("zero", np.array(0, np.uint8))
    w.constant("scale", np.array(0.05, np.float32))
    w.constant("zero 128", np.array(128, np.uint8))
    w.constant("zero weight", np.array(0, np.int8))
    x = w.conv(("in", *clipped, 3, 224), 32, 3, clipped, stride=2)
    for widening, channels, blocks, first in BLOCKS:
        for block in range(blocks):
            stride = first if block == 0 else 1
            wide = x[3] * widening
            y = w.conv(x, wide, 1, clipped) if widening > 1 else x
            y = w.conv(y, wide, 3, clipped, stride, groups=wide)
            y = w.conv(y, channels, 1, linear)
            if stride == 1 and x[3] == channels:
                inputs = [*x[:3], *y[:3], *linear]
                y = (w.node("QLinearAdd", inputs, "com.microsoft"), *y[1:])
            x = y
    x = w.conv(x, 1280, 1, clipped)
    inputs = [*x[:3], *clipped]
    pooled = w.node("QLinearGlobalAveragePool", inputs, "com.microsoft", channels_last=0)
    x = w.conv((pooled, *clipped, 1280, 1), 1001, 1, linear)

    def value(name, shape):
        sizes = b"".join(octets(1, integer(1, size)) for size in shape)
        return octets(1, name) + octets(2, octets(1, integer(1, 2) + octets(2, sizes)))

    graph = w.nodes + octets(2, "mobilenet_v2") + w.constants
    graph += octets(11, value("in", (1, 3, 224, 224))) + octets(12, value(x[0], (1, 1001, 1, 1)))
    versions = octets(8, octets(1, "") + integer(2, 13))
    versions += octets(8, octets(1, "com.microsoft") + integer(2, 1))
    return integer(1, 8) + versions + octets(7, graph), w.multiplications
