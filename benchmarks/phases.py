"""Where the time of a submission goes: the grader's own steps, timed in one process."""

from __future__ import annotations

import contextlib
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.assignment import Assignment
from autograder.checking.session import CheckSession
from autograder.checking.workspace import Workspace
from autograder.grading.gradebook import GradebookWriter
from autograder.grading.grader import Grader
from autograder.grading.options import options_for
from autograder.grading.report import Report
from autograder.grading.results import ResultsFolder
from autograder.grading.submission import read_submission
from autograder.reporting.publisher import Publisher
from autograder.sandbox.client import WarmServer
from autograder.sandbox.session import Session

READ, FORK, LOCK_DOWN, MATERIALS = "read the notebook", "fork", "lock-down", "files and probes into the process"
CELLS, STUDENT, JUDGE, END = "the notebook's cells", "checks: the student's code", "checks: judging", "end the process"
REPORT, BOOK, PAGE, CLASS = "report file", "gradebook", "feedback page", "class report"
PHASES = (READ, FORK, LOCK_DOWN, MATERIALS, CELLS, STUDENT, JUDGE, END, REPORT, BOOK, PAGE, CLASS)


class Stopwatch:
    """Seconds by phase. A phase within another one stops the outer one's clock meanwhile."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._stack: list[str] = []
        self._since = time.perf_counter()

    @contextlib.contextmanager
    def phase(self, name: str) -> Iterator[None]:
        self._charge()
        self._stack.append(name)
        try:
            yield
        finally:
            self._charge()
            self._stack.pop()

    @property
    def now(self) -> str:
        return self._stack[-1] if self._stack else ""

    def _charge(self) -> None:
        now = time.perf_counter()
        if self._stack:
            self.seconds[self._stack[-1]] += now - self._since
        self._since = now


@dataclass(frozen=True)
class InTurn:
    """Mean seconds of a submission: of each phase, of all that our grader does, and of the floor at the same time."""

    phases: dict[str, float]
    ours: float
    floor: float

    @property
    def overhead(self) -> float:
        return self.ours - self.floor


def in_turn(assignment: Assignment, submitted: Path, place: Path, floor: Callable[[str], float], rounds: int) -> InTurn:
    """Grades what lies below `submitted`, each submission after the floor has: a machine that gets slower does so for
    both. `floor`: seconds that it takes for a student. Of several rounds the median counts, for each student."""
    watch = Stopwatch()
    options = options_for(assignment.root)
    results = ResultsFolder(place / "out")
    publisher = Publisher(results, assignment.name)
    students = sorted(path.name for path in submitted.iterdir())
    ours: dict[str, list[float]] = defaultdict(list)
    theirs: dict[str, list[float]] = defaultdict(list)
    reports: dict[str, Report] = {}
    grader = Grader(assignment, options)
    try:
        with GradebookWriter(f"sqlite:///{place}/gradebook.db", assignment) as book, _patched(watch):

            def grade(student: str) -> float:
                path = submitted / student / assignment.name / f"{assignment.name}.ipynb"
                started = time.perf_counter()
                with watch.phase(READ):
                    submission = read_submission(path, assignment, student)
                reports[student] = report = grader.grade(submission)
                with watch.phase(REPORT):
                    results.save(report)
                with watch.phase(BOOK):
                    book.write(report)
                with watch.phase(PAGE):
                    publisher.graded(report)
                return time.perf_counter() - started

            floor(students[0])  # warms everything up
            grade(students[0])
            watch.seconds.clear()
            for _ in range(rounds):
                for student in students:
                    theirs[student].append(floor(student))
                    ours[student].append(grade(student))
            with watch.phase(CLASS):
                publisher.end(list(reports.values()))
    finally:
        grader.close()
    mean = {name: watch.seconds[name] / len(students) / (1 if name == CLASS else rounds) for name in PHASES}
    return InTurn(mean, mean[CLASS] + _mean_of_medians(ours), _mean_of_medians(theirs))


def _mean_of_medians(times: dict[str, list[float]]) -> float:
    return statistics.mean(map(statistics.median, times.values()))


@contextlib.contextmanager
def _patched(watch: Stopwatch) -> Iterator[None]:
    """The grader's methods with a stopwatch around them."""

    def asking() -> str:
        """A question to the submission's process belongs to the cells while they run, else to the checks."""
        return STUDENT if watch.now == JUDGE else watch.now or MATERIALS

    timed: list[tuple[type, str, Callable[[], str]]] = [
        (WarmServer, "open", lambda: FORK),
        (Session, "_await_ready", lambda: LOCK_DOWN),
        (Workspace, "_open", lambda: MATERIALS),
        (Workspace, "_run_cells", lambda: CELLS),
        (Session, "_exchange", asking),
        (CheckSession, "run", lambda: JUDGE),
        (Session, "close", lambda: END),
    ]
    with contextlib.ExitStack() as stack:
        for owner, name, phase in timed:
            original = getattr(owner, name)
            setattr(owner, name, _timed(watch, original, phase))
            stack.callback(setattr, owner, name, original)
        yield


def _timed(watch: Stopwatch, method: Callable[..., Any], phase: Callable[[], str]) -> Callable[..., Any]:
    def run(*args: Any, **kwargs: Any) -> Any:
        with watch.phase(phase()):
            return method(*args, **kwargs)

    return run
