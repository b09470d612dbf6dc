"""A grader and its submission take turns: what one waits for, the other computes. So they share one core.

On two cores every question and every answer would wake a core from its sleep and find the other's data in none of its
caches: that makes a whole submission a sixth slower. A core that others want too is given up after one submission, and
the system may choose again.
"""

from __future__ import annotations

import contextlib
import os
import time

from autograder.sandbox.fair_time import waited_for_a_core

_BUSY = 0.2  # share of the time for which the grader or the submission had to wait for the core


class SharedCore:
    """Chooses the core for the submissions of one warm server, and keeps the calling thread there while one lives."""

    def __init__(self) -> None:
        self._all = os.sched_getaffinity(0) if hasattr(os, "sched_setaffinity") else set()
        self._wanted = len(self._all) > 1
        self._core: int | None = None
        self._since: tuple[float, float] | None = None  # time, and waited until then

    def choose(self, waited: float) -> list[int]:
        """Before a submission: the cores it may use, [] where there is no choice.

        `waited`: seconds for which the submission before had to wait for a core
        """
        if not self._wanted:
            return []
        now, ours = time.monotonic(), waited_for_a_core("thread-self")
        before, self._since = self._since, (now, ours)
        free = before is not None and waited + ours - before[1] < _BUSY * (now - before[0])
        self._core = (_current_core() if self._core is None else self._core) if free else None
        cores = self._all if self._core is None else {self._core}
        self._stay_on(cores)
        return sorted(cores)

    def release(self) -> None:
        """The calling thread may use every core again."""
        if self._wanted:
            self._stay_on(self._all)

    def _stay_on(self, cores: set[int]) -> None:
        with contextlib.suppress(OSError):  # taken from us meanwhile: then the system chooses
            os.sched_setaffinity(0, cores)


def _current_core() -> int:
    """The core that runs the calling thread."""
    with open("/proc/thread-self/stat") as file:
        return int(file.read().rsplit(")", 1)[1].split()[36])
