"""From where on trees and network are believed together: chosen for each fold of cameras by the other
four, and told of the fold itself.

Both count the same. Which part is best changes from fold to fold, and chosen it finds less than it
promises."""

import numpy as np

import footage

# What the sum of log odds is multiplied by, so that thresholds stay.
SCALES = tuple(round(0.3 * 1.1**n, 3) for n in range(20))
RED, AMBER = (0.78, footage.RED_SPAN), (0.6, footage.AMBER_SPAN)
# What one false alarm costs, as a share of all that should be found: red and amber of everyday life, and
# of a clip of FIGHTS to and fro.
EVERYDAY_COSTS, CLIP_COST = (0.03, 0.01), 0.01


def combined(trees, network):
    """Log odds, equal parts of both; where no network said anything, the trees alone."""
    return np.where(np.isnan(network), trees, (trees + np.nan_to_num(network)) / 2)


class Counts:
    """Incidents of every recording by scale."""

    def __init__(self, judged, trees, network, rule, everyday_cost):
        self.judged, self.everyday_cost = judged, everyday_cost
        self.groups = np.array([judged.group(n) or "" for n in range(len(judged.items))])
        self.scores, self.counts = {}, {}
        for scale in SCALES:
            scores = judged.smoothed(scale * combined(trees, network))
            self.scores[scale] = scores
            self.counts[scale] = np.array([
                judged.incidents(n, scores, *rule) if self.groups[n] else 0
                for n in range(len(judged.items))])

    def share(self, counts, used, names):
        return (counts[used & np.isin(self.groups, names)] > 0).mean()

    def cost(self, counts, used):
        return (self.everyday_cost * counts[used & (self.groups == "other")].sum()
                + CLIP_COST * (counts[used & (self.groups == "other, to and fro")] > 0).sum())

    def choose(self, used, wanted, also=None):
        """The scale of the most that is found, less what false ones cost.

        - wanted: groups of what should be found.
        - also: counts that are taken for found, too."""
        best = None
        for scale, counts in self.counts.items():
            counts = counts if also is None else np.maximum(counts, also)
            value = self.share(counts, used, wanted) - self.cost(counts, used)
            if best is None or value > best[0] + 1e-9:
                best = (value, scale)
        return best[1]


def nested(judged, fold, trees, network):
    """Figures of what was left out, its scores as a fight, and the scales that all together choose. `fold`
    is of each judged recording, −1 for what is drawn."""
    fights, aggression = (
        Counts(judged, trees[:, n], network[:, n], rule, EVERYDAY_COSTS[n])
        for n, rule in enumerate((RED, AMBER)))

    def chosen(used):
        red = fights.choose(used, ("fight, to and fro", "fight"))
        amber = aggression.choose(
            used, ("blow", "fight, to and fro", "fight"), also=fights.counts[red])
        return red, amber

    scales = {held: chosen((fold != held) & (fold >= 0)) for held in sorted(set(fold[fold >= 0]))}
    scores = np.zeros(len(judged.owners))
    for held, (red, _) in scales.items():
        rows = fold[judged.owners] == held
        scores[rows] = fights.scores[red][rows]

    def red(index):
        return int(fights.counts[scales[fold[index]][0]][index])

    def amber(index):
        return max(red(index), int(aggression.counts[scales[fold[index]][1]][index]))

    def alone(head, rule):
        """Incidents by the trees alone, as they are."""
        scores = judged.smoothed(trees[:, head])
        return [judged.incidents(n, scores, *rule) for n in range(len(judged.items))]

    by_trees = alone(0, RED), alone(1, AMBER)

    def fixed(scale, other):
        """What the same scales give everywhere: no choice, so no fold."""
        return judged.incident_figures(
            lambda n: int(fights.counts[scale][n]),
            lambda n: max(int(fights.counts[scale][n]), int(aggression.counts[other][n])))

    whole = chosen(fold >= 0)
    report = {
        "trees": judged.clip_figures(judged.smoothed(trees[:, 0])),
        "both": judged.clip_figures(scores),
        "treesIncidents": judged.incident_figures(
            lambda n: by_trees[0][n], lambda n: max(by_trees[0][n], by_trees[1][n])),
        "incidents": judged.incident_figures(red, amber),
        "choices": {str(h): {"red": r, "amber": a} for h, (r, a) in scales.items()},
        "shipped": {"red": whole[0], "amber": whole[1], "incidents": fixed(*whole)},
    }
    return report, scores, whole
