"""Networks that find people, as a user would run them instead of ours: boxes and one look's time.

All look at the same pictures. `field` is a network's input, width × height; a picture is shrunk by
area to fit its upper left corner, its sides in proportion, as ours has it, unless the network was
taught otherwise (FastestDet: stretched over the field).
"""

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import ncnn
import numpy as np
import onnxruntime
from PIL import Image

from detection import suppress
from environment import reason

MEAN = np.array([103.53, 116.28, 123.675], np.float32)  # Blue, green, red.
DEVIATION = np.array([57.375, 57.12, 58.395], np.float32)
FIELD = 114


def fitted(size, field):
    """A picture's size within a field."""
    scale = min(field[0] / size[0], field[1] / size[1])
    return tuple(max(1, round(side * scale)) for side in size)


def letterbox(picture, field, fill=FIELD):
    """Red, green and blue, and the share of the picture that a pixel of the field is."""
    size = fitted(picture.size, field)
    pixels = np.full((field[1], field[0], 3), fill, np.uint8)
    pixels[: size[1], : size[0]] = picture.resize(size, Image.Resampling.BOX)
    return pixels, np.array([1 / size[0], 1 / size[1]] * 2)


def planes(pixels):
    """Blue, green and red as the field's networks read them: 1 × 3 × h × w."""
    return np.ascontiguousarray(pixels.transpose(2, 0, 1)[None], np.float32)


def cells(field, stride):
    """Column and row of each cell of a grid."""
    across, down = -(-field[0] // stride), -(-field[1] // stride)
    return np.stack(np.meshgrid(np.arange(across), np.arange(down)), -1).reshape(-1, 2)


def surest(boxes, scores, most, least=0.02):
    chosen = scores >= least
    boxes, scores = boxes[chosen], scores[chosen]
    kept = suppress(boxes, scores, most)
    return boxes[kept], scores[kept]


def onnx_session(path):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def ncnn_net(param, weights):
    net = ncnn.Net()
    net.opt.num_threads = 1
    net.opt.use_vulkan_compute = False
    for said in (net.load_param(str(param)), net.load_model(str(weights))):
        if said:
            sys.exit(f"bench-peers: {param}: ncnn: load: {said}")
    return net


class NCNN:
    """A network of ncnn's, from a name of its input to those of its outputs."""

    def __init__(self, net, shown, names):
        self.net, self.shown, self.names = net, shown, names

    def __call__(self, values):
        with self.net.create_extractor() as extractor:
            extractor.input(self.shown, ncnn.Mat(values[0]))
            outputs = []
            for name in self.names:
                said, mat = extractor.extract(name)
                if said:
                    sys.exit(f"bench-peers: ncnn: {name}: {said}")
                outputs.append(np.array(mat))
        return outputs


class RTMDet:
    """The network that ours was made of, in floating point; suppression is in its graph."""

    def __init__(self, path, field):
        self.name, self.field = "RTMDet-nano, float, onnxruntime", field
        self.session = onnx_session(path)

    def prepare(self, picture):
        pixels, share = letterbox(picture, self.field)
        return planes((pixels[:, :, ::-1] - MEAN) / DEVIATION), share

    def run(self, values):
        return self.session.run(None, {"input": values})

    def boxes(self, outputs, share):
        (found,), (labels,) = outputs
        found = found[labels == 0]
        return surest(found[:, :4] * share, found[:, 4], 0.6)


class NanoDet:
    """Of 80 kinds, the first is a person; a distance is the mean of eight bins."""

    STRIDES = ((8, "792", "795"), (16, "814", "817"), (32, "836", "839"))

    def __init__(self, param, weights, field):
        self.name, self.field = "nanodet-m, ncnn", field
        names = [name for _, *both in self.STRIDES for name in both]
        self.run = NCNN(ncnn_net(param, weights), "input.1", names)

    def prepare(self, picture):
        pixels, share = letterbox(picture, self.field, fill=0)
        return planes((pixels[:, :, ::-1] - MEAN) / DEVIATION), share

    def boxes(self, outputs, share):
        boxes, scores = [], []
        for (stride, *_), likely, bins in zip(
            self.STRIDES, outputs[::2], outputs[1::2], strict=True
        ):
            weights = np.exp(bins.reshape(-1, 4, 8) - bins.max())
            sides = (weights @ np.arange(8)) / weights.sum(-1) * stride
            middle = (cells(self.field, stride) + 0.5) * stride
            boxes.append(np.hstack([middle - sides[:, :2], middle + sides[:, 2:]]))
            scores.append(likely[:, 0])
        return surest(np.concatenate(boxes) * share, np.concatenate(scores), 0.6)


class FastestDet:
    """One grid of 16 pixels: how likely a thing is there, where, and which of 80 kinds."""

    def __init__(self, name, run, field):
        self.name, self.run, self.field = name, run, field

    @classmethod
    def of_onnx(cls, path):
        session = onnx_session(path)

        def run(values):
            return session.run(None, {"input.1": values})

        # Its graph has the sides in it.
        return cls("FastestDet, onnxruntime", run, (352, 352))

    @classmethod
    def of_ncnn(cls, path, scratch, field):
        """pnnx makes ncnn's files; ncnn reads no ONNX."""
        model = Path(scratch) / "fastestdet.onnx"
        if not model.with_suffix(".ncnn.bin").exists():
            shutil.copyfile(path, model)
            (folder,) = importlib.util.find_spec("pnnx").submodule_search_locations
            command = [Path(folder) / "pnnx", model.name, "inputshape=[1,3,352,352]"]
            result = subprocess.run(
                command, cwd=scratch, check=False, capture_output=True, text=True
            )
            if result.returncode:
                sys.exit(f"bench-peers: {path}: pnnx: {reason(result.stderr)}")
        net = ncnn_net(model.with_suffix(".ncnn.param"), model.with_suffix(".ncnn.bin"))
        return cls("FastestDet, ncnn", NCNN(net, "in0", ["out0"]), field)

    def prepare(self, picture):
        pixels = np.asarray(picture.resize(self.field, Image.Resampling.BOX))
        return planes(pixels[:, :, ::-1].astype(np.float32) / 255), None

    def boxes(self, outputs, _):
        across, down = self.field[0] // 16, self.field[1] // 16
        values = outputs[0].reshape(-1, down * across)
        scores = values[0] ** 0.6 * values[5] ** 0.4
        count = np.array([across, down])
        middle = (cells(self.field, 16) + np.tanh(values[1:3].T)) / count
        half = 0.5 / (1 + np.exp(-values[3:5].T))
        return surest(np.hstack([middle - half, middle + half]), scores, 0.45)


def all_of(weights, scratch, field):
    """The peers whose weights are there, at their own field and at ours; and what is not there."""
    peers = []
    rtmdet = weights / "rtmdet" / "rtmdet_nano.onnx"
    nanodet = [
        weights / "person_detect" / f"nanodet_m_coco80.ncnn.{part}" for part in ("param", "bin")
    ]
    fastestdet = weights / "person_detect" / "FastestDet_coco80.onnx"
    absent = [path for path in (rtmdet, *nanodet, fastestdet) if not path.exists()]
    if rtmdet.exists():
        peers.append(RTMDet(rtmdet, field))
    if all(path.exists() for path in nanodet):
        peers += [NanoDet(*nanodet, each) for each in (field, (320, 320))]
    if fastestdet.exists():
        peers.append(FastestDet.of_onnx(fastestdet))
        peers += [FastestDet.of_ncnn(fastestdet, scratch, each) for each in (field, (352, 352))]
    return peers, absent
