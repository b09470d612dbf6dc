"""Grades one notebook by itself: what `autograder check` does in CI."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from autograder.assignment import Assignment, Course
from autograder.errors import AutograderError
from autograder.grading.archives import NOTEBOOK
from autograder.grading.collection import find_submissions
from autograder.grading.grader import Grader
from autograder.grading.notebook_file import Unreadable, parse, read_bytes
from autograder.grading.options import Options
from autograder.grading.report import Report
from autograder.grading.submission import read_submission


def grade_notebook(
    path: Path, name: str | None, course: Course, options: Callable[[Assignment], Options]
) -> tuple[Assignment, Report]:
    """Grades the notebook at `path`. Without `name` its metadata, file name or folder tell the assignment."""
    if not path.is_file():
        raise AutograderError(f"{path} does not exist: give the notebook to check")
    if path.suffix != NOTEBOOK:
        raise AutograderError(f"{path} is no notebook: its name does not end in {NOTEBOOK}")
    assignment = course.assignment(name or assignment_name_of(path, course))
    ((student, notebook),) = find_submissions(path, assignment)
    grader = Grader(assignment, options(assignment))
    try:
        return assignment, grader.grade(read_submission(notebook, assignment, student))
    finally:
        grader.close()


def assignment_name_of(path: Path, course: Course) -> str:
    """What the notebook's metadata, file name or folder say; raises AutograderError when none of them does."""
    try:
        named = parse(read_bytes(path)).assignment
    except Unreadable:
        named = ""
    for candidate in (named, path.stem, path.resolve().parent.name):
        if candidate in course.names:
            return candidate
    raise AutograderError(f"{path} does not say which assignment it is of: give --assignment NAME")
