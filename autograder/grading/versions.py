"""The versions of what a grade may depend on, for reports."""

from __future__ import annotations

import importlib.metadata
import platform
from functools import lru_cache

_PACKAGES = ("torch", "torchvision", "numpy", "scipy", "scikit-learn", "nbgrader", "autograder")


@lru_cache(maxsize=1)
def versions() -> dict[str, str]:
    """Name -> version of Python and of the packages that are installed; imports none of them."""
    found = {"python": platform.python_version()}
    for name in _PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found
