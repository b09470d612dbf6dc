"""Killing at bad moments: after the same command again, no submission is missing and none is graded wrong."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from autograder.assignment import Assignment
from autograder.checking.secret import CourseSecret
from autograder.grading.classroom import grade_class
from autograder.grading.options import Options
from autograder.grading.pool import Pool
from autograder.grading.report import Report
from autograder.grading.results import ResultsFolder
from autograder.grading.worker import Job
from autograder.sandbox.isolation import choose
from autograder.validation.catalogue import make_submission

ROUNDS = 4
FULL = 13.0


@pytest.fixture(scope="module")
def options() -> Options:
    return Options(CourseSecret(b"a secret for killing"), choose())


@pytest.fixture
def folder(warmup: Assignment, tmp_path: Path) -> Path:
    """Twelve right submissions."""
    notebook = make_submission(warmup)
    for number in range(12):
        nbformat.write(notebook, tmp_path / f"s{number:02}.ipynb")
    return tmp_path


def children(pid: int) -> Iterator[int]:
    """All descendants of a process."""
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, task.read_text().split()):
            yield child
            yield from children(child)


def test_a_killed_worker_or_warm_server_costs_a_retry_and_no_points(
    warmup: Assignment, options: Options, folder: Path
) -> None:
    """One kill a round: a second one at the same submission would rightly be reported as an error of the grader."""
    jobs = [Job(path.stem, path) for path in sorted(folder.glob("*.ipynb"))]
    with Pool(warmup, options, 2, 120) as pool:
        for _ in range(2):
            reports: dict[str, Report] = {}
            for done in pool.grade(jobs):
                assert done.report is not None, done.problem
                reports[done.job.student] = done.report
                if len(reports) == 3:
                    os.kill(random.choice(list(children(os.getpid()))), signal.SIGKILL)
            lost = [(name, check) for name, report in reports.items() for check in report.checks if not check.points]
            assert lost == []
            assert reports.keys() == {job.student for job in jobs}


def test_a_killed_run_goes_on_where_it_stopped(warmup: Assignment, options: Options, folder: Path) -> None:
    out, book = folder / "out", folder / "book.db"
    words = ("grade", "warmup", folder, "--out", out, "--gradebook", book, "--workers", 2)
    command = [sys.executable, "-c", "from autograder.cli import main; main()", *map(str, words)]
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    for _ in range(ROUNDS):
        run = subprocess.Popen(command, cwd=warmup.root, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + 60
        before = len(list(out.glob("reports/*.json")))
        while len(list(out.glob("reports/*.json"))) == before and run.poll() is None and time.monotonic() < end:
            time.sleep(0.01)
        time.sleep(random.uniform(0, 0.1))
        run.kill()
        run.wait()
    done = subprocess.run(command, cwd=warmup.root, env=env, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stderr
    reports = ResultsFolder(out).all()
    assert [report.score for report in reports] == [FULL] * 12
    assert not ResultsFolder(out).damaged()
    assert len(list((out / "feedback").glob("*.html"))) == 12
    assert _scores(book) == {report.student: FULL for report in reports}


def test_a_regrade_that_fails_on_our_side_is_no_zero(
    warmup: Assignment, options: Options, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Workers that cannot grade at all: reported as an error of the grader, with no score in the gradebook."""
    out = folder / "out"
    for path in sorted(folder.glob("*.ipynb"))[1:]:
        path.unlink()
    monkeypatch.setattr("autograder.grading.pool.Pool.grade", _dying)
    result = grade_class(warmup, folder, out, options, gradebook=str(folder / "book.db"))
    assert not result.complete
    assert {check.outcome.value for check in result.reports[0].checks} == {"grader_error"}
    assert _scores(folder / "book.db") == {"s00": None}


def _dying(pool: Pool, jobs: list[Job]) -> Iterator[object]:
    from autograder.grading.pool import Done

    yield from (Done(job, None, "the grading worker ended twice at this submission") for job in jobs)


def _scores(book: Path) -> dict[str, float | None]:
    """Sum of the automatic scores of the cells that checks grade; None where any of them is open."""
    import sqlite3

    query = """
        select s.student_id, g.auto_score from grade g
        join grade_cells c on c.id = g.cell_id join base_cell b on b.id = c.id
        join submitted_notebook n on n.id = g.notebook_id
        join submitted_assignment s on s.id = n.assignment_id where c.cell_type = 'code'"""
    found: dict[str, list[float | None]] = {}
    with sqlite3.connect(book) as connection:
        for student, score in connection.execute(query):
            found.setdefault(student, []).append(score)
    return {student: None if None in scores else sum(filter(None, scores)) for student, scores in found.items()}
