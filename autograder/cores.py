"""How many processors there are for us: its own file, so that the command line need not import more."""

from __future__ import annotations

import os


def usable_cores() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
