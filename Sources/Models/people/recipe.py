#!/usr/bin/env python3
r"""Makes people.tflite, kuzet's network that finds people, of RTMDet-nano, and says how good it is.

    python3 -m venv venv && venv/bin/pip install -r requirements.txt
    venv/bin/python recipe.py --model rtmdet_nano.onnx --data PEOPLE PEOPLE-CAMERAS \
        --unlabelled FOLDER ... --kuzet KUZET

Each folder of --data holds labels.json ("file", "split", "boxes" [[cx, cy, w, h] in 0 ... 1], and
perhaps "source" and "scene") and the pictures. Those of split train set the first ranges and teach the
rounded network what the float network says, and so do pictures and clips under train/ of --unlabelled;
labels of train choose the threshold. Those of val are only measured. Nothing is learned from labels:
whoever retrains needs pictures alone.

Writes people.tflite and report.json beside this file. With the same versions, pictures and kind of
processor it writes the same bytes. It took 48 minutes on a third of a core.
"""

import argparse
import hashlib
import json
import math
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
import torch

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "recipe"))

import detection
import emulate
import layers as floats
import quantise
import simulate

WIDTH, HEIGHT = 384, 224
DESCRIPTION = "kuzet people 1"
MODEL_SHA256 = "4720eda18a18402e7b76d85827d4bc60fba18111fc0b74b559e4d24da9ddc3d2"
STRIDES = (8, 16, 32)
# Tensors of the graph: logits of a person at each stride, then left, top, right, bottom of the box.
HEADS = ("y", "y.8", "y.16", "onnx::Mul_1135", "onnx::Mul_1171", "onnx::Mul_1207")
# What the network was trained with: blue, green, red.
MEAN = np.array([103.53, 116.28, 123.675])
DEVIATION = np.array([57.375, 57.12, 58.395])
# Around a picture, and what a code of zero stands for: a border of zeros is then plain field too.
FIELD = 114
PICTURE = ("picture", 1.0, FIELD - 128)
# A logit is (code − 44) / 28, −6.1 ... 3.0, and a distance (code + 118) / 20 strides, −0.5 ... 12.3:
# one scale for all strides, so that one threshold and one rule hold for all.
LOGIT, DISTANCE = (np.float32(1 / 28), 44), (np.float32(1 / 20), -118)
SCORE_LEAST, OVERLAP_MOST = 0.02, 0.6

ALPHA = 0.75
CALIBRATION = 96
FRAMES = 4
MOSAICS = 0.25
STEPS = 1000
BATCH = 4
# Of weights and biases, in shares of their spread; of steps, in shares of each.
RATE, STEP_RATE = 0.0003, 0.002
SEED = 1


def fitted(width, height):
    """Size of a picture inside the field, as kuzet's Letterbox has it."""
    if width * HEIGHT >= height * WIDTH:
        return WIDTH, max(1, (2 * height * WIDTH + width) // (2 * width))
    return max(1, (2 * width * HEIGHT + height) // (2 * height)), HEIGHT


def letterbox(picture):
    """RGB of the network's size of blue, green, red: the picture in the upper left, as the device has
    it, and its sides there."""
    height, width = picture.shape[:2]
    size = fitted(width, height)
    way = cv2.INTER_AREA if size[0] <= width else cv2.INTER_LINEAR
    field = np.full((HEIGHT, WIDTH, 3), FIELD, np.uint8)
    field[: size[1], : size[0]] = cv2.resize(picture, size, interpolation=way)[:, :, ::-1]
    return field, size


def read(path):
    picture = cv2.imread(str(path))
    if picture is None:
        raise SystemExit(f"{path}: no picture")
    return picture


def unlabelled(folder):
    """Pictures of a folder's train, and of each clip there a few spread over its length."""
    pictures = [read(path) for path in sorted((folder / "train").rglob("*.jpg"))]
    for path in sorted((folder / "train").rglob("*.mp4")):
        clip = cv2.VideoCapture(str(path))
        count = int(clip.get(cv2.CAP_PROP_FRAME_COUNT))
        for place in range(FRAMES):
            clip.set(cv2.CAP_PROP_POS_FRAMES, count * (2 * place + 1) // (2 * FRAMES))
            good, frame = clip.read()
            if good:
                pictures.append(frame)
    return pictures


class Pictures:
    """One split of some folders."""

    def __init__(self, folders, split):
        self.whole, self.pixels, self.truth = [], [], []
        self.sources, self.scenes, self.files = [], [], []
        for folder in folders:
            labels = json.loads((folder / "labels.json").read_text())
            for label in sorted(labels, key=lambda each: each["file"]):
                if label["split"] != split:
                    continue
                picture = read(folder / label["file"])
                pixels, sides = letterbox(picture)
                boxes = np.array(label["boxes"], float).reshape(-1, 4)
                centres, halves = boxes[:, :2] * sides, boxes[:, 2:] * sides / 2
                source = label.get("source", folder.name)
                self.pixels.append(pixels)
                self.whole.append(picture)
                self.truth.append(np.hstack([centres - halves, centres + halves]))
                self.sources.append(source)
                self.scenes.append(label.get("scene", label["file"]))
                self.files.append(f"{folder.name}/{label['file']}")
        self.pixels = np.stack(self.pixels)

    def __len__(self):
        return len(self.pixels)

    def batch(self, indices):
        """What the layers read: N×C×H×W, a pixel less the field."""
        pixels = self.pixels[np.asarray(indices)].astype(np.float32) - FIELD
        return torch.tensor(pixels.transpose(0, 3, 1, 2).copy())

    def codes(self, indices):
        return (self.pixels[np.asarray(indices)].astype(np.int16) - 128).astype(np.int8)

    def scenes_of(self, indices):
        """What is drawn together. Where a source names one scene alone, its pictures are apart."""
        scenes = [self.scenes[i] for i in indices]
        return scenes if len(set(scenes)) > 1 else [self.files[i] for i in indices]

    def spread(self, count):
        """Indices of `count` pictures, as many of each source, evenly spaced."""
        groups = defaultdict(list)
        for index, source in enumerate(self.sources):
            groups[source].append(index)
        each = count // len(groups)
        return [g[len(g) * i // each] for g in groups.values() for i in range(min(each, len(g)))]


def read_network(path):
    """The layers, for red, green and blue less the field instead of what the graph wants."""
    layers, outputs = floats.read_onnx(path, HEADS)
    floats.chain_pools(layers)
    first = layers[0]
    weights = first.weights.astype(np.float64) / DEVIATION[None, :, None, None]
    moved = (weights * (FIELD - MEAN)[None, :, None, None]).sum(axis=(1, 2, 3))
    first.bias = (first.bias + moved).astype(np.float32)
    first.weights = weights[:, ::-1].astype(np.float32)
    for layer in layers:
        if layer.is_convolution:
            layer.weights, layer.bias = layer.weights.copy(), layer.bias.copy()
    return layers, outputs


def boxes_of(heads):
    """Boxes in pixels and scores, of logits h×w and distances h×w×4 at each stride."""
    boxes, scores = [], []
    for logits, distances, stride in zip(heads[:3], heads[3:], STRIDES, strict=True):
        found = 1 / (1 + np.exp(-logits.astype(np.float64)))
        rows, columns = np.nonzero(found > SCORE_LEAST)
        sides = distances[rows, columns].astype(np.float64) * stride
        places = np.stack([columns, rows], axis=1) * stride
        boxes.append(np.hstack([places - sides[:, :2], places + sides[:, 2:]]))
        scores.append(found[rows, columns])
    boxes, scores = np.concatenate(boxes), np.concatenate(scores)
    kept = detection.suppress(boxes, scores, OVERLAP_MOST)
    return boxes[kept], scores[kept]


@torch.no_grad()
def heads_of_floats(run, pictures):
    """Of each picture: logits and distances."""
    made = []
    for start in range(0, len(pictures), 2):
        indices = range(start, min(start + 2, len(pictures)))
        outputs = [o.permute(0, 2, 3, 1).numpy() for o in run(pictures.batch(indices))]
        for place in range(len(indices)):
            made.append([o[place] for o in outputs])
    return made


def real_heads(simulation, outputs):
    """Of codes N×h×w×c."""
    numbers = [(float(simulation.steps[o][0]), simulation.zeros[o]) for o in simulation.outputs]
    real = [(o.astype(np.float64) - z) * s for o, (s, z) in zip(outputs, numbers, strict=True)]
    return [[o[place] for o in real] for place in range(len(outputs[0]))]


def split_heads(heads):
    return [h[..., 0] for h in heads[:3]] + list(heads[3:])


# Training: the rounded network learns to say what the float one says.


def seen_from_elsewhere(picture, random, width, height):
    """A picture nearer or farther, mirrored, brighter or darker, perhaps grey, in the upper left of a
    field of these sides."""
    share = math.exp(random.uniform(math.log(0.5), math.log(1.5)))
    down, across = (max(16, round(side * min(share, 1))) for side in picture.shape[:2])
    y = random.integers(0, picture.shape[0] - down + 1)
    x = random.integers(0, picture.shape[1] - across + 1)
    picture = picture[y : y + down, x : x + across]
    fit = min(width / across, height / down) / max(share, 1)
    size = max(1, min(width, round(across * fit))), max(1, min(height, round(down * fit)))
    way = cv2.INTER_AREA if fit <= 1 else cv2.INTER_LINEAR
    pixels = cv2.resize(picture, size, interpolation=way).astype(np.float32)
    if random.random() < 0.5:
        pixels = pixels[:, ::-1]
    if random.random() < 0.15:
        pixels = np.repeat(pixels.mean(axis=2, keepdims=True), 3, axis=2)
    field = np.full((height, width, 3), FIELD, np.float32)
    field[: size[1], : size[0]] = np.clip(pixels * random.uniform(0.6, 1.3), 0, 255).round()
    return field


def varied(sources, random):
    """What one step shows once: a picture of any source, each as often as another however many
    pictures it has, or four small ones side by side."""

    def one(width, height):
        pictures = sources[random.integers(len(sources))]
        return seen_from_elsewhere(
            pictures[random.integers(len(pictures))], random, width, height
        )

    if random.random() >= MOSAICS:
        return one(WIDTH, HEIGHT)
    rows = [np.hstack([one(WIDTH // 2, HEIGHT // 2) for _ in range(2)]) for _ in range(2)]
    return np.vstack(rows)


def distil(emulation, sources, run_floats, variances, steps, rate):
    """Weights, biases, scales and units move; the teacher's own scores say which cells count."""
    groups = []
    for kind, name, each in emulation.parameters():
        each.requires_grad_(True)
        size = 1.0
        if kind == "weights":
            size = float(each.detach().square().mean().sqrt())
        elif kind == "bias":
            size = float(np.sqrt(variances[name].mean()))
        groups.append({"params": [each], "lr": (STEP_RATE if kind == "step" else rate) * size})
    optimiser = torch.optim.Adam(groups, betas=(0.9, 0.99))
    rates = [group["lr"] for group in optimiser.param_groups]
    random = np.random.default_rng(SEED)
    losses = []
    for step in range(steps):
        wide = 0.5 * (1 + math.cos(math.pi * step / steps)) * min(1, (step + 1) / 20)
        for group, full in zip(optimiser.param_groups, rates, strict=True):
            group["lr"] = full * wide
        seen = np.stack([varied(sources, random)[:, :, ::-1] for _ in range(BATCH)])
        batch = torch.tensor((seen - FIELD).transpose(0, 3, 1, 2).copy())
        with torch.no_grad():
            wanted = run_floats(batch)
        loss = distance(emulation.run(batch), wanted)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(float(loss.detach()))
        if step % 40 == 39:
            print(f"step {step + 1} of {steps}: {np.mean(losses[-40:]):.4f}", flush=True)
    emulation.settle()
    return losses


def bounds(numbers):
    """The least and greatest real number of an output."""
    scale, zero = numbers
    return (-128 - zero) * float(scale), (127 - zero) * float(scale)


def distance(heads, wanted):
    logits, sides, logit_count, side_count = 0.0, 0.0, 0.0, 0.0
    for stride in range(3):
        truth, boxes = wanted[stride], wanted[3 + stride]
        score = torch.sigmoid(truth.clamp(*bounds(LOGIT)))
        # Somebody faint counts for more than the score, as average precision has it; each of the many
        # cells without people for a little, or somebody would be seen there.
        weight = score**0.75
        error = heads[stride] - truth.clamp(*bounds(LOGIT))
        logits = logits + (weight * error.square()).sum()
        logit_count += float(weight.sum())
        sides = sides + (score * (heads[3 + stride] - boxes.clamp(*bounds(DISTANCE))).abs()).sum()
        side_count += float(score.sum())
    return logits / logit_count + 0.5 * sides / side_count


# Figures.


def matches(pictures, found):
    return [
        (*detection.match(boxes, scores, truth), len(truth))
        for (boxes, scores), truth in zip(found, pictures.truth, strict=True)
    ]


def figures(pictures, found, level):
    """Of each source: boxes, and whether anybody is there, at a score."""
    matched, report = matches(pictures, found), {}
    for source in sorted(set(pictures.sources)):
        own = [i for i, s in enumerate(pictures.sources) if s == source]
        scenes = pictures.scenes_of(own)
        right = np.array([
            bool((found[i][1] >= level).any()) == bool(len(pictures.truth[i])) for i in own
        ])  # fmt: skip

        def precision(chosen, own=own):
            return detection.average_precision_of([matched[own[i]] for i in chosen])

        def share(chosen, right=right):
            return float(right[chosen].mean())

        hits = sum(int(matched[i][1][matched[i][0] >= level].sum()) for i in own)
        shown = sum(int((matched[i][0] >= level).sum()) for i in own)
        boxes = sum(len(pictures.truth[i]) for i in own)
        report[source] = {
            "pictures": len(own), "scenes": len(set(scenes)), "boxes": boxes,
            "withPeople": sum(bool(len(pictures.truth[i])) for i in own),
            "ap50": round(precision(range(len(own))), 4),
            "ap50Interval": detection.interval(scenes, precision),
            "presence": round(float(right.mean()), 4),
            "presenceInterval": detection.interval(scenes, share),
            "recall": round(hits / boxes, 4), "precision": round(hits / shown, 4),
        }  # fmt: skip
    return report


def differences(pictures, one, other):
    """Interval of the AP50 of the other less that of one, on the same draws of scenes."""
    pair, report = [matches(pictures, each) for each in (one, other)], {}
    for source in sorted(set(pictures.sources)):
        own = [i for i, s in enumerate(pictures.sources) if s == source]

        def difference(chosen, own=own):
            before, after = (
                detection.average_precision_of([each[own[i]] for i in chosen]) for each in pair
            )
            return after - before

        report[source] = detection.interval(pictures.scenes_of(own), difference)
    return report


def presence_threshold(pictures, found):
    """The code of a logit above which most pictures of train are right, each source alike; of equals
    the middle one."""
    peaks = np.array([scores.max() if len(scores) else 0.0 for _, scores in found])
    there = np.array([bool(len(t)) for t in pictures.truth])
    sources = np.array(pictures.sources)
    codes = np.arange(-60, 100)
    levels = 1 / (1 + np.exp(-(codes - LOGIT[1]) * float(LOGIT[0])))
    quality = np.array([
        np.mean([((peaks >= level) == there)[sources == s].mean() for s in np.unique(sources)])
        for level in levels
    ])  # fmt: skip
    best = codes[quality >= quality.max() - 1e-9]
    code = int(best[len(best) // 2])
    return code, float(levels[code - codes[0]]), float(quality.max())


def compare_with_kuzet(kuzet, path, simulation, pictures, indices):
    """How many of the bytes that kuzet makes are others than the simulation's."""
    different, total = 0, 0
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "in", Path(folder) / "out"
        for index in indices:
            codes = pictures.codes([index])
            source.write_bytes(codes.tobytes())
            subprocess.run(
                [kuzet, "infer", path, "--in", source, "--out", target], check=True,
                stdout=subprocess.DEVNULL,
            )  # fmt: skip
            ours = np.concatenate([o.ravel() for o in simulation.run(codes)])
            theirs = np.fromfile(target, np.int8)
            different += len(ours) if len(ours) != len(theirs) else int((ours != theirs).sum())
            total += len(ours)
    return {"pictures": len(indices), "bytes": total, "different": different}


def check_layers(path, layers, outputs, pictures):
    """That the layers are the graph: the surest boxes of onnxruntime on one picture."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(path), options)
    index = max(range(len(pictures)), key=lambda i: len(pictures.truth[i]))
    colours = pictures.pixels[index : index + 1, :, :, ::-1].astype(np.float32)
    wanted = ((colours - MEAN) / DEVIATION).transpose(0, 3, 1, 2).astype(np.float32)
    boxes = session.run(None, {"input": wanted})[0][0][:3]
    with torch.no_grad():
        heads = floats.run(layers, outputs, pictures.batch([index]))
    own = boxes_of(split_heads([h[0].permute(1, 2, 0).numpy() for h in heads]))
    ours = np.hstack([own[0], own[1][:, None]])[: len(boxes)]
    # The first convolution's border is plain field here, and the mean colour there.
    worst = float(np.abs(ours - boxes).max())
    if worst > 1.0:
        raise SystemExit(f"{path}: boxes differ from the graph's by {worst}")
    return round(worst, 4)


def products(layers, outputs):
    """Multiplications of one picture."""
    total = 0

    def count(layer, output):
        nonlocal total
        if layer.is_convolution:
            total += output.shape[2] * output.shape[3] * layer.weights.size

    with torch.no_grad():
        floats.run(layers, outputs, torch.zeros(1, 3, HEIGHT, WIDTH), watch=count)
    return total


def main():
    global WIDTH, HEIGHT
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--model", type=Path, required=True, help="rtmdet_nano.onnx")
    parser.add_argument("--data", type=Path, nargs="+", required=True, help="labelled folders")
    parser.add_argument(
        "--unlabelled", type=Path, nargs="*", default=[], help="folders with pictures in train/"
    )
    parser.add_argument("--kuzet", type=Path, help="compare its bytes with the simulation's")
    parser.add_argument("--out", type=Path, default=HERE, help="where the two files go")
    parser.add_argument("--size", default=f"{WIDTH}x{HEIGHT}", help="sides, multiples of 32")
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--rate", type=float, default=RATE)
    parser.add_argument("--alpha", type=float, default=ALPHA)
    parser.add_argument("--measure", action="store_true", help="only measure what is in --out")
    options = parser.parse_args()
    WIDTH, HEIGHT = (int(side) for side in options.size.split("x"))
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    torch.use_deterministic_algorithms(True)
    cv2.setNumThreads(1)
    digest = hashlib.sha256(options.model.read_bytes()).hexdigest()
    if digest != MODEL_SHA256:
        print(f"{options.model}: another model than the card's: SHA-256 {digest}")

    layers, outputs = read_network(options.model)
    val = Pictures(options.data, "val")
    off = check_layers(options.model, layers, outputs, val)

    def run_floats(x):
        return floats.run(layers, outputs, x)

    path, report_path = options.out / "people.tflite", options.out / "report.json"
    if options.measure:
        report = json.loads(report_path.read_text())
    else:
        report = make(options, layers, outputs, run_floats, path)
    blob = path.read_bytes()
    simulation = simulate.Simulation(blob)
    found = []
    for start in range(0, len(val), 4):
        codes = val.codes(range(start, min(start + 4, len(val))))
        for heads in real_heads(simulation, simulation.run(codes)):
            found.append(boxes_of(split_heads(heads)))
    whole = [boxes_of(split_heads(h)) for h in heads_of_floats(run_floats, val)]
    level = report["threshold"]["score"]
    report |= {
        "bytes": len(blob), "sha256": hashlib.sha256(blob).hexdigest(), "modelSha256": digest,
        "layersOffGraphPixels": off, "products": products(layers, outputs),
        "float": figures(val, whole, level), "int8": figures(val, found, level),
        "ap50DifferenceInterval": differences(val, whole, found),
        "versions": {m.__name__: m.__version__ for m in (torch, np, cv2, onnxruntime)},
    }  # fmt: skip
    if options.kuzet:
        chosen = val.spread(12)
        report["kuzet"] = compare_with_kuzet(options.kuzet, path, simulation, val, chosen)
    report_path.write_text(json.dumps(report, indent=1) + "\n")
    print(json.dumps(report, indent=1))


def make(options, layers, outputs, run_floats, path):
    """Writes the file; returns what only its making knows."""
    train = Pictures(options.data, "train")
    calibration = train.spread(CALIBRATION)
    batch = train.batch(calibration)
    with torch.no_grad():
        histograms, variances, _ = quantise.measure(layers, outputs, batch)
    weights = quantise.importance(layers, variances, histograms)
    fixed = {o: LOGIT for o in outputs[:3]} | {o: DISTANCE for o in outputs[3:]}
    numbers = quantise.Numbers(layers, histograms, weights, options.alpha, fixed)
    emulation = emulate.Emulation(layers, outputs, numbers)
    print("ranges: set", flush=True)
    own = sorted(set(train.sources))
    sources = [[p for p, s in zip(train.whole, train.sources, strict=True) if s == o] for o in own]
    others = [picture for folder in options.unlabelled for picture in unlabelled(folder)]
    if others:
        sources.append(others)
    losses = distil(emulation, sources, run_floats, variances, options.steps, options.rate)
    blob = emulation.write((HEIGHT, WIDTH), PICTURE, DESCRIPTION).bytes()
    path.write_bytes(blob)
    print(path, len(blob), "bytes", flush=True)
    # The emulation of train, for the threshold alone: the file's own is slow.
    seen = [boxes_of(split_heads(h)) for h in heads_of_floats(emulation.run, train)]
    code, level, quality = presence_threshold(train, seen)
    ends = [round(float(np.mean(each)), 4) for each in (losses[:40] or [0], losses[-40:] or [0])]
    return {
        "description": DESCRIPTION, "input": [HEIGHT, WIDTH, 3],
        "alpha": options.alpha, "steps": options.steps, "rate": options.rate,
        "lossFirstAndLast40": ends,
        "calibration": {s: sum(train.sources[i] == s for i in calibration) for s in own},
        "trainPictures": {s: train.sources.count(s) for s in own} | {"unlabelled": len(others)},
        "threshold": {"code": code, "score": round(level, 4), "trainAccuracy": round(quality, 4)},
    }  # fmt: skip


if __name__ == "__main__":
    main()
