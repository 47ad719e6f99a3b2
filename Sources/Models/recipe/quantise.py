"""Scales, zeros and units of every tensor of a network, from what its tensors hold.

What keeps a network of SiLU or PReLU alive in eight bits: the curve computed from the accumulator; a
step of its own for each channel of what it stores (`units`), which the next weights take up; and ranges
by least squared error, weighed by what reads them.
"""

import numpy as np
import torch

import layers as floats

BINS = 1024
# Kuzet refuses a step below this.
STEP_LEAST = 2.0**-11 * 1.001
# What SiLU stores, and what a curve may that is on both sides of zero.
ZEROS = (-124, -118, -112, -104, -96, -84, -72, -56, -32, 0)
BOTH_SIDES = (-128, -120, -104, -80, -48, 0, 48, 80, 104, 120)
RATIOS = np.array([0.3, 0.4, 0.5, 0.6, 0.7, 0.76, 0.82, 0.88, 0.94, 1.0])
CHUNK = 16


class Union:
    """Which names belong together."""

    def __init__(self):
        self.parents = {}

    def root(self, name):
        parent = self.parents.setdefault(name, name)
        return name if parent == name else self.root(parent)

    def join(self, one, other):
        self.parents[self.root(other)] = self.root(one)


class Histogram:
    """Of each channel: how often each of `BINS` values came, and the mean square."""

    def __init__(self, batch):
        values = batch.transpose(0, 1).reshape(batch.shape[1], -1)
        low, high = values.min(dim=1).values, values.max(dim=1).values
        width = ((high - low) / BINS).clamp(min=1e-9)
        places = ((values - low[:, None]) / width[:, None]).long().clamp(0, BINS - 1)
        places += torch.arange(len(values))[:, None] * BINS
        counts = torch.bincount(places.reshape(-1), minlength=len(values) * BINS)
        self.shares = (counts.reshape(-1, BINS).double() / values.shape[1]).numpy()
        self.values = (low[:, None] + (torch.arange(BINS) + 0.5) * width[:, None]).double().numpy()
        self.low, self.high = low.double().numpy(), high.double().numpy()
        self.square = (values.double() ** 2).mean(dim=1).numpy()

    def error(self, steps, zero):
        """Mean squared error of each channel with these steps."""
        steps = np.asarray(steps, np.float64)[:, None]
        codes = np.clip(np.rint(self.values / steps) + zero, -128, 127)
        return (((codes - zero) * steps - self.values) ** 2 * self.shares).sum(axis=1)

    def steps(self, zero):
        """The best step of each channel, and its error."""
        whole = np.maximum(self.high / (127 - zero), -self.low / max(zero + 128, 1e-3))
        whole = np.maximum(whole, STEP_LEAST)
        best = np.full(len(whole), np.inf)
        chosen = whole.copy()
        for ratio in RATIOS:
            steps = np.maximum(whole * ratio, STEP_LEAST)
            errors = self.error(steps, zero)
            better = errors < best
            best[better], chosen[better] = errors[better], steps[better]
        return chosen, best


def measure(layers, outputs, batch):
    """Histograms of every tensor, and the variance of every convolution's sums."""
    live, last = {"input": batch}, floats.last_uses(layers)
    histograms, variances = {}, {}
    for index, layer in enumerate(layers):
        output, sums = forward_in_chunks(layer, [live[i] for i in layer.inputs])
        if sums is not None:
            variances[layer.name] = sums
        histograms[layer.name] = Histogram(output)
        live[layer.name] = output
        for name in set(layer.inputs):
            if last[name] <= index and name not in outputs:
                del live[name]
    return histograms, variances, [live[name] for name in outputs]


def forward_in_chunks(layer, inputs):
    """Output of a layer and the variance of its sums, by channel."""
    outputs, moments = [], []
    for start in range(0, len(inputs[0]), CHUNK):
        output, sums = floats.forward(layer, [x[start : start + CHUNK] for x in inputs])
        outputs.append(output)
        if sums is not None:
            sums = sums.double()
            moments.append((sums.mean(dim=(0, 2, 3)), (sums**2).mean(dim=(0, 2, 3)), len(sums)))
    if not moments:
        return torch.cat(outputs), None
    counts = torch.tensor([m[2] for m in moments], dtype=torch.float64)[:, None] / len(inputs[0])
    mean = (torch.stack([m[0] for m in moments]) * counts).sum(dim=0)
    square = (torch.stack([m[1] for m in moments]) * counts).sum(dim=0)
    return torch.cat(outputs), (square - mean**2).clamp(min=1e-9).numpy()


def importance(layers, variances, histograms):
    """How much a squared error of each channel of each tensor counts for the sums that read it,
    in shares of their variance."""
    weights = {layer.name: np.zeros(len(histograms[layer.name].low)) for layer in layers}
    for layer in reversed(layers):
        own = weights[layer.name]
        if layer.is_convolution:
            squares = (layer.weights.astype(np.float64) ** 2).sum(axis=(2, 3))
            share = squares / variances[layer.name][:, None]
            share = share[:, 0] / len(share) if layer.kind == "depthwise" else share.mean(axis=0)
            parts = [share]
        elif layer.kind == "concat":
            counts = [len(weights[i]) for i in layer.inputs]
            parts = np.split(own, np.cumsum(counts)[:-1])
        elif layer.kind == "logistic":
            # As above, of what a gate reads, whose own weight is not known.
            parts = [np.ones(len(own))]
        elif layer.kind == "gate":
            # What the gate is worth is not known here: it is never coarse.
            parts = [own * 0.25, np.zeros(len(own))]
        else:
            # A mean of many has little of the error of each.
            parts = [own * (0.01 if layer.kind == "mean" else 1.0)] * len(layer.inputs)
        for name, part in zip(layer.inputs, parts, strict=True):
            if name in weights:
                weights[name] = weights[name] + part
    return weights


class Numbers:
    """Of each tensor: scale, zero and units. `alpha` is how far the channels are equalised: 0 not at
    all, 1 to steps that are each best for themselves alone. `zeros` are to choose from; where the
    channels' own steps are compared, `middle` is the zero."""

    def __init__(self, layers, histograms, weights, alpha, fixed, zeros=ZEROS, middle=-112):
        self.layers = layers
        self.by_name = {layer.name: layer for layer in layers}
        self.histograms, self.weights = histograms, weights
        self.choices, self.middle = zeros, middle
        self.scales, self.zeros, self.units = {}, {}, {}
        for name, (scale, zero) in fixed.items():
            self.scales[name], self.zeros[name] = scale, zero
        self.join()
        self.choose(alpha)

    def carries_units(self, name):
        layer = self.by_name[name]
        return layer.kind != "logistic" and layer.activation != "hard_sigmoid"

    def join(self):
        """Which tensors have the same units, and which the same codes."""
        self.same_units, self.same_codes = Union(), Union()
        for layer in self.layers:
            if layer.kind == "add":
                for name in layer.inputs:
                    self.same_units.join(layer.name, name)
            elif layer.kind in ("gate", "mean"):
                self.same_units.join(layer.name, layer.inputs[0])
            elif layer.kind in ("max_pool", "twice"):
                self.same_units.join(layer.name, layer.inputs[0])
                self.same_codes.join(layer.name, layer.inputs[0])
            elif layer.kind == "concat":
                for name in layer.inputs:
                    self.same_codes.join(layer.name, name)

    def choose(self, alpha):
        # A concatenation has the numbers of its parts: nothing to choose.
        chosen = [
            layer.name for layer in self.layers
            if layer.name not in self.scales and layer.kind != "concat"
            and self.carries_units(layer.name)
        ]  # fmt: skip
        # A curve has one table for all channels.
        alike = {layer.inputs[0] for layer in self.layers if layer.kind == "logistic"}
        groups = {}
        for name in chosen:
            groups.setdefault(self.same_units.root(name), []).append(name)
        shape = {}
        for root, members in groups.items():
            steps = [
                self.histograms[n].steps(self.middle)[0] for n in members
                if self.by_name[n].kind in ("conv", "depthwise", "add")
            ]  # fmt: skip
            first = self.histograms[members[0]]
            most = np.max(steps or [first.steps(self.middle)[0]], axis=0)
            wide = alpha[root] if isinstance(alpha, dict) else alpha
            if alike & set(members):
                wide = 0
            shape[root] = (most / most.max()) ** wide
        # Tensors with the same codes, together: a zero for all, a factor for each group of units.
        together = {}
        for name in chosen:
            together.setdefault(self.same_codes.root(name), []).append(name)
        factors = {}
        for root in sorted(together, key=lambda r: -len(together[r])):
            members = together[root]
            parts = {}
            for name in members:
                parts.setdefault(self.same_units.root(name), []).append(name)
            best = None
            for zero in self.choices:
                total, chosen_factors = 0.0, {}
                for part, names in parts.items():
                    factor, error = self.factor(names, shape[part], zero)
                    chosen_factors[part] = factor
                    total += error
                if best is None or total < best[0]:
                    best = (total, zero, chosen_factors)
            _, zero, chosen_factors = best
            scale = max(chosen_factors.values())
            if len(parts) > 1:
                for part, factor in chosen_factors.items():
                    assert part not in factors, f"{part}: two concatenations share its units"
                    factors[part] = factor / scale
            else:
                # Units that a concatenation has stretched already.
                (part,) = parts
                scale = chosen_factors[part] / factors.get(part, 1.0)
            for name in members:
                self.scales[name], self.zeros[name] = np.float32(scale), zero
        for name in chosen:
            part = self.same_units.root(name)
            units = shape[part] * factors.get(part, 1.0)
            least = STEP_LEAST / float(self.scales[name])
            self.units[name] = np.maximum(units, least).astype(np.float32)

    def factor(self, names, shape, zero):
        """What all steps of `shape` are multiplied with, and the weighed error."""
        whole = 0.0
        for name in names:
            whole = max(whole, (self.histograms[name].steps(zero)[0] / shape).max())
        best = None
        for ratio in (*RATIOS, 1.08):
            steps = np.maximum(shape * whole * ratio, STEP_LEAST)
            error = sum(
                (self.histograms[n].error(steps, zero) * self.weights[n]).sum() for n in names
            )
            if best is None or error < best[1]:
                best = (whole * ratio, error)
        return best
