"""The tiny course, built, and submissions made from its catalogue."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
import pytest

from autograder.assignment import Assignment
from autograder.authoring.build import build
from autograder.validation.catalogue import make_submission, read_catalogue

TINY_COURSE = Path(__file__).parents[1] / "fixtures" / "tiny_course"


@pytest.fixture(scope="session")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the tiny course with its notebooks built."""
    root = tmp_path_factory.mktemp("courses") / "tiny"
    shutil.copytree(TINY_COURSE, root, ignore=shutil.ignore_patterns("__pycache__", ".autograder"))
    build(Assignment(root, "warmup"))
    return root


@pytest.fixture(scope="session")
def warmup(course: Path) -> Assignment:
    return Assignment(course, "warmup")


@pytest.fixture
def submitted(warmup: Assignment, tmp_path: Path) -> Path:
    """nbgrader's submitted/ with the work of a class."""
    return hand_in(warmup, tmp_path / "submitted")


def hand_in(warmup: Assignment, submitted: Path) -> Path:
    """The reference, the blank, a known mistake, a loop, a killer and a damaged file."""
    catalogue = read_catalogue(warmup)
    notebooks = {
        "anna": make_submission(warmup),
        "ben": make_submission(warmup, kind="blank"),
        "cleo": make_submission(warmup, catalogue.variant("W1")),
        "dora": with_code(make_submission(warmup), "def moving_average(values, window):\n    while True: pass"),
        "emil": with_code(make_submission(warmup), "import os\ndef standardize(values):\n    os._exit(0)"),
    }
    for student, notebook in notebooks.items():
        write(submitted / student / "warmup" / "warmup.ipynb", notebook)
    damaged = submitted / "fred" / "warmup" / "warmup.ipynb"
    damaged.parent.mkdir(parents=True)
    damaged.write_text('{"cells": [')
    return submitted


def with_code(notebook: nbformat.NotebookNode, source: str) -> nbformat.NotebookNode:
    """The notebook with one more code cell at its end."""
    notebook.cells.append(nbformat.v4.new_code_cell(source, id="students-own"))
    return notebook


def write(path: Path, notebook: nbformat.NotebookNode) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
