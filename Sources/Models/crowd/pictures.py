"""Pictures with points on heads: what is read, how it is varied, how it is shown to the network."""

import json
import zlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from scipy.special import ndtr

# The input of the network, which the people network shares: RGB, the rest of the canvas grey.
WIDTH, HEIGHT = 384, 224
GREY = 114
STRIDE = 8
# Of the pictures that are cut from a larger one while training; multiples of 32.
CROP_WIDTH, CROP_HEIGHT = 224, 160
FEW = 8
TEACHER_SIDE = 416


@dataclass
class Picture:
    """Pixels in RGB, points in pixels, and what it counts as when figures are grouped."""

    name: str
    group: str
    split: str
    scene: str
    pixels: np.ndarray
    points: np.ndarray
    # Where points are not all of the people: no more than these are there.
    ceiling: float | None = None
    fold: int = 0
    # How often it is drawn, against the others of its kind.
    weight: float = 1.0

    @property
    def count(self):
        return len(self.points)


def read_rgb(path):
    return cv2.cvtColor(cv2.imread(str(path), cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)


def head_points(boxes, width, height):
    """Where the head is in a box around a person: near the top, unless somebody lies."""
    points = []
    for cx, cy, w, h in boxes:
        w, h = w * width, h * height
        y = cy * height if w > h else cy * height - h / 2 + min(0.12 * h, 0.4 * w)
        points.append([cx * width, y])
    return np.array(points, np.float32).reshape(-1, 2)


def read_crowd(data):
    """The counted ones: ShanghaiTech (parts A and B) and the bus station from above."""
    pictures = []
    for folder in ("crowd", "crowd-above"):
        for label in json.loads((data / folder / "labels.json").read_text()):
            pixels = read_rgb(data / folder / label["file"])
            points = np.array(label["points"], np.float32).reshape(-1, 2)
            scene = label.get("scene", label["file"])
            pictures.append(
                Picture(f"{folder}/{label['file']}", label["part"], label["split"], scene,
                        pixels, points))
    return pictures


def read_boxed(data):
    """Few people or nobody, with boxes."""
    pictures = []
    for folder in ("people", "people-cameras"):
        for label in json.loads((data / folder / "labels.json").read_text()):
            pixels = read_rgb(data / folder / label["file"])
            height, width = pixels.shape[:2]
            points = head_points(label["boxes"], width, height)
            group = label.get("source", "coco")
            scene = label.get("scene", label["file"])
            pictures.append(
                Picture(f"{folder}/{label['file']}", group, label["split"], f"{scene}",
                        pixels, points))
    return pictures


def clip_files(data):
    """Recordings without a crowd: file, group, split, scene, how many moments to take.

    Twice as many where they are learned from: what is no crowd looks in more ways than one.
    """
    found = []
    for label in json.loads((data / "fights/labels.json").read_text()):
        moments = 3 if label["label"] == "noFight" else 1
        found.append((f"fights/{label['file']}", "fights", label["split"],
                      f"fights {label['scene']}", moments))
    for label in json.loads((data / "everyday/labels.json").read_text()):
        moments = 1 if "_ut_" in label["file"] else min(8, 3 + int(label["seconds"] / 10))
        found.append((f"everyday/{label['file']}", "everyday", label["split"],
                      label["scene"], moments))
    for label in json.loads((data / "falls/labels.json").read_text()):
        found.append((f"falls/{label['file']}", "falls", label["split"],
                      f"falls {label['subject']}", 2))
    for label in json.loads((data / "tamper/labels.json").read_text()):
        found.append((f"tamper/{label['file']}", "tamper", label["split"],
                      f"fights {label['scene']}", 3))
    for split in ("train", "val"):
        for path in sorted((data / "people/clips" / split).glob("*.mp4")):
            found.append((str(path.relative_to(data)), "clips", split, path.stem, 3))
    return [(*rest, split, scene, moments * (2 if split == "train" else 1))
            for *rest, split, scene, moments in found]


def moments_of(path, count):
    clip = cv2.VideoCapture(str(path))
    length = int(clip.get(cv2.CAP_PROP_FRAME_COUNT))
    wanted = {int((i + 0.5) * length / count) for i in range(count)}
    for index in range(max(wanted) + 1):
        if not clip.grab():
            break
        if index in wanted:
            good, picture = clip.retrieve()
            if good:
                yield cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)
    clip.release()


class Teacher:
    """RTMDet-nano: finds the people of pictures that nobody labelled."""

    MEAN = np.array([103.53, 116.28, 123.675], np.float32)
    DEVIATION = np.array([57.375, 57.12, 58.395], np.float32)

    def __init__(self, path):
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"])

    def __call__(self, pixels):
        """Boxes [cx, cy, w, h] in 0...1 and their scores, of people."""
        height, width = pixels.shape[:2]
        canvas, scale, left, top = letterbox(pixels, TEACHER_SIDE, TEACHER_SIDE)
        blob = (canvas[:, :, ::-1] - self.MEAN) / self.DEVIATION
        found, kinds = self.session.run(None, {"input": blob.transpose(2, 0, 1)[None]})
        found = found[0][kinds[0] == 0]
        x0, y0, x1, y1 = ((found[:, :4] - [left, top, left, top]) / scale).T
        boxes = np.stack([(x0 + x1) / 2 / width, (y0 + y1) / 2 / height,
                          (x1 - x0) / width, (y1 - y0) / height], 1)
        return boxes, found[:, 4]


def read_clips(data, teacher, work):
    """Moments with few people: the teacher's boxes where it is sure, else a ceiling."""
    kept = work / "moments.npz"
    if not kept.exists():
        teacher = Teacher(teacher)
        rows, images = [], {}
        for file, group, split, scene, count in clip_files(data):
            for pixels in moments_of(data / file, count):
                boxes, scores = teacher(pixels)
                sure, likely, any_ = (int((scores >= s).sum()) for s in (0.45, 0.25, 0.2))
                if likely > FEW:
                    continue
                rows.append({"file": file, "group": group, "split": split, "scene": scene,
                             "boxes": boxes[scores >= 0.35].round(4).tolist(),
                             "ceiling": None if any_ <= sure + 1 else likely + 2})
                images[f"{len(rows) - 1:05}"] = pixels
        np.savez(kept, labels=json.dumps(rows), **images)
    stored = np.load(kept)
    pictures = []
    for index, row in enumerate(json.loads(str(stored["labels"]))):
        pixels = stored[f"{index:05}"]
        points = head_points(row["boxes"], pixels.shape[1], pixels.shape[0])
        pictures.append(Picture(f"{row['file']}#{index}", row["group"], row["split"],
                                row["scene"], pixels, points, row["ceiling"]))
    return pictures


def assign_folds(pictures, count):
    """A scene is in one fold; within a group folds are as even as its scenes allow."""
    filled = {}
    scenes = {}
    for picture in pictures:
        scenes.setdefault((picture.group, picture.scene), []).append(picture)
    order = sorted(scenes, key=lambda key: (-len(scenes[key]), checksum(key), key))
    placed = {}
    for group, scene in order:
        loads = filled.setdefault(group, np.zeros(count, int))
        fold = placed.setdefault(scene, int(loads.argmin()))
        loads[fold] += len(scenes[group, scene])
        for picture in scenes[group, scene]:
            picture.fold = fold


def checksum(key):
    return zlib.crc32(repr(key).encode())


def letterbox(pixels, width, height, interpolation=cv2.INTER_AREA):
    """The whole picture in the middle of a grey canvas; scale and place with it."""
    rows, columns = pixels.shape[:2]
    scale = min(width / columns, height / rows)
    w, h = max(1, round(columns * scale)), max(1, round(rows * scale))
    if scale > 1 and interpolation == cv2.INTER_AREA:
        interpolation = cv2.INTER_LINEAR
    small = cv2.resize(pixels, (w, h), interpolation=interpolation)
    canvas = np.full((height, width, 3), GREY, np.uint8)
    left, top = (width - w) // 2, (height - h) // 2
    canvas[top:top + h, left:left + w] = small
    return canvas, scale, left, top


@lru_cache(maxsize=64)
def area_weights(before, after):
    """Of each new pixel (row), the shares of the old ones (columns) that it covers."""
    edges = np.arange(after + 1) * (before / after)
    old = np.arange(before)
    most = np.minimum(edges[1:, None], old[None] + 1)
    return np.clip(most - np.maximum(edges[:-1, None], old[None]), 0, 1) * (after / before)


def by_area(plane, width, height):
    """Every pixel the mean of what it covers, rounded half up; growing repeats pixels."""
    if width <= plane.shape[1] and height <= plane.shape[0]:
        return cv2.resize(plane, (width, height), interpolation=cv2.INTER_AREA)
    mean = area_weights(plane.shape[0], height) @ plane.astype(np.float64)
    mean = mean @ area_weights(plane.shape[1], width).T
    return np.floor(mean + (0.5 + 1e-9)).astype(np.uint8)


def halved(plane):
    """Pairs of pixels, and of rows, to their mean."""
    rows, columns = plane.shape[:2]
    plane = cv2.copyMakeBorder(plane, 0, rows % 2, 0, columns % 2, cv2.BORDER_REPLICATE)
    size = ((columns + 1) // 2, (rows + 1) // 2)
    return cv2.resize(plane, size, interpolation=cv2.INTER_AREA)


def as_device(pixels, width=WIDTH, height=HEIGHT):
    """The whole picture as the device shows it: its colours come at half the resolution."""
    rows, columns = pixels.shape[:2]
    scale = min(width / columns, height / rows)
    w, h = (max(1, int(side * scale + 0.5)) for side in (columns, rows))
    parts = cv2.cvtColor(pixels, cv2.COLOR_RGB2YCrCb)
    small = [by_area(parts[:, :, 0], w, h)]
    for part in (1, 2):
        small.append(by_area(halved(parts[:, :, part]), w, h))
    canvas = np.full((height, width, 3), GREY, np.uint8)
    left, top = (width - w) // 2, (height - h) // 2
    canvas[top:top + h, left:left + w] = cv2.cvtColor(np.dstack(small), cv2.COLOR_YCrCb2RGB)
    return canvas


def halve_colours(pixels, chance):
    """Colours at half the resolution, the first pair whole or cut."""
    rows, columns = pixels.shape[:2]
    above, before = (int(v) for v in chance.integers(2, size=2))
    parts = cv2.cvtColor(pixels, cv2.COLOR_RGB2YCrCb)
    colours = cv2.copyMakeBorder(parts[:, :, 1:], above, 0, before, 0, cv2.BORDER_REPLICATE)
    colours = np.repeat(np.repeat(halved(colours), 2, 0), 2, 1)
    colours = colours[above:rows + above, before:columns + before]
    return cv2.cvtColor(np.dstack((parts[:, :, 0], colours)), cv2.COLOR_YCrCb2RGB)


def disturb(pixels, chance):
    """Grey, light, colour, blur, noise and JPEG, each now and then."""
    if chance.random() < 0.25:
        grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
        pixels = np.repeat(grey[:, :, None], 3, 2)
    if chance.random() < 0.7:
        gain, offset = np.exp(chance.uniform(-0.45, 0.35)), chance.uniform(-35, 30)
        if chance.random() < 0.15:
            # Dim: contrast goes, and what is left lies low.
            gain, offset = np.exp(chance.uniform(-1.2, -0.4)), chance.uniform(-70, 0)
        tint = chance.uniform(0.9, 1.1, 3) if chance.random() < 0.4 else np.ones(3)
        levels = (np.arange(256)[:, None] - 114) * gain * tint + 114 + offset
        if chance.random() < 0.3:
            levels = 255 * (np.clip(levels, 0, 255) / 255) ** np.exp(chance.uniform(-0.5, 0.5))
        table = np.clip(levels, 0, 255).astype(np.uint8)
        pixels = np.stack([table[:, c][pixels[:, :, c]] for c in range(3)], 2)
    if chance.random() < 0.2:
        pixels = cv2.GaussianBlur(pixels, (0, 0), chance.uniform(0.4, 1.4))
    if chance.random() < 0.25:
        noise = chance.normal(0, chance.uniform(2, 10), pixels.shape[:2] + (1,))
        pixels = np.clip(pixels + noise, 0, 255).astype(np.uint8)
    if chance.random() < 0.25:
        quality = int(chance.integers(25, 80))
        _, code = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
        pixels = cv2.imdecode(code, cv2.IMREAD_COLOR)
    return pixels


# Scales against the one at which the device looks, as e-folds: people near and far are few.
SCALES = {"A": (-0.35, 0.7), "B": (-0.3, 0.45), "BRT": (-0.4, 0.35)}
FEW_SCALES = (-1.0, 0.3)


def vary(picture, chance, width=CROP_WIDTH, height=CROP_HEIGHT):
    """A cut of the picture as the device could see it, and the points in it."""
    rows, columns = picture.pixels.shape[:2]
    least, most = SCALES.get(picture.group, FEW_SCALES)
    # On the device's own canvas scales are nearer to the device's, every other one the very same.
    is_whole = (width, height) == (WIDTH, HEIGHT)
    spread = 0.5 if is_whole else 1.0
    is_exact = is_whole and chance.random() < 0.5
    scale, stretch = min(WIDTH / columns, HEIGHT / rows), 1.0
    if not is_exact:
        scale *= np.exp(spread * chance.uniform(least, most))
        stretch = np.exp(chance.uniform(-0.08, 0.08))
    sx, sy = scale * stretch, scale / stretch
    w, h = max(8, round(columns * sx)), max(8, round(rows * sy))
    rough = chance.random()
    if scale < 1:
        kind = cv2.INTER_AREA if rough < 0.85 else cv2.INTER_LINEAR
    else:
        # The device repeats pixels.
        kind = cv2.INTER_NEAREST if rough < 0.5 else cv2.INTER_LINEAR
    # The cut comes before the scaling: it is the cheaper way round.
    room = (width - w, height - h)
    dx, dy = (side // 2 if is_exact else int(chance.integers(min(0, side), max(0, side) + 1))
              for side in room)
    x0, y0 = max(0, int(-dx / sx) - 2), max(0, int(-dy / sy) - 2)
    x1 = min(columns, int((width - dx) / sx) + 3)
    y1 = min(rows, int((height - dy) / sy) + 3)
    part = picture.pixels[y0:y1, x0:x1]
    place = np.array([[sx, 0, dx + x0 * sx], [0, sy, dy + y0 * sy]], np.float64)
    pw, ph = max(1, round((x1 - x0) * sx)), max(1, round((y1 - y0) * sy))
    part = disturb(cv2.resize(part, (pw, ph), interpolation=kind), chance)
    if chance.random() < (0.3 if is_whole else 0.85):
        part = halve_colours(part, chance)
    canvas = np.full((height, width, 3), GREY, np.uint8)
    left, top = round(place[0, 2]), round(place[1, 2])
    a, b = max(0, left), max(0, top)
    c, d = min(width, left + pw), min(height, top + ph)
    canvas[b:d, a:c] = part[b - top:d - top, a - left:c - left]
    points = picture.points * [sx, sy] + [dx, dy]
    if chance.random() < 0.5:
        canvas = canvas[:, ::-1]
        points = np.stack([width - 1 - points[:, 0], points[:, 1]], 1)
    return np.ascontiguousarray(canvas), points


def density(points, width, height, spread=0.8):
    """Heads per cell: every point is a small bell, what lies outside is not counted."""
    rows, columns = height // STRIDE, width // STRIDE
    if not len(points):
        return np.zeros((rows, columns), np.float32)
    across, down = points[:, 0] / STRIDE, points[:, 1] / STRIDE

    def bells(centres, cells):
        edges = ndtr((np.arange(cells + 1)[None] - centres[:, None]) / spread)
        return np.diff(edges, axis=1)

    return (bells(down, rows).T @ bells(across, columns)).astype(np.float32)


def read_all(data: Path, teacher: Path, work: Path):
    pictures = read_crowd(data) + read_boxed(data) + read_clips(data, teacher, work)
    assign_folds(pictures, 4)
    return pictures
