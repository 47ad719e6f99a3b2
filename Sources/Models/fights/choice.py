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


def combined(trees, network, scales):
    """Log odds times the second scale, equal parts of both; where no network said anything, the trees
    alone times the first."""
    alone, both = scales
    return np.where(np.isnan(network), alone * trees, both * (trees + np.nan_to_num(network)) / 2)


class Counts:
    """Incidents of every recording by scale of the trees alone and of both."""

    def __init__(self, judged, trees, network, rule, everyday_cost):
        self.judged, self.rule, self.everyday_cost = judged, rule, everyday_cost
        self.trees, self.network = trees, network
        self.groups = np.array([judged.group(n) or "" for n in range(len(judged.items))])
        self.known = {}

    def scores(self, scales):
        return self.judged.smoothed(combined(self.trees, self.network, scales))

    def counts(self, scales):
        if scales not in self.known:
            scores = self.scores(scales)
            self.known[scales] = np.array([
                self.judged.incidents(n, scores, *self.rule) if self.groups[n] else 0
                for n in range(len(self.judged.items))])
        return self.known[scales]

    def share(self, counts, used, names):
        return (counts[used & np.isin(self.groups, names)] > 0).mean()

    def cost(self, counts, used):
        return (self.everyday_cost * counts[used & (self.groups == "other")].sum()
                + CLIP_COST * (counts[used & (self.groups == "other, to and fro")] > 0).sum())

    def choose(self, candidates, used, wanted, also=None):
        """The scales of the most that is found, less what false ones cost.

        - wanted: groups of what should be found.
        - also: counts that are taken for found, too."""
        best = None
        for scales in candidates:
            counts = self.counts(scales)
            counts = counts if also is None else np.maximum(counts, also)
            value = self.share(counts, used, wanted) - self.cost(counts, used)
            if best is None or value > best[0] + 1e-9:
                best = (value, scales)
        return best[1]


def nested(judged, fold, trees, network):
    """Figures of what was left out, its scores as a fight, and the scales that all together choose. `fold`
    is of each judged recording, −1 for what is drawn."""
    nobody = np.full(len(trees), np.nan)
    (fights, aggression), (fights_alone, aggression_alone) = (
        [Counts(judged, trees[:, n], said[n], rule, EVERYDAY_COSTS[n])
         for n, rule in enumerate((RED, AMBER))]
        for said in (network.T, (nobody, nobody)))

    def chosen(used):
        """For a fight and for aggression: first what the trees would be worth with nobody to ask."""
        found = []
        for both, alone, names in (
            (fights, fights_alone, ("fight, to and fro", "fight")),
            (aggression, aggression_alone, ("blow", "fight, to and fro", "fight")),
        ):
            also = fights.counts(found[0]) if found else None
            first = alone.choose([(s, s) for s in SCALES], used, names, also)[0]
            found.append(both.choose([(first, s) for s in SCALES], used, names, also))
        return tuple(found)

    scales = {held: chosen((fold != held) & (fold >= 0)) for held in sorted(set(fold[fold >= 0]))}
    scores = np.zeros(len(judged.owners))
    for held, (red, _) in scales.items():
        rows = fold[judged.owners] == held
        scores[rows] = fights.scores(red)[rows]

    def red(index):
        return int(fights.counts(scales[fold[index]][0])[index])

    def amber(index):
        return max(red(index), int(aggression.counts(scales[fold[index]][1])[index]))

    def fixed(reds, ambers, red, amber):
        """What the same scales give everywhere: no choice, so no fold."""
        reds, ambers = reds.counts(red), ambers.counts(amber)
        return judged.incident_figures(
            lambda n: int(reds[n]), lambda n: max(int(reds[n]), int(ambers[n])))

    whole = chosen(fold >= 0)
    report = {
        "trees": judged.clip_figures(judged.smoothed(trees[:, 0])),
        "both": judged.clip_figures(scores),
        "incidents": judged.incident_figures(red, amber),
        "choices": {str(h): {"red": r, "amber": a} for h, (r, a) in scales.items()},
        "shipped": {"red": whole[0], "amber": whole[1], "incidents": fixed(fights, aggression, *whole),
                    "treesAlone": fixed(fights_alone, aggression_alone, *whole)},
    }
    return report, scores, whole
