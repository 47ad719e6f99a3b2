#!/usr/bin/env python3
"""Makes fights.tflite, the second opinion on fights, and says how good both are on cameras they never saw.

    python3 -m venv venv && venv/bin/pip install -r requirements-opinion.txt
    venv/bin/python opinion.py --kuzet KUZET --backbone tf2_mobilenet_v2_1.0_224_ptq.tflite \\
        --data FIGHTS --others FOLDER ... --rendered RENDERED --work WORK

`train.py` runs first, with the same folders: its WORK holds what kuzet measured and what the trees said.

Five networks are trained, each without the cameras of a fifth, the first folds of the trees; what they
say of those is in WORK/opinions.jsonl, and counts as on a device: where the trees ask for it, a little
later. From where on both are believed is chosen for each fold by the other four; the figures of what
was left out are in opinion.json beside this file. Then one network is trained on everything, written as fights.tflite, and compared with kuzet, byte
for byte. With the same versions, footage and kind of processor it writes the same bytes.
"""

import argparse
import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import nn
from torch.nn import functional

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "recipe")]

import backbone
import choice
import footage
from simulate import Simulation

SEED = 0
EPOCHS, BATCH = 16, 12
# Of the last epochs, so many are trained with the roundings of the written file.
ROUNDED = 4
RATE, BACKBONE_RATE = 1e-3, 2e-4
# Moments of a window that a step of training looks at.
SHOWN = 3
SIDE = backbone.SIDE
# As on a device: from which score of the trees on it is asked, seconds until an answer counts, and for how
# long.
ASKED, LATENCY, HELD = 0.3, 0.3, 1.2
SMOOTHING = 0.05
AGGRESSION_WEIGHT = 0.5


def codes_of(work, variant):
    codes = np.memmap(work / f"{variant}.film", np.int8, "r")
    return codes.reshape(-1, SIDE, SIDE, 3)


# Training.


def varied(codes, chance):
    """Moments, as int8, seen a little otherwise: N×128×128×3, 0 ... 255."""
    seen = codes.astype(np.int16) + 128
    share = chance.uniform(0.72, 1.0, 2)
    sides = np.maximum((share * SIDE).astype(int), 8)
    y, x = (chance.randint(0, SIDE - s + 1) for s in sides)
    gain = chance.uniform(0.6, 1.6)
    mirrored, back = chance.rand() < 0.5, chance.rand() < 0.3
    noise = chance.uniform(0, 12) if chance.rand() < 0.4 else 0
    made = []
    for picture in seen:
        part = picture[y : y + sides[0], x : x + sides[1]].astype(np.float32)
        part = cv2.resize(part, (SIDE, SIDE), interpolation=cv2.INTER_LINEAR) * gain
        part = part[:, ::-1] if mirrored else part
        part = part[:, :, ::-1] if back else part
        if noise:
            part = part + np.abs(chance.normal(0, noise, part.shape)) - noise / 2
        made.append(np.clip(part, 0, 255))
    return np.stack(made)


def as_input(pictures):
    """0 ... 255 to what the network reads: N×3×H×W, −1 ... 1."""
    return torch.tensor(np.ascontiguousarray(pictures, np.float32)).permute(0, 3, 1, 2) / 128 - 1


class Footage:
    """What may be shown, drawn anew for each epoch."""

    def __init__(self, items, measured, used, work):
        self.items, self.rows = items, {}
        self.codes = {variant: codes_of(work, variant) for variant in measured}
        for variant, each in measured.items():
            for row in np.flatnonzero(each["films"][:, 1] > 0):
                self.rows.setdefault(each["owners"][row], []).append((variant, each["films"][row]))
        known = [n for n in self.rows if used[n]]
        self.fights = [n for n in known if items[n]["own"] or
                       (items[n]["fight"] and not items[n]["drawn"])]
        self.blows = [n for n in known if items[n]["kind"] == "blow" and not items[n]["drawn"]]
        self.drawn = [n for n in known if items[n]["drawn"]]
        self.cameras = {}
        for n in known:
            if n not in self.fights and n not in self.blows and n not in self.drawn:
                self.cameras.setdefault(items[n]["camera"], []).append(n)

    def order(self, chance):
        """All fights and their neighbours; half as many from elsewhere, each camera as likely as
        another, the longest a little more so; half of the blows; a few that are drawn."""
        names = sorted(self.cameras)
        weights = np.array([len(self.cameras[c]) ** 0.5 for c in names])
        count = len(self.fights) // 2 if names else 0
        chosen = chance.choice(len(names), count, p=weights / weights.sum()) if count else []
        drawn = [chance.choice(self.cameras[names[k]]) for k in chosen]
        drawn += list(chance.permutation(self.blows)[: (len(self.blows) + 1) // 2])
        drawn += list(chance.permutation(self.drawn)[: len(self.fights) // 8])
        return chance.permutation(np.array(self.fights + drawn, int))

    def show(self, n, chance):
        """Some moments of a window of one recording."""
        variant, (first, count) = self.rows[n][chance.randint(len(self.rows[n]))]
        places = chance.choice(count, SHOWN, replace=count < SHOWN)
        return varied(self.codes[variant][first + np.sort(places)], chance)


def train(seen, path, log):
    """A network that learns from what was seen."""
    torch.manual_seed(SEED)
    chance = np.random.RandomState(SEED)
    network = backbone.Network(path)
    groups = [
        {"params": network.backbone_parameters(), "lr": BACKBONE_RATE},
        {"params": network.head_parameters(), "lr": RATE},
    ]
    optimiser = torch.optim.AdamW(groups, weight_decay=1e-2)
    rates = [g["lr"] for g in optimiser.param_groups]
    step, steps = 0, None
    for epoch in range(EPOCHS):
        network.rounding = epoch >= EPOCHS - ROUNDED
        order = seen.order(chance)
        steps = steps or -(-len(order) // BATCH) * EPOCHS
        losses = []
        network.train()
        for start in range(0, len(order), BATCH):
            batch = order[start : start + BATCH]
            shown = np.concatenate([seen.show(n, chance) for n in batch])
            said = network(as_input(shown)).reshape(len(batch), SHOWN, 2).mean(1)
            loss = loss_of(said, [seen.items[n]["kind"] for n in batch])
            wide = 0.5 * (1 + np.cos(np.pi * step / steps)) * min(1, (step + 1) / 20)
            for group, rate in zip(optimiser.param_groups, rates, strict=True):
                group["lr"] = rate * wide
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(network.backbone_parameters(), 5)
            optimiser.step()
            losses.append(float(loss.detach()))
            step += 1
        print(f"{log}: epoch {epoch + 1} of {EPOCHS}: loss {np.mean(losses):.3f}", flush=True)
    return network.eval()


def loss_of(said, kinds):
    """A blow is no fight for whoever tells fights, and no other either."""
    fight = torch.tensor([float(k == "fight") for k in kinds])
    sides = torch.tensor([float(k != "other") for k in kinds])
    counts = torch.tensor([float(k != "blow") for k in kinds])

    def loss(logits, truth, weights):
        soft = truth * (1 - 2 * SMOOTHING) + SMOOTHING
        each = functional.binary_cross_entropy_with_logits(logits, soft, reduction="none")
        return (each * weights).sum() / weights.sum().clamp(min=1)

    return loss(said[:, 0], fight, counts) + AGGRESSION_WEIGHT * loss(
        said[:, 1], sides, torch.ones_like(sides))


@torch.no_grad()
def opinions(network, judged, work, chosen):
    """Of each filmed window among `chosen` rows: logits of a fight and of aggression."""
    said, codes = {}, {variant: codes_of(work, variant) for variant in judged.variants}
    for row in chosen:
        first, count = judged.films[row]
        seen = codes[judged.variant[row]][first : first + count].astype(np.float32) + 128
        said[row] = network(as_input(seen)).mean(0).numpy()
    return said


def spread(judged, trees, said):
    """What was said last, at each decision, where the trees had asked; else nothing."""
    held = np.full((len(judged.owners), 2), np.nan)
    asks = (1 / (1 + np.exp(-trees))).max(axis=1) >= ASKED
    told, owner = [], None
    for row, at in enumerate(judged.times):
        if judged.owners[row] != owner:
            owner, told = judged.owners[row], []
        if row in said and asks[row]:
            told.append((at + LATENCY, said[row]))
        counts = [each for since, each in told if since <= at + 1e-6 <= since + HELD]
        if counts:
            held[row] = counts[-1]
    return held


def write_held_out(judged, scores, path):
    """For `kuzet eval fights --held-out`."""
    with path.open("w") as file:
        for owner, at, score in zip(judged.owners, judged.times, scores, strict=True):
            item = judged.items[owner]
            if item["own"]:
                name = json.dumps(item["file"])
                file.write(f'{{"file":{name},"at":{at:.3f},"score":{score:.3f}}}\n')


def write_swift(chosen, path):
    """Numbers of FightWeights.swift that were chosen by all folds."""
    text = path.read_text()
    for name, (alone, both) in zip(("fight", "aggression"), chosen, strict=True):
        made = f"FightWeights(alone: {round(1024 * alone)}, each: {round(512 * both)})"
        text = re.sub(rf"(static let {name} = ).*", rf"\g<1>{made}", text)
    path.write_text(text)


def compare_with_kuzet(kuzet, path, blob, codes, work):
    """How many of the codes that kuzet makes are others than the simulation's."""
    simulation, different, total = Simulation(blob), 0, 0
    for picture in codes:
        (work / "in").write_bytes(picture.tobytes())
        subprocess.run([kuzet, "infer", path, "--in", work / "in", "--out", work / "out"],
                       check=True, stdout=subprocess.DEVNULL)  # fmt: skip
        ours = np.concatenate([o.ravel() for o in simulation.run(picture[None])])
        theirs = np.fromfile(work / "out", np.int8)
        different += int((ours != theirs).sum()) if len(ours) == len(theirs) else len(ours)
        total += len(ours)
    return {"pictures": len(codes), "codes": total, "different": different}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--kuzet", type=Path, required=True, help="the built command")
    parser.add_argument("--backbone", type=Path, required=True, help="MobileNetV2, 1.0, int8")
    parser.add_argument("--data", type=Path, required=True, help="the labelled fights")
    parser.add_argument("--others", type=Path, nargs="*", default=[], help="other footage")
    parser.add_argument("--rendered", type=Path, help="what board/rendered drew")
    parser.add_argument("--work", type=Path, required=True, help="that of train.py")
    parser.add_argument("--out", type=Path, default=HERE, help="where the two files go")
    parser.add_argument("--weights", type=Path, default=HERE.parent / "FightWeights.swift")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.use_deterministic_algorithms(True)
    cv2.setNumThreads(1)
    kuzet = options.kuzet.resolve()
    items = footage.read_items(options.data, options.others, options.rendered)
    measured = {v: footage.measure(kuzet, items, v, options.work) for v in footage.VARIANTS}
    back = footage.measure(kuzet, items, footage.BACK, options.work)
    judged, fold = footage.Judged(items, measured["plain"], back), footage.folds(items, 0)
    print(len(items), "recordings,", len(set(i["camera"] for i in items)), "cameras", flush=True)

    said = {}
    for held in range(footage.FOLDS):
        kept = options.work / f"fold{held}.npz"
        if not kept.exists():
            seen = Footage(items, measured, fold != held, options.work)
            network = train(seen, options.backbone, f"fold {held}")
            rows = np.flatnonzero((judged.films[:, 1] > 0) & (fold[judged.sources] == held))
            own = opinions(network, judged, options.work, rows)
            np.savez(kept, rows=np.array(list(own)), said=np.stack(list(own.values())))
        loaded = np.load(kept)
        said |= dict(zip(loaded["rows"].tolist(), loaded["said"], strict=True))
    with (options.work / "opinions.jsonl").open("w") as file:
        for row in sorted(said):
            item = judged.items[judged.owners[row]]
            file.write(json.dumps({
                "file": item["path"].name, "toAndFro": item["back"],
                "at": round(float(judged.times[row]), 3),
                "fight": round(float(said[row][0]), 3), "aggression": round(float(said[row][1]), 3),
            }) + "\n")  # fmt: skip
    trees = np.load(options.work / "trees.npz")["said"][0]
    found, scores, chosen = choice.nested(
        judged, judged.of_items(fold), trees, spread(judged, trees, said))
    report = {
        "recordings": sum(not i["drawn"] for i in items),
        "cameras": len({i["camera"] for i in items if not i["drawn"]}),
        "windows": len(said), **found,
    }
    write_swift(chosen, options.weights)
    write_held_out(judged, scores, options.work / "held-out.jsonl")
    report["heldOutPerMille"] = {
        kind: " ".join(str(each) for each in sorted(
            round(1000 * float(judged.clip_score(scores, n)))
            for n, item in enumerate(judged.items) if item["own"] and item["kind"] == kind))
        for kind in ("fight", "other")}
    print(json.dumps(report, indent=1), flush=True)

    written = options.work / "all.tflite"
    if not written.exists():
        seen = Footage(items, measured, np.ones(len(items), bool), options.work)
        written.write_bytes(train(seen, options.backbone, "all").write("kuzet fights 1"))
    blob = written.read_bytes()
    path = options.out / "fights.tflite"
    path.write_bytes(blob)
    codes = codes_of(options.work, "plain")
    some = codes[:: max(len(codes) // 12, 1)][:12]
    report |= {
        "bytes": len(blob), "sha256": hashlib.sha256(blob).hexdigest(),
        "backboneSha256": hashlib.sha256(options.backbone.read_bytes()).hexdigest(),
        "kuzet": compare_with_kuzet(kuzet, path, blob, some, options.work),
        "versions": {m.__name__: m.__version__ for m in (torch, np, cv2)},
    }
    (options.out / "opinion.json").write_text(json.dumps(report, indent=1) + "\n")
    print("report:", options.out / "opinion.json", "network:", path)


if __name__ == "__main__":
    main()
