"""Ordinary nbgrader assignments, tests in their notebooks: nbgrader's own fixtures, run in our sandbox.

The expected points are those of nbgrader 0.9.6 itself with its kernel, but where it gives up: then the right ones.
"""

from __future__ import annotations

import copy
import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import nbgrader
import pytest
from nbgrader.apps import NbGrader, NbGraderAPI
from traitlets.config import Config

from autograder.nbgrader.steps import warm
from tests.end_to_end.nbgrader_course import grades, make_course

OWN = Path(nbgrader.__file__).parent
A, Q, D = OWN / "tests/apps/files", OWN / "tests/preprocessors/files", OWN / "docs/source/user_guide"
BASE = "submitted-unchanged"
Notebook = dict[str, Any]

# Source, submission (None: the release), points of each cell; None waits for a human.
CASES: dict[str, tuple[Path, Path | None, dict[str, float | None]]] = {
    "unchanged": (A / BASE, A / BASE, {"foo": 1, "bar": 0, "baz": 0, "quux": 0}),
    "changed": (A / BASE, A / "submitted-changed", {"foo": 1, "bar": 1, "baz": None, "quux": None}),
    "test edited": (A / BASE, A / "submitted-grade-cell-changed", {"foo": 1, "bar": 0, "baz": 0, "quux": 0}),
    "locked edited": (A / BASE, A / "submitted-locked-cell-changed", {"foo": 1, "bar": 0, "baz": 0, "quux": 0}),
    "cheat": (A / BASE, A / "submitted-cheat-attempt", {"foo": 1, "bar": 0}),
    "cheat 2": (A / BASE, A / "submitted-cheat-attempt-alternative", {"foo": 1, "bar": 0}),
    "answer retyped": (Q / BASE, Q / "submitted-answer-cell-type-changed", {"foo": 1, "bar": 0}),
    "test retyped": (Q / BASE, Q / "submitted-grade-cell-type-changed", {"foo": 1, "bar": 0}),
    "foreign names": (Q / BASE, Q / "duplicate-grade-ids", {"foo": 1, "bar": 0}),
    "schema too new": (A / BASE, A / "too-new", {"foo": 1, "bar": 0}),
    "with solutions": (A / "test", A / "test", {}),
    "hidden tests": (A / "test-hidden-tests", None, {}),
    "environment": (A / "validating-environment-variable", A / "validating-environment-variable", {}),
    "zero points": (A / "validation-zero-points", A / "validation-zero-points", {}),
    "manual code": (Q / "manually-graded-code-cell", Q / "manually-graded-code-cell", {}),
    "task": (Q / "test_taskcell", Q / "test_taskcell", {}),
    "recursion": (Q / "infinite-recursion", Q / "infinite-recursion", {}),
    "slow": (A / "timeout", A / "timeout", {"correct_squares": 0}),
    "loop": (A / "infinite-loop", A / "infinite-loop", {}),
    "bitdiddle 1": (D / "source/ps1/problem1", D / "submitted/bitdiddle/ps1/problem1", {}),
    "bitdiddle 2": (D / "source/ps1/problem2", D / "submitted/bitdiddle/ps1/problem2", {}),
    "hacker 1": (D / "source/ps1/problem1", D / "submitted/hacker/ps1/problem1", {}),
    "hacker 2": (D / "source/ps1/problem2", D / "submitted/hacker/ps1/problem2", {}),
}
TOTALS = {
    "with solutions": 3.0,
    "hidden tests": 0.0,
    "environment": 0.0,
    "zero points": 0.0,
    "manual code": 0.0,
    "task": 0.0,
    "recursion": 0.0,
    "loop": 0.0,
    "bitdiddle 1": 1.5,
    "bitdiddle 2": 0.0,
    "hacker 1": 3.0,
    "hacker 2": 0.0,
}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    yield make_course(tmp_path_factory.mktemp("ordinary") / "course")
    warm.close()


@pytest.fixture
def api(root: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[NbGraderAPI]:
    yield api_of(root, monkeypatch)
    os.environ.pop("NBGRADER_EXECUTION", None)  # nbgrader leaves it behind when a run fails


def api_of(root: Path, monkeypatch: pytest.MonkeyPatch, **more: dict[str, Any]) -> NbGraderAPI:
    monkeypatch.chdir(root)
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(root / "none"))
    app = NbGrader()
    app.load_config_file()
    app.config.Execute.timeout = 1
    app.config.merge(Config(more))
    return NbGraderAPI(config=app.config)


def release(api: NbGraderAPI, root: Path, source: Path, *beside: Path) -> str:
    """Makes an assignment of one notebook; its name."""
    name = f"{source.parts[-2]}-{source.name}"
    if not (root / "release" / name).exists():
        folder = root / "source" / name
        folder.mkdir(parents=True)
        shutil.copy(source.with_suffix(".ipynb"), folder / "p1.ipynb")
        for path in beside:
            shutil.copy(path, folder)
        result = api.generate_assignment(name)
        assert result["success"], result
    return name


def grade(api: NbGraderAPI, root: Path, assignment: str, submission: bytes | Path, student: str) -> dict[str, Any]:
    """Hands in and autogrades; cell -> automatic score, None where a human must look."""
    path = root / "submitted" / student / assignment / "p1.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(submission if isinstance(submission, bytes) else submission.read_bytes())
    result = api.autograde(assignment, student)
    assert result["success"], result
    found = grades(root, assignment)
    return {cell: score for (whose, cell), (score, _, _) in found.items() if whose == student}


@pytest.mark.parametrize("case", CASES)
def test_nbgraders_own_notebooks(api: NbGraderAPI, root: Path, case: str) -> None:
    source, submission, expected = CASES[case]
    name = release(api, root, source)
    path = submission.with_suffix(".ipynb") if submission else root / "release" / name / "p1.ipynb"
    points = grade(api, root, name, path, case.replace(" ", "-"))
    assert {cell: points[cell] for cell in expected} == expected
    if case in TOTALS:
        assert sum(score or 0.0 for score in points.values()) == TOTALS[case]


def test_what_a_human_grades_waits_for_one(api: NbGraderAPI, root: Path) -> None:
    for file in ("manually-graded-code-cell", "test_taskcell"):
        name = release(api, root, Q / file)
        points = grade(api, root, name, Q / f"{file}.ipynb", "ann")
        assert None in points.values()


def test_a_file_beside_the_notebook_is_there_and_a_link_is_not(api: NbGraderAPI, root: Path) -> None:
    name = release(api, root, A / "open_relative_file")
    assert grade(api, root, name, A / "open_relative_file.ipynb", "without") == {"open_file": 0.0}
    shutil.copy(A / "data.txt", root / "submitted" / "without" / name)
    assert grade(api, root, name, A / "open_relative_file.ipynb", "without") == {"open_file": 10.0}
    (root / "submitted" / "linked" / name).mkdir(parents=True)
    (root / "submitted" / "linked" / name / "data.txt").symlink_to(A / "data.txt")
    assert grade(api, root, name, A / "open_relative_file.ipynb", "linked") == {"open_file": 0.0}


def test_without_execution_the_submitted_outputs_count(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    api = api_of(root, monkeypatch, Execute={"enabled": False}, ClearOutput={"enabled": False})
    name = release(api, root, A / "test-with-output")
    points = grade(api, root, name, A / "test-with-output.ipynb", "ann")
    assert sum(score or 0.0 for score in points.values()) == 3.0


# --- a small assignment, handed in in every condition --------------------------------------------------------------

TEST = "assert square(3) == 9"
PARTS = "2.5 if square(2) == 4 else 0"


def cell(source: str, kind: str = "code", **flags: Any) -> Any:
    make = nbformat.v4.new_code_cell if kind == "code" else nbformat.v4.new_markdown_cell
    node = make(source)
    if flags:
        rest = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3}
        node.metadata["nbgrader"] = rest | flags
    return node


def small(**changes: str) -> Notebook:
    """Right in everything but the changed cells."""
    sources = {
        "square": "def square(x):\n    ### BEGIN SOLUTION\n    return x * x\n    ### END SOLUTION",
        "test": TEST,
        "parts": PARTS,
        "why": "Why?\n\n=== BEGIN MARK SCHEME ===\nyes\n=== END MARK SCHEME ===",
    } | changes
    cells = [
        cell("# Squares", "markdown"),
        cell(sources["square"], solution=True, grade_id="square"),
        cell(sources["test"], grade=True, locked=True, points=4, grade_id="test"),
        cell(sources["parts"], grade=True, locked=True, points=5, grade_id="parts"),
        cell("Why?", "markdown", solution=True, grade=True, points=3, grade_id="why"),
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return json.loads(nbformat.writes(nbformat.v4.new_notebook(cells=cells, metadata=kernel)))


SOLVED = "def square(x):\n    return x * x"


def _copied(notebook: Notebook) -> None:
    notebook["cells"] += [copy.deepcopy(notebook["cells"][1]), copy.deepcopy(notebook["cells"][2])]


def _deleted(notebook: Notebook) -> None:
    del notebook["cells"][2:4]


def _stripped(notebook: Notebook) -> None:
    notebook["nbformat_minor"] = 0
    for each in notebook["cells"]:
        each.pop("id", None)
        each["metadata"] = {"colab": {}}


def _forged(notebook: Notebook) -> None:
    for each in notebook["cells"]:
        each["metadata"]["tags"] = ["skip-execution"]
        each["metadata"].get("nbgrader", {})["points"] = "many"


def _flipped(notebook: Notebook) -> None:
    flags = notebook["cells"][2]["metadata"]["nbgrader"]
    flags["grade"], flags["solution"], flags["schema_version"] = False, True, 99


def _renamed(notebook: Notebook) -> None:
    notebook["cells"][2]["metadata"]["nbgrader"]["grade_id"] = "mine"
    notebook["cells"][3]["cell_type"] = "markdown"


def _moved(notebook: Notebook) -> None:
    notebook["cells"].insert(3, notebook["cells"].pop(1))
    notebook["cells"].insert(0, json.loads(nbformat.writes(nbformat.v4.new_notebook(cells=[cell(SOLVED)])))["cells"][0])


DAMAGE: dict[str, Callable[[Notebook], None]] = {
    function.__name__[1:]: function for function in (_copied, _deleted, _stripped, _forged, _flipped, _renamed, _moved)
}


@pytest.fixture(scope="module")
def made(root: Path) -> str:
    (root / "source" / "small").mkdir(parents=True)
    (root / "source" / "small" / "p1.ipynb").write_text(json.dumps(small()))
    return "small"


@pytest.fixture
def small_assignment(api: NbGraderAPI, root: Path, made: str) -> str:
    if not (root / "release" / made).exists():
        assert api.generate_assignment(made)["success"]
    return made


@pytest.mark.parametrize("damage", DAMAGE)
def test_damage_costs_no_points(api: NbGraderAPI, root: Path, small_assignment: str, damage: str) -> None:
    notebook = small(square=SOLVED)
    DAMAGE[damage](notebook)
    points = grade(api, root, small_assignment, json.dumps(notebook).encode(), damage)
    assert {name: points[name] for name in ("test", "parts")} == {"test": 4.0, "parts": 2.5}


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("def square(x):\n    return x", {"test": 0.0, "parts": 0.0}),
        ("import numpy as np\ndef square(x):\n    return np.float64(x * x)", {"test": 4.0, "parts": 2.5}),
        ("import os\ndef square(x):\n    os._exit(0)", {"test": 0.0, "parts": 0.0}),
        (
            "def square(x):\n    if x == 3:\n        import os\n        os._exit(0)\n    return 4",
            {"test": 0.0, "parts": 2.5},
        ),
        ("def square(x):\n    while x == 3: pass\n    return 4", {"test": 0.0, "parts": 2.5}),
        ("x = [0] * 10**10", {"test": 0.0, "parts": 0.0}),
    ],
)
def test_a_cell_that_ends_its_process_costs_that_cell(
    api: NbGraderAPI, root: Path, small_assignment: str, code: str, expected: dict[str, float]
) -> None:
    points = grade(api, root, small_assignment, json.dumps(small(square=code)).encode(), "harm")
    assert {name: points[name] for name in expected} == expected


@pytest.mark.parametrize("data", [b"", b'{"cells": [', b"<<<<<<< mine\n", b"\xff\xfe\x00"])
def test_what_is_no_notebook_earns_nothing_and_keeps_no_old_score(
    api: NbGraderAPI, root: Path, small_assignment: str, data: bytes
) -> None:
    right = grade(api, root, small_assignment, json.dumps(small(square=SOLVED)).encode(), "fred")
    assert right["test"] == 4.0
    points = grade(api, root, small_assignment, data, "fred")
    assert points == {"test": 0.0, "parts": 0.0, "why": 0.0}


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        ("np.float64(1.5)", 1.5),
        ("torch.tensor(0.5)", 0.5),
        ("7.5", 5.0),
        ("-1", 0.0),
        ("float('nan')", 0.0),
        ("'words'", 5.0),
        ("None", 5.0),
    ],
)
def test_partial_credit(api: NbGraderAPI, root: Path, last: str, expected: float) -> None:
    """nbgrader's rule, but that numbers of numpy and torch are numbers, and none is below 0 or above the points."""
    name = "partial-" + "".join(filter(str.isalnum, last))
    (root / "source" / name).mkdir(parents=True)
    source = small(parts=f"import numpy as np, torch\n{last}")
    (root / "source" / name / "p1.ipynb").write_text(json.dumps(source))
    assert api.generate_assignment(name)["success"]
    assert grade(api, root, name, json.dumps(source).encode(), "ann")["parts"] == expected


def test_errors_and_output_stand_in_the_graded_notebook(api: NbGraderAPI, root: Path, small_assignment: str) -> None:
    code = "def square(x):\n    return x\nprint('hello')\n'<i>value</i>'"
    grade(api, root, small_assignment, json.dumps(small(square=code)).encode(), "seen")
    graded = nbformat.read(root / "autograded" / "seen" / small_assignment / "p1.ipynb", as_version=4)
    by_id = {each.metadata.get("nbgrader", {}).get("grade_id"): each for each in graded.cells}
    assert [output.output_type for output in by_id["square"].outputs] == ["stream", "execute_result"]
    (error,) = by_id["test"].outputs
    assert error.ename == "AssertionError"
    assert TEST in "\n".join(error.traceback)
