"""Trains the network in floating point: batches, what is minimised, checkpoints."""

import copy
import math
import time

import numpy as np
import torch
import torch.nn.functional as F
from figures import CROWD
from network import GREY, UNIT
from pictures import CROP_HEIGHT, CROP_WIDTH, HEIGHT, WIDTH, as_device, density, vary

# How many pictures of a batch are of which groups.
SHARES = (
    (("B",), 7),
    (("A",), 1),
    (("BRT",), 3),
    (("coco",), 1),
    (("cctv36", "mixed"), 2),
    (("fights", "everyday", "falls", "tamper", "clips"), 2),
)
# Of the device's whole canvas a batch has fewer, and among them more of few people: what looks like
# a crowd and is none is learned last.
WHOLE_SHARES = tuple(zip((groups for groups, _ in SHARES), (4, 1, 1, 1, 2, 3), strict=True))
LAST_SHARES = tuple(zip((groups for groups, _ in SHARES), (5, 1, 1, 1, 2, 2), strict=True))
SPLICED = 0.25
KEPT_EVERY = 50
AVERAGE = 0.998
# Steps: after so many the first layers stay as they are, and in the last so many the rate falls.
STILL, FALLING = 200, 1000


def as_input(pixels):
    """Pictures N×H×W×3 as the network takes them."""
    values = (torch.from_numpy(pixels).float() - GREY) / UNIT
    return values.permute(0, 3, 1, 2).contiguous(memory_format=torch.channels_last)


class Batches:
    """The batch of a step is known by its number: a training that went on is the same one."""

    def __init__(self, pictures, seed, canvas=(CROP_WIDTH, CROP_HEIGHT), shares=SHARES):
        self.seed, self.canvas = seed, canvas
        self.pools = [([p for p in pictures if p.group in groups], n) for groups, n in shares]
        self.odds = []
        for pool, _ in self.pools:
            weights = np.array([p.weight for p in pool])
            self.odds.append(weights / weights.sum())

    def __getitem__(self, step):
        chance = np.random.default_rng([self.seed, step])
        shown, maps, ceilings = [], [], []
        for (pool, share), odds in zip(self.pools, self.odds, strict=True):
            for index in chance.choice(len(pool), size=share, p=odds):
                pixels, points, ceiling = self.one(pool[index], chance)
                shown.append(pixels)
                maps.append(density(points, *self.canvas))
                ceilings.append(ceiling)
        return np.stack(shown), np.stack(maps), np.array(ceilings, np.float32)

    def one(self, picture, chance):
        pixels, points = vary(picture, chance, *self.canvas)
        ceiling = math.nan if picture.ceiling is None else picture.ceiling
        if chance.random() < SPLICED and math.isnan(ceiling):
            # The rest of the picture is another one, mostly one with few people.
            pool = self.pools[int(chance.choice(len(self.pools), p=SPLICE_CHANCES))][0]
            other = pool[int(chance.integers(len(pool)))]
            if other.ceiling is None:
                more, others = vary(other, chance, *self.canvas)
                seam = int(chance.uniform(0.25, 0.75) * self.canvas[0])
                pixels = np.concatenate([pixels[:, :seam], more[:, seam:]], 1)
                points = np.concatenate(
                    [points[points[:, 0] < seam], others[others[:, 0] >= seam]])
        return pixels, points, ceiling


SPLICE_CHANCES = (0.2, 0.05, 0.1, 0.3, 0.2, 0.15)


def blocks(maps, size):
    return F.avg_pool2d(maps, size) * size * size


def relative_squares(found, wanted, least, power):
    return ((found - wanted) ** 2).sum((1, 2, 3)) / (
        (wanted**2).sum((1, 2, 3)) + least) ** power


def loss_of(found, wanted, ceilings, in_heads=False):
    """Squares where heads are, in cells and twos; absolute errors of fours and of the count.

    Squares, for the median of a cell is nobody, and relative ones, or else dense pictures would be
    all that counts. But what is doubtful is then taken for the emptier of what it may be, and dense
    pictures come out a fifth too low: `in_heads`, which is for the end, goes half the way back.
    Where only a ceiling is known nothing but what is above it counts.
    """
    count, truth = found.sum((1, 2, 3)), wanted.sum((1, 2, 3))
    power = 0.75 if in_heads else 1.0
    where = relative_squares(found, wanted, 2.0, power)
    where = where + relative_squares(blocks(found, 2), blocks(wanted, 2), 6.0, power)
    fours = F.smooth_l1_loss(blocks(found, 4), blocks(wanted, 4), reduction="none")
    number = 0.5 * fours.sum((1, 2, 3))
    share, most = (2.0, 8.0) if in_heads else (1.0, math.inf)
    number = number + share * F.smooth_l1_loss(count, truth, reduction="none", beta=2.0)
    known = 3 * where + number / (truth.sqrt() + 3).clamp(max=most)
    above = F.relu(count - ceilings.nan_to_num()) / 2
    return torch.where(ceilings.isnan(), known, above).mean()


def rate_at(step, steps, most):
    falling = (steps - step) / min(FALLING, steps / 2)
    return most * min(1.0, (step + 1) / 60, 0.02 + 0.98 * falling)


def learn(model, pictures, steps, place, rate, *, still=STILL, seed=1, canvas=(
        CROP_WIDTH, CROP_HEIGHT), shares=SHARES, in_heads=False, resume=False, say=print):
    """Trains in place, and returns that and the mean of the weights over the last steps."""
    torch.manual_seed(seed)
    model.to(memory_format=torch.channels_last).train()
    mean = copy.deepcopy(model)
    decayed = [p for p in model.parameters() if p.ndim > 1]
    others = [p for p in model.parameters() if p.ndim <= 1]
    optimiser = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": 0.02}, {"params": others, "weight_decay": 0.0}],
        lr=rate)
    batches, first = Batches(pictures, seed, canvas, shares), 0
    if resume and place.exists():
        kept = torch.load(place, weights_only=True)
        model.load_state_dict(kept["model"])
        mean.load_state_dict(kept["mean"])
        optimiser.load_state_dict(kept["optimiser"])
        first = kept["step"]
    began, seen = time.monotonic(), []
    for step in range(first, steps):
        for group in optimiser.param_groups:
            group["lr"] = rate_at(step, steps, rate)
        model.still = step >= still
        shown, maps, ceilings = batches[step]
        found = model(as_input(shown))
        loss = loss_of(found, torch.from_numpy(maps)[:, None], torch.from_numpy(ceilings),
                       in_heads=in_heads)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimiser.step()
        follow(mean, model, min(AVERAGE, (step + 1) / (step + 20)))
        seen.append(float(loss.detach()))
        if (step + 1) % KEPT_EVERY == 0 or step + 1 == steps:
            say(f"{place.stem} step {step + 1}: loss {np.mean(seen[-KEPT_EVERY:]):.4f}, "
                f"{(time.monotonic() - began) / len(seen):.3f} s each")
            part = place.with_suffix(".part")
            torch.save({"model": model.state_dict(), "mean": mean.state_dict(),
                        "optimiser": optimiser.state_dict(), "step": step + 1}, part)
            part.replace(place)
    return model.eval(), mean.eval()


@torch.no_grad()
def follow(mean, model, share):
    for slow, fast in zip(mean.state_dict().values(), model.state_dict().values(), strict=True):
        if slow.dtype.is_floating_point:
            slow.lerp_(fast, 1 - share)
        else:
            slow.copy_(fast)


def whole(pictures, width=WIDTH, height=HEIGHT):
    """Pictures as the device shows them."""
    return np.stack([as_device(p.pixels, width, height) for p in pictures])


def weigh(pictures, network, place, resume):
    """What is no crowd is drawn the oftener, the more the network counts in it beyond the truth."""
    few = [p for p in pictures if p.group not in CROWD]
    if resume and place.exists():
        counts = np.load(place)
    else:
        counts = np.concatenate([
            counts_of(network, whole(few[start:start + 64])) for start in range(0, len(few), 64)])
        np.save(place, counts)
    for picture, count in zip(few, counts, strict=True):
        allowed = picture.count if picture.ceiling is None else picture.ceiling
        beyond = float(count) - max(allowed, picture.count)
        picture.weight = 1 + min(5.0, max(0.0, beyond - 1))
    return sum(p.weight > 1 for p in few)


@torch.no_grad()
def counts_of(model, shown):
    model.eval()
    found = []
    for start in range(0, len(shown), 8):
        found.append(model(as_input(shown[start:start + 8])).sum((1, 2, 3)).numpy())
    return np.concatenate(found)
