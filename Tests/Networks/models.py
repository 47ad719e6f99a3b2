"""The models that the judge runs, by operator: the same ones for the same seed."""

import layers
from graphs import detector, graph

MAKERS = {
    "CONV_2D": layers.convolution,
    "DEPTHWISE_CONV_2D": layers.convolution,
    "KuzetConv2D": layers.silu,
    "KuzetDepthwiseConv2D": layers.silu,
    "FULLY_CONNECTED": layers.fully_connected,
    "TRANSPOSE_CONV": layers.transpose_convolution,
    "ADD": layers.binary,
    "SUB": layers.binary,
    "MUL": layers.binary,
    "MAXIMUM": layers.binary,
    "MINIMUM": layers.binary,
    "CONCATENATION": layers.concatenation,
    "PAD": layers.pad,
    "PADV2": layers.pad,
    "MAX_POOL_2D": layers.pool,
    "AVERAGE_POOL_2D": layers.pool,
    "MEAN": layers.mean,
    "RESIZE_NEAREST_NEIGHBOR": layers.resize,
    "RESIZE_BILINEAR": layers.resize,
    "RELU": layers.unary,
    "RELU6": layers.unary,
    "RELU_N1_TO_1": layers.unary,
    "LEAKY_RELU": layers.unary,
    "HARD_SWISH": layers.unary,
    "LOGISTIC": layers.unary,
    "TANH": layers.unary,
    "SOFTMAX": layers.softmax,
    "QUANTIZE": layers.quantize,
    "RESHAPE": layers.reshape,
    "SQUEEZE": layers.squeeze,
    "EXPAND_DIMS": layers.expand,
    "SPLIT": layers.split,
    "STRIDED_SLICE": layers.strided_slice,
    "GRAPH": graph,
    "DETECTOR": detector,
}
# The operators with the most parameters get the most models.
WEIGHTS = {
    "CONV_2D": 4,
    "DEPTHWISE_CONV_2D": 4,
    "KuzetConv2D": 3,
    "KuzetDepthwiseConv2D": 3,
    "FULLY_CONNECTED": 2,
    "TRANSPOSE_CONV": 2,
    "MEAN": 2,
    "ADD": 2,
    "SUB": 2,
    "MUL": 2,
    "SOFTMAX": 2,
    "GRAPH": 2,
    "DETECTOR": 2,
}


def may_decline(operator, label, wrong):
    """Whether the engine need not run the case, but must say so: LiteRT resizes uint8 in float32,
    and the engine has no floating point."""
    unusual = operator == "RESIZE_BILINEAR" and "type=uint8" in label
    return unusual and wrong.startswith("exit 65:")


def cases(operator, count, seed):
    """Yields (what was dealt, the model's bytes)."""
    dealer = layers.Dealer(operator, seed)
    for _ in range(count * WEIGHTS.get(operator, 1)):
        dealer.start()
        blob = MAKERS[operator](dealer, operator)
        yield ", ".join(dealer.dealt), blob
