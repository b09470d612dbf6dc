"""What students can find out before handing in, with the release folder alone: honest counts, and nothing hidden."""

from __future__ import annotations

import os
import re
import shutil
import site
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from autograder.assignment import Assignment, Course
from autograder.authoring.checks_index import read_checks
from autograder.validation.catalogue import make_submission

COURSE = Course(Path(__file__).parents[2])


@pytest.fixture(params=COURSE.names)
def assignment(request: pytest.FixtureRequest) -> Assignment:
    return COURSE.assignment(request.param)


def own_check(assignment: Assignment, folder: Path) -> tuple[int, list[str]]:
    """`python check.py` where none of our packages can be imported: its exit code, the lines of its summary."""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(site.getsitepackages())}  # -S: no links to this repository
    command = [sys.executable, "-S", "check.py"]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=120, check=False)
    assert "Traceback" not in done.stderr, done.stderr
    lines = done.stdout.splitlines()
    return done.returncode, [line.strip() for line in lines[lines.index(f"{assignment.name}.ipynb") + 1 :]]


def test_a_blank_notebook_is_told_what_is_open_and_what_will_be_looked_at(assignment: Assignment, tmp_path: Path):
    folder = Path(shutil.copytree(assignment.release.parent, tmp_path / "mine"))
    code, lines = own_check(assignment, folder)
    assert code == 1
    checks = read_checks(assignment.checks)
    for task in checks.tasks:
        count = len(checks.of(task))
        line = f"open  {task}: still open; {count} hidden check{'' if count == 1 else 's'} at grading"
        assert lines.count(line) == 1, lines
    total = f"FAIL  0 of {len(checks.tasks)} tasks pass their public checks; {len(checks.checks)} hidden checks are run"
    assert any(line.startswith(total) for line in lines), lines
    assert lines[-1].startswith("FAIL  the saved notebook was never run")


def test_nothing_hidden_is_in_the_folder(assignment: Assignment):
    hidden = [path.read_text() for path in assignment.checks.glob("*.py")]
    names = {name for text in hidden for name in re.findall(r"^def (test_\w+)", text, re.MULTILINE)}
    assert names
    for path in assignment.release.parent.iterdir():
        if path.suffix in (".py", ".ipynb"):
            assert not [name for name in names if name in path.read_text()], path.name
            assert not re.search(r"^\s*(from|import) autograder", path.read_text(), re.MULTILINE), path.name


def test_the_reference_that_was_run_from_the_top_is_ready(tmp_path: Path):
    assignment = COURSE.assignment("hw1_matrix_factorization")  # the one without questions
    folder = Path(shutil.copytree(assignment.release.parent, tmp_path / "mine"))
    notebook = make_submission(assignment)
    for number, cell in enumerate((cell for cell in notebook.cells if cell.cell_type == "code"), start=1):
        cell.execution_count = number
    nbformat.write(notebook, folder / assignment.release.name)
    code, lines = own_check(assignment, folder)
    assert code == 0, lines
    assert all(line.startswith("ok") for line in lines)
    assert lines[0].startswith("ok    shift_user_mean: 7 of 7 public checks pass; ")
