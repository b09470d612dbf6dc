"""`make notebooks`: a notebook runs as a student would run it, without this package and without our data."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell

from autograder.assignment import Assignment, Course
from autograder.authoring.build import build
from benchmarks.notebooks import Run, run, table

TINY_COURSE = Path(__file__).resolve().parent / "fixtures" / "tiny_course"


@pytest.fixture
def assignment(tmp_path: Path) -> Assignment:
    shutil.copytree(TINY_COURSE, tmp_path / "course")
    found = Course(tmp_path / "course").assignment("warmup")
    build(found)
    return found


def add_cell(assignment: Assignment, source: str) -> None:
    notebook = nbformat.read(assignment.source, as_version=4)
    notebook.cells.append(new_code_cell(source, id="the-last"))
    nbformat.write(notebook, assignment.source)


def test_it_runs_from_top_to_bottom_and_leaves_a_page(assignment, tmp_path):
    add_cell(assignment, "import matplotlib.pyplot as plt\n_ = plt.plot([1, 2])")
    found = run(assignment, tmp_path / "pages")
    assert (found.error, found.figures) == ("", 2)  # the warm-up has one
    assert found.cpu > 0
    assert "data:image/png" in (tmp_path / "pages" / "warmup.html").read_text(encoding="utf-8")
    assert "ok" in table([found]).columns[-1]._cells


def test_this_package_and_our_data_are_not_there(assignment, tmp_path, monkeypatch):
    monkeypatch.setenv("DATA_ROOT", "/some/data")
    add_cell(assignment, "import os\nassert 'DATA_ROOT' not in os.environ\nimport autograder")
    found = run(assignment, tmp_path / "pages")
    assert found.error == "the-last: ModuleNotFoundError: No module named 'autograder' (kept away from notebooks)"


def test_a_notebook_that_takes_too_long_is_named():
    assert "longer than 300 s" in table([Run("slow", 400.0, 301.0, 0, "run-vae 290 s")]).columns[-1]._cells
