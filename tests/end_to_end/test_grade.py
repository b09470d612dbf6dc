"""`autograder grade`, `check` and their errors, as a user calls them: real workers, real sandbox, real database."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from autograder.assignment import Assignment


def autograder(*words: object, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs the command line in a process of its own."""
    command = [sys.executable, "-c", "from autograder.cli import main; main()", *map(str, words)]
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "COLUMNS": "120", **environment}
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, timeout=240, check=False)


def scores(database: Path) -> dict[tuple[str, str], float | None]:
    """Automatic score by student and grade cell, as nbgrader's own tables hold them."""
    query = """
        select s.student_id, c.name, g.auto_score from grade g
        join base_cell c on c.id = g.cell_id
        join submitted_notebook n on n.id = g.notebook_id
        join submitted_assignment s on s.id = n.assignment_id"""
    with sqlite3.connect(database) as connection:
        return {(student, cell): score for student, cell, score in connection.execute(query)}


def test_a_class_is_graded_to_reports_pages_and_gradebook(course: Path, submitted: Path, tmp_path: Path) -> None:
    out, book = tmp_path / "out", tmp_path / "book.db"
    words = ("grade", "warmup", submitted, "--out", out, "--gradebook", book, "--workers", 2)
    done = autograder(*words, cwd=course)
    assert done.returncode == 0, done.stderr
    reports = {path.stem: json.loads(path.read_text()) for path in (out / "reports").glob("*.json")}
    assert {student: report["score"] for student, report in reports.items()} == {
        "anna": 13.0,
        "ben": 0.0,
        "cleo": 10.0,
        "dora": 10.0,
        "emil": 9.0,
        "fred": 0.0,
    }
    assert {check["outcome"] for check in reports["ben"]["checks"]} == {"not_attempted"}
    assert {c["outcome"] for c in reports["dora"]["checks"] if c["task"] == "moving_average"} == {"timeout"}
    assert {c["outcome"] for c in reports["emil"]["checks"] if c["task"] == "standardize"} == {"crashed"}
    assert "W1" in [check["mistake"] for check in reports["cleo"]["checks"]]
    assert reports["fred"]["problem"]
    assert reports["anna"]["manual"] == [{"id": "q-clipping", "max_points": 3.0, "words": 0, "limit": 60}]
    wanted = {"isolation", "device", "secret_id", "versions", "submission_sha256", "checks_sha256", "max_score"}
    assert wanted <= set(reports["anna"])
    assert {path.stem for path in (out / "feedback").glob("*.html")} == set(reports)
    assert "cleo" in (out / "report.html").read_text()
    found = scores(book)
    assert found["cleo", "points-standardize"] == 1.0
    assert found["ben", "points-standardize"] == 0.0
    assert found["anna", "q-clipping"] is None

    again = autograder(*words, cwd=course)
    assert again.returncode == 0
    assert "6 unchanged" in again.stdout
    assert scores(book) == found

    changed = submitted / "ben" / "warmup" / "warmup.ipynb"
    changed.write_bytes((submitted / "anna" / "warmup" / "warmup.ipynb").read_bytes())
    third = autograder(*words, cwd=course)
    assert "5 unchanged" in third.stdout
    assert scores(book)["ben", "points-standardize"] == 4.0


def test_one_notebook_in_ci(warmup: Assignment, submitted: Path, tmp_path: Path) -> None:
    notebook, junit = submitted / "cleo" / "warmup" / "warmup.ipynb", tmp_path / "results.xml"
    page = tmp_path / "feedback.html"
    words = ("check", notebook, "--junit", junit, "--feedback", page)
    passed = autograder(*words, "--min-score", 10, cwd=warmup.root)
    assert passed.returncode == 0, passed.stderr
    assert "10 of 13 points" in passed.stdout
    cases = ET.parse(junit).getroot().findall(".//testcase")
    assert len(cases) == 9
    assert sum(case.find("failure") is not None for case in cases) == 2
    assert "axis 0" in page.read_text()
    assert autograder(*words, "--min-score", 10.5, cwd=warmup.root).returncode == 1


def test_bad_input_is_one_line_and_a_non_zero_exit_code(warmup: Assignment, tmp_path: Path) -> None:
    empty, text = tmp_path / "empty", tmp_path / "notes.txt"
    empty.mkdir()
    text.write_text("no notebook")
    a_file = tmp_path / "file"
    a_file.write_text("")
    out = ("--out", tmp_path / "out", "--gradebook", "none")
    calls = {
        "no assignment": ("grade", "hw9", empty, *out),
        "holds no submission": ("grade", "warmup", empty, *out),
        "does not exist": ("grade", "warmup", tmp_path / "nowhere", *out),
        "is no notebook": ("grade", "warmup", text, *out),
        "cannot write results": ("grade", "warmup", warmup.source, "--out", a_file / "out", "--gradebook", "none"),
        "no device": ("grade", "warmup", warmup.source, *out, "--device", "tpu"),
        "no isolation": ("grade", "warmup", warmup.source, *out, "--isolation", "wishes"),
        "does not say which": ("check", _renamed(text, "x.ipynb")),
        "no database URL": ("grade", "warmup", warmup.source, "--out", tmp_path / "o", "--gradebook", "nonsense://x"),
    }
    for said, words in calls.items():
        done = autograder(*words, cwd=warmup.root)
        assert done.returncode == 2, (said, done.stdout, done.stderr)
        assert said in done.stderr, (said, done.stderr)
        assert len(done.stderr.strip().splitlines()) == 1, done.stderr
        assert "Traceback" not in done.stderr


def test_outside_a_course_the_error_says_so(tmp_path: Path) -> None:
    done = autograder("build", cwd=tmp_path)
    assert done.returncode == 2
    assert "--course" in done.stderr


@pytest.mark.parametrize(
    "command", ["build", "validate", "grade", "check", "doctor", "calibrate", "demo", "gradescope", "export", "pdf"]
)
def test_every_command_has_help(command: str, tmp_path: Path) -> None:
    done = autograder(command, "--help", cwd=tmp_path)
    assert done.returncode == 0
    assert "Usage" in done.stdout


@pytest.mark.parametrize("words", [("--help",), ("grade", "--help")])
def test_help_imports_nothing_heavy(words: tuple[str, ...], tmp_path: Path) -> None:
    code = "import atexit, sys; atexit.register(lambda: print(*sys.modules)); from autograder.cli import main; main()"
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run([sys.executable, "-c", code, *words], env=env, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.splitlines()[-1].split())
    assert "autograder.cli" in loaded
    assert not loaded & {"torch", "numpy", "nbformat", "nbgrader", "sqlalchemy", "jinja2", "pytest", "distributed"}


def test_doctor_says_what_is_there(course: Path) -> None:
    done = autograder("doctor", cwd=course)
    assert "isolation" in done.stdout
    assert "one notebook cell" in done.stdout
    assert "its own limits: cell_seconds 5" in done.stdout


def test_validate_is_content_with_the_tiny_course(course: Path, tmp_path: Path) -> None:
    page = tmp_path / "matrix.html"
    done = autograder("validate", "--secrets", 1, "--report", page, cwd=course)
    assert done.returncode == 0, done.stdout
    assert "10 of 10" in done.stdout
    assert "rows instead of columns" in page.read_text()


def test_validate_finds_a_check_that_sees_too_little(course: Path, tmp_path: Path) -> None:
    """A check that is made blind lets its mistake through, and validate says which."""
    import shutil

    root = tmp_path / "blind"
    shutil.copytree(course, root, ignore=shutil.ignore_patterns("__pycache__"))
    check = root / "assignments" / "warmup" / "checks" / "test_channel.py"
    text = check.read_text()
    start = text.index("def test_received_values_are_clipped")
    body = text.index('"""', text.index('"""', start) + 3) + 3
    end = text.index("\n@check", body) if "\n@check" in text[body:] else len(text)
    check.write_text(text[:body] + "\n\n" + text[end:])
    done = autograder("validate", "--secrets", 1, cwd=root)
    assert done.returncode == 1
    assert "mistake W7" in done.stdout


def _renamed(path: Path, name: str) -> Path:
    target = path.with_name(name)
    target.write_bytes(path.read_bytes())
    return target
