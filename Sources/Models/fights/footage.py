"""What the recipes of fights learn from: recordings, what kuzet measures of them, who is judged by whom.

FIGHTS and each folder of others hold labels.json ("file", "split", "label", "scene" or "subject") or just
clips in which nobody fights. The label "fight" is a fight, "blow" one blow; all others are neither.
RENDERED holds what board/rendered draws: negatives, positives and aggression.
"""

import json
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

WHOLE = "trunc({}/2)*2"
ENDINGS = (".mp4", ".avi", ".mkv")
# Name: frames dropped at the start, playing rate, crop (left, top, share) or None, mirrored; the
# last is filmed at 8 frames per second.
VARIANTS = {
    "plain": (0, 1.0, None, False),
    "mirror": (1, 1.0, None, True),
    "faster": (0, 1.1, (0.12, 0.0, 0.88), False),
    "slower": (0, 0.92, (0.0, 0.12, 0.88), True),
    "fps8": (0, 1.0, None, False),
}
# Clips of FIGHTS are too short for an incident: played to and fro, for judging alone.
BACK = "back"
FOLDS = 5
# Seconds: from the first decision to the first score, which is a mean (see FightDetector).
SPAN_MIN = 1.85
MEAN = 0.45
# Seconds of how many a fight, and aggression, must be seen: `KindTable`.
RED_SPAN, AMBER_SPAN = (0.6, 0.8), (0.5, 1.0)
# What a recording counts, in clips of FIGHTS: rendered people who are close to each other or lift their
# arms; fights from elsewhere, which are few.
CLOSE_WEIGHT, FIGHT_WEIGHT = 0.3, 1.5
CLOSE_SCENES = ("crowd", "hugging", "jumping", "waving")


def read_items(data: Path, others, rendered=None):
    """Every recording: path, name, what it shows (fight, blow, other), the camera it is of, whether it
    is one of FIGHTS or drawn, and what it counts."""
    items = []

    def put(path, kind, group, own=False, drawn=False, weight=1.0, file=""):
        items.append({
            "path": path, "file": file, "name": f"{len(items):04}", "kind": kind, "camera": group,
            "own": own, "drawn": drawn, "weight": weight, "fight": kind == "fight",
        })  # fmt: skip

    for folder in [data, *others]:
        own, listed = folder == data, folder / "labels.json"
        labels = json.loads(listed.read_text()) if listed.exists() else []
        clips = [each for each in labels if Path(each["file"]).suffix in ENDINGS]
        for label in sorted(clips, key=lambda each: each["file"]):
            path = folder / label["file"]
            kind = label.get("label") if label.get("label") in ("fight", "blow") else "other"
            weight = FIGHT_WEIGHT if kind == "fight" and not own else 1.0
            put(path, kind, f"{folder.name} {camera(label, path)}", own, weight=weight,
                file=label["file"])
        if not clips:
            for path in recordings(folder):
                put(path, "other", f"{folder.name} {path.name}", own)
    if rendered:
        kinds = {"negatives": "other", "positives": "fight", "aggression": "blow"}
        for part, kind in kinds.items():
            for path in recordings(rendered / part):
                close = path.name.split("_")[0] in CLOSE_SCENES
                put(path, kind, f"rendered {path.name}", drawn=True,
                    weight=CLOSE_WEIGHT if close else 1.0)
    return items


def recordings(folder):
    return sorted(p for p in folder.rglob("*") if p.suffix in ENDINGS)


def camera(label, path):
    """Who must not be on both sides: clips of one place, however many there are."""
    scene = label.get("scene", label.get("subject", path.name))
    return re.sub(r"sequence \d+, ", "", f"{scene}")


def make_variant(source: Path, target: Path, name: str, rate: float) -> None:
    drop, speed, crop, mirror = VARIANTS.get(name, VARIANTS["plain"])
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
    if name == BACK:
        filters.append("split[to][fro];[fro]reverse[back];[to][back]concat")
    command = ["ffmpeg", "-v", "error", "-nostdin", "-y", "-threads", "1"]
    command += ["-r", f"{rate * speed:.6f}", "-i", str(source), "-map", "0:v:0"]
    part = target.with_suffix(".part.nut")
    command += ["-vf", ",".join(filters) or "null", "-c:v", "ffv1", "-an", str(part)]
    target.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(command, check=True)
    part.rename(target)


def frame_rate(source: Path) -> float:
    probe = subprocess.run(
        ["ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries",
         "stream=avg_frame_rate", "-of", "csv=p=0", str(source)],
        check=True, capture_output=True, text=True,
    )
    pictures, seconds = probe.stdout.strip().rstrip(",").split("/")
    return int(pictures) / int(seconds)


def measure(kuzet: Path, items, variant: str, work: Path):
    """What kuzet sees: of every decision the numbers, the item, seconds, and first and count of the
    moments that a network is shown, which are written to VARIANT.film. What is not of FIGHTS and no
    fight is only shown as it is."""
    folder, out = work / variant, work / f"{variant}.jsonl"
    # Everything kept there goes by the number of an item.
    listed, known = work / "items.txt", "".join(f"{i['name']} {i['path']}\n" for i in items)
    if not listed.exists():
        listed.write_text(known)
    if listed.read_text() != known:
        raise SystemExit(f"{work}: it holds what was measured of other recordings: name another folder")
    if not out.exists():
        chosen = [i for i in items if variant == "plain" or i["own"] or
                  (variant != BACK and i["kind"] == "fight" and not i["drawn"])]

        def show(item):
            target = folder / f"{item['name']}.nut"
            if not target.exists():
                make_variant(item["path"], target, variant, frame_rate(item["path"]))
            return {"file": target.name, "split": "all",
                    "label": "fight" if item["fight"] else "other", "scene": 0}

        with ThreadPoolExecutor(2) as pool:
            labels = list(pool.map(show, chosen))
        (folder / "labels.json").write_text(json.dumps(labels))
        part = work / f"{variant}.part"
        subprocess.run(
            [kuzet, "eval", "fights", folder, "--split", "all", "--json", "--features", part,
             "--moments", work / f"{variant}.film"],
            check=True, stdout=subprocess.DEVNULL)  # fmt: skip
        part.rename(out)
    place = {item["name"]: index for index, item in enumerate(items)}
    names, rows, owners, times, films = [], [], [], [], []
    for line in out.open():
        record = json.loads(line)
        if "names" in record:
            names = record["names"]
            continue
        rows.append(record["numbers"])
        owners.append(place[record["file"].rsplit(".", 1)[0]])
        times.append(record["at"])
        films.append(record.get("film", (0, 0)))
    return {"names": names, "numbers": np.array(rows, np.int32), "owners": np.array(owners),
            "times": np.array(times), "films": np.array(films)}


class Judged:
    """All that is judged: recordings as they are, then those of FIGHTS to and fro."""

    def __init__(self, items, plain, back):
        self.variants = {"plain": plain, BACK: back}
        self.items = [dict(i, back=False) for i in items]
        place, sources = {}, list(range(len(items)))
        for index, item in enumerate(items):
            if item["own"]:
                place[index] = len(self.items)
                self.items.append(dict(item, own=False, back=True))
                sources.append(index)
        # Of which item each row is, which has its fold.
        sources = np.array(sources)
        owners = np.array([place[owner] for owner in back["owners"]])
        self.owners = np.concatenate([plain["owners"], owners])
        self.numbers, self.times, self.films = (
            np.concatenate([plain[k], back[k]]) for k in ("numbers", "times", "films"))
        self.sources, self._source = sources[self.owners], sources
        self.variant = np.repeat(["plain", BACK], [len(plain["owners"]), len(back["owners"])])
        self.rows = [np.flatnonzero(self.owners == n) for n in range(len(self.items))]
        # Of each row, the first of those of the same recording that the mean is of.
        self.first = np.zeros(len(self.owners), int)
        for rows in self.rows:
            times = self.times[rows]
            for row, at in zip(rows, times, strict=True):
                self.first[row] = rows[np.argmax(times > at - MEAN)]

    def of_items(self, values):
        """What each item has, for all that is judged."""
        return values[self._source]

    def smoothed(self, logits):
        """Of each recording apart, as the detector: the mean over `MEAN`."""
        sums = np.concatenate([[0.0], np.cumsum(1 / (1 + np.exp(-logits)))])
        last = np.arange(1, len(logits) + 1)
        return (sums[last] - sums[self.first]) / (last - self.first)

    def incidents(self, index, scores, threshold, span):
        """How often so many seconds of so many are above it, as the rules of incidents have it; what
        comes within ten seconds is one."""
        rows = self.rows[index]
        times = self.times[rows]
        passed = np.minimum(np.diff(times, prepend=times[:1]), 0.3) * (scores[rows] >= threshold)
        sums = np.concatenate([[0.0], np.cumsum(passed)])
        first = np.searchsorted(times, times - span[1], side="right")
        count, last = 0, -99.0
        for at in times[sums[1:] - sums[first] >= span[0] - 1e-6]:
            count += int(at - last > 10)
            last = at
        return count

    def clip_figures(self, scores):
        """Of FIGHTS; intervals are of 1000 draws of cameras."""
        own = [n for n, item in enumerate(self.items) if item["own"]]
        clips = np.array([self.clip_score(scores, n) for n in own])
        truth = np.array([self.items[n]["fight"] for n in own])
        cameras = np.array([self.items[n]["camera"] for n in own])
        places = [np.flatnonzero(cameras == c) for c in sorted(set(cameras))]
        report = {k: round(v, 4) for k, v in figures(truth, clips).items()}
        chance, drawn = np.random.RandomState(1), {k: [] for k in report}
        while len(drawn["area"]) < 1000:
            chosen = chance.randint(len(places), size=len(places))
            rows = np.concatenate([places[k] for k in chosen])
            if 0 < truth[rows].sum() < len(rows):
                for key, value in figures(truth[rows], clips[rows]).items():
                    drawn[key].append(value)
        spread = {k: np.round(np.quantile(v, [0.025, 0.975]), 3).tolist() for k, v in drawn.items()}
        return report | {"intervals": spread}

    def clip_score(self, scores, index):
        """As `kuzet eval fights`: the highest score with enough before it, or else the last."""
        own = scores[self.rows[index]]
        if len(own) == 0:
            return 0.0
        full = self.times[self.rows[index]] >= SPAN_MIN - 1e-6
        return own[full].max() if full.any() else own[-1]

    def group(self, index):
        """What a recording is counted among; None where it is too short for an incident."""
        item = self.items[index]
        if item["own"] or item["drawn"]:
            return None
        return f"{item['kind']}, to and fro" if item["back"] else item["kind"]

    def incident_figures(self, red, amber):
        """`red` and `amber` say how many incidents a recording has."""
        found = {}
        for index, item in enumerate(self.items):
            name = self.group(index)
            if name is None:
                continue
            counts = red(index), amber(index)
            group = found.setdefault(name, {"recordings": 0, "red": 0, "amber": 0, "which": []})
            group["recordings"] += 1
            if name != "other":
                counts = tuple(int(c > 0) for c in counts)
            if any(counts) and item["kind"] == "other":
                group["which"].append(f"{item['path'].name} {counts[0]} {counts[1]}")
            group["red"] += counts[0]
            group["amber"] += counts[1]
        return found


def folds(items, seed):
    """A fold for each camera, so that fights, others of FIGHTS, blows and the rest are spread evenly;
    what is drawn is in none."""
    chance = np.random.RandomState(seed)
    filmed = [i for i in items if not i["drawn"]]
    groups = sorted({i["camera"] for i in filmed})
    chance.shuffle(groups)
    sizes = {g: np.zeros(5) for g in groups}
    for item in filmed:
        kind = 2 * int(not item["own"]) + int(item["fight"])
        sizes[item["camera"]][4 if item["kind"] == "blow" else kind] += 1
    filled, chosen = np.zeros((FOLDS, 5)), {}
    for group in sorted(sizes, key=lambda g: -sizes[g].sum()):
        order = list(range(FOLDS))
        chance.shuffle(order)
        best = min(order, key=lambda f: ((filled[f] + sizes[group]) ** 2 - filled[f] ** 2).sum())
        chosen[group] = best
        filled[best] += sizes[group]
    return np.array([-1 if i["drawn"] else chosen[i["camera"]] for i in items])


def figures(fights, scores):
    positive, negative = scores[fights], np.sort(scores[~fights])[::-1]
    pairs = (positive[:, None] > negative).mean() + (positive[:, None] == negative).mean() / 2
    return {
        "accuracy": float(((scores >= 0.5) == fights).mean()), "area": float(pairs),
        "recallAt5": float((positive > negative[len(negative) // 20]).mean()),
    }
