"""The modules that come with the engine for students, importable as they are beside a notebook."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from autograder.authoring.release_files import FOR_STUDENTS


@pytest.fixture
def modules() -> Iterator[SimpleNamespace]:
    """verdicts and readiness with no public check registered; neither stays imported."""
    names = ("verdicts", "readiness")
    kept = {name: sys.modules.pop(name, None) for name in names}
    sys.path.insert(0, str(FOR_STUDENTS))
    try:
        yield SimpleNamespace(**{name: importlib.import_module(name) for name in names})
    finally:
        sys.path.remove(str(FOR_STUDENTS))
        for name, module in kept.items():
            sys.modules.pop(name, None)
            if module is not None:
                sys.modules[name] = module
