#!/usr/bin/env python3
"""Trains the trees of FightDetector, for fights and for aggression, and reports how good they are.

    python3 -m venv venv && venv/bin/pip install -r requirements.txt
    venv/bin/python train.py --kuzet ../../../.build/release/kuzet --data FIGHTS --others FOLDER ... \\
        --rendered RENDERED --work WORK

`footage.py` says what is in the folders. Kuzet itself computes the numbers that are learned from, so
what is trained on is what the device sees. Fights are also shown mirrored, cropped, faster, slower and
at 8 frames per second, by ffmpeg, for training only.

Everything that was filmed is judged by trees that never saw its camera: five folds, by several seeds.
Writes FightModel.swift (the weights) and trees.json beside this file, and WORK/trees.npz: what was said
of each window while its camera was left out. With the same versions and footage it writes the same bytes.
"""

import argparse
import hashlib
import json
import sys
from pathlib import Path

import lightgbm
import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import footage

SEEDS = 2
TREES, RATE = 300, 0.05
# Most of a long recording teaches nothing: what a first model errs on counts more.
EASY = 0.05
# Where nobody looks for people all of their numbers are 0: every recording is shown so, too.
UNSEEN = 0.5
# A drawn shove is no fight.
DRAWN_BLOW_WEIGHT = 1.0
DIGITS = 74
COLUMNS = 88


def boost(numbers, truth, weights, seed, trees):
    parameters = {
        "objective": "binary", "max_depth": 3, "num_leaves": 8, "learning_rate": RATE,
        "feature_fraction": 0.1, "bagging_fraction": 0.6, "bagging_freq": 1,
        "min_data_in_leaf": max(20, len(numbers) // 60), "lambda_l2": 5.0, "seed": seed,
        "num_threads": 2, "deterministic": True, "force_row_wise": True, "verbose": -1,
    }  # fmt: skip
    return lightgbm.train(parameters, lightgbm.Dataset(numbers, truth, weight=weights), trees)


class Windows:
    """All that kuzet measured, as rows to learn from."""

    def __init__(self, items, measured):
        self.items = items
        names = measured["plain"]["names"]
        numbers = np.vstack([m["numbers"] for m in measured.values()])
        owners = np.concatenate([m["owners"] for m in measured.values()])
        people = np.array([n.startswith("people") for n in names])
        self.numbers = np.vstack([numbers, np.where(people, 0, numbers)])
        self.owners = np.concatenate([owners, owners])
        self.shares = np.repeat([1 - UNSEEN, UNSEEN], len(owners))
        self.kinds = np.array([i["kind"] for i in items])
        self.drawn = np.array([i["drawn"] for i in items])

    def train(self, used, aggression, seeds=SEEDS):
        """Boosters whose mean, in log odds, says how sure a fight is, or aggression.

        - used: of each item, whether it may be learned from.
        """
        weights = np.array([i["weight"] for i in self.items], float)
        positive = self.kinds != "other" if aggression else self.kinds == "fight"
        if not aggression:
            # An acted blow is no fight for whoever tells fights, and no other either.
            weights[self.kinds == "blow"] = np.where(
                self.drawn[self.kinds == "blow"], DRAWN_BLOW_WEIGHT, 0)
        rows = np.flatnonzero((used & (weights > 0))[self.owners])
        numbers, owners = self.numbers[rows], self.owners[rows]
        truth, own = positive[owners], np.array([i["own"] for i in self.items])[owners]
        shares = self.shares[rows]
        first = boost(numbers, truth, self.weigh(owners, shares, weights), 99, 100)
        missed = np.abs(truth - first.predict(numbers))
        shares = shares * np.where(own, 1.0, EASY + missed)
        found = self.weigh(owners, shares, weights)
        return [boost(numbers, truth, found, seed, TREES) for seed in range(seeds)]

    @staticmethod
    def weigh(owners, shares, weights):
        """Every recording counts its weight, however many decisions it has and shares it among."""
        total = np.bincount(owners, shares, len(weights))
        found = weights[owners] * shares / total[owners]
        return found / found.mean()


def log_odds(boosters, numbers):
    return np.mean([b.predict(numbers, raw_score=True) for b in boosters], axis=0)


def held_out(items, windows, judged, seed):
    """Log odds of a fight and of aggression by trees that never saw the camera; nothing of what is
    drawn."""
    fold = footage.folds(items, seed)
    parts = fold[judged.sources]
    said = np.zeros((len(judged.owners), 2))
    for held in range(footage.FOLDS):
        for number in range(2):
            boosters = windows.train(fold != held, aggression=number == 1, seeds=1)
            tested = parts == held
            said[tested, number] = log_odds(boosters, judged.numbers[tested])
    return said


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


def as_digits(boosters):
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
    return "".join(lines)


def write_swift(fights, aggression, thresholds, path: Path):
    """Two files, of fights and of aggression: one would be too long to read."""

    def text(digits):
        lines = (f"        {digits[i:i + COLUMNS]}" for i in range(0, len(digits), COLUMNS))
        return "\\\n".join(lines) + '\n        """\n'

    digest = hashlib.sha256((fights + aggression).encode()).hexdigest()
    path.write_text(
        "/// Weights of `FightDetector`, written by `fights/train.py`: retrain, do not edit.\n"
        "public enum FightModel {\n"
        "    /// Thresholds of the scores; see the card.\n"
        f"    public static let fightPerMille = {thresholds[0]}\n"
        f"    public static let aggressionPerMille = {thresholds[1]}\n"
        f"    public static let treeCount = {len(fights) // DIGITS}\n"
        "    /// SHA-256 of `trees` and `aggressionTrees`: what names these weights in the ledger.\n"
        f'    public static let sha256 = "{digest}"\n'
        f'    public static let trees: StaticString = """\n{text(fights)}}}\n')
    path.with_name("FightModel+Aggression.swift").write_text(
        "/// Written by `fights/train.py`: retrain, do not edit.\n"
        "extension FightModel {\n"
        f"    public static let aggressionTreeCount = {len(aggression) // DIGITS}\n"
        f'    public static let aggressionTrees: StaticString = """\n{text(aggression)}}}\n')


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--kuzet", type=Path, required=True, help="the built command")
    parser.add_argument("--data", type=Path, required=True, help="the labelled fights")
    parser.add_argument("--others", type=Path, nargs="*", default=[], help="other footage")
    parser.add_argument("--rendered", type=Path, help="what board/rendered drew")
    parser.add_argument("--work", type=Path, required=True, help="kept between runs")
    parser.add_argument("--fold-seeds", type=int, default=3)
    parser.add_argument("--thresholds", type=int, nargs=2, default=(780, 600),
                        help="per mille: fight, aggression")
    parser.add_argument("--out", type=Path, default=HERE.parent / "FightModel.swift")
    parser.add_argument("--report", type=Path, default=HERE, help="where trees.json goes")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)

    items = footage.read_items(options.data, options.others, options.rendered)
    kuzet = options.kuzet.resolve()
    measured = {v: footage.measure(kuzet, items, v, options.work) for v in footage.VARIANTS}
    back = footage.measure(kuzet, items, footage.BACK, options.work)
    judged, windows = footage.Judged(items, measured["plain"], back), Windows(items, measured)
    filmed = [i for i in items if not i["drawn"]]
    report = {"recordings": len(filmed), "cameras": len({i["camera"] for i in filmed}),
              "drawn": len(items) - len(filmed), "foldSeeds": options.fold_seeds,
              "folds": []}
    red, amber = np.array(options.thresholds) / 1000
    kept = []
    for seed in range(options.fold_seeds):
        said = held_out(items, windows, judged, seed)
        kept.append(said)
        fights, aggression = (judged.smoothed(said[:, n]) for n in range(2))
        report["folds"].append({
            "clips": judged.clip_figures(fights),
            "incidents": judged.incident_figures(
                lambda n, scores=fights: judged.incidents(n, scores, red, footage.RED_SPAN),
                lambda n, scores=aggression: judged.incidents(n, scores, amber, footage.AMBER_SPAN)),
        })
        print(json.dumps(report["folds"][-1]), flush=True)
    np.savez(options.work / "trees.npz", said=np.stack(kept))

    everything = np.ones(len(items), bool)
    fights, aggression = (windows.train(everything, a) for a in (False, True))
    write_swift(as_digits(fights), as_digits(aggression), options.thresholds, options.out)
    for name, boosters in (("fights", fights), ("aggression", aggression)):
        gain = sum(b.feature_importance("gain") for b in boosters)
        order = np.argsort(-gain)[:25]
        report[f"{name}GainPerMille"] = {
            measured["plain"]["names"][i]: int(1000 * gain[i] / gain.sum()) for i in order}
    found = options.report / "trees.json"
    found.write_text(json.dumps(report, indent=1) + "\n")
    print("report:", found, "weights:", options.out)


if __name__ == "__main__":
    main()
