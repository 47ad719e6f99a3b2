#!/usr/bin/env python3
"""Makes fights.tflite, the second opinion on fights, and says how good it is on cameras it never saw.

    python3 -m venv venv && venv/bin/pip install -r requirements-opinion.txt
    venv/bin/python opinion.py --kuzet KUZET --backbone mobilenet_v1_0.25_128_quant.tflite \\
        --data FIGHTS --others FOLDER ... --work WORK

FIGHTS and each folder of --others hold labels.json ("file", "split", "label", "scene") or just clips in
which nobody fights. The label "fight" is a fight, "blow" one blow; all others are neither. Kuzet itself
makes the pictures that are learned from; clips of FIGHTS are also shown mirrored, cropped, faster,
slower and at 8 pictures a second, as to the trees.

Five networks are trained, each without the cameras of a fifth; what they say of those is in
WORK/opinions.jsonl and, as figures, in opinion.json beside this file, with what the trees say when they
are trained without the same cameras. Nothing is chosen by those figures. Then one network is trained on
everything, written as fights.tflite, and compared with kuzet, byte for byte. With the same versions,
footage and kind of processor it writes the same bytes.
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
import train as trees
from simulate import Simulation

FOLDS, SEED = 5, 0
EPOCHS, BATCH = 14, 12
# Of the last epochs, so many are trained with the roundings of the written file.
ROUNDED = 4
RATE, BACKBONE_RATE = 3e-3, 6e-4
# Moments of a window that a step of training looks at.
SHOWN = 3
MOMENTS, SIDE = 6, 128
SMOOTHING = 0.05
AGGRESSION_WEIGHT = 0.5


def camera(label, path):
    """Who must not be on both sides: clips of one place, however many there are."""
    scene = label.get("scene", path.name)
    return re.sub(r"sequence \d+, ", "", f"{scene}")


def read_items(data, others):
    """As the trees' recipe has them, with what each shows and the camera it is of."""
    items = []

    def put(path, kind, group, own):
        items.append({
            "path": path, "name": f"{len(items):04}", "kind": kind, "camera": group,
            "fight": kind == "fight", "extra": not own, "weight": trees.EXTRA_WEIGHT,
        })  # fmt: skip

    for folder in [data, *others]:
        own, listed = folder == data, folder / "labels.json"
        labels = json.loads(listed.read_text()) if listed.exists() else []
        clips = [x for x in labels if Path(x["file"]).suffix in (".mp4", ".avi", ".mkv")]
        for label in sorted(clips, key=lambda each: each["file"]):
            path = folder / label["file"]
            kind = label.get("label") if label.get("label") in ("fight", "blow") else "other"
            put(path, kind, f"{folder.name} {camera(label, path)}", own)
        if not clips:
            for path in sorted(folder.rglob("*.mp4")) + sorted(folder.rglob("*.avi")):
                put(path, "other", f"{folder.name} {path.name}", own)
    return items


def measure(kuzet, items, variant, work):
    """The trees' numbers and what kuzet shows a network: rows of windows."""
    _, numbers, owners, times, films = trees.measure(kuzet, items, variant, work, film=True)
    codes = np.memmap(work / f"{variant}.film", np.int8, "r")
    return {"owners": owners, "times": times, "films": films, "numbers": numbers,
            "codes": codes.reshape(-1, MOMENTS, SIDE, SIDE, 3)}


def folds(items):
    """A fold for each camera, so that fights, others of FIGHTS and the rest are spread evenly."""
    chance = np.random.RandomState(SEED)
    groups = sorted({i["camera"] for i in items})
    chance.shuffle(groups)
    sizes = {g: np.zeros(3) for g in groups}
    for item in items:
        kind = 2 if item["extra"] else int(item["fight"])
        sizes[item["camera"]][kind] += 0.5 if item["extra"] else 1
    chosen = trees.dealt(sizes, chance, FOLDS)
    return np.array([chosen[i["camera"]] for i in items])


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
    for picture in seen[::-1] if back else seen:
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


def train(items, measured, used, path, log):
    """A network that never saw what is not `used`."""
    torch.manual_seed(SEED)
    chance = np.random.RandomState(SEED)
    network = backbone.Network(path)
    rows = {}
    for variant, each in measured.items():
        for row in np.flatnonzero(each["films"] >= 0):
            rows.setdefault(each["owners"][row], []).append((variant, each["films"][row]))
    own = [n for n in rows if used[n] and not items[n]["extra"]]
    blows = [n for n in rows if used[n] and items[n]["kind"] == "blow"]
    rest = [n for n in rows if used[n] and items[n]["extra"] and items[n]["kind"] != "blow"]
    cameras = {}
    for n in rest:
        cameras.setdefault(items[n]["camera"], []).append(n)
    names = sorted(cameras)
    groups = [
        {"params": network.backbone_parameters(), "lr": BACKBONE_RATE},
        {"params": network.head_parameters(), "lr": RATE},
    ]
    optimiser = torch.optim.AdamW(groups, weight_decay=1e-2)
    rates = [g["lr"] for g in optimiser.param_groups]
    step, steps = 0, None
    for epoch in range(EPOCHS):
        if epoch == EPOCHS - ROUNDED:
            network.rounding = True
        # As many from elsewhere as of the fights' own, each camera as likely as another, the longest
        # a little more so.
        weights = np.array([len(cameras[c]) ** 0.5 for c in names]) if names else np.zeros(0)
        drawn = [chance.choice(cameras[names[k]]) for k in
                 chance.choice(len(names), len(own), p=weights / weights.sum())] if names else []
        order = chance.permutation(own + blows + drawn)
        steps = steps or -(-len(order) // BATCH) * EPOCHS
        losses = []
        network.train()
        for start in range(0, len(order), BATCH):
            batch = order[start : start + BATCH]
            shown = []
            for n in batch:
                variant, film = rows[n][chance.randint(len(rows[n]))]
                moments = measured[variant]["codes"][film]
                moments = moments[np.sort(chance.choice(MOMENTS, SHOWN, replace=False))]
                shown.append(varied(moments, chance))
            said = network(as_input(np.concatenate(shown))).reshape(len(batch), SHOWN, 2).mean(1)
            kinds = [items[n]["kind"] for n in batch]
            loss = loss_of(said, kinds)
            wide = 0.5 * (1 + np.cos(np.pi * step / steps)) * min(1, (step + 1) / 20)
            for group, rate in zip(optimiser.param_groups, rates, strict=True):
                group["lr"] = rate * wide
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 5)
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
def opinions(network, measured, chosen):
    """Of each filmed window among `chosen` rows: logits of a fight and of aggression."""
    said = {}
    for row in chosen:
        codes = measured["codes"][measured["films"][row]].astype(np.float32) + 128
        said[row] = network(as_input(codes)).mean(0).numpy()
    return said


# Figures.


def spread(plain, said):
    """What was said last, at each decision; before anything was said, nothing."""
    held = np.full((len(plain["owners"]), 2), np.nan)
    last, owner = None, None
    for row, at in enumerate(plain["times"]):
        if plain["owners"][row] != owner:
            owner, last = plain["owners"][row], None
        if row in said:
            last = (at, said[row])
        if last is not None and at - last[0] <= 1.5:
            held[row] = last[1]
    return held


def moments_to_scores(plain, logits):
    """As the detector: the mean over half a second of what each moment says."""
    values, scores = 1 / (1 + np.exp(-logits)), np.zeros(len(logits))
    for owner in np.unique(plain["owners"]):
        rows = np.flatnonzero(plain["owners"] == owner)
        scores[rows] = trees.smooth(plain["times"][rows], values[rows])
    return scores


def clip_figures(items, plain, logits):
    scores = moments_to_scores(plain, logits)
    clips, truth, scenes = [], [], []
    for index, item in enumerate(items):
        rows = np.flatnonzero(plain["owners"] == index)
        if not item["extra"]:
            full = plain["times"][rows] >= trees.SPAN_MIN - 1e-6
            value = 0.0
            if len(rows):
                value = scores[rows][full].max() if full.any() else scores[rows][-1]
            clips.append(value)
            truth.append(item["kind"] == "fight")
            scenes.append(item["camera"])
    clips, truth, scenes = np.array(clips), np.array(truth), np.array(scenes)
    report = {k: round(float(v), 4) for k, v in trees.figures(truth, clips).items()}
    chance, drawn = np.random.RandomState(1), {k: [] for k in report}
    places = {s: np.flatnonzero(scenes == s) for s in sorted(set(scenes))}
    names = list(places)
    while len(drawn["auc"]) < 1000:
        rows = np.concatenate([places[names[k]] for k in chance.randint(len(names), size=len(names))])
        if 0 < truth[rows].sum() < len(rows):
            for key, value in trees.figures(truth[rows], clips[rows]).items():
                drawn[key].append(value)
    intervals = {k: np.round(np.quantile(v, [0.025, 0.975]), 3).tolist() for k, v in drawn.items()}
    return report | {"intervals": intervals}


def incidents(times, scores, threshold):
    """How often 1.2 s of 1.6 are above it; what comes within ten seconds is one."""
    count, last, seen = 0, -99.0, []
    for index, (at, score) in enumerate(zip(times, scores, strict=True)):
        passed = min(at - times[index - 1], 0.3) if index else 0.0
        seen.append((at, passed if score >= threshold else 0.0))
        if sum(s for t, s in seen if t > at - 1.6) >= 1.2 - 1e-6:
            count += int(at - last > 10)
            last = at
    return count


def incident_figures(items, plain, logits, thresholds):
    scores = moments_to_scores(plain, logits)
    found = {}
    for index, item in enumerate(items):
        rows = np.flatnonzero(plain["owners"] == index)
        if not item["extra"] or len(rows) == 0:
            continue
        counts = [incidents(plain["times"][rows], scores[rows], t) for t in thresholds]
        group = found.setdefault(item["kind"], {"clips": 0, "red": 0, "amber": 0, "which": []})
        group["clips"] += 1
        if item["kind"] == "other":
            group["red"] += counts[0]
            group["amber"] += counts[1]
            if counts[1]:
                group["which"].append([item["path"].name, *counts])
        else:
            group["red"] += int(counts[0] > 0)
            group["amber"] += int(counts[1] > 0)
    return found


def trees_held_out(items, measured, fold):
    """What the trees say when they are trained without the cameras of a fold."""
    numbers = np.vstack([m["numbers"] for m in measured.values()])
    owners = np.concatenate([m["owners"] for m in measured.values()])
    blow = np.array([i["kind"] == "blow" for i in items])
    plain = measured["plain"]
    logits = np.zeros(len(plain["owners"]))
    for held in range(FOLDS):
        used = (fold[owners] != held) & ~blow[owners]
        boosters = trees.train(numbers[used], owners[used], items, seeds=1)
        tested = fold[plain["owners"]] == held
        logits[tested] = trees.log_odds(boosters, plain["numbers"][tested])
    return logits


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
    parser.add_argument("--backbone", type=Path, required=True, help="MobileNetV1, 0.25, 128")
    parser.add_argument("--data", type=Path, required=True, help="the labelled fights")
    parser.add_argument("--others", type=Path, nargs="*", default=[], help="other footage")
    parser.add_argument("--work", type=Path, required=True, help="kept between runs")
    parser.add_argument("--out", type=Path, default=HERE, help="where the two files go")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.use_deterministic_algorithms(True)
    cv2.setNumThreads(1)
    options.work.mkdir(parents=True, exist_ok=True)
    kuzet = options.kuzet.resolve()
    items = read_items(options.data, options.others)
    measured = {v: measure(kuzet, items, v, options.work) for v in trees.VARIANTS}
    plain, fold = measured["plain"], folds(items)
    print(len(items), "recordings,", len(set(i["camera"] for i in items)), "cameras", flush=True)

    said = {}
    for held in range(FOLDS):
        kept = options.work / f"fold{held}.npz"
        if kept.exists():
            loaded = np.load(kept)
            said |= dict(zip(loaded["rows"].tolist(), loaded["said"], strict=True))
            continue
        network = train(items, measured, fold != held, options.backbone, f"fold {held}")
        rows = np.flatnonzero((plain["films"] >= 0) & (fold[plain["owners"]] == held))
        own = opinions(network, plain, rows)
        np.savez(kept, rows=np.array(list(own)), said=np.stack(list(own.values())))
        said |= own
    with (options.work / "opinions.jsonl").open("w") as file:
        for row in sorted(said):
            name = items[plain["owners"][row]]["path"].name
            file.write(json.dumps({
                "file": name, "at": round(float(plain["times"][row]), 3),
                "fight": round(float(said[row][0]), 3), "aggression": round(float(said[row][1]), 3),
            }) + "\n")  # fmt: skip
    held = spread(plain, said)
    silent = np.isnan(held[:, 0])
    alone = trees_held_out(items, measured, fold)
    both = np.where(silent, alone, (alone + np.nan_to_num(held[:, 0])) / 2)
    aggression = np.where(silent, alone, (alone + np.nan_to_num(held[:, 1])) / 2)
    report = {
        "recordings": len(items), "cameras": len({i["camera"] for i in items}),
        "windows": int((plain["films"] >= 0).sum()),
        "trees": clip_figures(items, plain, alone),
        "network": clip_figures(items, plain, np.where(silent, -3.0, np.nan_to_num(held[:, 0]))),
        "both": clip_figures(items, plain, both),
        "incidents": {
            f"{name} {red} {amber}": incident_figures(items, plain, logits, (red, amber))
            for name, logits in (("trees", alone), ("both", both), ("aggression", aggression))
            for red, amber in ((0.78, 0.6), (0.7, 0.5), (0.65, 0.5))
        },
    }  # fmt: skip
    print(json.dumps(report, indent=1), flush=True)

    network = train(items, measured, np.ones(len(items), bool), options.backbone, "all")
    blob = network.write("kuzet fights 1")
    path = options.out / "fights.tflite"
    path.write_bytes(blob)
    some = plain["codes"][:: max(len(plain["codes"]) // 12, 1), 2][:12]
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
