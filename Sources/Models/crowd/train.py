#!/usr/bin/env python3
"""Trains crowd.tflite, which says how many people a picture shows and where, and reports on it.

    python3 -m venv venv && venv/bin/pip install -r requirements.txt
    venv/bin/python train.py --data DATA --work WORK

DATA holds the labelled folders `crowd`, `crowd-above`, `people`, `people-cameras`, `fights`,
`everyday`, `falls` and `tamper`, and models/rtmdet/rtmdet_nano.onnx: the weights with which the
training begins, and the teacher that counts the people of recordings. A venue's own pictures go
into a folder like `crowd`. Only `train` is trained on; `val` is counted once, at the end.

First on cuts, then on whole canvases, twice in turn, in floating point; last on whole canvases
with the roundings of eight bits. WORK keeps what it has done; with --resume it goes on from there,
to the same weights. Writes crowd.tflite and report.json beside this file. About twenty minutes
of one core.

    --fold K    trains without a quarter of the scenes of `train` and reports on it, writing nothing
"""

import argparse
import hashlib
import json
from pathlib import Path

import cv2
import numpy as np
import torch
from figures import CROWD, figures, line
from learning import (
    LAST_SHARES, WHOLE_SHARES, Batches, as_input, counts_of, learn, weigh, whole,
)  # fmt: skip
from network import CELL_MOST, Network, begin_from_teacher
from pictures import HEIGHT, WIDTH, read_all
from quantised import DENSITY_STEP, ZERO, Quantised, counts_of_file, judged

HERE = Path(__file__).resolve().parent
# Of cuts, of whole canvases; then once more.
STEPS, WHOLE_STEPS, MORE_STEPS, MORE_WHOLE_STEPS, ROUNDED_STEPS = 2000, 600, 1900, 300, 200
RATE, WHOLE_RATE, MORE_RATE, ROUNDED_RATE = 1.5e-3, 5e-4, 1e-3, 2e-4
SEED, CALIBRATION_SEED = 1, 77
# Pictures that the judge looks at: its reference kernels take their time.
JUDGED = 16


def text_of(report: dict) -> str:
    """JSON of two levels of lines: whole, the tables are thousands of them."""

    def members(content: dict, margin: str) -> str:
        lines = []
        for name, value in content.items():
            text = json.dumps(value)
            if margin == " " and isinstance(value, dict) and len(text) > 100:
                text = "{\n" + members(value, "  ") + "\n }"
            lines.append(f"{margin}{json.dumps(name)}: {text}")
        return ",\n".join(lines)

    return "{\n" + members(report, " ") + "\n}\n"


def say(words):
    print(words, flush=True)


def calibration(pictures, count, **canvas):
    batches = Batches(pictures, CALIBRATION_SEED, **canvas)
    return np.concatenate([batches[i][0] for i in range(count)])


def train_float(pictures, teacher, work, options):
    torch.manual_seed(SEED)
    network = Network()
    if teacher:
        begin_from_teacher(network, teacher, as_input(calibration(pictures, 4)).numpy())
    kept = {"resume": options.resume, "say": say}
    canvas = {"canvas": (WIDTH, HEIGHT), "in_heads": True, "still": 0}
    _, network = learn(network, pictures, options.steps, work / "cuts.pt", RATE, seed=SEED, **kept)
    mistaken = weigh(pictures, network, work / "few.npy", options.resume)
    say(f"{mistaken} pictures without a crowd are mistaken, and drawn oftener")
    # Cuts have more border than the device's canvas: counts are off until they are learned there.
    _, network = learn(network, pictures, options.whole_steps, work / "whole.pt", WHOLE_RATE,
                       seed=SEED + 1, shares=WHOLE_SHARES, **canvas, **kept)
    _, network = learn(network, pictures, options.more_steps, work / "cuts2.pt", MORE_RATE,
                       seed=SEED + 2, still=0, in_heads=True, **kept)
    _, network = learn(network, pictures, options.more_whole_steps, work / "whole2.pt", WHOLE_RATE,
                       seed=SEED + 3, shares=LAST_SHARES, **canvas, **kept)
    return network


def train_rounded(network, pictures, work, options):
    model = Quantised(network)
    model.calibrate(calibration(pictures, 6, canvas=(WIDTH, HEIGHT), shares=LAST_SHARES))
    model.rounding = True
    # Not the mean: it would be rounded otherwise than what was trained, and counts a tenth less.
    model, _ = learn(model, pictures, options.rounded_steps, work / "rounded.pt", ROUNDED_RATE,
                     seed=SEED + 4, shares=LAST_SHARES, canvas=(WIDTH, HEIGHT), in_heads=True,
                     still=0, resume=options.resume, say=say)
    return model


@torch.no_grad()
def gain_of(model, pictures):
    """What the counts of crowds must be multiplied by, lest they be too low: by `train` alone.

    Densities are rounded anew for each: what is nothing by a hair becomes a code everywhere.
    """
    crowds = [p for p in pictures if p.group in CROWD]
    gains = np.arange(0.8, 1.301, 0.01)
    errors = np.zeros(len(gains))
    model.raw = True
    for picture in crowds:
        codes = model(as_input(whole([picture]))).numpy() / DENSITY_STEP
        for index, gain in enumerate(gains):
            count = np.clip(np.round(codes * gain), 0, 255).sum() * DENSITY_STEP
            errors[index] += abs(count - picture.count)
    model.raw = False
    return round(float(gains[int(np.argmin(errors))]), 2)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="the labelled folders")
    parser.add_argument("--work", type=Path, required=True, help="for moments and checkpoints")
    parser.add_argument("--resume", action="store_true", help="go on from WORK")
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--whole-steps", type=int, default=WHOLE_STEPS)
    parser.add_argument("--more-steps", type=int, default=MORE_STEPS)
    parser.add_argument("--more-whole-steps", type=int, default=MORE_WHOLE_STEPS)
    parser.add_argument("--rounded-steps", type=int, default=ROUNDED_STEPS)
    parser.add_argument("--fold", type=int, choices=range(4), help="held out, of `train`")
    parser.add_argument("--scratch", action="store_true", help="begin from nothing")
    parser.add_argument("--out", type=Path, default=HERE / "crowd.tflite")
    options = parser.parse_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    options.work.mkdir(parents=True, exist_ok=True)

    teacher = options.data / "models/rtmdet/rtmdet_nano.onnx"
    pictures = read_all(options.data, teacher, options.work)
    learned = [p for p in pictures if p.split == "train"]
    asked = [p for p in pictures if p.split == "val"]
    work = options.work
    if options.fold is not None:
        asked = [p for p in learned if p.fold == options.fold]
        learned = [p for p in learned if p.fold != options.fold]
        work = work / f"fold{options.fold}{'-scratch' if options.scratch else ''}"
        work.mkdir(exist_ok=True)
    say(f"{len(learned)} pictures to learn from, {len(asked)} to ask about")

    network = train_float(learned, None if options.scratch else teacher, work, options)
    model = train_rounded(network, learned, work, options)
    gain = gain_of(model, learned)
    say(f"gain {gain}")
    model.amplify(gain)
    blob = model.write(WIDTH, HEIGHT, "kuzet crowd 1")
    (work / "crowd.tflite").write_bytes(blob)
    # Nobody looks before all is done: there is nothing left to choose.
    shown = whole(asked)
    plain = figures(asked, counts_of(network, shown))
    say(f"float: {line(plain)}")
    counts = counts_of_file(blob, shown)
    report = {
        "file": {
            "sha256": hashlib.sha256(blob).hexdigest(), "bytes": len(blob),
            "input": [1, HEIGHT, WIDTH, 3], "output": [1, HEIGHT // 8, WIDTH // 8, 1],
            "outputStep": float(np.float32(DENSITY_STEP)), "outputZero": ZERO,
            "cellMost": CELL_MOST, "products": network.mac_count(WIDTH, HEIGHT),
            "weights": sum(p.numel() for p in model.weights.values()),
        },
        "gain": gain,
        "pictures": {"learned": len(learned), "asked": len(asked)},
        "int8": figures(asked, counts), "float": plain,
    }
    say(f"int8: {line(report['int8'])}")
    if options.fold is not None:
        (work / "report.json").write_text(text_of(report))
        return
    order = np.random.default_rng(SEED).permutation(len(asked))[:JUDGED]
    report["judged"] = {"pictures": len(order), "sameBytes": judged(blob, shown[order])}
    say(f"LiteRT's bytes: {report['judged']}")
    report["counts"] = {p.name: [p.count, round(float(c), 2)] for p, c in zip(asked, counts)}
    options.out.write_bytes(blob)
    options.out.with_name("report.json").write_text(text_of(report))


if __name__ == "__main__":
    main()
