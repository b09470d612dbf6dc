"""Whatever is handed in comes back as a whole notebook in its frame, and harmless."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbgrader.nbgraderformat import MetadataValidator

from autograder.nbgrader.frame import Frame, belongs_to_nbgrader, frame_of_assignment
from autograder.nbgrader.outputs import harmless_text
from autograder.nbgrader.rebuilding import rebuilt
from tests.fuzzing import looking
from tests.grading.notebooks import Notebook, as_version_3, cell_of, code, make_course, released, solved, stripped, text

SCRIPTS = ["<script>", "onerror", "onload", "javascript:", "<iframe", "<svg", "<style"]


@pytest.fixture(scope="module")
def frame(tmp_path_factory: pytest.TempPathFactory) -> Frame:
    return frame_of_assignment(make_course(tmp_path_factory.mktemp("course")))


def rebuild(data: bytes | Notebook, frame: Frame, folder: Path) -> nbformat.NotebookNode:
    path = folder / "handed-in.ipynb"
    path.write_bytes(data if isinstance(data, bytes) else json.dumps(data).encode("utf-8", "surrogatepass"))
    notebook = rebuilt(path, frame)
    nbformat.validate(notebook)
    MetadataValidator().validate_nb(notebook)
    ids = [cell.metadata.nbgrader.grade_id for cell in notebook.cells if belongs_to_nbgrader(cell)]
    assert sorted(ids) == sorted(cell.metadata.nbgrader.grade_id for cell in frame.cells if belongs_to_nbgrader(cell))
    return notebook


def by_id(notebook: nbformat.NotebookNode) -> dict[str, Any]:
    return {cell.id: cell for cell in notebook.cells}


@pytest.mark.parametrize("change", [lambda whole: whole, stripped, as_version_3])
def test_answers_stand_in_their_cells(frame: Frame, tmp_path: Path, change: Any) -> None:
    cells = by_id(rebuild(change(solved()), frame, tmp_path))
    assert "return 2 * x" in cells["task-double"].source
    assert "third power" in cells["q-why"].source
    assert cells["points-double"].source == cell_of(released(), "points-double")["source"]


def test_the_last_copy_has_the_place(frame: Frame, tmp_path: Path) -> None:
    notebook = solved()
    second = copy.deepcopy(cell_of(notebook, "task-double"))
    second["source"] = "def double(x):\n    return x + x"
    notebook["cells"].append(second)
    rebuilt_notebook = rebuild(notebook, frame, tmp_path)
    assert by_id(rebuilt_notebook)["task-double"].source == second["source"]
    assert sum("return 2 * x" in cell.source for cell in rebuilt_notebook.cells) == 1


def test_deleted_cells_are_there_again_in_their_places(frame: Frame, tmp_path: Path) -> None:
    notebook = solved()
    notebook["cells"] = [cell for cell in notebook["cells"] if not cell["id"].startswith(("points", "q-", "given"))]
    ids = [cell.id for cell in rebuild(notebook, frame, tmp_path).cells]
    assert ids == [cell["id"] for cell in frame.cells]


def test_what_is_no_notebook_gives_the_released_one_with_a_sentence(frame: Frame, tmp_path: Path) -> None:
    notebook = rebuild(b'{"cells": [', frame, tmp_path)
    assert "no valid JSON" in notebook.cells[0].source
    assert [cell.source for cell in notebook.cells[1:]] == [cell.source for cell in frame.cells]


@pytest.mark.parametrize(
    "text_of_a_student",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<a href='javascript:alert(1)'>x</a>",
        "<svg onload=alert(1)>",
        "<style>*{display:none}</style>",
        "<iframe src='http://localhost'></iframe>",
    ],
)
def test_scripts_are_taken_out(frame: Frame, tmp_path: Path, text_of_a_student: str) -> None:
    notebook = solved()
    cell_of(notebook, "q-why")["source"] += f"\n\nBecause {text_of_a_student}"
    notebook["cells"].append(text(text_of_a_student))
    own = code("1")
    own["outputs"] = [{"output_type": "display_data", "data": {"text/html": text_of_a_student}, "metadata": {}}]
    notebook["cells"].append(own)
    shown = nbformat.writes(rebuild(notebook, frame, tmp_path))
    assert not [script for script in SCRIPTS if script in shown]
    assert "Because" in shown


@pytest.mark.parametrize("plain", ["$a < b$ and b > c", "> quoted", "`x & y`", "# Title\n\n- a\n- b", "a<b"])
def test_text_without_markup_stays_as_it_is(plain: str) -> None:
    assert harmless_text(plain).replace("&lt;", "<") == plain


OUTPUTS = st.lists(
    st.fixed_dictionaries(
        {"output_type": st.sampled_from(["stream", "display_data", "execute_result", "error", "x"])},
        optional={
            "text": st.text(max_size=20) | st.integers(),
            "name": st.text(max_size=8),
            "data": st.dictionaries(st.sampled_from(["text/html", "image/png", "text/plain"]), st.text(max_size=20)),
            "traceback": st.lists(st.text(max_size=10), max_size=3),
        },
    ),
    max_size=3,
)
EDITS = st.fixed_dictionaries(
    {},
    optional={
        "source": st.text(max_size=30),
        "cell_type": st.sampled_from(["code", "markdown", "raw", "heading"]),
        "id": st.sampled_from(["task-double", "q-why", "text-1", "new", "points-double"]),
        "outputs": OUTPUTS,
        "attachments": st.dictionaries(st.text(max_size=5), st.dictionaries(st.just("image/png"), st.text(max_size=9))),
        "metadata": st.dictionaries(st.sampled_from(["nbgrader", "tags"]), st.text(max_size=5)),
    },
)


@pytest.mark.fuzz
@looking(100)
@given(st.lists(st.tuples(st.integers(0, 15), EDITS), max_size=20))
def test_any_shuffle_with_any_edits_is_put_back(
    frame: Frame, tmp_path: Path, cells: list[tuple[int, dict[str, Any]]]
) -> None:
    pool = solved()["cells"]
    rebuild({**solved(), "cells": [pool[at] | edit for at, edit in cells]}, frame, tmp_path)
