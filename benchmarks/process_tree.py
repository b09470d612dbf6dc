"""Runs a command and measures it with everything that it starts: wall time, CPU time and peak memory."""

from __future__ import annotations

import contextlib
import resource
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from autograder.errors import AutograderError

SAMPLE_SECONDS = 0.2
HELD_UP = 50  # adding up the memory of a process tree holds it up: for one part in so many of the time at most
OFTEN = 5  # the same, where memory is what is wanted
MB = 1 << 20


@dataclass(frozen=True)
class Measured:
    """One run of a command."""

    seconds: float  # wall time
    cpu: float  # CPU seconds of the command and of all its descendants
    peak_mb: float
    output: str


def measure(command: Sequence[str], folder: Path, environment: Mapping[str, str], held_up: int = HELD_UP) -> Measured:
    """Runs `command` in `folder` to its end; raises AutograderError with its last lines when it fails.

    `held_up`: looking at its memory may take one part in so many of the time."""
    started, cpu_before = time.perf_counter(), _cpu_of_children()
    with subprocess.Popen(
        command, cwd=folder, env=dict(environment), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        watch = _Watch(process.pid, held_up)
        watch.start()
        output, _ = process.communicate()
        seconds = time.perf_counter() - started
        watch.stop()
    if process.returncode != 0:
        tail = "\n".join(output.splitlines()[-15:])
        raise AutograderError(f"{' '.join(command)} ended with {process.returncode}:\n{tail}")
    # bubblewrap does not wait for its child, so what ran in a jail is seen by the watch alone.
    return Measured(seconds, max(watch.cpu, _cpu_of_children() - cpu_before), watch.peak / MB, output)


def _cpu_of_children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


class _Watch(threading.Thread):
    """Looks at a process and all its descendants until it is stopped."""

    def __init__(self, pid: int, held_up: int) -> None:
        super().__init__(daemon=True)
        self._held_up = held_up
        self.peak = 0  # bytes
        self.cpu = 0.0  # seconds, as long as the processes lived
        self._pid = pid
        self._ended = threading.Event()

    def run(self) -> None:
        next_look = 0.0  # at memory
        while not self._ended.wait(SAMPLE_SECONDS):
            with contextlib.suppress(psutil.Error):
                root = psutil.Process(self._pid)
                tree = [root, *root.children(recursive=True)]
                self.cpu = max(self.cpu, sum(map(cpu_of, tree)))
                if (started := time.perf_counter()) >= next_look:
                    self.peak = max(self.peak, sum(map(memory_of, tree)))
                    next_look = started + self._held_up * (time.perf_counter() - started)

    def stop(self) -> None:
        self._ended.set()
        self.join()


def memory_of(process: psutil.Process) -> int:
    """Bytes of a process; pages that several processes share count once (proportional set size, Linux)."""
    with contextlib.suppress(psutil.NoSuchProcess):
        try:
            return int(process.memory_full_info().pss)
        except (psutil.AccessDenied, AttributeError):
            return int(process.memory_info().rss)
    return 0


def cpu_of(process: psutil.Process) -> float:
    """CPU seconds of a process and of the children that it has waited for."""
    with contextlib.suppress(psutil.Error):
        return float(sum(process.cpu_times()[:4]))
    return 0.0
