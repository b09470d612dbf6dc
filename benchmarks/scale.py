"""Whether memory stays flat when a class gets large, and how soon the first grade is there."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import nbformat

from autograder.assignment import Assignment
from autograder.authoring.build import build
from autograder.errors import AutograderError
from autograder.validation.catalogue import make_submission, read_catalogue
from benchmarks import stock_nbgrader
from benchmarks.contenders import BIN, ROOT
from benchmarks.process_tree import OFTEN, Measured, measure

TINY_COURSE = ROOT / "tests" / "fixtures" / "tiny_course"
FEW = 20
_BETWEEN = 0.3  # of the largest class: long enough to meet the peak, which a class of FEW is over before
_HELP_RUNS = 3
_PATIENCE = 300.0


@dataclass(frozen=True)
class Size:
    """A class of the tiny course, graded."""

    submissions: int
    measured: Measured


def sizes(many: int, place: Path) -> list[Size]:
    """Grades a class of FEW, one of `many` and one in between of small submissions, with two workers."""
    assignment = _tiny_course(place / "course")
    largest = max(many, FEW + 2)
    counts = (FEW, max(FEW + 1, int(_BETWEEN * largest)), largest)
    return [Size(count, _grade(assignment, count, place / str(count))) for count in counts]


def first_grade_seconds(assignment: Assignment, submitted: Path, place: Path) -> float:
    """From the start of `autograder grade` until the first report lies there."""
    started = time.perf_counter()
    environment = stock_nbgrader.environment(assignment)
    with subprocess.Popen(
        grade_command(assignment, submitted, place, 1),
        cwd=assignment.root,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        reports = place / "out" / "reports"
        while not list(reports.glob("*.json")) and process.poll() is None:
            if time.perf_counter() - started > _PATIENCE:
                break
            time.sleep(0.01)
        seconds = time.perf_counter() - started
        process.kill()
    if not list(reports.glob("*.json")):
        raise AutograderError("autograder grade ended without a report")
    return seconds


def help_seconds() -> float:
    """The quickest of several `autograder --help`."""
    return min(
        measure([str(BIN / "autograder"), "--help"], ROOT, {"PATH": str(BIN)}).seconds for _ in range(_HELP_RUNS)
    )


def grade_command(assignment: Assignment, submitted: Path, place: Path, workers: int) -> list[str]:
    command = [str(BIN / "autograder"), "grade", assignment.name, str(submitted), "--out", str(place / "out")]
    return [*command, "--workers", str(workers), "--gradebook", f"sqlite:///{place}/gradebook.db"]


def _grade(assignment: Assignment, count: int, place: Path) -> Measured:
    submitted = place / "class"
    submitted.mkdir(parents=True)
    catalogue = read_catalogue(assignment)
    variants = [None, *catalogue.alternatives, *catalogue.visible_mistakes]
    texts = [nbformat.writes(make_submission(assignment, variant)) for variant in variants]
    for number in range(count):
        (submitted / f"student{number:05}.ipynb").write_text(texts[number % len(texts)], encoding="utf-8")
    print(f"{count} small submissions ...", file=sys.stderr, flush=True)
    command = grade_command(assignment, submitted, place, 2)
    return measure(command, assignment.root, stock_nbgrader.environment(assignment), OFTEN)


def _tiny_course(root: Path) -> Assignment:
    shutil.copytree(TINY_COURSE, root, ignore=shutil.ignore_patterns("__pycache__", ".autograder"))
    assignment = Assignment(root, "warmup")
    with contextlib.redirect_stdout(sys.stderr):
        build(assignment)
    return assignment
