"""A made-up folder of data in the layout of the real one, tiny: 160 pictures of each set, 40 users."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("data")
    rng = np.random.default_rng(0)
    for name in ("MNIST", "FashionMNIST"):
        for part, count in (("train", 160), ("t10k", 20)):
            write_idx(root / name / "raw" / f"{part}-images-idx3-ubyte", pictures(rng, count))
            write_idx(root / name / "raw" / f"{part}-labels-idx1-ubyte", np.arange(count) % 10)
    (root / "sign_data").mkdir()
    for part, count in (("train", 18), ("val", 6), ("test", 6)):
        np.save(root / "sign_data" / f"X_{part}.npy", rng.integers(0, 256, (count, 64, 64, 3), dtype=np.uint8))
        np.save(root / "sign_data" / f"Y_{part}.npy", np.arange(count) % 6)
    (root / "ratings").mkdir()
    users, items = np.divmod(np.arange(40 * 40), 40)
    np.save(root / "ratings" / "ratings.npy", np.column_stack([users, items, rng.integers(1, 6, 1600)]))
    return root


def pictures(rng: np.random.Generator, count: int) -> np.ndarray:
    """Bars at different heights, with some noise: something can be learned about them."""
    images = rng.integers(0, 40, (count, 28, 28))
    for number, image in enumerate(images):
        image[2 * (number % 10) + 2 : 2 * (number % 10) + 8, 6:22] += 200
    return images


def write_idx(path: Path, array: np.ndarray) -> None:
    """The format of MNIST's files: a magic number that says how many dimensions, their sizes, the bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    header = struct.pack(f">{array.ndim + 1}i", 0x0800 + array.ndim, *array.shape)
    path.write_bytes(header + array.astype(np.uint8).tobytes())
