"""Photographs of hands with 0 to 5 fingers up; where they are not there, drawings in the same format."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

SIZE, CLASSES = 64, 6
PARTS = ("train", "val", "test")


@dataclass(frozen=True)
class Signs:
    """Pictures, uint8 of shape (N, 64, 64, 3), and how many fingers they show, int64 of shape (N,)."""

    train_images: np.ndarray
    train_labels: np.ndarray
    val_images: np.ndarray
    val_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray
    are_photographs: bool = False


def load_signs() -> Signs:
    """The photographs from $DATA_ROOT/sign_data or ./data/sign_data, six files {X,Y}_{train,val,test}.npy;
    without them drawings in the same format.
    """
    if os.environ.get("ASSIGNMENT_DATA") == "sample":
        return drawn_signs(sizes=(12, 6, 6))
    for root in (os.environ.get("DATA_ROOT"), "data"):
        if root and (signs := _read(Path(root) / "sign_data")):
            print(f"Photographs of hands from {root}/sign_data.")
            return signs
    print("The photographs are neither in $DATA_ROOT/sign_data nor in ./data/sign_data: drawn hands stand in.")
    return drawn_signs()


def _read(folder: Path) -> Signs | None:
    try:
        arrays = [np.load(folder / f"{kind}_{part}.npy") for part in PARTS for kind in "XY"]
    except (OSError, ValueError):
        return None
    return Signs(*arrays, are_photographs=True)


# --- drawing ----------------------------------------------------------------------------------------------------------


def drawn_signs(sizes: tuple[int, int, int] = (960, 120, 120), seed: int = 0) -> Signs:
    """Drawn hands, as many of each kind, in random order; takes about a second for 1200."""
    generator = np.random.default_rng(seed)
    arrays = []
    for size in sizes:
        labels = generator.permutation(np.arange(size) % CLASSES)
        arrays += [np.stack([draw_hand(generator, int(label)) for label in labels]), labels]
    return Signs(*arrays)


def draw_hand(generator: np.random.Generator, fingers: int) -> np.ndarray:
    """A hand with this many fingers up, in front of a wall: uint8 (64, 64, 3).

    Position, size, angle, tone, light, and the spread and length of the fingers are random.
    """
    x, y = _turned_grid(generator)
    strokes = _forearm(generator) + _fingers(generator, fingers)
    distances = np.stack([_distance(x, y, *stroke) for stroke in strokes])
    inside = _soft(distances.min(axis=0), 0.02)
    folds = 1 - 0.35 * np.exp(-((distances / 0.025) ** 2)).max(axis=0) * inside  # dark lines between fingers
    tone = generator.uniform() * np.array([0.36, 0.34, 0.31]) + np.array([0.54, 0.38, 0.29])
    light = 1 + generator.uniform(-0.3, 0.3) * x + generator.uniform(-0.3, 0.3) * y
    wall = generator.uniform(0.62, 0.92) * np.array([1.0, 1.0, generator.uniform(0.94, 1.06)])
    wall = wall * (1 - generator.uniform(0.05, 0.2) * (x**2 + y**2))[..., None]
    picture = inside[..., None] * tone * (folds * light)[..., None] + (1 - inside[..., None]) * wall
    picture = picture + generator.normal(0, 0.02, picture.shape)
    return (255 * picture.clip(0, 1)).astype(np.uint8)


Stroke = tuple[float, float, float, float, float]  # from (x, y), to (x, y), half as wide as


def _turned_grid(generator: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """The coordinates of the pixels in the frame of the hand, whose palm is at (0, 0) and whose fingers point up."""
    down, right = np.mgrid[0:SIZE, 0:SIZE] / (SIZE / 2) - 1
    right, down = right - generator.uniform(-0.12, 0.12), down - generator.uniform(0.2, 0.4)
    angle, zoom = generator.uniform(-0.25, 0.25), generator.uniform(0.95, 1.3)
    x = (np.cos(angle) * right + np.sin(angle) * down) / zoom
    y = (-np.sin(angle) * right + np.cos(angle) * down) / zoom
    return x, -y


def _forearm(generator: np.random.Generator) -> list[Stroke]:
    width = generator.uniform(0.26, 0.32)
    lean = generator.uniform(-0.2, 0.2)
    return [(0, 0, 0, -0.15, width), (lean / 3, -0.3, lean, -2.0, 0.7 * width)]


def _fingers(generator: np.random.Generator, up: int) -> list[Stroke]:
    """Five fingers; those that are not up are folded onto the palm."""
    orders = {3: [(0, 1, 2), (1, 2, 3)], 5: [(0, 1, 2, 3, 4)]}  # the thumb is number 0
    raised = orders.get(up, [tuple(range(1, up + 1))])
    chosen = raised[generator.integers(len(raised))]
    spread = generator.uniform(0.7, 1.3)
    strokes = []
    for number in range(5):
        thumb = number == 0
        angle = spread * (np.array([-1.0, -0.34, -0.08, 0.16, 0.42])[number] + generator.uniform(-0.06, 0.06))
        x, y = (-0.18, -0.05) if thumb else (-0.21 + 0.14 * (number - 1), 0.2)
        length = generator.uniform(0.42, 0.52) * (0.85 if thumb or number == 4 else 1.1)
        width = generator.uniform(0.065, 0.085)
        if number in chosen:
            strokes.append((x, y, x + length * np.sin(angle), y + length * np.cos(angle), width))
        else:
            strokes.append((x, y, x + 0.06 * (1 if thumb else 0), y - 0.12, width))
    return strokes


def _distance(x: np.ndarray, y: np.ndarray, x0: float, y0: float, x1: float, y1: float, width: float) -> np.ndarray:
    """How far each pixel is outside of a stroke; negative inside."""
    along = ((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / ((x1 - x0) ** 2 + (y1 - y0) ** 2)
    along = along.clip(0, 1)
    return np.hypot(x - x0 - along * (x1 - x0), y - y0 - along * (y1 - y0)) - width


def _soft(distance: np.ndarray, edge: float) -> np.ndarray:
    """1 inside, 0 outside, with a soft edge."""
    return 1 / (1 + np.exp((distance / edge).clip(-30, 30)))
