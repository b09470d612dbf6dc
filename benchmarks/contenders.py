"""The graders that are compared: each grades a folder of submissions by one command, in a folder of its own."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from autograder.assignment import Assignment
from autograder.grading.report import Report
from benchmarks import stock_nbgrader, stock_otter
from benchmarks.process_tree import Measured, measure

BIN = Path(sys.executable).parent
ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Graded:
    """What one command did: time, memory, and the points of each student, to see that all did the same work."""

    measured: Measured
    scores: dict[str, float]
    seconds: dict[str, float] = field(default_factory=dict)  # wall time of each submission: the floor's alone
    cpu: dict[str, float] = field(default_factory=dict)  # CPU seconds of each submission: the floor's alone


@dataclass(frozen=True)
class Contest:
    """The assignment, the course's secret key, and the points of each check."""

    assignment: Assignment
    key: bytes
    points: dict[str, float]  # by check id


Grade = Callable[[Contest, Path, Path], Graded]  # (contest, submitted folder, empty folder to work in)


def floor(contest: Contest, submitted: Path, place: Path) -> Graded:
    """One warm process, no isolation; its own start is not in the seconds of the submissions."""
    assignment = contest.assignment
    arguments = [str(assignment.root), assignment.name, str(submitted), contest.key.hex()]
    command = [sys.executable, "-m", "benchmarks.floor", *arguments]
    measured = measure(command, ROOT, stock_nbgrader.environment(assignment))
    said = json.loads(measured.output.splitlines()[-1])
    scores = {student: sum(contest.points[id] for id in passed) for student, passed in said["passed"].items()}
    return Graded(measured, scores, said["seconds"], said["cpu"])


def ours(workers: int) -> Grade:
    """This package's own command."""

    def grade(contest: Contest, submitted: Path, place: Path) -> Graded:
        assignment = contest.assignment
        command = [str(BIN / "autograder"), "grade", assignment.name, str(submitted), "--out", str(place / "out")]
        options = ["--workers", str(workers), "--gradebook", f"sqlite:///{place}/gradebook.db"]
        measured = measure([*command, *options], assignment.root, stock_nbgrader.environment(assignment))
        reports = [Report.load(path) for path in sorted((place / "out" / "reports").glob("*.json"))]
        return Graded(measured, {report.student: report.score for report in reports})

    return grade


def nbgrader(contest: Contest, submitted: Path, place: Path) -> Graded:
    """Stock `nbgrader autograde`; making its course is not measured."""
    assignment = contest.assignment
    environment = stock_nbgrader.environment(assignment)
    stock_nbgrader.make_course(place, assignment, submitted, contest.key)
    measure([str(BIN / "nbgrader"), "generate_assignment", assignment.name], place, environment)
    measured = measure([str(BIN / "nbgrader"), "autograde", assignment.name], place, environment)
    return Graded(measured, stock_nbgrader.scores(place, assignment))


def otter(contest: Contest, submitted: Path, place: Path) -> Graded:
    """`otter run` for one submission after the other; making its zip is not measured."""
    assignment = contest.assignment
    zip_file = stock_otter.make_zip(place / "zip", assignment, contest.key)
    runs: dict[str, Measured] = {}
    scores: dict[str, float] = {}
    for student in sorted(path.name for path in submitted.iterdir()):
        notebook = place / student / assignment.source.name
        stock_otter.write_submission(submitted / student / assignment.name / assignment.source.name, notebook)
        command = stock_otter.command(zip_file, notebook, notebook.parent)
        runs[student] = measure(command, notebook.parent, stock_otter.variables(assignment))
        scores[student] = stock_otter.points(notebook.parent)
    return Graded(together(list(runs.values())), scores)


def together(runs: list[Measured]) -> Measured:
    """Several commands, one after the other."""
    seconds, cpu = sum(run.seconds for run in runs), sum(run.cpu for run in runs)
    return Measured(seconds, cpu, max(run.peak_mb for run in runs), "")
