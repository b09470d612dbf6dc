"""`autograder pdf` on handed-in notebooks: the parts come from the assignment, whatever happened to the notebook."""

from __future__ import annotations

import copy
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from autograder.assignment import Assignment
from autograder.authoring.build import build
from autograder.cli import app
from autograder.errors import AuthoringError, AutograderError
from autograder.exports.solution_pdf import as_released
from autograder.grading.notebook_file import Unreadable

PARTS = '  pdf:\n    - {title: "1. Noise", cells: [task-moving_average, q-clipping]}\n'


@pytest.fixture(scope="module")
def assignment(course: Path, tmp_path_factory: pytest.TempPathFactory) -> Assignment:
    """The tiny assignment with a PDF of one part."""
    root = tmp_path_factory.mktemp("parts") / "course"
    shutil.copytree(course, root, ignore=shutil.ignore_patterns("__pycache__"))
    found = Assignment(root, "warmup")
    found.text.write_text(with_parts(found.text.read_text(), PARTS))
    build(found)
    return found


def with_parts(text: str, parts: str) -> str:
    return re.sub(r"^(autograder:\n(?:  .*\n)+)", lambda front: front[0] + parts, text, count=1, flags=re.MULTILINE)


@pytest.fixture
def notebook(assignment: Assignment) -> dict[str, Any]:
    return json.loads(assignment.source.read_text())


def as_bytes(notebook: dict[str, Any]) -> bytes:
    return json.dumps(notebook).encode()


def pdf(*words: object) -> Result:
    return CliRunner().invoke(app, ["pdf", *map(str, words)])


def test_parts_and_whole_are_made(assignment: Assignment, tmp_path: Path) -> None:
    shutil.copy(assignment.source, tmp_path / "anna.ipynb")
    parts = pdf(tmp_path / "anna.ipynb", "--course", assignment.root)
    assert parts.exit_code == 0, parts.output
    assert parts.output.endswith("KB, warmup\n")
    whole = pdf(tmp_path / "anna.ipynb", "--course", assignment.root, "--whole", "--out", tmp_path / "whole.pdf")
    assert whole.exit_code == 0, whole.output
    assert (tmp_path / "anna.pdf").stat().st_size < (tmp_path / "whole.pdf").stat().st_size


def test_the_list_of_parts_is_ours(assignment: Assignment, notebook: dict[str, Any]) -> None:
    notebook["metadata"]["autograder"]["pdf"] = [{"title": "nothing", "cells": []}]
    found = as_released(as_bytes(notebook), assignment)
    [part] = found["metadata"]["autograder"]["pdf"]
    assert (part["title"], list(part["cells"])) == ("1. Noise", ["task-moving_average", "q-clipping"])


def test_cells_that_lost_their_ids_are_found(assignment: Assignment, notebook: dict[str, Any]) -> None:
    stripped = copy.deepcopy(notebook)
    stripped["nbformat_minor"] = 4
    for cell in stripped["cells"]:
        del cell["id"]
        cell["metadata"] = {}
    for found in (as_released(as_bytes(notebook), assignment), as_released(as_bytes(stripped), assignment)):
        ids = [cell["id"] for cell in found["cells"]]
        assert {"task-moving_average", "q-clipping"} <= set(ids)
        assert len([id for id in ids if id]) == len({id for id in ids if id})


def test_outputs_travel_and_broken_ones_do_not(assignment: Assignment, notebook: dict[str, Any]) -> None:
    printed = {"output_type": "stream", "name": "stdout", "text": "hello"}
    codes = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    codes[0]["outputs"], codes[1]["outputs"] = [printed], "broken"
    found = [cell for cell in as_released(as_bytes(notebook), assignment)["cells"] if cell["cell_type"] == "code"]
    assert found[0]["outputs"] == [printed]
    assert found[1]["outputs"] == []


def test_outside_a_course_all_cells_are_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    cell = {"cell_type": "markdown", "id": "a", "metadata": {}, "source": "$x^2$"}
    (tmp_path / "notes.ipynb").write_bytes(as_bytes({"cells": [cell], "metadata": {}, "nbformat": 4}))
    done = pdf("notes.ipynb")
    assert done.exit_code == 0, done.output
    assert (tmp_path / "notes.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize(("content", "said"), [(b"{", "no valid JSON"), (b"", "is empty"), (None, "holds no notebook")])
def test_what_cannot_be_read_is_one_line(
    content: bytes | None, said: str, assignment: Assignment, tmp_path: Path
) -> None:
    path = tmp_path / "x.ipynb"
    if content is not None:
        path.write_bytes(content)
        with pytest.raises(Unreadable):
            as_released(content, assignment)
    done = pdf(path, "--assignment", "warmup", "--course", assignment.root)
    assert isinstance(done.exception, AutograderError)
    assert said in str(done.exception)


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ('  pdf: [{title: "x", cells: [nowhere]}]\n', "'x' names nowhere, which is no cell's id"),
        ("  pdf: yes\n", "pdf is a list of"),
        ('  pdf: [{title: "x"}]\n', "pdf is a list of"),
    ],
)
def test_a_build_refuses_parts_that_are_none(parts: str, said: str, course: Path, tmp_path: Path) -> None:
    shutil.copytree(course, tmp_path / "c", ignore=shutil.ignore_patterns("__pycache__"))
    assignment = Assignment(tmp_path / "c", "warmup")
    assignment.text.write_text(with_parts(assignment.text.read_text(), parts))
    with pytest.raises(AuthoringError, match=said):
        build(assignment)
