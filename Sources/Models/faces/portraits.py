"""Pictures of one face each, brought to the template that the network of likeness was trained with."""

import json

import cv2
import numpy as np

SIDE = 128
# Of a picture of 112 × 112 that was warped by five points to the usual template, what is left without
# the outer 8 columns is 96 × 112; it is stretched to a square.
LEFT, RIGHT = 8, 104
# Eyes, tip of the nose, corners of the mouth (those on the left of the picture first), in pixels of
# 128 × 128, whose middles are whole numbers: the template of 96 × 112 stretched.
TEMPLATE = (np.array([
    (30.2946, 51.6963), (65.5318, 51.5014), (48.0252, 71.7366), (33.5493, 92.3655), (62.7299, 92.2041),
]) + 0.5) * (SIDE / 96, SIDE / 112) - 0.5  # fmt: skip


def read(path):
    picture = cv2.imread(str(path))
    if picture is None:
        raise SystemExit(f"{path}: no picture")
    return picture


def square(picture):
    """Red, green and blue, 128 × 128, of blue, green and red of the template's shape."""
    crop = picture[:, LEFT:RIGHT]
    return cv2.resize(crop, (SIDE, SIDE), interpolation=cv2.INTER_LINEAR)[:, :, ::-1]


def shrunk(picture, side):
    """As if the face had been seen in this many pixels."""
    small = cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA)
    return cv2.resize(small, picture.shape[1::-1], interpolation=cv2.INTER_LINEAR)


def worsened(picture, random):
    """As a camera might have it: small, blurred, dark or grey, and coded."""
    if random.random() < 0.5:
        picture = shrunk(picture, int(random.integers(24, 65)))
    if random.random() < 0.3:
        picture = cv2.GaussianBlur(picture, (0, 0), random.uniform(0.5, 2.5))
    if random.random() < 0.2:
        grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
        picture = cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR)
    if random.random() < 0.5:
        scaled = picture * random.uniform(0.4, 1.4) + random.uniform(-20, 20)
        picture = np.clip(np.rint(scaled), 0, 255).astype(np.uint8)
    if random.random() < 0.5:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(random.integers(30, 90))]
        picture = cv2.imdecode(cv2.imencode(".jpg", picture, quality)[1], cv2.IMREAD_COLOR)
    if random.random() < 0.5:
        picture = picture[:, ::-1]
    return picture


class Portraits:
    """Those of one split of a folder that were warped to the template."""

    def __init__(self, folder, split):
        labels = json.loads((folder / "labels.json").read_text())
        labels = [label for label in labels if label["split"] == split and label["aligned"]]
        self.folder, self.split = folder, split
        self.files = [label["file"] for label in sorted(labels, key=lambda each: each["file"])]
        people = {label["file"]: label["person"] for label in labels}
        self.people = np.array([people[file] for file in self.files])

    def __len__(self):
        return len(self.files)

    def whole(self, index):
        return read(self.folder / self.files[index])

    def pixels(self, indices, side=None, mirrored=False):
        """N×128×128×3, red, green and blue."""
        made = []
        for index in indices:
            picture = self.whole(index)
            picture = square(picture if side is None else shrunk(picture, side))
            made.append(picture[:, ::-1] if mirrored else picture)
        return np.stack(made)


def codes(pixels):
    return (pixels.astype(np.int16) - 128).astype(np.int8)
