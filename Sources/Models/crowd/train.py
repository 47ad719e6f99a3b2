#!/usr/bin/env python3
"""Trains crowd.tflite, which says how many people a picture shows and where, and reports on it.

    python3 -m venv venv && venv/bin/pip install -r requirements.txt
    venv/bin/python train.py --data DATA --work WORK

DATA holds the labelled folders `crowd`, `crowd-above`, `people`, `people-cameras`, `fights`,
`everyday`, `falls` and `tamper`, and models/rtmdet/rtmdet_nano.onnx: the weights with which the
training begins, and the teacher that counts the people of recordings. A venue's own pictures go
into a folder like `crowd`. Only `train` is trained on; `val` is counted once, at the end.

First in floating point, then with the roundings of eight bits, last on whole canvases. WORK keeps
what it has done; with --resume it goes on from there, to the same weights. Writes crowd.tflite
and report.json beside this file. About twenty-five minutes of one core.

    --fold K    trains without a quarter of the scenes of `train` and reports on it, writing nothing
"""

import argparse
import hashlib
import json
from pathlib import Path

import cv2
import numpy as np
import torch
from figures import figures, line
from learning import Batches, as_input, counts_of, learn, whole
from network import CELL_MOST, Network, begin_from_teacher
from pictures import HEIGHT, WIDTH, read_all
from quantised import DENSITY_STEP, ZERO, Quantised, counts_of_file, judged

HERE = Path(__file__).resolve().parent
STEPS, ROUNDED_STEPS, WHOLE_STEPS = 1800, 200, 220
RATE, ROUNDED_RATE, WHOLE_RATE = 1.5e-3, 1e-4, 2e-4
SEED, CALIBRATION_SEED = 1, 77
# Pictures that the judge looks at: its reference kernels take their time.
JUDGED = 16
# Sides are whole multiples of 32.
OTHER_SIZES = ((320, 256), (416, 320))



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


def calibration(pictures, count):
    batches = Batches(pictures, CALIBRATION_SEED)
    return np.concatenate([batches[i][0] for i in range(count)])


def train_float(pictures, teacher, work, options):
    torch.manual_seed(SEED)
    network = Network()
    if teacher:
        begin_from_teacher(network, teacher, as_input(calibration(pictures, 4)).numpy())
    return learn(network, pictures, options.steps, work / "float.pt", RATE,
                 seed=SEED, resume=options.resume, say=say)


def train_rounded(network, pictures, work, options):
    model = Quantised(network)
    model.calibrate(calibration(pictures, 6))
    model.rounding = True
    if options.rounded_steps:
        model = learn(model, pictures, options.rounded_steps, work / "rounded.pt", ROUNDED_RATE,
                      still=0, seed=SEED + 1, resume=options.resume, say=say)
    # Cuts have more border than the device's canvas: counts are off until they are learned there.
    if options.whole_steps:
        model = learn(model, pictures, options.whole_steps, work / "whole.pt", WHOLE_RATE,
                      still=0, seed=SEED + 2, canvas=(WIDTH, HEIGHT), resume=options.resume,
                      say=say)
    return model


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="the labelled folders")
    parser.add_argument("--work", type=Path, required=True, help="for moments and checkpoints")
    parser.add_argument("--resume", action="store_true", help="go on from WORK")
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--rounded-steps", type=int, default=ROUNDED_STEPS)
    parser.add_argument("--whole-steps", type=int, default=WHOLE_STEPS)
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
    shown = whole(asked)
    plain = figures(asked, counts_of(network, shown))
    say(f"float: {line(plain)}")

    model = train_rounded(network, learned, work, options)
    blob = model.write(WIDTH, HEIGHT, "kuzet crowd 1")
    counts = counts_of_file(blob, shown)
    report = {
        "file": {
            "sha256": hashlib.sha256(blob).hexdigest(), "bytes": len(blob),
            "input": [1, HEIGHT, WIDTH, 3], "output": [1, HEIGHT // 8, WIDTH // 8, 1],
            "outputStep": float(np.float32(DENSITY_STEP)), "outputZero": ZERO,
            "cellMost": CELL_MOST, "products": network.mac_count(WIDTH, HEIGHT),
            "weights": sum(p.numel() for p in model.weights.values()),
        },
        "pictures": {"learned": len(learned), "asked": len(asked)},
        "int8": figures(asked, counts), "float": plain, "floatOtherSizes": {},
    }
    say(f"int8: {line(report['int8'])}")
    (work / "crowd.tflite").write_bytes(blob)
    for width, height in OTHER_SIZES:
        found = figures(asked, counts_of(network, whole(asked, width, height)))
        say(f"float {width}×{height}: {line(found)}")
        report["floatOtherSizes"][f"{width}x{height}"] = found
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
