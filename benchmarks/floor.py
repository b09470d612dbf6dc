"""The floor: the same cells and the same checks in one warm process, without any isolation.

Run as `python -m benchmarks.floor COURSE ASSIGNMENT SUBMITTED KEY`; prints one JSON line
{"seconds": {student: wall time}, "cpu": {student: CPU seconds}, "passed": {student: [ids of passed checks]}}.
With `--asked` it grades a student for each line that comes in, which names one, and answers with the seconds.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch

from autograder.assignment import Assignment
from autograder.errors import AutograderError
from autograder.grading.grader import materials_of
from autograder.grading.submission import Submission, read_submission
from autograder.sandbox.shell import Shell, make_shell, warm_up
from benchmarks.inprocess_student import InProcessChecks


def main() -> None:
    root, name, submitted, key, *asked = sys.argv[1:]
    assignment = Assignment(Path(root), name)
    submissions = list(submissions_in(Path(submitted), assignment))
    with working_folder(assignment):
        if asked:
            grade_when_asked(assignment, submissions, bytes.fromhex(key))
        else:
            print(json.dumps(grade_all(assignment, submissions, bytes.fromhex(key))))


class AskedFloor:
    """The floor as a process that grades one submission at a time, between those of another grader."""

    def __init__(self, assignment: Assignment, submitted: Path, key: bytes, environment: dict[str, str]) -> None:
        words = [str(assignment.root), assignment.name, str(submitted), key.hex(), "--asked"]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.floor", *words],
            cwd=Path(__file__).resolve().parents[1],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def seconds(self, student: str) -> float:
        """Wall time of this student's cells and checks, now."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{student}\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise AutograderError(f"the floor's process ended on {student}'s submission, with {self._process.wait()}")
        return float(answer)

    def __enter__(self) -> AskedFloor:
        return self

    def __exit__(self, *exception: object) -> None:
        self._process.kill()
        self._process.communicate()


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
    shell, checks = _warm(assignment, submissions[0], key)
    found: dict[str, dict[str, Any]] = {"seconds": {}, "cpu": {}, "passed": {}}
    for submission in submissions:
        wall, cpu = time.perf_counter(), time.process_time()
        found["passed"][submission.student] = grade(shell, submission, checks)
        found["seconds"][submission.student] = time.perf_counter() - wall
        found["cpu"][submission.student] = time.process_time() - cpu
    return found


def grade_when_asked(assignment: Assignment, submissions: list[Submission], key: bytes) -> None:
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever a student's code prints
    shell, checks = _warm(assignment, submissions[0], key)
    by_student = {submission.student: submission for submission in submissions}
    for line in sys.stdin:
        started = time.perf_counter()
        grade(shell, by_student[line.strip()], checks)
        print(time.perf_counter() - started, file=answers, flush=True)


def _warm(assignment: Assignment, first: Submission, key: bytes) -> tuple[Shell, InProcessChecks]:
    torch.set_num_threads(1)
    shell = make_shell()
    warm_up(shell)
    grade(shell, first, _checks(assignment, b"warm-up" * 4))
    return shell, _checks(assignment, key)


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
