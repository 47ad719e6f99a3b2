"""Small quantised models of several operators: what meets where one layer feeds another."""

from layers import CHANNELS, RANGES, alike, constant, convolve, fused, weighted
from tflite import Operator, Tensor, model


class Graph:
    """A few layers, one after another, on one input."""

    def __init__(self, d, shape, dtype):
        self.d = d
        self.input = self.tensor = d.tensor("in", shape, dtype)
        self.operators = []

    def add(self, operator):
        self.operators.append(operator)
        self.tensor = operator.outputs[0]
        return self.tensor

    def conv(self, outputs, size=3, stride=1):
        squares = [(size, size), (stride, stride)]
        return self.add(convolve(self.d, "CONV_2D", self.tensor, outputs, "SAME", *squares))

    def depthwise(self, stride=1):
        name, outputs = "DEPTHWISE_CONV_2D", self.tensor.shape[3]
        return self.add(
            convolve(self.d, name, self.tensor, outputs, "SAME", (3, 3), (stride, stride))
        )

    def silu(self, name, outputs, size, stride=1):
        squares = [(size, size), (stride, stride)]
        return self.add(fused(self.d, name, self.tensor, outputs, "SAME", *squares))

    def join(self, name, left, right, options=None):
        output = self.d.tensor("out", left.shape, left.dtype)
        output.scale = [max(left.scale[0], right.scale[0])]
        options = options or {0: self.d.activation()}
        return self.add(Operator(name, [left, right], [output], options))

    def simple(self, name, shape, inputs=(), options=None):
        output = alike(self.tensor, shape)
        return self.add(Operator(name, [self.tensor, *inputs], [output], options or {}))


def detector(d, name):
    """What a detector with SiLU is made of: a residual of deep filters, channels that are weighted,
    pools of several sizes, and two sizes brought together."""
    batch, height, width, _ = d.shape("in", 4)
    g = Graph(d, (batch, height, width, 3), "int8")
    count = d.pick("count", [5, 8, 16, 24, 40])
    fine = g.silu("KuzetConv2D", count, 3, 2)
    g.silu("KuzetConv2D", count, 1)
    g.silu("KuzetDepthwiseConv2D", count, 5)
    g.silu("KuzetConv2D", count, 1)
    both = g.join("ADD", fine, g.tensor)
    if d.pick("mean", ["MEAN", "AVERAGE_POOL_2D"]) == "MEAN":
        g.simple("MEAN", (batch, 1, 1, count), [constant([1, 2])], {0: ("bool", True)})
    else:
        rows, columns = both.shape[1:3]
        sides = dict(enumerate([1, 1, columns, rows], 1))
        g.simple("AVERAGE_POOL_2D", (batch, 1, 1, count), (), {
            0: ("int8", 1), **{field: ("int32", side) for field, side in sides.items()},
        })  # fmt: skip
    # A hard sigmoid: its codes end where it does.
    gate = convolve(d, "CONV_2D", g.tensor, count, "SAME", (1, 1))
    gate.outputs[0].scale, gate.outputs[0].zero_point = [1 / 255], [-128]
    g.join("MUL", both, g.add(gate))
    pools = [g.tensor]
    for size in (5, 9):
        g.tensor = pools[0]
        pools.append(g.simple("MAX_POOL_2D", g.tensor.shape, (), {
            0: ("int8", 0), 1: ("int32", 1), 2: ("int32", 1), 3: ("int32", size),
            4: ("int32", size),
        }))  # fmt: skip
    together = alike(pools[0], (*pools[0].shape[:3], 3 * count))
    g.add(Operator("CONCATENATION", pools, [together], {0: ("int32", 3)}))
    coarse = g.silu("KuzetConv2D", count, 3, 2)
    size = [2 * side for side in coarse.shape[1:3]]
    wide = g.simple("RESIZE_NEAREST_NEIGHBOR", (batch, *size, count), [constant(size)])
    outputs = [wide, g.silu("KuzetDepthwiseConv2D", count, 5)]
    return model([g.input], outputs, g.operators)


def graph(d, name):
    kind = d.pick("kind", ["classifier", "residual", "branches", "gate", "floats", "reuse", "pads"])
    batch, height, width, channels = d.shape("in", 4)
    g = Graph(d, (batch, height, width, channels), d.dtype())
    inputs, outputs = [g.input], None
    if kind == "classifier":
        g.conv(d.pick("outputs", CHANNELS), 3, 2)
        g.depthwise()
        last = g.conv(24, 1)
        g.simple("MEAN", (batch, 24), [constant([1, 2])], {0: ("bool", False)})
        g.add(
            weighted(
                d, "FULLY_CONNECTED", g.tensor, (10, 24), (batch, 10), 0, 24, {},
                lambda *three: list(three),
            )
        )  # fmt: skip
        scores = Tensor((batch, 10), last.dtype, [1 / 256], [RANGES[last.dtype][0]])
        g.add(Operator("SOFTMAX", [g.tensor], [scores], {0: ("float32", 1.0)}))
    elif kind == "residual":
        first = g.conv(16, 1)
        g.conv(32, 1)
        g.depthwise()
        g.conv(16, 1)
        second = g.join("ADD", first, g.tensor)
        g.conv(16, 3)
        g.join("ADD", second, g.tensor)
    elif kind == "branches":
        left = g.conv(8, 1)
        g.tensor = g.input
        right = g.conv(5, 3)
        right.scale, right.zero_point = left.scale, left.zero_point
        both = alike(left, (*left.shape[:3], 13))
        g.add(Operator("CONCATENATION", [left, right], [both], {0: ("int32", 3)}))
        outputs = [right, g.conv(4, 1)]
    elif kind == "gate":
        trunk = g.conv(12, 3)
        gate = Tensor(trunk.shape, trunk.dtype, [1 / 256], [RANGES[trunk.dtype][0]])
        g.add(Operator("LOGISTIC", [trunk], [gate]))
        g.join("MUL", trunk, gate)
        g.simple("RESIZE_NEAREST_NEIGHBOR", (batch, 2 * height, 2 * width, 12),
                 [constant([2 * height, 2 * width])])  # fmt: skip
    elif kind == "floats":
        inputs = [Tensor(g.input.shape, "float32")]
        g.operators.append(Operator("QUANTIZE", inputs, [g.input]))
        last = g.conv(9, 3)
        outputs = [Tensor(last.shape, "float32")]
        g.operators.append(Operator("DEQUANTIZE", [last], outputs))
    elif kind == "reuse":
        g.join("ADD", g.input, g.input)
        g.simple("RESHAPE", (batch, height * width, channels), [constant([batch, -1, channels])])
        first = g.tensor
        g.simple("RESHAPE", (batch, height, width, channels), [constant(g.input.shape)])
        outputs = [first, g.conv(7, 1)]
    else:
        amounts = constant([[0, 0], [1, 0], [0, 2], [0, 0]])
        g.simple("PAD", (batch, height + 1, width + 2, channels), [amounts])
        g.conv(6, 3, 2)
        g.simple("MAX_POOL_2D", g.tensor.shape, (), {
            0: ("int8", 0), 1: ("int32", 1), 2: ("int32", 1), 3: ("int32", 3), 4: ("int32", 3),
        })  # fmt: skip
        g.conv(3, 1)
    return model(inputs, outputs or [g.tensor], g.operators)
