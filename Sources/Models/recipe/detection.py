"""How well boxes are found: AP50, bootstrap intervals, and whether anybody is there."""

import numpy as np


def overlap(one, others):
    """Intersection over union of a box x0, y0, x1, y1 and others."""
    low = np.maximum(one[:2], others[:, :2])
    high = np.minimum(one[2:], others[:, 2:])
    shared = np.prod(np.maximum(high - low, 0), axis=1)
    areas = np.prod(others[:, 2:] - others[:, :2], axis=1)
    return shared / np.maximum(np.prod(one[2:] - one[:2]) + areas - shared, 1e-9)


def suppress(boxes, scores, most):
    """Indices of the boxes that stay, the surest first."""
    order = np.argsort(-scores, kind="stable")
    kept = []
    while len(order):
        best, order = order[0], order[1:]
        kept.append(best)
        if len(order):
            order = order[overlap(boxes[best], boxes[order]) <= most]
    return np.array(kept, int)


def match(boxes, scores, truth, least=0.5):
    """Of each detection, the surest first: its score and whether it finds a box not yet found."""
    order = np.argsort(-scores, kind="stable")
    free = np.ones(len(truth), bool)
    hits = np.zeros(len(order), bool)
    for place, index in enumerate(order):
        if not free.any():
            break
        shares = np.where(free, overlap(boxes[index], truth), -1)
        if shares.max() >= least:
            hits[place] = True
            free[shares.argmax()] = False
    return scores[order], hits


def average_precision(scores, hits, truths):
    """101-point interpolated."""
    if not truths:
        return float("nan")
    order = np.argsort(-scores, kind="stable")
    found = np.cumsum(hits[order])
    precision = found / np.arange(1, len(order) + 1)
    recall = found / truths
    precision = np.maximum.accumulate(precision[::-1])[::-1]
    places = np.searchsorted(recall, np.linspace(0, 1, 101), side="left")
    return float(np.append(precision, 0)[places].mean())


def average_precision_of(pictures):
    """`pictures` are (scores, hits, number of true boxes)."""
    scores = np.concatenate([p[0] for p in pictures])
    hits = np.concatenate([p[1] for p in pictures])
    return average_precision(scores, hits, sum(p[2] for p in pictures))


def interval(scenes, figure, draws=1000, seed=0):
    """95 % of `figure` over draws of scenes with replacement. `scenes` is of each item."""
    random = np.random.default_rng(seed)
    groups = {}
    for index, scene in enumerate(scenes):
        groups.setdefault(scene, []).append(index)
    groups = [groups[key] for key in sorted(groups)]
    found = []
    for _ in range(draws):
        chosen = random.integers(0, len(groups), len(groups))
        found.append(figure([index for group in chosen for index in groups[group]]))
    return [round(float(v), 3) for v in np.nanpercentile(found, [2.5, 97.5])]
