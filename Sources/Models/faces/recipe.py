#!/usr/bin/env python3
r"""Makes kuzet's networks of faces and says how good they are: know.tflite (how alike two faces are, of
face-reidentification-retail-0095), find.tflite and find-wide.tflite (where faces are, of YuNet-n).

    python3 -m venv venv && venv/bin/pip install -r requirements.txt
    venv/bin/python recipe.py --embedder face-reidentification-retail-0095_FP16.xml \
        --finder yunet_n_dynamic.onnx --data FACES FACES-VARIED --heads SMOKING \
        --pictures PEOPLE CROWD SMOKING EVERYDAY --kuzet KUZET

Each folder of --data holds labels.json ("file", "split", "person", "aligned"), pairs.json of split val
and pictures warped to the usual template of 112 × 112; --heads labels.json with boxes of class 1; those
of --pictures have pictures or clips under train/. Ranges, biases and thresholds are of split train, val
is only measured. Nothing is learned.

What goes in and comes out
- know.tflite: a face of 128 × 128 by `portraits.TEMPLATE`, red, green, blue, code = value − 128; out come
  256 codes of zero 0. Likeness is the cosine of two such vectors.
- find.tflite, 160 × 160, and find-wide.tflite, 192 × 320 (height × width): the picture in the upper left
  of black, code = value − 128. Out come twelve tensors, of strides 8, 16, 32 each: logits of a face
  (code + 40) / 40 and of anything there (code + 18) / 18, boxes (code + 30) / 50 of four channels, points
  (code + 20) / 32 of ten. `find.boxes_of` says what they mean.

Writes the three files and report.json beside this file, and FaceThresholds.swift beside its folder.
With the same versions, pictures and kind of processor it writes the same bytes. It took 25 minutes of
two shared cores, most of them in measuring.
"""

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import cv2
import numpy as np
import openvino
import torch

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "recipe")]

import find
import know
import likeness
import portraits

import layers as floats
import simulate

SEED = 1
# Pixels that a face is shrunk to, of a pair the second.
SIDES = (None, 32, 24)
# Sides of a square, in those of the head in it.
TIMES = (1.5, 2, 3, 4)


def digest(data):
    return hashlib.sha256(data).hexdigest()


def check_sources(options):
    made = {}
    wanted = [(options.embedder.with_suffix(s), h) for s, h in know.SHA256.items()]
    for path, known in (*wanted, (options.finder, find.SHA256)):
        made[path.name] = digest(path.read_bytes())
        if made[path.name] != known:
            print(f"{path}: another file than the card's: SHA-256 {made[path.name]}")
    return made


def check_embedder(path, run, pixels):
    """That the layers are the graph: the greatest difference of a cosine from 1. Its border is the
    field here and the mean colour there."""
    settings = {"INFERENCE_NUM_THREADS": 1, "INFERENCE_PRECISION_HINT": "f32"}
    model = openvino.Core().compile_model(str(path), "CPU", settings)
    wanted = pixels[:, :, :, ::-1].astype(np.float32).transpose(0, 3, 1, 2)
    theirs = np.concatenate([model(x[None])[0].reshape(1, -1) for x in wanted])
    ours = know.vectors_of_floats(run, pixels)
    cosines = (likeness.unit(theirs) * likeness.unit(ours)).sum(axis=1)
    worst = float((1 - cosines).max())
    if worst > 0.01:
        raise SystemExit(f"{path}: the layers differ from the graph by {worst}")
    return round(worst, 6)


def products(layers, outputs, sides):
    """Multiplications of one picture."""
    total = 0

    def count(layer, output):
        nonlocal total
        if layer.is_convolution:
            total += output.shape[2] * output.shape[3] * layer.weights.size

    with torch.no_grad():
        floats.run(layers, outputs, torch.zeros(1, 3, *sides), watch=count)
    return total


# The network of likeness.


class Vectors:
    """Of the pictures of a split, by the floats or by the file, each kind made once."""

    def __init__(self, faces, run, reader):
        self.faces, self.run, self.reader, self.made = faces, run, reader, {}

    def of(self, kind, **how):
        key = (kind, *sorted(how.items()))
        if key not in self.made:
            if kind == "int8":
                made = self.reader(self.faces, **how)
            else:
                pixels = self.faces.pixels(range(len(self.faces)), **how)
                made = know.vectors_of_floats(self.run, pixels)
            self.made[key] = likeness.unit(made)
        return self.made[key]


def val_figures(folder, vectors, threshold):
    """Of the folder's own pairs; the second picture is shrunk."""
    places = {file: index for index, file in enumerate(vectors.faces.files)}
    pairs = json.loads((folder / "pairs.json").read_text())["val"]
    first, second = (np.array([places[pair[side]] for pair in pairs]) for side in "ab")
    same = np.array([pair["same"] for pair in pairs])
    people, report = vectors.faces.people[first], {"pairs": len(pairs)}
    for kind in ("float", "int8"):
        whole = vectors.of(kind)
        for side in SIDES:
            probes = whole if side is None else vectors.of(kind, side=side)
            alike = (whole[first] * probes[second]).sum(axis=1)
            name = f"{kind}At{side}" if side else kind
            report[name] = likeness.pair_figures(alike, same, people, threshold)
        both = likeness.unit(whole + vectors.of(kind, mirrored=True))
        alike = (both[first] * both[second]).sum(axis=1)
        report[f"{kind}WithMirror"] = likeness.pair_figures(alike, same, people, threshold)
    cosines = (vectors.of("float") * vectors.of("int8")).sum(axis=1)
    report["cosineToFloat"] = [round(float(v), 4) for v in (cosines.mean(), cosines.min())]
    return report


def enrolled(vectors, levels):
    """A person known by one picture, or by the mean of two or three, and all later pictures of everybody:
    the share found at shares of others, and at what 2^−k of single pairs of train exceed."""
    people, report = vectors.faces.people, {}
    names, counts = np.unique(people, return_counts=True)
    names = names[counts > 3]
    groups = [np.flatnonzero(people == name) for name in names]
    probes = np.concatenate([group[3:] for group in groups])
    same = people[probes][:, None] == names[None]
    for side in (None, 24):
        seen = vectors.of("int8") if side is None else vectors.of("int8", side=side)
        for size in (1, 2, 3):
            known = [vectors.of("int8")[group[:size]].mean(axis=0) for group in groups]
            alike = seen[probes] @ likeness.unit(known).T
            found = {
                str(share): round(likeness.accepted(alike.ravel(), same.ravel(), share), 4)
                for share in (0.01, 0.001, 0.0001)
            }
            report[f"{size} of {side or 'whole'}"] = {
                "atShareOfOthers": found, "above": likeness.accepted_at(alike[same], levels),
                "othersAbove": likeness.accepted_at(alike[~same], levels),
            }  # fmt: skip
    return report | {"people": len(names), "probes": len(probes)}


def know_figures(options, run, blob):
    """The report of the network of likeness, and the levels of different people."""
    reader = likeness.Reader(blob, options.processes, options.cache)
    random = np.random.default_rng(SEED)
    report, tails, levels, train = {}, {}, {}, []
    for folder in options.data:
        faces = portraits.Portraits(folder, "train")
        vectors = reader(faces)
        alike = likeness.different_pairs(vectors, faces.people)
        tails[folder.name], levels[folder.name] = likeness.tail(alike)
        tails[folder.name]["people"] = len(np.unique(faces.people))
        chosen, same = likeness.draw_pairs(faces.people, 3000, random)
        pairs = likeness.unit(vectors)[chosen]
        train.append(((pairs[:, 0] * pairs[:, 1]).sum(axis=1), same))
        tails[folder.name]["galleries"] = likeness.galleries(
            vectors, faces.people, levels[folder.name],
            [n for n in (30, 100, 300, 2000) if n < tails[folder.name]["people"] - 20], 20, random,
        )  # fmt: skip
        print(folder.name, "train: compared", flush=True)
    threshold = likeness.best_threshold(*(np.concatenate(each) for each in zip(*train)))
    report["threshold"] = {
        "perMille": round(1000 * threshold), "trainPairs": sum(len(a) for a, _ in train),
        "trainAccuracy": [round(float(((a >= threshold) == s).mean()), 4) for a, s in train],
    }  # fmt: skip
    # Whoever comes out more alike: the harder folder.
    hardest = {k: max(each[k] for each in levels.values()) for k in levels[folder.name]}
    report["differentPeople"] = tails
    for folder in options.data:
        vectors = Vectors(portraits.Portraits(folder, "val"), run, reader)
        report[folder.name] = val_figures(folder, vectors, threshold)
        report[folder.name]["knownBy"] = enrolled(vectors, hardest)
        print(folder.name, "val: measured", flush=True)
    return report, hardest


def write_swift(path, levels, blob):
    numbers = [str(round(likeness.Q15 * levels[k])) for k in sorted(levels)]
    rows = [", ".join(numbers[start : start + 8]) for start in range(0, len(numbers), 8)]
    text, sha = ",\n        ".join(rows), digest(blob)
    path.write_text(f"""\
/// How alike faces of different people come out, written by `faces/recipe.py`: measure, do not edit.
///
/// Of know.tflite, SHA-256 {sha[:32]}
/// {sha[32:]}.
public enum FaceThresholds {{
    public static let first = {likeness.FIRST}
    /// The likeness, a cosine in Q15, that a share 2⁻ᵏ of pairs of different people exceeds, of k from
    /// `first` in steps of 1; beyond what the pictures carry, by a straight line (`faces/card.md`).
    public static let similarities: [Int16] = [
        {text}
    ]
}}
""")


# The network that finds.


def point_errors(ours, theirs):
    """Of squares whose surest box both have: the mean distance of its points, in distances of eyes."""
    made = []
    for (_, scores, points), (_, sure, wanted) in zip(ours, theirs, strict=True):
        if len(scores) and len(sure) and sure[0] >= 0.6:
            eyes = np.linalg.norm(wanted[0][0] - wanted[0][1])
            middle = np.linalg.norm(points[0].mean(axis=0) - wanted[0].mean(axis=0))
            # Another face than theirs is no error of points.
            if eyes > 4 and middle < 2 * eyes:
                made.append(np.linalg.norm(points[0] - wanted[0], axis=1).mean() / eyes)
    return [round(float(np.quantile(made, share)), 4) for share in (0.5, 0.95)]


def find_figures(folder, run, paths):
    pictures, report = find.Heads(folder, "val"), {}
    report["heads"] = sum(len(each) for each in pictures.heads)
    simulations = [simulate.Simulation(path.read_bytes()) for path in paths]
    fields, shares = pictures.wide()
    cases = {"wide": (
        np.stack(fields), [h * s for h, s in zip(pictures.heads, shares, strict=True)],
        [o * s for o, s in zip(pictures.others, shares, strict=True)], simulations[1],
    )}  # fmt: skip
    for times in TIMES:
        cases[f"close{times}"] = (*pictures.close(times), simulations[0])
    for name, (pixels, heads, others, simulation) in cases.items():
        theirs = [find.boxes_of(each) for each in find.heads_of_floats(run, pixels)]
        ours = [find.boxes_of(each) for each in find.heads_of_codes(simulation, pixels)]
        report[name] = {
            "float": find.counts(theirs, heads, others), "int8": find.counts(ours, heads, others),
            "pointErrorMedianAnd95": point_errors(ours, theirs),
        }  # fmt: skip
    return report


def compare_with_kuzet(kuzet, path, codes):
    """How many of the bytes that kuzet makes are others than the simulation's."""
    simulation, different, total = simulate.Simulation(path.read_bytes()), 0, 0
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "in", Path(folder) / "out"
        for picture in codes:
            source.write_bytes(picture.tobytes())
            subprocess.run(
                [kuzet, "infer", path, "--in", source, "--out", target], check=True,
                stdout=subprocess.DEVNULL,
            )  # fmt: skip
            ours = np.concatenate([o.ravel() for o in simulation.run(picture[None])])
            theirs = np.fromfile(target, np.int8)
            different += len(ours) if len(ours) != len(theirs) else int((ours != theirs).sum())
            total += len(ours)
    return {"pictures": len(codes), "bytes": total, "different": different}


def written(value, indent=0):
    """JSON with what has nothing inside in one line."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    if not any(isinstance(each, dict) for each in inner):
        return json.dumps(value)
    pad = " " * (indent + 1)
    if isinstance(value, dict):
        rows = [f"{pad}{json.dumps(k)}: {written(v, indent + 1)}" for k, v in value.items()]
        return "{\n" + ",\n".join(rows) + "\n" + " " * indent + "}"
    return (
        "[\n" + ",\n".join(pad + written(v, indent + 1) for v in value) + "\n" + " " * indent + "]"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--embedder", type=Path, required=True, help="the .xml, its .bin beside it")
    parser.add_argument("--finder", type=Path, required=True, help="yunet_n_dynamic.onnx")
    parser.add_argument("--data", type=Path, nargs="+", required=True, help="folders of faces")
    parser.add_argument("--heads", type=Path, required=True, help="a folder with boxes of heads")
    parser.add_argument("--pictures", type=Path, nargs="+", required=True, help="with train/")
    parser.add_argument("--kuzet", type=Path, help="compare its bytes with the simulation's")
    parser.add_argument("--out", type=Path, default=HERE, help="where networks and report go")
    parser.add_argument("--swift", type=Path, default=HERE.parent / "FaceThresholds.swift")
    parser.add_argument("--cache", type=Path, help="keeps vectors between runs")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--measure", action="store_true", help="only measure what is in --out")
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    torch.use_deterministic_algorithms(True)
    cv2.setNumThreads(1)
    report = {"sources": check_sources(options)}
    embedder, vector, border = know.read_network(options.embedder)
    finder, heads = find.read_network(options.finder)
    paths = [options.out / name for name in ("know.tflite", "find.tflite", "find-wide.tflite")]

    def run_embedder(x):
        return floats.run(embedder, vector, x)

    def run_finder(x):
        return floats.run(finder, heads, x)

    if not options.measure:
        faces = [portraits.Portraits(folder, "train") for folder in options.data]
        rounded = know.make(embedder, vector, faces, seed=SEED)
        writer = rounded.write((portraits.SIDE,) * 2, know.PICTURE, know.DESCRIPTION)
        paths[0].write_bytes(writer.bytes())
        rounded = find.make(finder, heads, options.pictures, seed=SEED)
        for path, sides in zip(paths[1:], (find.CLOSE, find.WIDE), strict=True):
            path.write_bytes(rounded.write(sides, find.PICTURE, find.DESCRIPTION).bytes())
        print("written:", *paths, flush=True)
    blobs = [path.read_bytes() for path in paths]

    val = portraits.Portraits(options.data[0], "val")
    few = val.pixels(range(0, len(val), max(1, len(val) // 12)))[:12]
    pictures = find.Heads(options.heads, "val")
    fields = next(pictures.wide())
    sides = ((portraits.SIDE,) * 2, find.CLOSE, find.WIDE)
    nets = ((embedder, vector), (finder, heads), (finder, heads))
    report["files"] = {
        path.name: {"bytes": len(blob), "sha256": digest(blob), "products": products(*net, size)}
        for path, blob, net, size in zip(paths, blobs, nets, sides, strict=True)
    }
    report["layersOffGraph"] = {
        "know": check_embedder(options.embedder, run_embedder, few),
        "find": find.check_layers(options.finder, finder, heads, fields[0]),
        "borderOffInCodes": round(float(border), 2),
    }
    report["alpha"] = {"know": know.ALPHA, "find": find.ALPHA}
    report["find"] = find_figures(options.heads, run_finder, paths[1:])
    report["know"], levels = know_figures(options, run_embedder, blobs[0])
    report["impostorPerMille"] = {str(k): round(1000 * v) for k, v in levels.items()}
    write_swift(options.swift, levels, blobs[0])
    if options.kuzet:
        seen = (few, pictures.close(2)[0][:12], np.stack(fields[:12]))
        report["kuzet"] = {
            path.name: compare_with_kuzet(options.kuzet, path, portraits.codes(pixels))
            for path, pixels in zip(paths, seen, strict=True)
        }
    modules = (torch, np, cv2, openvino, find.onnxruntime)
    report["versions"] = {m.__name__: m.__version__ for m in modules}
    (options.out / "report.json").write_text(written(report) + "\n")
    print(written(report))


if __name__ == "__main__":
    main()
