"""find.tflite and find-wide.tflite: where faces are, YuNet-n in eight bits.

What their twelve outputs say is in `boxes_of`; `HEADS`, `STRIDES` and the scales are their order."""

import json

import cv2
import numpy as np
import onnxruntime
import portraits
import torch

import detection
import emulate
import layers as floats
import quantise

DESCRIPTION = "kuzet faces find 1"
SHA256 = "104ee26c71d5c270ce79a6b3dced91c91013260d29a6bf18f9296c5b8c4c2b12"
# Height and width: a square around a head, and a picture of a camera.
CLOSE, WIDE = (160, 160), (192, 320)
STRIDES = (8, 16, 32)
# Tensors of the graph at strides 8, 16, 32: logits of a face, logits of anything there at all, boxes
# and points.
HEADS = (
    ("297", "299", "301"), ("309", "311", "313"), ("303", "305", "307"), ("315", "317", "319"),
)  # fmt: skip
# The original's border is black.
PICTURE = ("picture", 1.0, -128)
# (scale, zero) of each kind, the same for all strides: logits −2.2 ... 4.2 and −6.1 ... 8.1, boxes
# −2.0 ... 3.1, points −3.4 ... 4.6.
NUMBERS = (
    (np.float32(1 / 40), -40), (np.float32(1 / 18), -18), (np.float32(1 / 50), -30),
    (np.float32(1 / 32), -20),
)  # fmt: skip
SCORE_LEAST, OVERLAP_MOST = 0.3, 0.3
ALPHA = 0.75
CALIBRATION = 96
# Of a clip.
FRAMES = 4


def read_network(path):
    """The layers, for red, green and blue."""
    layers, outputs = floats.read_onnx(path, [name for head in HEADS for name in head])
    layers[0].weights = layers[0].weights[:, ::-1]
    for layer in layers:
        if layer.is_convolution:
            layer.weights, layer.bias = layer.weights.copy(), layer.bias.copy()
    return layers, outputs


def letterbox(picture, sides):
    """Red, green and blue of these sides: the picture shrunk to fit, in the upper left of black."""
    height, width = picture.shape[:2]
    share = min(sides[0] / height, sides[1] / width)
    size = max(1, round(width * share)), max(1, round(height * share))
    way = cv2.INTER_AREA if share <= 1 else cv2.INTER_LINEAR
    field = np.zeros((*sides, 3), np.uint8)
    field[: size[1], : size[0]] = cv2.resize(picture, size, interpolation=way)[:, :, ::-1]
    return field, share


def crop(picture, box, times):
    """A square around the middle of a box x0, y0, x1, y1, `times` its longer side, black outside of the
    picture; and its upper left corner and side in the picture."""
    side = max(8, round(times * max(box[2] - box[0], box[3] - box[1])))
    x, y = (round((box[i] + box[i + 2]) / 2 - side / 2) for i in range(2))
    made = np.zeros((side, side, 3), np.uint8)
    rows = slice(max(y, 0), max(min(y + side, picture.shape[0]), 0))
    columns = slice(max(x, 0), max(min(x + side, picture.shape[1]), 0))
    part = picture[rows, columns]
    down, across = max(-y, 0), max(-x, 0)
    made[down : down + part.shape[0], across : across + part.shape[1]] = part
    return made, (x, y, side)


def batch_of(pixels):
    """What the layers read: N×C×H×W, 0 ... 255."""
    return torch.tensor(pixels.astype(np.float32).transpose(0, 3, 1, 2).copy())


def boxes_of(heads):
    """Boxes x0, y0, x1, y1, scores and points 5×2 of real numbers h×w×c, in pixels of the input; those
    that share more than 0.3 with a surer one are left out.

    In row r and column c of stride s, with logits a and b, a box dx, dy, u, v and points px, py:
    score = √(σ(a) · σ(b)), the middle x = (c + dx) · s, y = (r + dy) · s, width = e^u · s,
    height = e^v · s, a point x = (c + px) · s, y = (r + py) · s. Points are px, py of the eye on the left
    of the picture, of the other, of the tip of the nose, of the corners of the mouth, left first."""
    boxes, scores, points = [], [], []
    for place, stride in enumerate(STRIDES):
        face, thing, box, point = (heads[3 * kind + place] for kind in range(4))
        likeness = [1 / (1 + np.exp(-each[..., 0].astype(np.float64))) for each in (face, thing)]
        found = np.sqrt(likeness[0] * likeness[1])
        rows, columns = np.nonzero(found >= SCORE_LEAST)
        corner = np.stack([columns, rows], axis=1)
        box = box[rows, columns].astype(np.float64)
        middle, half = (corner + box[:, :2]) * stride, np.exp(box[:, 2:]) * stride / 2
        boxes.append(np.hstack([middle - half, middle + half]))
        scores.append(found[rows, columns])
        point = point[rows, columns].astype(np.float64).reshape(-1, 5, 2)
        points.append((corner[:, None] + point) * stride)
    boxes, scores, points = (np.concatenate(each) for each in (boxes, scores, points))
    kept = detection.suppress(boxes, scores, OVERLAP_MOST)
    return boxes[kept], scores[kept], points[kept]


@torch.no_grad()
def heads_of_floats(run, pixels):
    made = []
    for start in range(0, len(pixels), 8):
        outputs = [o.permute(0, 2, 3, 1).numpy() for o in run(batch_of(pixels[start : start + 8]))]
        made += [[o[place] for o in outputs] for place in range(len(outputs[0]))]
    return made


def heads_of_codes(simulation, pixels):
    """Of the file: real numbers."""
    numbers = [(float(simulation.steps[o][0]), simulation.zeros[o]) for o in simulation.outputs]
    made = []
    for start in range(0, len(pixels), 4):
        outputs = simulation.run(portraits.codes(pixels[start : start + 4]))
        real = [(o.astype(np.float64) - z) * s for o, (s, z) in zip(outputs, numbers, strict=True)]
        made += [[o[place] for o in real] for place in range(len(real[0]))]
    return made


# What the ranges are made of.


def pictures_of(folder, count):
    """Of a folder's train: `count` pictures, evenly spaced, or of clips a few each."""
    paths = sorted((folder / "train").rglob("*.jpg"))
    if paths:
        chosen = [paths[len(paths) * i // count] for i in range(min(count, len(paths)))]
        return [portraits.read(path) for path in chosen]
    paths, made = sorted((folder / "train").rglob("*.mp4")), []
    clips = min(len(paths), -(-count // FRAMES))
    for path in [paths[len(paths) * i // clips] for i in range(clips)]:
        clip = cv2.VideoCapture(str(path))
        length = int(clip.get(cv2.CAP_PROP_FRAME_COUNT))
        for place in range(FRAMES):
            clip.set(cv2.CAP_PROP_POS_FRAMES, length * (2 * place + 1) // (2 * FRAMES))
            good, frame = clip.read()
            if good:
                made.append(frame)
    return made


def calibration(folders, seed):
    """Fields of the wide sides: whole pictures in turn with two squares, each of a part of one."""
    random, made = np.random.default_rng(seed), []
    sources = [pictures_of(folder, CALIBRATION // len(folders)) for folder in folders]
    for pictures in sources:
        for place, picture in enumerate(pictures):
            if place % 2:
                made.append(letterbox(picture, WIDE)[0])
                continue
            field = np.zeros((*WIDE, 3), np.uint8)
            for column in range(2):
                side = random.uniform(0.15, 0.9) * min(picture.shape[:2])
                x = random.uniform(0, picture.shape[1] - side)
                y = random.uniform(0, picture.shape[0] - side)
                part, _ = crop(picture, (x, y, x + side, y + side), 1)
                left = column * CLOSE[1]
                field[: CLOSE[0], left : left + CLOSE[1]] = letterbox(part, CLOSE)[0]
            made.append(field)
    return np.stack(made)


@torch.no_grad()
def make(layers, outputs, folders, alpha=ALPHA, seed=1):
    """The rounded network, with what it was rounded by, for any sides."""
    batch = batch_of(calibration(folders, seed))
    histograms, variances, _ = quantise.measure(layers, outputs, batch)
    weights = quantise.importance(layers, variances, histograms)
    fixed = {name: NUMBERS[index // 3] for index, name in enumerate(outputs)}
    numbers = quantise.Numbers(
        layers, histograms, weights, alpha, fixed, quantise.BOTH_SIDES, middle=0
    )
    emulation = emulate.Emulation(layers, outputs, numbers)
    emulation.correct(batch)
    return emulation


# Figures.


def check_layers(path, layers, outputs, pixels):
    """That the layers are the graph: the greatest difference of any number of onnxruntime's."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(path), options)
    wanted = pixels[None, :, :, ::-1].astype(np.float32).transpose(0, 3, 1, 2)
    theirs = session.run(None, {session.get_inputs()[0].name: np.ascontiguousarray(wanted)})
    with torch.no_grad():
        ours = floats.run(layers, outputs, batch_of(pixels[None]))
    worst = 0.0
    for kind in range(4):
        for place in range(3):
            own = ours[3 * kind + place].permute(0, 2, 3, 1).numpy()
            own = own.reshape(1, -1, own.shape[3])
            own = 1 / (1 + np.exp(-own.astype(np.float64))) if kind < 2 else own
            worst = max(worst, float(np.abs(own - theirs[3 * kind + place]).max()))
    if worst > 0.01:
        raise SystemExit(f"{path}: the layers differ from the graph by {worst}")
    return round(worst, 6)


class Heads:
    """Pictures of a split of a folder whose boxes of class 1 are heads."""

    def __init__(self, folder, split):
        self.pictures, self.heads, self.others = [], [], []
        labels = json.loads((folder / "labels.json").read_text())
        for label in sorted(labels, key=lambda each: each["file"]):
            if label["split"] != split:
                continue
            picture = portraits.read(folder / label["file"])
            sides = np.array(picture.shape[1::-1])
            boxes = np.array(label["boxes"], float).reshape(-1, 5)
            corners = np.hstack([
                (boxes[:, 1:3] - boxes[:, 3:] / 2) * sides, (boxes[:, 1:3] + boxes[:, 3:] / 2) * sides
            ])  # fmt: skip
            self.pictures.append(picture)
            self.heads.append(corners[boxes[:, 0] == 1])
            self.others.append(corners[boxes[:, 0] == 2])

    def wide(self, sides=WIDE):
        """Fields, and how many pixels of them each pixel of the picture is."""
        return zip(*[letterbox(picture, sides) for picture in self.pictures], strict=True)

    def close(self, times):
        """A square around every head; and in it, the head, and all other boxes of the picture."""
        squares, heads, others = [], [], []
        for picture, boxes, rest in zip(self.pictures, self.heads, self.others, strict=True):
            for index, box in enumerate(boxes):
                part, (x, y, side) = crop(picture, box, times)
                squares.append(letterbox(part, CLOSE)[0])
                moved = (np.vstack([boxes, rest]) - (x, y, x, y)) * CLOSE[0] / side
                heads.append(moved[index : index + 1])
                others.append(np.delete(moved, index, axis=0))
        return np.stack(squares), heads, others


def inside(boxes, one):
    """Whether the middle of each box is in one."""
    middle = (boxes[:, :2] + boxes[:, 2:]) / 2
    return ((middle >= one[:2]) & (middle <= one[2:])).all(axis=1)


def counts(found, heads, others, levels=(0.5, 0.6, 0.7)):
    """At each score: heads that the middle of a found box is in, and boxes in no head."""
    made = {}
    for level in levels:
        hits = unmatched = 0
        for (boxes, scores, _), own, other in zip(found, heads, others, strict=True):
            boxes = boxes[scores >= level]
            hits += sum(bool(inside(boxes, head).any()) for head in own)
            free = np.ones(len(boxes), bool)
            for head in [*own, *other]:
                free &= ~inside(boxes, head)
            unmatched += int(free.sum())
        made[str(level)] = {"hits": hits, "unmatched": unmatched}
    return made
