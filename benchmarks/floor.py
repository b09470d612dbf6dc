"""The floor: the same cells and the same checks in one warm process, without any isolation.

Run as `python -m benchmarks.floor COURSE ASSIGNMENT SUBMITTED KEY`; prints one JSON line
{"seconds": {student: wall time}, "cpu": {student: CPU seconds}, "passed": {student: [ids of passed checks]}}.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch

from autograder.assignment import Assignment
from autograder.grading.grader import materials_of
from autograder.grading.submission import Submission, read_submission
from autograder.sandbox.shell import Shell, make_shell, warm_up
from benchmarks.inprocess_student import InProcessChecks


def main() -> None:
    root, name, submitted, key = sys.argv[1:]
    assignment = Assignment(Path(root), name)
    submissions = list(submissions_in(Path(submitted), assignment))
    with working_folder(assignment):
        found = grade_all(assignment, submissions, bytes.fromhex(key))
    print(json.dumps(found))


def submissions_in(folder: Path, assignment: Assignment) -> Iterator[Submission]:
    """The submissions in nbgrader's layout."""
    for student in sorted(path.name for path in folder.iterdir()):
        yield read_submission(folder / student / assignment.name / f"{assignment.name}.ipynb", assignment, student)


@contextlib.contextmanager
def working_folder(assignment: Assignment) -> Iterator[None]:
    """A folder with the files that a submission finds beside it, as current folder."""
    materials = materials_of(assignment)
    os.environ.update(materials.environment)
    with tempfile.TemporaryDirectory() as folder:
        for name, text in materials.files.items():
            Path(folder, name).write_text(text, encoding="utf-8")
        os.chdir(folder)
        sys.path.insert(0, folder)
        try:
            yield
        finally:
            os.chdir("/")


def grade_all(assignment: Assignment, submissions: list[Submission], key: bytes) -> dict[str, dict[str, Any]]:
    """Wall time, CPU time and passed checks of each submission, in a process that has graded one before."""
    torch.set_num_threads(1)
    shell = make_shell()
    warm_up(shell)
    grade(shell, submissions[0], _checks(assignment, b"warm-up" * 4))
    checks = _checks(assignment, key)
    found: dict[str, dict[str, Any]] = {"seconds": {}, "cpu": {}, "passed": {}}
    for submission in submissions:
        wall, cpu = time.perf_counter(), time.process_time()
        found["passed"][submission.student] = grade(shell, submission, checks)
        found["seconds"][submission.student] = time.perf_counter() - wall
        found["cpu"][submission.student] = time.process_time() - cpu
    return found


def grade(shell: Shell, submission: Submission, checks: InProcessChecks) -> list[str]:
    """Runs the cells in a fresh namespace, then the checks -> ids of those that pass."""
    shell.reset(new_session=True)
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        for cell in submission.cells:
            shell.run_cell(cell.source, store_history=False)
    return [id for id in checks.checks if checks.passes(id, shell.user_ns)]


def _checks(assignment: Assignment, key: bytes) -> InProcessChecks:
    return InProcessChecks(assignment.checks, materials_of(assignment).probes, assignment.name, key)


if __name__ == "__main__":
    main()
