"""A grader and its submission take turns: what one waits for, the other computes. So they share one core.

On two cores every question and every answer would wake a core from its sleep and find the other's data in none of its
caches. A core that others want too is given up after one submission, and the system may choose again.
"""

from __future__ import annotations

import contextlib
import os
import time

_OURS = 0.8  # share of the time for which one of the two computes, on a core that nobody else wants


class SharedCore:
    """Chooses the core for the submissions of one warm server, and keeps the calling thread there while one lives."""

    def __init__(self, *, wanted: bool) -> None:
        self._all = os.sched_getaffinity(0) if hasattr(os, "sched_setaffinity") else set()
        self._wanted = wanted and len(self._all) > 1
        self._core: int | None = None
        self._since: tuple[float, float] | None = None  # wall time, and CPU time of this thread

    def begin(self) -> list[int]:
        """Before a submission: the cores that it may use, [] where there is no choice."""
        if not self._wanted:
            return []
        self._since = time.monotonic(), time.thread_time()
        cores = self._all if self._core is None else {self._core}
        self._stay_on(cores)
        return sorted(cores)

    def end(self, computed: float) -> None:
        """After it: the calling thread may use every core again. `computed`: CPU seconds of the submission."""
        if self._since is None:
            return
        wall, cpu = time.monotonic() - self._since[0], time.thread_time() - self._since[1] + computed
        self._since = None
        if cpu < _OURS * wall:
            self._core = None
        elif self._core is None:
            self._core = _current_core()
        self._stay_on(self._all)

    def _stay_on(self, cores: set[int]) -> None:
        with contextlib.suppress(OSError):  # taken from us meanwhile: then the system chooses
            os.sched_setaffinity(0, cores)


def _current_core() -> int:
    """The core that runs the calling thread."""
    with open("/proc/thread-self/stat") as file:
        return int(file.read().rsplit(")", 1)[1].split()[36])
