"""Time that counts against a submission: wall time, less that for which the machine had no core free for its process,
and less that for which this process itself was stopped (a suspended job of a cluster, a paused container).

So a right solution does not time out because the machine has other work too, and a process that sleeps still does.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator

from autograder.sandbox.limits import PATIENCE

LOOK_SECONDS = 1.0  # the longest wait in one piece: a stop is known as exactly as that
_NANOSECONDS = 1e9
_stopped = 0.0  # seconds, of this process


def now() -> float:
    """Seconds on a clock that only goes on while this process does."""
    return time.monotonic() - _stopped


@contextlib.contextmanager
def waiting(seconds: float) -> Iterator[None]:
    """Around a wait of so many seconds at most. Had it ended far too late, then because this process was stopped."""
    global _stopped
    before = time.monotonic()
    yield
    late = time.monotonic() - before - seconds
    if late > LOOK_SECONDS:
        _stopped += late


class WaitingForACore:
    """How long a process has been ready to run while others had the cores, as the kernel counts it (its first thread).

    Where the kernel does not say (no /proc, no CONFIG_SCHED_INFO), it is 0 and all wall time counts.
    """

    def __init__(self, pidfd: int) -> None:
        self._seconds = 0.0
        self._file = -1  # held open: it never tells of another process that gets the same number later
        with contextlib.suppress(OSError, ValueError):
            self._file = os.open(f"/proc/{_number_of(pidfd)}/schedstat", os.O_RDONLY | os.O_CLOEXEC)

    def seconds(self) -> float:
        """So far; once the process is gone, what was last seen."""
        with contextlib.suppress(OSError, ValueError, IndexError):
            self._seconds = int(os.pread(self._file, 100, 0).split()[1]) / _NANOSECONDS
        return self._seconds

    def close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


class Deadline:
    """The end of so many seconds that count, from now on; not after the `whole` that it is part of."""

    def __init__(self, waiting: WaitingForACore, seconds: float, whole: Deadline | None = None) -> None:
        self._waiting, self._seconds, self._whole = waiting, seconds, whole
        self._since, self._waited = now(), waiting.seconds()

    def at(self) -> float:
        """The moment, on the clock of `now`, were the process not to wait for a core any more."""
        waited = self._waiting.seconds() - self._waited
        end = self._since + min(self._seconds + waited, PATIENCE * self._seconds)
        return end if self._whole is None else min(end, self._whole.at())

    def later(self) -> float | None:
        """The moment, or None when it has passed."""
        end = self.at()
        return end if end > now() else None


def counted(wall: float, waited: float) -> float:
    """How much of this wall time counts."""
    return max(wall - waited, wall / PATIENCE)


def _number_of(pidfd: int) -> int:
    """The process behind a pidfd, as this process's own process namespace numbers it. ValueError when it has gone."""
    with open(f"/proc/self/fdinfo/{pidfd}") as lines:
        for line in lines:
            if line.startswith("Pid:") and int(line[4:]) > 0:
                return int(line[4:])
    raise ValueError("gone")
