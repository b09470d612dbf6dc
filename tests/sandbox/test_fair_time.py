"""A busy machine takes no time away from a submission; sleeping does."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator

import psutil
import pytest

from autograder.sandbox.client import WarmServer
from autograder.sandbox.fair_time import Deadline, WaitingForACore, counted, now, waiting
from autograder.sandbox.faults import TimedOut
from autograder.sandbox.isolation import Mode
from autograder.sandbox.limits import PATIENCE, Limits

WORK = """
import time
def work(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass
    return seconds
"""


STOPPED = """
import sys
from autograder.sandbox.client import WarmServer
from autograder.sandbox.isolation import Mode
from autograder.sandbox.limits import Limits

with WarmServer(Mode(sys.argv[1]), preload=[]) as server, server.open(Limits(check_seconds=2.5)) as session:
    session.cell(sys.argv[2])
    print("asks", flush=True)
    print(session.call("work", (1.0,)))
"""


class Waited(WaitingForACore):
    """Says what it is told."""

    def __init__(self) -> None:
        self.said = 0.0

    def seconds(self) -> float:
        return self.said


@pytest.fixture
def busy_machine() -> Iterator[None]:
    """A process for each core that does nothing but compute."""
    hogs = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(os.cpu_count() or 1)]
    try:
        yield
    finally:
        for hog in hogs:
            hog.kill()
            hog.wait()


def test_a_deadline_moves_by_the_time_waited_for_a_core_and_no_further_than_patience() -> None:
    waited = Waited()
    waited.said = 7.0  # before the deadline was set
    end = Deadline(waited, 10.0)
    first = end.at()
    waited.said += 3.0
    assert end.at() == pytest.approx(first + 3.0)
    waited.said += 1000.0
    assert end.at() == pytest.approx(first + (PATIENCE - 1) * 10.0)


def test_no_part_ends_after_the_whole() -> None:
    waited = Waited()
    whole = Deadline(waited, 5.0)
    part = Deadline(waited, 10.0, whole)
    assert part.at() == whole.at()
    assert part.later() == whole.at()
    assert Deadline(waited, 0.0, whole).later() is None


def test_what_counts_of_wall_time() -> None:
    assert counted(10.0, 0.0) == 10.0
    assert counted(10.0, 4.0) == 6.0
    assert counted(10.0, 10.0) == 10.0 / PATIENCE


def test_waiting_is_what_the_kernel_counts_for_that_process(busy_machine: None) -> None:
    work = subprocess.Popen([sys.executable, "-c", WORK + "work(1)"])
    pidfd = os.pidfd_open(work.pid)
    waiting = WaitingForACore(pidfd)
    started = time.monotonic()
    while work.poll() is None:
        waiting.seconds()
        time.sleep(0.01)
    wall = time.monotonic() - started
    os.close(pidfd)
    assert 0.0 < waiting.seconds() < wall
    last = waiting.seconds()
    waiting.close()
    assert waiting.seconds() == last  # of a process that has gone: what was seen last


def test_a_busy_machine_lets_no_right_solution_time_out(server: WarmServer, busy_machine: None) -> None:
    with server.open(Limits(check_seconds=1.5)) as session:
        session.cell(WORK)
        assert session.call("work", (1.0,)) == 1.0


def test_sleeping_counts(server: WarmServer) -> None:
    with server.open(Limits(check_seconds=0.5)) as session:
        started = time.monotonic()
        with pytest.raises(TimedOut):
            session.cell("import time\ntime.sleep(60)", seconds=0.5)
        assert time.monotonic() - started < 30


def test_no_limit_counts_the_time_for_which_everything_was_stopped(mode: Mode) -> None:
    """As a cluster stops a suspended job, or Docker a paused container."""
    grader = subprocess.Popen([sys.executable, "-c", STOPPED, mode.value, WORK], stdout=subprocess.PIPE, text=True)
    assert grader.stdout is not None
    with grader, grader.stdout as said:
        assert said.readline() == "asks\n"
        time.sleep(0.3)
        everything = [psutil.Process(grader.pid), *psutil.Process(grader.pid).children(recursive=True)]
        for process in everything:
            process.suspend()
        time.sleep(5)
        for process in reversed(everything):
            process.resume()
        assert said.read() == "1.0\n"


def test_a_wait_in_time_says_nothing_of_a_stop() -> None:
    before = now() - time.monotonic()
    with waiting(0.2):
        time.sleep(0.3)
    assert now() - time.monotonic() == pytest.approx(before, abs=0.01)
