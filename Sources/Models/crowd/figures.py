"""What the counts are worth: errors by group and band, the rule of fifty, pictures of few."""

import numpy as np

CROWD = ("B", "A", "BRT")
BANDS = ((0, 10), (10, 20), (20, 50), (50, 100), (100, 200), (200, 10**6))
MANY = 50
FALSE_ABOVE = 10
DRAWS = 2000


def interval(values, statistic, seed=5):
    """95 %, by drawing pictures again and again."""
    if not len(values):
        return None
    chance = np.random.default_rng(seed)
    drawn = [statistic(values[chance.integers(len(values), size=len(values))])
             for _ in range(DRAWS)]
    return [round(float(v), 3) for v in np.percentile(drawn, (2.5, 97.5))]


def with_interval(values, statistic=np.mean):
    values = np.asarray(values, float)
    if not len(values):
        return {"pictures": 0}
    return {"value": round(float(statistic(values)), 3), "interval": interval(values, statistic),
            "pictures": len(values)}


def root_mean_square(errors):
    return np.sqrt((errors**2).mean())


def figures(pictures, counts):
    groups = np.array([p.group for p in pictures])
    truth = np.array([p.count for p in pictures], float)
    sure = np.array([p.ceiling is None for p in pictures])
    errors = counts - truth
    found = {}
    for group in CROWD:
        own = groups == group
        if not own.any():
            continue
        found[group] = {
            "meanError": with_interval(abs(errors[own])),
            "rootMeanSquare": with_interval(errors[own], root_mean_square),
            "bias": with_interval(errors[own]),
        }
    counted = np.isin(groups, CROWD)
    found["bands"] = {
        f"{low} to {high - 1}" if high < 10**6 else f"{low} and more": {
            "meanError": with_interval(abs(errors[own])), "bias": with_interval(errors[own])}
        for low, high in BANDS
        for own in [counted & (truth >= low) & (truth < high)]
    }
    many = truth >= MANY
    found["fifty"] = {
        "recallB": with_interval(counts[many & (groups == "B")] >= MANY),
        "recall": with_interval(counts[many & counted] >= MANY),
        "falseFewerB": with_interval(counts[~many & (groups == "B")] >= MANY),
        "falseFewer": with_interval(counts[~many] >= MANY),
    }
    few = ~counted & ((truth <= 8) | ~sure)
    found["few"] = {
        "aboveTen": with_interval(counts[few] > FALSE_ABOVE),
        "nobodyAboveTen": with_interval(counts[few & sure & (truth == 0)] > FALSE_ABOVE),
        "meanError": with_interval(abs(errors[few & sure])),
        "bias": with_interval(errors[few & sure]),
    }
    for group in sorted(set(groups[few])):
        own = few & (groups == group)
        found["few"][f"aboveTen {group}"] = with_interval(counts[own] > FALSE_ABOVE)
    return found


def line(found):
    """The figures that decide, short."""
    words = [f"{g} {found[g]['meanError']['value']:.1f} ({found[g]['bias']['value']:+.1f})"
             for g in CROWD if g in found]
    for part, key in (("fifty", "recall"), ("fifty", "falseFewer"), ("few", "aboveTen"),
                      ("few", "meanError")):
        words.append(f"{key} {found[part][key].get('value')}")
    return ", ".join(words)
