"""One worker and two, in turn: how many times as much two of them grade in the same time."""

from __future__ import annotations

import contextlib
import itertools
import statistics
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.assignment import Assignment
from autograder.grading.classroom import grade_class
from autograder.grading.gradebook import GradebookWriter
from autograder.grading.options import Options, options_for
from autograder.grading.pool import Done, Pool
from autograder.grading.results import ResultsFolder
from autograder.grading.worker import Job
from autograder.reporting.publisher import Publisher

_PATIENCE = 600.0


@dataclass(frozen=True)
class Span:
    """When a student's submission had a worker: from its being handed out to its report's being taken."""

    student: str
    start: float
    end: float

    @property
    def seconds(self) -> float:
        return self.end - self.start


def gain(assignment: Assignment, submitted: Path, place: Path, rounds: int) -> float:
    """Grades the class with one worker and with two, again and again, by warm workers, everything written that the
    command writes. A round compares two workers with one just before and just after: the machine gets slower and faster
    by a tenth within minutes. The median of the rounds counts."""
    options = options_for(assignment.root)
    folders = (place / str(number) for number in itertools.count())
    with contextlib.ExitStack() as stack:
        one, two = (_Kept(size, stack.enter_context(Pool(assignment, options, size, _PATIENCE))) for size in (1, 2))

        def spans(crew: _Kept) -> list[Span]:
            return _spans(assignment, submitted, next(folders), options, crew)

        for crew in (one, two):  # warms up
            spans(crew)
        found: list[float] = []
        before = spans(one)
        for _ in range(rounds):
            together, after = spans(two), spans(one)
            found.append(work_done(together, [before, after]))
            before = after
    return statistics.median(found)


def work_done(spans: list[Span], alone: list[list[Span]], workers: int = 2) -> float:
    """Seconds of one worker's work that several did in each second, from the second report until the first of them had
    nothing more to do. A submission that lies in that time in part counts in part.

    `spans`: of several workers; `alone`: of one, the mean of which says how much work a submission is."""
    ends = sorted(span.end for span in spans)
    begin, end = ends[1], ends[-workers]
    work = {span.student: statistics.mean(_of(span.student, each).seconds for each in alone) for span in spans}
    done = sum(work[s.student] * max(0.0, min(s.end, end) - max(s.start, begin)) / s.seconds for s in spans)
    return done / (end - begin)


def _of(student: str, spans: list[Span]) -> Span:
    return next(span for span in spans if span.student == student)


def _spans(assignment: Assignment, submitted: Path, place: Path, options: Options, crew: _Kept) -> list[Span]:
    results = ResultsFolder(place / "out")
    gradebook = f"sqlite:///{place}/gradebook.db"
    with GradebookWriter(gradebook, assignment):  # making the database is none of the workers' work
        pass
    crew.spans.clear()
    publisher = Publisher(results, assignment.name)
    grade_class(assignment, submitted, results.path, options, crew=crew, gradebook=gradebook, observers=[publisher])
    return list(crew.spans)


class _Kept:
    """A crew whose workers stay: each class gets the same pool. Notes when each submission had a worker."""

    def __init__(self, size: int, workers: Pool) -> None:
        self.size, self.spans = size, list[Span]()
        self._workers = workers

    def pool(
        self, assignment: Assignment, options: Options, jobs: int, job_seconds: float
    ) -> contextlib.AbstractContextManager[_Kept]:
        return contextlib.nullcontext(self)

    def grade(self, jobs: Iterable[Job]) -> Iterator[Done]:
        """The pool hands out the next job the moment that it takes a report."""
        handed_out = [time.perf_counter()] * self.size
        queue = list(jobs)
        order = {job.student: number for number, job in enumerate(queue)}
        for done in self._workers.grade(queue):
            now = time.perf_counter()
            handed_out.append(now)
            self.spans.append(Span(done.job.student, handed_out[order[done.job.student]], now))
            yield done
