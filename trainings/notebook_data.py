"""The data of the notebooks, read by what students get beside them."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from autograder.errors import AutograderError

ROOT = Path(__file__).resolve().parents[1]
IDX = tuple(f"raw/{part}-{what}-ubyte" for part in ("train", "t10k") for what in ("images-idx3", "labels-idx1"))
NEEDED = {  # the files of each data set, in the data folder
    "MNIST": [f"MNIST/{name}" for name in IDX],
    "Fashion-MNIST": [f"FashionMNIST/{name}" for name in IDX],
    "photographs of hands": [f"sign_data/{kind}_{part}.npy" for part in ("train", "val", "test") for kind in "XY"],
    "ratings": ["ratings/ratings.npy"],
}


def require(folder: Path, data_sets: Iterable[str]) -> None:
    """Raises AutograderError when `folder` lacks a file of one of the data sets."""
    if not folder.is_dir():
        raise AutograderError(f"there is no data folder {folder}: name one with DATA=folder")
    for data_set in data_sets:
        for name in NEEDED[data_set]:
            if not (folder / name).is_file():
                raise AutograderError(f"{folder} does not hold {data_set}: {folder / name} is missing")


@contextmanager
def helpers_of(assignment: str, data: Path) -> Iterator[ModuleType]:
    """The module `helpers` beside a notebook; it finds its data in `data`, and is forgotten afterwards."""
    folder = ROOT / "source" / assignment
    own = {path.stem for path in folder.glob("*.py")}
    kept = {name: sys.modules.pop(name) for name in own & sys.modules.keys()}
    environment, writes_bytecode = dict(os.environ), sys.dont_write_bytecode
    sys.dont_write_bytecode = True  # nothing is left beside the notebook
    os.environ.update(DATA_ROOT=str(data.resolve()), ASSIGNMENT_DATA="")
    sys.path.insert(0, str(folder))
    try:
        yield importlib.import_module("helpers")
    finally:
        sys.path.remove(str(folder))
        sys.dont_write_bytecode = writes_bytecode
        os.environ.clear()
        os.environ.update(environment)
        for name in own:
            sys.modules.pop(name, None)
        sys.modules.update(kept)
