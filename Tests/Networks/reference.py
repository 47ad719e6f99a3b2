"""What TensorFlow Lite's reference kernels make of a model, as raw codes."""

from dataclasses import dataclass

import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType

import tflite
from cut import OURS, Cut


class Refused(Exception):
    """LiteRT does not load the model."""


@dataclass
class End:
    """An input or output: the tensor that LiteRT shows, and the codes behind it."""

    shown: int
    codes: int
    dtype: np.dtype
    shape: tuple
    scale: np.float32
    zero_point: int

    @property
    def byte_count(self):
        return int(np.prod(self.shape)) * self.dtype.itemsize


class Reference:
    """One model, loaded."""

    def __init__(self, blob, resolver=OpResolverType.BUILTIN_REF):
        blob, self.repaired = tflite.repaired(blob)
        self.cut = None
        try:
            if any(name.encode() in blob for name in OURS):
                self.open_cut(blob, resolver)
                return
            self.open(blob, resolver, keep=False)
            if any(end.codes != end.shown for end in self.outputs):
                self.open(blob, resolver, keep=True)
        except (RuntimeError, ValueError) as error:
            raise Refused(str(error).splitlines()[0]) from None

    def open(self, blob, resolver, keep):
        self.interpreter = Interpreter(
            model_content=blob,
            num_threads=1,
            experimental_op_resolver_type=resolver,
            experimental_preserve_all_tensors=keep,
        )
        self.interpreter.allocate_tensors()
        tensors = {each["index"]: each for each in self.interpreter.get_tensor_details()}
        operators = self.interpreter._get_ops_details()
        after, before = {}, {}
        for operator in operators:
            if operator["op_name"] == "QUANTIZE":
                after[operator["inputs"][0]] = operator["outputs"][0]
            if operator["op_name"] == "DEQUANTIZE":
                before[operator["outputs"][0]] = operator["inputs"][0]

        def ends(details, behind):
            for shown in details:
                codes = shown
                if shown["dtype"] == np.float32:
                    if shown["index"] not in behind:
                        raise Refused(f"{shown['name']} is float32 with no codes behind it")
                    codes = tensors[behind[shown["index"]]]
                scale, zero_point = codes["quantization"]
                dtype = np.dtype(codes["dtype"])
                if dtype.itemsize != 1:
                    raise Refused(f"{shown['name']} is {dtype.name}")
                yield End(
                    shown["index"], codes["index"], dtype, tuple(codes["shape"]),
                    np.float32(scale), zero_point,
                )  # fmt: skip

        self.inputs = list(ends(self.interpreter.get_input_details(), after))
        self.outputs = list(ends(self.interpreter.get_output_details(), before))

    def open_cut(self, blob, resolver):
        """A model with operators of ours; codes go in and come out."""
        self.cut = Cut(blob, resolver)

        def ends(indices):
            for index in indices:
                (scale,), (zero_point,) = self.cut.quantization(index)
                dtype, shape = self.cut.dtype(index), self.cut.shape(index)
                yield End(index, index, dtype, shape, scale, int(zero_point))

        self.inputs = list(ends(self.cut.graph.inputs))
        self.outputs = list(ends(self.cut.graph.outputs))

    def run(self, data):
        """The outputs' codes, one after another, for the inputs' codes, one after another."""
        if self.cut:
            sizes = [end.byte_count for end in self.inputs]
            parts = [
                np.frombuffer(data[sum(sizes[:i]) : sum(sizes[: i + 1])], end.dtype).reshape(
                    end.shape
                )
                for i, end in enumerate(self.inputs)
            ]
            return b"".join(each.tobytes() for each in self.cut.run(parts))
        position = 0
        for end in self.inputs:
            count = end.byte_count
            codes = np.frombuffer(data[position : position + count], end.dtype).reshape(end.shape)
            position += count
            if end.shown != end.codes:
                codes = (codes.astype(np.float32) - np.float32(end.zero_point)) * end.scale
            self.interpreter.set_tensor(end.shown, codes)
        self.interpreter.invoke()
        outputs = [self.interpreter.get_tensor(end.codes).tobytes() for end in self.outputs]
        return b"".join(outputs)

    def inputs_of(self, kind, random):
        """Input bytes: "random" codes, "bands" (each channel in a range of its own), "corners"
        (each code the least or the greatest), a "ramp" through all codes, all "least", all
        "greatest", all "zero" (the zero point)."""
        parts = []
        for end in self.inputs:
            limits = np.iinfo(end.dtype)
            if kind == "random":
                codes = random.integers(limits.min, limits.max + 1, end.shape)
            elif kind == "bands":
                bounds = random.integers(limits.min, limits.max + 1, (2, *end.shape[-1:]))
                codes = random.integers(bounds.min(0), bounds.max(0) + 1, end.shape)
            elif kind == "ramp":
                codes = (np.arange(np.prod(end.shape, dtype=int)) % 256 + limits.min).reshape(
                    end.shape
                )
            elif kind == "corners":
                codes = random.choice([limits.min, limits.max], end.shape)
            else:
                each = {"least": limits.min, "greatest": limits.max, "zero": end.zero_point}
                codes = np.full(end.shape, each[kind])
            parts.append(codes.astype(end.dtype).tobytes())
        return b"".join(parts)
