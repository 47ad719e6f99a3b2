"""Writes TensorFlow Lite models: the few tables of the schema that a test needs, by field number.

The schema is `tensorflow/lite/schema/schema.fbs`; a table is a dict from field number to value,
and a value carries its own type, so nothing here is generated.
"""

from dataclasses import dataclass, field

import flatbuffers
import numpy as np

# BuiltinOperator, BuiltinOptions
OPERATORS = {
    "ADD": (0, 11),
    "AVERAGE_POOL_2D": (1, 5),
    "CONCATENATION": (2, 10),
    "CONV_2D": (3, 1),
    "DEPTHWISE_CONV_2D": (4, 2),
    "DEQUANTIZE": (6, 38),
    "FULLY_CONNECTED": (9, 8),
    "LOGISTIC": (14, 0),
    "MAX_POOL_2D": (17, 5),
    "MUL": (18, 21),
    "RELU": (19, 0),
    "RELU_N1_TO_1": (20, 0),
    "RELU6": (21, 0),
    "RESHAPE": (22, 17),
    "RESIZE_BILINEAR": (23, 15),
    "SOFTMAX": (25, 9),
    "TANH": (28, 0),
    "PAD": (34, 22),
    "MEAN": (40, 27),
    "SUB": (41, 28),
    "SQUEEZE": (43, 30),
    "STRIDED_SLICE": (45, 32),
    "SPLIT": (49, 35),
    "MAXIMUM": (55, 39),
    "MINIMUM": (57, 39),
    "PADV2": (60, 43),
    "TRANSPOSE_CONV": (67, 49),
    "EXPAND_DIMS": (70, 52),
    "RESIZE_NEAREST_NEIGHBOR": (97, 74),
    "LEAKY_RELU": (98, 75),
    "QUANTIZE": (114, 89),
    "HARD_SWISH": (117, 91),
}
CUSTOM = 32
TENSOR_TYPES = {"float32": 0, "int32": 2, "uint8": 3, "int8": 9}


@dataclass
class Tensor:
    """A tensor of a model: constant when it has `data`.

    `scale` and `zero_point` hold one number each, or one for each slice along `axis`.
    """

    shape: tuple
    dtype: str
    scale: list = field(default_factory=list)
    zero_point: list = field(default_factory=list)
    axis: int = 0
    data: np.ndarray | None = None


@dataclass
class Operator:
    """An operator by the schema's name; `options` maps the field number to a typed value.

    An absent input is None. An operator that is not the schema's has `custom`, its options' bytes.
    """

    name: str
    inputs: list
    outputs: list
    options: dict = field(default_factory=dict)
    version: int = 1
    custom: bytes | None = None


def vector(builder, values, width, prepend, alignment=None):
    builder.StartVector(width, len(values), alignment or width)
    for value in reversed(values):
        prepend(value)
    return builder.EndVector()


def octets(builder, data):
    """A vector of bytes on a 16-byte boundary, as the schema asks of a buffer."""
    data = bytes(data)
    builder.StartVector(1, len(data), 16)
    builder.head = builder.head - len(data)
    builder.Bytes[builder.head : builder.head + len(data)] = data
    return builder.EndVector()


def table(builder, fields):
    """Writes a table; returns its offset. A value is (kind, payload)."""
    placed = {}
    for number, (kind, value) in fields.items():
        if kind == "int32s":
            value = vector(builder, list(value), 4, builder.PrependInt32)
        elif kind == "int64s":
            value = vector(builder, list(value), 8, builder.PrependInt64)
        elif kind == "float32s":
            value = vector(builder, list(value), 4, builder.PrependFloat32)
        elif kind == "octets":
            value = octets(builder, value)
        elif kind == "string":
            value = builder.CreateString(value)
        elif kind == "table":
            value = table(builder, value)
        elif kind == "tables":
            offsets = [table(builder, each) for each in value]
            value = vector(builder, offsets, 4, builder.PrependUOffsetTRelative)
        placed[number] = (kind, value)
    builder.StartObject(max(placed, default=-1) + 1)
    for number, (kind, value) in placed.items():
        if kind == "int8":
            builder.PrependInt8Slot(number, value, None)
        elif kind == "int32":
            builder.PrependInt32Slot(number, value, None)
        elif kind == "bool":
            builder.PrependBoolSlot(number, value, None)
        elif kind == "float32":
            builder.PrependFloat32Slot(number, value, None)
        else:
            builder.PrependUOffsetTRelativeSlot(number, value, 0)
    return builder.EndObject()


def model(inputs, outputs, operators):
    """The bytes of a .tflite file with one subgraph."""
    tensors = list(inputs)
    for operator in operators:
        for tensor in operator.inputs + operator.outputs:
            if tensor is not None and not any(tensor is each for each in tensors):
                tensors.append(tensor)

    def indices(group):
        return [
            -1 if tensor is None else next(i for i, t in enumerate(tensors) if t is tensor)
            for tensor in group
        ]

    buffers, tensor_tables = [{}], []
    for number, tensor in enumerate(tensors):
        buffer = 0
        if tensor.data is not None:
            buffer = len(buffers)
            buffers.append({0: ("octets", np.ascontiguousarray(tensor.data).tobytes())})
        fields = {
            0: ("int32s", tensor.shape),
            1: ("int8", TENSOR_TYPES[tensor.dtype]),
            2: ("int32", buffer),
            3: ("string", f"t{number}"),
        }
        if tensor.scale:
            fields[4] = (
                "table",
                {
                    2: ("float32s", tensor.scale),
                    3: ("int64s", tensor.zero_point),
                    6: ("int32", tensor.axis),
                },
            )
        tensor_tables.append(fields)

    codes, operator_tables = [], []
    for operator in operators:
        code, options = (CUSTOM, 0) if operator.custom else OPERATORS[operator.name]
        fields = {
            0: ("int32", len(codes)),
            1: ("int32s", indices(operator.inputs)),
            2: ("int32s", indices(operator.outputs)),
        }
        if options:
            fields[3] = ("int8", options)
            fields[4] = ("table", operator.options)
        kind = {0: ("int8", min(code, 127)), 2: ("int32", operator.version), 3: ("int32", code)}
        if operator.custom:
            fields[5] = ("octets", operator.custom)
            kind[1] = ("string", operator.name)
        operator_tables.append(fields)
        codes.append(kind)

    builder = flatbuffers.Builder(1024)
    subgraph = {
        0: ("tables", tensor_tables),
        1: ("int32s", indices(inputs)),
        2: ("int32s", indices(outputs)),
        3: ("tables", operator_tables),
        4: ("string", "main"),
    }
    root = table(
        builder,
        {
            0: ("int32", 3),
            1: ("tables", codes),
            2: ("tables", [subgraph]),
            3: ("string", "kuzet judge"),
            4: ("tables", buffers),
        },
    )
    builder.Finish(root, file_identifier=b"TFL3")
    return bytes(builder.Output())


def repaired(blob):
    """The model with each quantised dimension that its tensor does not have put to 0, and how
    many there were. Old converters gave the biases of a depthwise convolution the dimension of
    its weights; no kernel reads it, but LiteRT refuses such a file."""
    blob = bytearray(blob)
    root = flatbuffers.table.Table(
        blob, flatbuffers.encode.Get(flatbuffers.packer.uoffset, blob, 0)
    )

    def children(table, number):
        offset = table.Offset(4 + 2 * number)
        if offset:
            start = table.Vector(offset)
            for index in range(table.VectorLen(offset)):
                yield flatbuffers.table.Table(blob, table.Indirect(start + 4 * index))

    count = 0
    for subgraph in children(root, 2):
        for tensor in children(subgraph, 0):
            shape, quantization = tensor.Offset(4), tensor.Offset(4 + 2 * 4)
            if not shape or not quantization:
                continue
            place = tensor.Indirect(tensor.Pos + quantization)
            details = flatbuffers.table.Table(blob, place)
            offset = details.Offset(4 + 2 * 6)
            if offset:
                start = details.Pos + offset
                dimension = int.from_bytes(blob[start : start + 4], "little", signed=True)
                if dimension >= max(1, tensor.VectorLen(shape)):
                    blob[start : start + 4] = bytes(4)
                    count += 1
    return bytes(blob), count
