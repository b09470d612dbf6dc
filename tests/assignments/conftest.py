"""What students get beside the notebooks, importable as it is there."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from autograder.authoring.release_files import FOR_STUDENTS

ASSIGNMENTS = Path(__file__).parents[2] / "assignments"
SHARED = [ASSIGNMENTS / "shared", FOR_STUDENTS]


@contextmanager
def released_modules(assignment: str, *names: str) -> Iterator[SimpleNamespace]:
    """The named modules of an assignment's release. None stays imported: each assignment has such names."""
    folders = [ASSIGNMENTS / assignment / "release_files", *SHARED]
    own = {path.stem for folder in folders for path in folder.glob("*.py")}
    kept = {name: sys.modules.pop(name, None) for name in own}
    sys.path[:0] = map(str, folders)
    try:
        yield SimpleNamespace(**{name: importlib.import_module(name) for name in names})
    finally:
        for folder in folders:
            sys.path.remove(str(folder))
        for name, module in kept.items():
            sys.modules.pop(name, None)
            if module is not None:
                sys.modules[name] = module


@pytest.fixture(scope="module")
def release():
    """`release(assignment, *modules)`: a context manager; see released_modules."""
    return released_modules
