"""How well the network tells people apart, and how alike different people come out.

A vector is the file's 256 codes; likeness is the cosine of two of them."""

import hashlib
import math
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import portraits
import torch

import detection
import simulate

# k of shares 2^−k of pairs: measured while at least so many pairs are above, and said up to the last.
FIRST, LAST = 4, 28
PAIRS_LEAST = 100
# How many of the last measured ones the straight line is laid through.
FITTED = 6
Q15 = 32768


def unit(vectors):
    vectors = np.asarray(vectors, np.float64)
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


class Reader:
    """Vectors of pictures by the file's own integers, computed by several processes; a folder `cache`
    keeps them between runs."""

    def __init__(self, blob, processes, cache=None):
        self.blob, self.processes, self.cache = blob, processes, cache

    def __call__(self, faces, **how):
        if not self.cache:
            return self.read(faces, how)
        words = [str(value) for item in sorted(how.items()) for value in item]
        known = hashlib.sha256(self.blob).hexdigest()[:16]
        path = self.cache / f"{'-'.join([faces.folder.name, faces.split, *words, known])}.npy"
        if not path.exists():
            np.save(path, self.read(faces, how))
        return np.load(path)

    def read(self, faces, how):
        parts = [range(n, min(n + 64, len(faces))) for n in range(0, len(faces), 64)]
        if self.processes == 1:
            return np.concatenate([read_part(self.blob, faces, part, how) for part in parts])
        many = len(parts)
        with ProcessPoolExecutor(self.processes) as pool:
            made = pool.map(read_part, [self.blob] * many, [faces] * many, parts, [how] * many)
            return np.concatenate(list(made))


def read_part(blob, faces, indices, how):
    torch.set_num_threads(1)
    simulation, made = simulate.Simulation(blob), []
    for start in range(0, len(indices), 4):
        pixels = faces.pixels(indices[start : start + 4], **how)
        made.append(simulation.run(portraits.codes(pixels))[0][:, 0, 0])
    return np.concatenate(made)


# Pairs.


def draw_pairs(people, count, random):
    """`count` pairs of one person and as many of two: indices and whether the same."""
    people = np.asarray(people)
    groups = {name: np.flatnonzero(people == name) for name in np.unique(people)}
    several = [name for name in groups if len(groups[name]) > 1]
    pairs = []
    for _ in range(count):
        own = groups[several[random.integers(len(several))]]
        pairs.append((*random.choice(own, 2, replace=False), True))
    names = list(groups)
    for _ in range(count):
        one, other = random.choice(len(names), 2, replace=False)
        pairs.append(
            (random.choice(groups[names[one]]), random.choice(groups[names[other]]), False)
        )
    return np.array([p[:2] for p in pairs]), np.array([p[2] for p in pairs])


def best_threshold(likeness, same):
    """Where most pairs are right; of equals the middle one."""
    order = np.sort(likeness)
    levels = np.concatenate([order[:1], (order[1:] + order[:-1]) / 2])
    own, other = np.sort(likeness[same]), np.sort(likeness[~same])
    right = len(own) - np.searchsorted(own, levels) + np.searchsorted(other, levels)
    best = levels[right == right.max()]
    return float(best[len(best) // 2])


def accepted(likeness, same, share):
    """Of pairs of one person, those more alike than all but this share of the others."""
    others = np.sort(likeness[~same])[::-1]
    return float((likeness[same] > others[int(share * len(others))]).mean())


def pair_figures(likeness, same, people, threshold):
    """With 95 % of draws of people; a pair of two belongs to the first."""

    def right(chosen):
        return float(((likeness[chosen] >= threshold) == same[chosen]).mean())

    def share(wanted):
        return lambda chosen: accepted(likeness[chosen], same[chosen], wanted)

    every, report = np.arange(len(same)), {}
    for name, figure in (("accuracy", right), ("tar1", share(0.01)), ("tar01", share(0.001))):
        report[name] = round(figure(every), 4)
        report[name + "Interval"] = detection.interval(people, figure)
    report["bestAccuracy"] = round(
        float(((likeness >= best_threshold(likeness, same)) == same).mean()), 4
    )
    return report


# Different people.


def different_pairs(vectors, people):
    """The likeness of every two pictures of different people, sorted, the most alike first."""
    vectors, made = unit(vectors).astype(np.float32), []
    numbers = np.unique(people, return_inverse=True)[1]
    for start in range(0, len(vectors), 512):
        rows = vectors[start : start + 512] @ vectors.T
        wanted = numbers[start : start + 512, None] != numbers[None]
        wanted &= np.arange(len(vectors))[None] > np.arange(start, start + len(rows))[:, None]
        made.append(rows[wanted])
    return np.sort(np.concatenate(made))[::-1]


def tail(likeness):
    """For each k, what a share 2^−k of pairs exceeds: measured, and beyond that by a straight line
    through the last measured."""
    measured = {}
    for k in range(FIRST, LAST + 1):
        count = len(likeness) >> k
        if count >= PAIRS_LEAST:
            measured[k] = float(likeness[count])
    ks = sorted(measured)[-FITTED:]
    slope, start = np.polyfit(ks, [measured[k] for k in ks], 1)
    said = {k: measured.get(k, start + slope * k) for k in range(FIRST, LAST + 1)}
    return {
        "pairs": len(likeness), "measuredTo": ks[-1],
        "perMille": {str(k): round(1000 * v) for k, v in said.items()},
        "perMilleEachHalving": round(1000 * float(slope), 1),
    }, said  # fmt: skip


def accepted_at(likeness, levels):
    """Share of pairs of one person above what 2^−k of other pairs exceed."""
    return {str(k): round(float((likeness > levels[k]).mean()), 4) for k in (8, 12, 16, 20, 24)}


def galleries(vectors, people, levels, sizes, draws, random):
    """Whether comparisons with many people are as independent as their number says: of pictures of
    people who are in no gallery of `size` others, one picture each, the share whose nearest is above
    what 2^−k of pairs exceed; expected 1 − (1 − 2^−k)^size."""
    vectors, people = unit(vectors).astype(np.float32), np.asarray(people)
    groups = [np.flatnonzero(people == name) for name in np.unique(people)]
    report = []
    for size in sizes:
        nearest = []
        for _ in range(draws):
            order = random.permutation(len(groups))
            members = [random.choice(groups[i]) for i in order[:size]]
            probes = np.concatenate([groups[i] for i in order[size:]])
            nearest.append((vectors[probes] @ vectors[members].T).max(axis=1))
        nearest = np.concatenate(nearest)
        shares = {}
        for more in (4, 6, 8):
            k = round(math.log2(size)) + more
            expected = 1 - (1 - 2.0**-k) ** size
            found = float((nearest > levels[k]).mean())
            shares[str(k)] = {"expected": round(expected, 5), "found": round(found, 5)}
        most = {
            str(p): round(1000 * float(np.quantile(nearest, p))) for p in (0.5, 0.9, 0.99, 0.999)
        }
        report.append({"size": size, "shareAbove": shares, "nearestPerMille": most})
    return report


def means(vectors, people, size):
    """Each person's pictures `size` at a time, as the mean of their vectors."""
    made, names = [], []
    for name in np.unique(people):
        own = unit(vectors[np.asarray(people) == name])
        for start in range(0, len(own) - size + 1, size):
            made.append(own[start : start + size].mean(axis=0))
            names.append(name)
    return np.array(made), np.array(names)
