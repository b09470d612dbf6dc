"""A small course made without the authoring room: one assignment, its notebooks, and ways to damage them."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.utils import compute_checksum

from autograder.assignment import Assignment

NAME = "hw0_small"
RAISE = "    # YOUR CODE HERE\n    raise NotImplementedError()"
SOLVED = {
    "task-double": "def double(x):\n    ### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION",
    "task-Box": (
        "class Box:\n    def __init__(self, side):\n        self.side = side\n\n    def volume(self):\n"
        "        ### BEGIN SOLUTION\n        return self.side**3\n        ### END SOLUTION"
    ),
    "task-pair": (
        "def first(x):\n    ### BEGIN SOLUTION\n    return x[0]\n    ### END SOLUTION\n\n"
        "def last(x):\n    ### BEGIN SOLUTION\n    return x[-1]\n    ### END SOLUTION"
    ),
    "task-CHOICE": "### BEGIN SOLUTION\nCHOICE = 3\n### END SOLUTION",
}
STUBS = {
    "task-double": f"def double(x):\n{RAISE}",
    "task-Box": (
        "class Box:\n    def __init__(self, side):\n        self.side = side\n\n    def volume(self):\n"
        "        # YOUR CODE HERE\n        raise NotImplementedError()"
    ),
    "task-pair": f"def first(x):\n{RAISE}\n\ndef last(x):\n{RAISE}",
    "task-CHOICE": "# YOUR CODE HERE\nraise NotImplementedError()",
}
QUESTION = "## Why?\n\nExplain in your own words why the volume grows faster.\n\nYOUR ANSWER HERE"
Notebook = dict[str, Any]


def make_course(root: Path) -> Assignment:
    """A course with one built assignment."""
    assignment = Assignment(root, NAME)
    assignment.folder.mkdir(parents=True)
    assignment.text.write_text("")
    for path, solutions in ((assignment.source, SOLVED), (assignment.release, STUBS)):
        path.parent.mkdir(parents=True)
        path.write_text(nbformat.writes(nbformat.from_dict(_notebook(solutions))))
    return assignment


def released() -> Notebook:
    return _notebook(STUBS)


def solved() -> Notebook:
    """A submission with everything right, as students write it: without our markers."""
    plain = {id: "\n".join(line for line in code.splitlines() if "###" not in line) for id, code in SOLVED.items()}
    notebook = _notebook(plain)
    cell_of(notebook, "q-why")["source"] = QUESTION.replace("YOUR ANSWER HERE", "Because it is a third power.")
    return notebook


def cell_of(notebook: Notebook, id: str) -> dict[str, Any]:
    return next(cell for cell in notebook["cells"] if cell.get("id") == id)


def place_of(notebook: Notebook, id: str) -> int:
    return notebook["cells"].index(cell_of(notebook, id))


def code(source: str, id: str = "own") -> dict[str, Any]:
    return {"cell_type": "code", "id": id, "metadata": {}, "source": source, "outputs": [], "execution_count": None}


def text(source: str, id: str = "own-text") -> dict[str, Any]:
    return {"cell_type": "markdown", "id": id, "metadata": {}, "source": source}


def stripped(notebook: Notebook) -> Notebook:
    """As some editors save it: nbformat 4.0 without ids and without foreign metadata."""
    notebook = copy.deepcopy(notebook)
    notebook["nbformat_minor"] = 0
    notebook["metadata"] = {"colab": {"provenance": []}}
    for number, cell in enumerate(notebook["cells"]):
        del cell["id"]
        cell["metadata"] = {"id": f"xYz{number}"}
    return notebook


def as_version_3(notebook: Notebook) -> Notebook:
    cells = []
    for cell in notebook["cells"]:
        old = {"cell_type": cell["cell_type"], "metadata": cell["metadata"]}
        old["input" if cell["cell_type"] == "code" else "source"] = "".join(cell["source"]).splitlines(keepends=True)
        cells.append(old)
    return {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": "x"}, "worksheets": [{"cells": cells}]}


def save(path: Path, notebook: Notebook) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(notebook))
    return path


def _notebook(solutions: dict[str, str]) -> Notebook:
    cells = [
        text("# A small assignment\n\nDo it.", "text-1"),
        _locked("given-1", "given", "import math\n\nLIMIT = 7"),
        _locked("data-1", "data", "samples = [1, 2, 3]"),
        _task("task-double", ["double"], solutions),
        _locked("public-check-1", "public_check", 'check("double", double)'),
        _points("points-double", "double", 2),
        _task("task-Box", ["Box"], solutions),
        _points("points-Box-volume", "Box.volume", 3),
        _locked("given-2", "given", "def helper(box):\n    return box.volume() + LIMIT"),
        _task("task-pair", ["first", "last"], solutions),
        _points("points-first", "first", 1),
        _points("points-last", "last", 1),
        _task("task-CHOICE", ["CHOICE"], solutions),
        _points("points-CHOICE", "CHOICE", 1),
        _with(
            new_code_cell("for step in range(10**9):\n    double(step)\nprint('done')"),
            "experiment-1",
            kind="experiment",
        ),
        _question(),
    ]
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    metadata["autograder"] = {"assignment": NAME, "title": "Small", "limits": {}}  # type: ignore[dict-item]
    notebook = new_notebook(cells=[nbformat.from_dict(cell) for cell in cells], metadata=metadata)
    for cell in notebook.cells:
        if "nbgrader" in cell.metadata:
            cell.metadata["nbgrader"]["checksum"] = compute_checksum(cell)
    return json.loads(json.dumps(notebook | {"nbformat_minor": 5}))


def _with(cell: Any, id: str, nbgrader: dict[str, Any] | None = None, /, **ours: Any) -> Any:
    cell["id"] = id
    cell["metadata"] = {"autograder": ours}
    if nbgrader is not None:
        flags = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3, "grade_id": id}
        cell["metadata"]["nbgrader"] = flags | nbgrader
    return cell


def _locked(id: str, kind: str, source: str) -> Any:
    return _with(new_code_cell(source), id, {"locked": True}, kind=kind)


def _task(id: str, names: list[str], solutions: dict[str, str]) -> Any:
    return _with(new_code_cell(solutions[id]), id, {"solution": True}, kind="task", names=names)


def _points(id: str, task: str, points: float) -> Any:
    flags = {"grade": True, "locked": True, "points": points}
    return _with(new_code_cell(f"# {task} is worth {points} points\n0.0"), id, flags, kind="points", task=task)


def _question() -> Any:
    flags = {"grade": True, "solution": True, "points": 4}
    return _with(new_markdown_cell(QUESTION), "q-why", flags, kind="question", id="q-why", points=4, words=50)
