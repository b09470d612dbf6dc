"""One worker and two, in turn: how many times as many submissions two grade in the same time."""

from __future__ import annotations

import contextlib
import itertools
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from autograder.assignment import Assignment
from autograder.grading.classroom import Observer, grade_class
from autograder.grading.options import Options, options_for
from autograder.grading.pool import Pool
from autograder.grading.report import Report
from autograder.grading.results import ResultsFolder
from autograder.reporting.publisher import Publisher

_PATIENCE = 600.0


def gain(assignment: Assignment, submitted: Path, place: Path, rounds: int) -> float:
    """Grades the class with one worker and with two, again and again, by warm workers, everything written that the
    command writes. A round compares two workers with one just before and just after: the machine gets slower and faster
    by a tenth within minutes. The median of the rounds counts."""
    options = options_for(assignment.root)
    folders = (place / str(number) for number in itertools.count())
    with contextlib.ExitStack() as stack:
        one, two = (_Kept(size, stack.enter_context(Pool(assignment, options, size, _PATIENCE))) for size in (1, 2))

        def seconds(crew: _Kept) -> float:
            return _seconds(assignment, submitted, next(folders), options, crew)

        for crew in (one, two):  # warms up
            seconds(crew)
        found: list[float] = []
        before = seconds(one)
        for _ in range(rounds):
            together, after = seconds(two), seconds(one)
            found.append((before + after) / 2 / together)
            before = after
    return statistics.median(found)


def _seconds(assignment: Assignment, submitted: Path, place: Path, options: Options, crew: _Kept) -> float:
    """From one report to the next, from the first to the last but one: as long as all workers are at work."""
    clock = _Clock()
    observers: list[Observer] = [Publisher(ResultsFolder(place / "out"), assignment.name), clock]
    gradebook = f"sqlite:///{place}/gradebook.db"
    grade_class(assignment, submitted, place / "out", options, crew=crew, gradebook=gradebook, observers=observers)
    return (clock.moments[-2] - clock.moments[0]) / (len(clock.moments) - 2)


@dataclass(frozen=True)
class _Kept:
    """A crew whose workers stay: each class gets the same pool."""

    size: int
    workers: Pool

    def pool(
        self, assignment: Assignment, options: Options, jobs: int, job_seconds: float
    ) -> contextlib.AbstractContextManager[Pool]:
        return contextlib.nullcontext(self.workers)


@dataclass
class _Clock:
    """An observer that remembers when each report was there."""

    moments: list[float] = field(default_factory=list)

    def begin(self, total: int, unchanged: int, workers: int) -> None:
        pass

    def unchanged(self, report: Report) -> None:
        pass

    def graded(self, report: Report) -> None:
        self.moments.append(time.perf_counter())

    def end(self, reports: Sequence[Report]) -> None:
        pass
