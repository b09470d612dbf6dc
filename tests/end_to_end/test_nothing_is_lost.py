"""Killing at bad moments: after the same command again, no submission is missing and none is graded wrong."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from autograder.assignment import Assignment
from autograder.checking.secret import CourseSecret
from autograder.errors import AutograderError
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
MAIN = [
    sys.executable,
    "-c",
    # Tests in the background of a shell inherit that Ctrl-C is ignored; a command in a terminal does not.
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); from autograder.cli import main; main()",
]


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
    for _ in range(ROUNDS):
        run = start_grading(warmup, folder, out, book)
        wait_for_a_report(run, out)
        time.sleep(random.uniform(0, 0.1))
        run.kill()
        run.communicate()
    finish_grading(warmup, folder, out, book)


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


def test_ctrl_c_stops_in_order_and_the_same_command_goes_on(warmup: Assignment, folder: Path) -> None:
    out, book = folder / "out", folder / "book.db"
    notebook = make_submission(warmup)
    task = next(cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("solution"))
    task.source += "\n\nimport time\ntime.sleep(0.5)"  # so that not all are graded before the signal comes
    for path in folder.glob("*.ipynb"):
        nbformat.write(notebook, path)
    run = start_grading(warmup, folder, out, book)
    wait_for_a_report(run, out)
    ours = list(children(run.pid))
    os.killpg(run.pid, signal.SIGINT)  # as the terminal does: to every process of the group
    _, complaint = run.communicate(timeout=60)
    assert run.returncode == 130, complaint
    assert complaint.strip().splitlines()[-1] == "autograder: stopped; the same command goes on where it stopped"
    assert "Traceback" not in complaint
    end = time.monotonic() + 20
    while any(map(is_alive, ours)) and time.monotonic() < end:
        time.sleep(0.05)
    assert not any(map(is_alive, ours))
    assert 0 < len(ResultsFolder(out).all()) < 12
    finish_grading(warmup, folder, out, book)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 4 MB."""
    place = tmp_path / "small"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "none", str(place)]
    if os.getuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("needs root that may mount")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_full_disk_stops_in_one_line_and_what_is_there_is_whole(
    warmup: Assignment, folder: Path, small_disk: Path
) -> None:
    out, book = small_disk / "out", small_disk / "book.db"
    finish_grading(warmup, next(iter(folder.glob("s00.ipynb"))), out, book)
    filler = small_disk / "filler"
    free = os.statvfs(small_disk).f_bavail * os.statvfs(small_disk).f_bsize
    filler.write_bytes(bytes(max(0, free - random.randrange(20, 120) * 1024)))
    run = start_grading(warmup, folder, out, book)
    _, complaint = run.communicate(timeout=200)
    assert run.returncode == 2, complaint
    assert len(complaint.strip().splitlines()) == 1, complaint
    assert "No space left" in complaint or "is full" in complaint
    assert not ResultsFolder(out).damaged()
    assert len(ResultsFolder(out).all()) < 12
    filler.unlink()
    finish_grading(warmup, folder, out, book)


def test_a_locked_gradebook_is_waited_for(warmup: Assignment, options: Options, folder: Path) -> None:
    """Somebody else writes while we want to: as formgrader does."""
    one, book = folder / "s00.ipynb", folder / "book.db"
    grade_class(warmup, one, folder / "out", options, gradebook=str(book))
    with contextlib.closing(sqlite3.connect(book, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN EXCLUSIVE")
        release = threading.Timer(1.0, other.rollback)
        release.start()
        result = grade_class(warmup, one, folder / "out", options, gradebook=str(book), force=True)
        release.join()
    assert result.complete
    assert _scores(book) == {"s00": FULL}


@pytest.mark.parametrize("trouble", ["locked", "readonly"])
def test_a_gradebook_that_cannot_be_written_is_one_error_and_the_reports_stay(
    warmup: Assignment, options: Options, folder: Path, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    monkeypatch.setattr("autograder.grading.gradebook._LOCK_SECONDS", 0.2)
    one, book, out = folder / "s00.ipynb", folder / "book.db", folder / "out"
    grade_class(warmup, one, out, options, gradebook=str(book))
    (folder / "s00.ipynb").write_bytes(warmup.release.read_bytes())  # worth nothing: the score has to change
    url = f"sqlite:///file:{book}?mode=ro&uri=true" if trouble == "readonly" else str(book)
    with contextlib.closing(sqlite3.connect(book, isolation_level=None)) as other:
        if trouble == "locked":
            other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(AutograderError, match=trouble):
            grade_class(warmup, one, out, options, gradebook=url)
    assert not ResultsFolder(out).damaged()
    assert _scores(book) == {"s00": FULL}
    grade_class(warmup, one, out, options, gradebook=str(book))
    assert _scores(book) == {"s00": 0.0}


def start_grading(warmup: Assignment, folder: Path, out: Path, book: Path) -> subprocess.Popen[str]:
    words = ("grade", "warmup", folder, "--out", out, "--gradebook", book, "--workers", 2)
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    return subprocess.Popen(
        [*MAIN, *map(str, words)],
        cwd=warmup.root,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def wait_for_a_report(run: subprocess.Popen[str], out: Path) -> None:
    """Until one more is there than now."""
    end = time.monotonic() + 60
    before = len(list(out.glob("reports/*.json")))
    while len(list(out.glob("reports/*.json"))) == before and run.poll() is None and time.monotonic() < end:
        time.sleep(0.01)


def finish_grading(warmup: Assignment, folder: Path, out: Path, book: Path) -> None:
    """The same command again succeeds, and everything is there."""
    run = start_grading(warmup, folder, out, book)
    _, complaint = run.communicate(timeout=200)
    assert run.returncode == 0, complaint
    reports = ResultsFolder(out).all()
    count = 1 if folder.is_file() else 12
    assert [report.score for report in reports] == [FULL] * count
    assert not ResultsFolder(out).damaged()
    assert len(list((out / "feedback").glob("*.html"))) == count
    assert _scores(book) == {report.student: FULL for report in reports}


def is_alive(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    return False


def _dying(pool: Pool, jobs: list[Job]) -> Iterator[object]:
    from autograder.grading.pool import Done

    yield from (Done(job, None, "the grading worker ended twice at this submission") for job in jobs)


def _scores(book: Path) -> dict[str, float | None]:
    """Sum of the automatic scores of the cells that checks grade; None where any of them is open."""
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
