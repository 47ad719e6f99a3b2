#!/usr/bin/env python3
"""Trains the weights of FightDetector from a labelled folder, and reports how good they are.

    python3 -m venv venv && venv/bin/pip install -r requirements.txt
    venv/bin/python train.py --kuzet ../../../.build/release/kuzet --data FIGHTS --work WORK

FIGHTS holds labels.json ("file", "split", "label", "scene") and the recordings; --negatives adds
folders or files in which nobody fights. Kuzet itself computes the numbers that are learned from, so
what is trained on is what the device sees; --positives adds rendered fights, so that rendered people
are not told from real ones instead of fights from dances (board/rendered makes both). Each clip of
FIGHTS is also shown mirrored, cropped, faster, slower, started later and at 8 frames per second, by
ffmpeg, for training only.

Writes FightModel.swift (the weights) and report.json beside this file, and WORK/held-out.jsonl: scores
of weights that never saw the recording, for `kuzet eval fights --held-out`. With the same versions and
footage it writes the same bytes. About fifteen minutes on two cores.
"""

import argparse
import hashlib
import json
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import lightgbm
import numpy as np

HERE = Path(__file__).resolve().parent
WHOLE = "trunc({}/2)*2"

# Name: frames dropped at the start, playing rate, crop (left, top, share) or None, mirrored; the
# last is filmed at 8 frames per second.
VARIANTS = {
    "plain": (0, 1.0, None, False),
    "mirror": (1, 1.0, None, True),
    "faster": (0, 1.1, (0.12, 0.0, 0.88), False),
    "slower": (0, 0.92, (0.0, 0.12, 0.88), True),
    "fps8": (0, 1.0, None, False),
}
SEEDS = 2
TREES = 300
RATE = 0.05
# What a recording from elsewhere counts, in clips; what was hard in it counts most.
EXTRA_WEIGHT = 1.0
EXTRA_EASY = 0.05
# Rendered people who are close to each other, or lift their arms: from 0.15 on none of them is taken
# for a fight, from 0.3 on fewer for aggression, and the more they count the fewer real fights are
# found (card.md).
CLOSE_WEIGHT = 0.3
CLOSE_SCENES = ("crowd", "hugging", "jumping", "waving")
# Seconds: from the first decision to the first score, which is a mean (see FightDetector).
SPAN_MIN = 1.85
MEAN = 0.45
DIGITS = 74
COLUMNS = 88


def make_variant(source: Path, target: Path, name: str, rate: float) -> None:
    drop, speed, crop, mirror = VARIANTS[name]
    # The times are written first: an FFmpeg of Debian 12 counts the pictures' own ones here.
    filters = [f"setpts=N/{rate:.6f}/TB", "fps=8:round=near"] if name == "fps8" else []
    if drop:
        filters.append(f"trim=start_frame={drop},setpts=PTS-STARTPTS")
    if crop:
        left, top, share = crop
        filters.append(
            f"crop={WHOLE.format(f'iw*{share}')}:{WHOLE.format(f'ih*{share}')}"
            f":{WHOLE.format(f'iw*{left}')}:{WHOLE.format(f'ih*{top}')}:exact=1"
        )
    if mirror:
        filters.append("hflip")
    command = ["ffmpeg", "-v", "error", "-nostdin", "-y", "-threads", "1"]
    command += ["-r", f"{rate * speed:.6f}", "-i", str(source), "-map", "0:v:0"]
    command += ["-vf", ",".join(filters) or "null", "-c:v", "ffv1", "-an", str(target)]
    target.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(command, check=True)


def frame_rate(source: Path) -> float:
    probe = subprocess.run(
        ["ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries",
         "stream=avg_frame_rate", "-of", "csv=p=0", str(source)],
        check=True, capture_output=True, text=True,
    )
    pictures, seconds = probe.stdout.strip().rstrip(",").split("/")
    return int(pictures) / int(seconds)


def read_items(data: Path, negatives, positives):
    """Every recording: path, name, whether it is a fight, scene."""
    items = []
    for label in json.loads((data / "labels.json").read_text()):
        items.append({
            "path": data / label["file"], "fight": label["label"] == "fight",
            "scene": f"{label['scene']}", "name": label["file"], "extra": False, "weight": 1.0,
        })
    for place in [*negatives, *positives]:
        endings = (".mp4", ".avi", ".mkv")
        found = sorted(p for p in place.rglob("*") if p.suffix in endings)
        for path in found or [place]:
            close = path.name.split("_")[0] in CLOSE_SCENES
            items.append({
                "path": path, "fight": place in positives, "scene": f"extra {path}",
                "name": f"extra/{len(items):04}", "extra": True,
                "weight": CLOSE_WEIGHT if close else EXTRA_WEIGHT,
            })
    return items


def measure(kuzet: Path, items, variant: str, work: Path, film=False):
    """Numbers of every decision: names, matrix, index of the item, seconds, place in the film: what a
    network is shown, written to VARIANT.film where that is asked for."""
    folder = work / variant
    out = work / f"{variant}.jsonl"
    if not out.exists():
        for item in items:
            item["rate"] = item.get("rate") or frame_rate(item["path"])
        chosen = [i for i in items if variant == "plain" or not i["extra"]]

        def show(item):
            target = folder / (item["name"].rsplit(".", 1)[0] + ".nut")
            if not target.exists():
                make_variant(item["path"], target, variant, item["rate"])
            return {"file": str(target.relative_to(folder)), "split": "all",
                    "label": "fight" if item["fight"] else "other", "scene": 0}

        with ThreadPoolExecutor(2) as pool:
            labels = list(pool.map(show, chosen))
        (folder / "labels.json").write_text(json.dumps(labels))
        part = work / f"{variant}.part"
        command = [kuzet, "eval", "fights", folder, "--split", "all", "--json", "--features", part]
        command += ["--moments", work / f"{variant}.film"] if film else []
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        part.rename(out)
    place = {item["name"].rsplit(".", 1)[0]: index for index, item in enumerate(items)}
    names, rows, owners, times, films = [], [], [], [], []
    for line in out.open():
        record = json.loads(line)
        if "names" in record:
            names = record["names"]
            continue
        rows.append(record["numbers"])
        owners.append(place[record["file"].rsplit(".", 1)[0]])
        times.append(record["at"])
        films.append(record.get("film", -1))
    return names, np.array(rows, float), np.array(owners), np.array(times), np.array(films)


def boost(numbers, fights, weights, seed, trees):
    parameters = {
        "objective": "binary", "max_depth": 3, "num_leaves": 8, "learning_rate": RATE,
        "feature_fraction": 0.1, "bagging_fraction": 0.6, "bagging_freq": 1,
        "min_data_in_leaf": max(20, len(numbers) // 60), "lambda_l2": 5.0, "seed": seed,
        "num_threads": 1, "deterministic": True, "verbose": -1,
    }
    return lightgbm.train(parameters, lightgbm.Dataset(numbers, fights, weight=weights), trees)


def train(numbers, owners, items, seeds=SEEDS):
    """Boosters whose mean, in log odds, is the score."""
    fights = np.array([i["fight"] for i in items])[owners]
    weights = weigh(owners, items)
    extra = np.array([i["extra"] for i in items])[owners]
    if extra.any():
        # Most of a long recording teaches nothing: what a first model errs on counts more.
        first = boost(numbers, fights, weights, 99, 100).predict(numbers)
        missed = np.abs(fights - first)
        weights = weigh(owners, items, np.where(extra, EXTRA_EASY + missed, 1.0))
    return [boost(numbers, fights, weights, seed, TREES) for seed in range(seeds)]


def log_odds(boosters, numbers):
    return np.mean([b.predict(numbers, raw_score=True) for b in boosters], axis=0)


def weigh(owners, items, shares=None):
    """Every recording counts its weight, however many decisions it has and however it shares them."""
    shares = np.ones(len(owners)) if shares is None else shares
    total = np.bincount(owners, shares)
    counts = np.array([i["weight"] for i in items])
    weights = counts[owners] * shares / total[owners]
    return weights / weights.mean()


def smooth(times, scores):
    """As the detector: the mean over `MEAN`."""
    return np.array([scores[(times > at - MEAN) & (times <= at)].mean() for at in times])


def clip_score(times, scores):
    """As `kuzet eval fights`: the highest score with enough before it, or else the last."""
    if len(scores) == 0:
        return 0.0
    smoothed = smooth(times, scores)
    full = times >= SPAN_MIN - 1e-6
    return smoothed[full].max() if full.any() else smoothed[-1]


def folds(items, seed, count=5):
    """A fold for each scene, so that fights and the rest are spread evenly."""
    chance = np.random.RandomState(seed)
    scenes = sorted({i["scene"] for i in items if not i["extra"]})
    chance.shuffle(scenes)
    sizes = {s: np.zeros(2, int) for s in scenes}
    for item in items:
        if not item["extra"]:
            sizes[item["scene"]][int(item["fight"])] += 1
    chosen = dealt(sizes, chance, count)
    return np.array([chosen.get(i["scene"], -1) for i in items])


def dealt(sizes, chance, count):
    """A fold for each group, the largest first, so that each kind in `sizes` is spread evenly."""
    filled, chosen = np.zeros((count, len(next(iter(sizes.values()))))), {}
    for group in sorted(sizes, key=lambda g: -sizes[g].sum()):
        order = list(range(count))
        chance.shuffle(order)
        best = min(order, key=lambda f: ((filled[f] + sizes[group]) ** 2 - filled[f] ** 2).sum())
        chosen[group] = best
        filled[best] += sizes[group]
    return chosen


def figures(fights, scores):
    positive, negative = scores[fights], np.sort(scores[~fights])[::-1]
    pairs = (positive[:, None] > negative).mean() + (positive[:, None] == negative).mean() / 2
    return {
        "accuracy": float(((scores >= 0.5) == fights).mean()), "auc": float(pairs),
        "recallAt5": float((positive > negative[len(negative) // 20]).mean()),
    }


def cross_validate(items, measured, seeds):
    """Mean figures over fold seeds; scores while held out, of recordings and of their moments."""
    fights = np.array([i["fight"] for i in items])
    counted = np.array([not i["extra"] for i in items])
    _, plain, plain_owner, times, _ = measured["plain"]
    numbers = np.vstack([m[1] for m in measured.values()])
    owners = np.concatenate([m[2] for m in measured.values()])
    found, total, series = [], np.zeros(len(items)), np.zeros(len(times))
    for seed in range(seeds):
        fold = folds(items, seed)
        scores = np.zeros(len(items))
        for held in range(5):
            used = fold[owners] != held
            boosters = train(numbers[used], owners[used], items, seeds=1)
            tested = fold[plain_owner] == held
            values = 1 / (1 + np.exp(-log_odds(boosters, plain[tested])))
            for index in np.where(fold == held)[0]:
                own = plain_owner[tested] == index
                scores[index] = clip_score(times[tested][own], values[own])
                series[plain_owner == index] += smooth(times[tested][own], values[own]) / seeds
        found.append(figures(fights[counted], scores[counted]))
        total += scores / seeds
    mean = {k: round(float(np.mean([f[k] for f in found])), 4) for k in found[0]}
    spread = {k: round(float(np.std([f[k] for f in found])), 4) for k in found[0]}
    return mean, spread, total, series


def write_series(items, plain, series, path: Path):
    """For `kuzet eval fights --held-out`."""
    with path.open("w") as file:
        for owner, at, score in zip(plain[2], plain[3], series):
            if not items[owner]["extra"]:
                name = json.dumps(items[owner]["name"])
                file.write(f'{{"file":{name},"at":{at:.3f},"score":{score:.3f}}}\n')


def negatives_held_out(items, measured):
    """Scores of recordings without fights when trained without them, group by group."""
    extras = [i for i, item in enumerate(items) if item["extra"] and not item["fight"]]
    if not extras:
        return {}
    numbers = np.vstack([m[1] for m in measured.values()])
    owners = np.concatenate([m[2] for m in measured.values()])
    _, plain, plain_owner, times, _ = measured["plain"]
    found = {}
    # Recordings from one hand, as their names begin: what is learned from one would tell another.
    parts = {}
    for index in extras:
        path = items[index]["path"]
        parts.setdefault((path.parents[1], path.name.split("_")[0]), []).append(index)
    for held in parts.values():
        used = ~np.isin(owners, held)
        boosters = train(numbers[used], owners[used], items, seeds=1)
        for index in held:
            rows = plain_owner == index
            scores = 1 / (1 + np.exp(-log_odds(boosters, plain[rows])))
            found[str(items[index]["path"])] = (times[rows], smooth(times[rows], scores))
    return found


def longest_run(times, scores, threshold):
    longest, start = 0.0, None
    for at, score in zip(times, scores):
        if score < threshold:
            start = None
            continue
        start = at if start is None else start
        longest = max(longest, at - start)
    return round(float(longest), 2)


def complete(node, depth=0):
    """A tree as seven questions and eight leaves."""
    if depth == 3:
        return [], [node["leaf_value"]]
    if "leaf_value" in node:
        left = right = node
        question = (0, 32767)
    else:
        left, right = node["left_child"], node["right_child"]
        question = (node["split_feature"], int(np.floor(node["threshold"])))
    below = [complete(child, depth + 1) for child in (left, right)]
    levels = [[question]]
    for level in range(2 - depth):
        levels.append(below[0][0][level] + below[1][0][level])
    return levels, below[0][1] + below[1][1]


def write_swift(boosters, thresholds, path: Path):
    lines = []
    for booster in boosters:
        for tree in booster.dump_model()["tree_info"]:
            levels, leaves = complete(tree["tree_structure"])
            digits = "".join(
                f"{number:02x}{max(-1, min(threshold, 32767)) & 0xffff:04x}"
                for level in levels for number, threshold in level)
            for leaf in leaves:
                value = int(round(leaf / len(boosters) * 16384))
                digits += f"{max(-32768, min(value, 32767)) & 0xffff:04x}"
            assert len(digits) == DIGITS
            lines.append(digits)
    fight, aggression = thresholds
    text = "".join(lines)
    path.write_text(
        "/// Weights of `FightDetector`, written by `fights/train.py`: retrain, do not edit.\n"
        "public enum FightModel {\n"
        "    /// Thresholds of the score; see the card.\n"
        f"    public static let fightPerMille = {fight}\n"
        f"    public static let aggressionPerMille = {aggression}\n"
        f"    public static let treeCount = {len(lines)}\n"
        "    /// SHA-256 of `trees`: what names these weights in the ledger.\n"
        f'    public static let sha256 = "{hashlib.sha256(text.encode()).hexdigest()}"\n'
        '    public static let trees: StaticString = """\n'
        + "\\\n".join(f"        {text[i:i + COLUMNS]}" for i in range(0, len(text), COLUMNS))
        + '\n        """\n}\n')
    return len(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--kuzet", type=Path, required=True, help="the built command")
    parser.add_argument("--data", type=Path, required=True, help="the labelled folder")
    parser.add_argument("--negatives", type=Path, nargs="*", default=[])
    parser.add_argument("--positives", type=Path, nargs="*", default=[], help="rendered fights")
    parser.add_argument("--work", type=Path, required=True, help="for variants, kept between runs")
    parser.add_argument("--fold-seeds", type=int, default=10)
    parser.add_argument("--thresholds", type=int, nargs=2, default=(780, 600),
                        help="per mille: fight, aggression")
    parser.add_argument("--out", type=Path, default=HERE.parent / "FightModel.swift")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)

    items = read_items(options.data, options.negatives, options.positives)
    measured = {v: measure(options.kuzet.resolve(), items, v, options.work) for v in VARIANTS}
    names = measured["plain"][0]
    fights = np.array([i["fight"] for i in items])
    mean, spread, held_out, series = cross_validate(items, measured, options.fold_seeds)
    write_series(items, measured["plain"], series, options.work / "held-out.jsonl")
    print("cross-validated by scene:", mean, "deviation over fold seeds:", spread)

    counted = np.array([not i["extra"] for i in items])
    bands = {}
    for threshold in (0.4, 0.5, 0.6, 0.65, 0.7, 0.75, 0.78, 0.8, 0.85, 0.9):
        hit = held_out[counted] >= threshold
        bands[threshold] = [round(float(hit[fights[counted] == kind].mean()), 3)
                            for kind in (True, False)]
    print("share of fights and of the rest at a threshold:", bands)
    extras = {}
    for path, (times, scores) in negatives_held_out(items, measured).items():
        extras[os.path.basename(path)] = {
            "most": round(float(max(scores, default=0)), 3),
            "fightSeconds": longest_run(times, scores, options.thresholds[0] / 1000),
            "aggressionSeconds": longest_run(times, scores, options.thresholds[1] / 1000),
        }
        print(path, extras[os.path.basename(path)])

    numbers = np.vstack([m[1] for m in measured.values()])
    owners = np.concatenate([m[2] for m in measured.values()])
    boosters = train(numbers, owners, items)
    gain = sum(b.feature_importance("gain") for b in boosters)
    order = np.argsort(-gain)
    count = write_swift(boosters, options.thresholds, options.out)
    report = {
        "items": int(counted.sum()), "negatives": int((~counted).sum()), "trees": count,
        "crossValidated": mean, "deviation": spread, "foldSeeds": options.fold_seeds,
        "fightsAndOthersAtThreshold": bands, "negativesHeldOut": extras,
        "gainPerMille": {names[i]: int(1000 * gain[i] / gain.sum()) for i in order[:25]},
        "heldOutScores": {i["name"]: round(float(s), 3)
                          for i, s in zip(items, held_out) if not i["extra"]},
    }
    (HERE / "report.json").write_text(json.dumps(report, indent=1) + "\n")
    print("report:", HERE / "report.json", "weights:", options.out)


if __name__ == "__main__":
    main()
