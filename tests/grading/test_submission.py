"""Damaged notebooks as students hand them in, each with what grading makes of it."""

from __future__ import annotations

import copy
import json
import os
import time
from collections.abc import Callable
from pathlib import Path

import nbgrader
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder import limits
from autograder.assignment import Assignment
from autograder.errors import AuthoringError
from autograder.grading import notebook_file
from autograder.grading.submission import Submission, read_submission
from tests.fuzzing import looking
from tests.grading.notebooks import (
    QUESTION,
    SOLVED,
    STUBS,
    Notebook,
    as_version_3,
    cell_of,
    code,
    make_course,
    place_of,
    released,
    save,
    solved,
    stripped,
    text,
)

RUN = ["given-1", "data-1", "task-double", "task-Box", "given-2", "task-pair", "task-CHOICE"]


@pytest.fixture(scope="module")
def assignment(tmp_path_factory: pytest.TempPathFactory) -> Assignment:
    return make_course(tmp_path_factory.mktemp("course"))


@pytest.fixture
def read(assignment: Assignment, tmp_path: Path) -> Callable[[Notebook | bytes], Submission]:
    def reads(notebook: Notebook | bytes) -> Submission:
        path = tmp_path / "ann.ipynb"
        path.write_bytes(notebook if isinstance(notebook, bytes) else json.dumps(notebook).encode())
        return read_submission(path, assignment, "ann")

    return reads


Read = Callable[[Notebook | bytes], Submission]


def ids(submission: Submission) -> list[str]:
    return [cell.id for cell in submission.cells]


def attempted(submission: Submission) -> set[str]:
    return {name for cell in submission.cells if cell.attempted for name in cell.names}


def outcome_of_running(submission: Submission) -> dict[str, object]:
    """The globals after the cells have run, as the sandbox runs them: one failing cell does not stop the rest."""
    namespace: dict[str, object] = {}
    for cell in submission.cells:
        try:
            exec(cell.source, namespace)
        except Exception as error:
            namespace.setdefault("errors", []).append(f"{cell.id}: {error!r}")  # type: ignore[attr-defined]
    return namespace


def is_right(submission: Submission) -> bool:
    found = outcome_of_running(submission)
    right = found["double"](4) == 8 and found["Box"](2).volume() == 8  # type: ignore[operator]
    return right and found["first"]("ab") + found["last"]("ab") == "ab" and found["CHOICE"] == 3  # type: ignore[operator]


# --- undamaged -----------------------------------------------------------------------------------------------------


def test_a_solved_notebook_needs_no_repair(read: Read) -> None:
    submission = read(solved())
    assert ids(submission) == RUN
    assert [cell.kind for cell in submission.cells] == ["given", "data", "task", "task", "given", "task", "task"]
    assert submission.repairs == ()
    assert submission.problem == ""
    assert attempted(submission) == {"double", "Box", "first", "last", "CHOICE"}
    assert is_right(submission)


def test_an_untouched_notebook_is_not_attempted(read: Read) -> None:
    submission = read(released())
    assert ids(submission) == RUN
    assert attempted(submission) == set()
    assert submission.repairs == ()


def test_comments_and_blank_lines_are_no_attempt(read: Read) -> None:
    notebook = released()
    cell_of(notebook, "task-double")["source"] = "# hm\n\n" + STUBS["task-double"] + "\n\n# later"
    assert attempted(read(notebook)) == set()


def test_source_may_be_a_list_of_lines(read: Read) -> None:
    notebook = solved()
    for cell in notebook["cells"]:
        cell["source"] = cell["source"].splitlines(keepends=True)
    assert is_right(read(notebook))


def test_the_same_bytes_give_the_same_hash(read: Read) -> None:
    assert read(solved()).sha256 == read(solved()).sha256 != read(released()).sha256


# --- given cells ---------------------------------------------------------------------------------------------------


def test_a_changed_given_cell_is_restored(read: Read) -> None:
    notebook = solved()
    cell_of(notebook, "given-1")["source"] = "LIMIT = 0"
    submission = read(notebook)
    assert submission.cells[0].source == "import math\n\nLIMIT = 7"
    assert submission.repairs == ("Given cells had been changed; grading ran the originals: given-1.",)


def test_a_changed_points_cell_or_experiment_is_dropped_silently(read: Read) -> None:
    notebook = solved()
    cell_of(notebook, "points-double")["source"] = "1000.0"
    cell_of(notebook, "experiment-1")["source"] = "boom()"
    submission = read(notebook)
    assert ids(submission) == RUN
    assert submission.repairs == ()


def test_deleted_given_cells_are_restored(read: Read) -> None:
    notebook = solved()
    notebook["cells"] = [cell for cell in notebook["cells"] if cell["id"].startswith(("task", "q-"))]
    submission = read(notebook)
    assert ids(submission) == RUN
    assert submission.repairs == ("Given cells were missing; grading ran the originals: given-1, data-1, given-2.",)


def test_a_copy_of_an_experiment_is_not_run(read: Read) -> None:
    notebook = solved()
    experiment = cell_of(notebook, "experiment-1")
    renamed = {**copy.deepcopy(experiment), "id": "fresh"}
    retyped = code(experiment["source"].replace("9", "8"), "typed-again")
    notebook["cells"] += [renamed, retyped]
    assert ids(read(notebook)) == RUN


# --- the student's own cells ---------------------------------------------------------------------------------------


def test_own_cells_stay_in_their_place(read: Read) -> None:
    notebook = solved()
    notebook["cells"].insert(place_of(notebook, "task-Box"), code("def cube(x):\n    return x**3"))
    cell_of(notebook, "task-Box")["source"] = SOLVED["task-Box"].replace("self.side**3", "cube(self.side)")
    submission = read(notebook)
    assert ids(submission) == [*RUN[:3], "extra-1", *RUN[3:]]
    assert submission.cells[3].kind == "extra"
    assert is_right(submission)


def test_a_solution_in_a_cell_of_its_own_counts(read: Read) -> None:
    notebook = released()
    notebook["cells"].insert(place_of(notebook, "task-double") + 1, code("def double(x):\n    return x + x"))
    submission = read(notebook)
    assert attempted(submission) == {"double"}
    assert outcome_of_running(submission)["double"](4) == 8  # type: ignore[operator]
    assert submission.repairs == ("double was found in another cell than the one released for it (cell 5).",)
    assert len(set(ids(submission))) == len(submission.cells)


def test_a_subclass_of_the_stub_counts(read: Read) -> None:
    notebook = released()
    own = code("class Box(Box):\n    def volume(self):\n        return self.side**3")
    notebook["cells"].insert(place_of(notebook, "points-Box-volume"), own)
    submission = read(notebook)
    assert attempted(submission) == {"Box"}
    assert outcome_of_running(submission)["Box"](2).volume() == 8  # type: ignore[operator]


def test_a_method_set_from_outside_is_an_attempt(read: Read) -> None:
    notebook = released()
    own = code("def cube(self):\n    return self.side**3\nBox.volume = cube")
    notebook["cells"].insert(place_of(notebook, "points-Box-volume"), own)
    assert attempted(read(notebook)) == {"Box"}


def test_an_untouched_copy_below_does_not_undo_a_solution(read: Read) -> None:
    notebook = solved()
    stub = {**copy.deepcopy(cell_of(notebook, "task-double")), "id": "copied", "source": STUBS["task-double"]}
    notebook["cells"].insert(place_of(notebook, "task-double") + 1, stub)
    assert is_right(read(notebook))


def test_the_last_of_several_solutions_counts(read: Read) -> None:
    notebook = solved()
    second = {
        **copy.deepcopy(cell_of(notebook, "task-double")),
        "id": "copied",
        "source": "def double(x):\n    return 0",
    }
    notebook["cells"].insert(place_of(notebook, "task-double") + 1, second)
    submission = read(notebook)
    assert outcome_of_running(submission)["double"](4) == 0  # type: ignore[operator]
    assert "double is defined in 2 cells: the last one counts." in submission.repairs
    assert next(cell for cell in submission.cells if "double" in cell.names).source == "def double(x):\n    return 0"


def test_a_split_cell_counts_whole(read: Read) -> None:
    notebook = solved()
    cell = cell_of(notebook, "task-pair")
    top, bottom = cell["source"].split("\n\n")
    at = place_of(notebook, "task-pair")
    parts = [{**copy.deepcopy(cell), "id": f"part-{n}", "source": part} for n, part in enumerate((top, bottom))]
    notebook["cells"][at : at + 1] = parts
    submission = read(notebook)
    assert is_right(submission)
    assert attempted(submission) >= {"first", "last"}
    assert [cell.names for cell in submission.cells if cell.kind == "task"][2:4] == [("first",), ("last",)]


def test_half_a_cell_is_half_an_attempt(read: Read) -> None:
    notebook = released()
    cell_of(notebook, "task-pair")["source"] = SOLVED["task-pair"].split("\n\n")[0]
    submission = read(notebook)
    assert attempted(submission) == {"first", "last"}
    assert "last" not in outcome_of_running(submission)


# --- lost identities -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("damage", [stripped, as_version_3, lambda notebook: stripped(as_version_4_4(notebook))])
def test_cells_without_ids_are_found_by_what_they_define(read: Read, damage: Callable[[Notebook], Notebook]) -> None:
    submission = read(damage(solved()))
    assert sorted(ids(submission)) == sorted(RUN)
    assert is_right(submission)
    assert submission.manual[0].words == 6


def as_version_4_4(notebook: Notebook) -> Notebook:
    return {**notebook, "nbformat_minor": 4}


def test_a_stripped_notebook_without_work_is_not_attempted(read: Read) -> None:
    submission = read(stripped(released()))
    assert ids(submission) == RUN
    assert attempted(submission) == set()
    assert submission.repairs == (
        "16 cells had lost their ids (some editors drop them) and were recognised by their content.",
    )


def test_a_changed_experiment_without_id_is_still_not_run(read: Read) -> None:
    notebook = stripped(solved())
    experiment = next(cell for cell in notebook["cells"] if "10**9" in cell["source"])
    experiment["source"] = experiment["source"].replace("'done'", "'ready'")
    assert sorted(ids(read(notebook))) == sorted(RUN)


def test_a_renamed_grade_id_does_no_harm(read: Read) -> None:
    notebook = solved()
    cell_of(notebook, "task-double")["metadata"]["nbgrader"]["grade_id"] = "mine"
    assert ids(read(notebook)) == RUN
    cell_of(notebook, "task-double")["id"] = "also-mine"
    assert ids(read(notebook)) == RUN


def test_duplicate_ids_are_harmless(read: Read) -> None:
    notebook = solved()
    for cell in notebook["cells"]:
        cell["id"] = "same"
    submission = read(notebook)
    assert is_right(submission)
    assert len(set(ids(submission))) == len(submission.cells)


def test_metadata_of_the_wrong_type_is_ignored(read: Read) -> None:
    notebook = solved()
    for number, cell in enumerate(notebook["cells"]):
        cell["metadata"] = [None, 3, [], "x", {"nbgrader": 5, "autograder": [1]}][number % 5]
    notebook["metadata"] = 7
    assert is_right(read(notebook))


# --- moved, deleted, retyped ---------------------------------------------------------------------------------------


def test_given_cells_moved_to_the_end_run_in_time(read: Read) -> None:
    notebook = solved()
    for id in ("given-1", "data-1"):
        notebook["cells"].append(notebook["cells"].pop(place_of(notebook, id)))
    submission = read(notebook)
    assert ids(submission) == RUN
    assert "another order" in submission.repairs[0]


def test_a_moved_task_keeps_the_students_order(read: Read) -> None:
    notebook = solved()
    notebook["cells"].append(notebook["cells"].pop(place_of(notebook, "task-double")))
    notebook["cells"].append(code("quadruple = double(double(1))"))
    submission = read(notebook)
    assert is_right(submission)
    assert outcome_of_running(submission)["quadruple"] == 4
    assert "errors" not in outcome_of_running(submission)


def test_a_deleted_task_is_not_attempted(read: Read) -> None:
    notebook = solved()
    del notebook["cells"][place_of(notebook, "task-Box")]
    submission = read(notebook)
    assert ids(submission) == RUN
    assert attempted(submission) == {"double", "first", "last", "CHOICE"}
    assert submission.repairs == ("No cell defines Box any more: it counts as not attempted.",)


@pytest.mark.parametrize("type", ["markdown", "raw", "heading", None, 3])
def test_a_task_turned_into_another_type_is_code(read: Read, type: object) -> None:
    notebook = solved()
    cell_of(notebook, "task-double")["cell_type"] = type
    submission = read(notebook)
    assert is_right(submission)
    assert any("text cell" in repair for repair in submission.repairs)


def test_a_solution_in_an_experiment_is_taken_out_of_it(read: Read) -> None:
    notebook = released()
    cell = cell_of(notebook, "experiment-1")
    cell["source"] = "def double(x):\n    return 2 * x\n\n" + cell["source"]
    submission = read(notebook)
    assert attempted(submission) == {"double"}
    assert (
        next(cell.source for cell in submission.cells if "double" in cell.names) == "def double(x):\n    return 2 * x"
    )
    assert "experiment" in submission.repairs[0]


def test_a_stripped_solution_in_a_text_cell_is_found(read: Read) -> None:
    notebook = stripped(solved())
    next(cell for cell in notebook["cells"] if "def double" in cell["source"])["cell_type"] = "markdown"
    assert is_right(read(notebook))


def test_everything_merged_into_one_cell_counts(read: Read) -> None:
    notebook = solved()
    merged = code("\n\n".join(cell["source"] for cell in notebook["cells"] if cell["id"].startswith(("task", "given"))))
    submission = read({**notebook, "cells": [merged]})
    assert is_right(submission)
    assert attempted(submission) == {"double", "Box", "first", "last", "CHOICE"}


@pytest.mark.parametrize(
    "source",
    ["def double(x:\n    return 2", "%%time\ndef double(x):\n    return 2 * x", "!ls\ndef double(x): return 2*x"],
)
def test_cells_that_are_not_plain_python_keep_their_names(read: Read, source: str) -> None:
    notebook = stripped(released())
    next(cell for cell in notebook["cells"] if "def double" in cell["source"])["source"] = source
    submission = read(notebook)
    assert attempted(submission) == {"double"}
    assert next(cell.source for cell in submission.cells if "double" in cell.names) == source


# --- answers -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (QUESTION, 0),
        (QUESTION + "\n\nIt is a third power.", 5),
        (QUESTION.replace("YOUR ANSWER HERE", "YOUR ANSWER HERE: it's x³, β-like."), 3),
        ("no prompt any more", 4),
        ("", 0),
    ],
)
def test_words_of_an_answer(read: Read, answer: str, words: int) -> None:
    notebook = solved()
    cell_of(notebook, "q-why")["source"] = answer
    item = read(notebook).manual[0]
    assert (item.id, item.max_points, item.words, item.limit) == ("q-why", 4.0, words, 50)


def test_an_answer_below_its_question_counts(read: Read) -> None:
    notebook = released()
    notebook["cells"] += [text("It is a third power."), text("So it wins.", "more")]
    submission = read(notebook)
    assert submission.manual[0].words == 8
    assert submission.repairs == ("The answer to q-why stands in the cell below the question.",)


def test_a_deleted_question_has_no_words(read: Read) -> None:
    notebook = released()
    del notebook["cells"][-1]
    submission = read(notebook)
    assert submission.manual[0].words == 0
    assert submission.repairs == ("The cell of the question q-why is missing.",)


# --- files that are no notebooks -----------------------------------------------------------------------------------

UNREADABLE = {
    "empty": (b"", "empty"),
    "blanks": (b" \n\t\0\0", "empty"),
    "text": (b"print('hello')", "not JSON"),
    "cut off": (json.dumps(solved()).encode()[:-300], "cut off"),
    "merge markers": (b'{"cells": [\n<<<<<<< HEAD\n1\n=======\n2\n>>>>>>> main\n]}', "merge markers"),
    "web page": (b"<!DOCTYPE html><html></html>", "web page"),
    "zip": (b"PK\x03\x04\x00\x00", "zip archive"),
    "a number": (b"3", "no list of cells"),
    "no cells": (b'{"nbformat": 4}', "no list of cells"),
    "cells are numbers": (b'{"cells": [' + b"0," * 20_000_000 + b"1]}", "no list of cells"),
    "cells are text": (b'{"cells": "many"}', "no list of cells"),
    "no cell at all": (b'{"cells": []}', "right file"),
    "deep": (b'{"cells": [{"source": ' + b"[" * 200_000 + b"]" * 200_000 + b"}]}", "nested too deeply"),
    "deep in a cell": (b'{"cells": [], "x": ' + b'{"a":' * 200_000 + b"1" + b"}" * 200_000 + b"}", "nested too deeply"),
    "many cells": (b'{"cells": [' + b"{}," * 2_100 + b"{}]}", "at most 2000"),
    "a bomb": (b'{"cells": [' + b"[]," * 1_100_000 + b"[]]}", "far more values"),
    "much code": (
        json.dumps({"cells": [code("x = 1\n" * 60_000) for _ in range(7)]}).encode(),
        "characters of code",
    ),
    "another assignment": (
        json.dumps({"cells": [text("# x", "text-1")], "metadata": {"autograder": {"assignment": "hw9"}}}).encode(),
        "belongs to hw9",
    ),
    "a stranger": (json.dumps({"cells": [code("print(1)")]}).encode(), "right file"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_is_no_notebook_is_a_problem_in_one_sentence(read: Read, name: str) -> None:
    data, words = UNREADABLE[name]
    started = time.perf_counter()
    submission = read(data)
    assert words in submission.problem
    assert submission.problem.endswith((".", "?"))
    assert "\n" not in submission.problem
    assert submission.cells == ()
    assert [item.words for item in submission.manual] == [0]
    assert time.perf_counter() - started < 5


def test_a_file_that_is_too_large_is_a_problem(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notebook_file, "NOTEBOOK_BYTES", limits.MB)
    assert "larger than 1 MB" in read(b" " * (limits.MB + 1)).problem


def test_a_cell_that_is_too_large_is_left_out(read: Read) -> None:
    notebook = solved()
    notebook["cells"].append(code("#" * (limits.CELL_BYTES + 1)))
    notebook["cells"].append({**code(""), "source": 17})
    submission = read(notebook)
    assert is_right(submission)
    assert submission.repairs == ("2 of 18 cells are broken or too large and were left out.",)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-32", "latin-1"])
def test_other_encodings_are_read(read: Read, encoding: str) -> None:
    notebook = solved()
    cell_of(notebook, "q-why")["source"] = QUESTION + "\n\nführt zu größeren Volumen"
    submission = read(json.dumps(notebook, ensure_ascii=False).encode(encoding))
    assert is_right(submission)
    assert submission.manual[0].words == 4
    assert bool(submission.repairs) == (encoding != "utf-8-sig")


def test_outputs_that_are_no_json_are_put_up_with(read: Read) -> None:
    notebook = solved()
    cell_of(notebook, "experiment-1")["outputs"] = [{"data": {"x": float("nan"), "y": [float("-inf")]}}, "\ud800"]
    cell_of(notebook, "task-double")["source"] = (
        'def double(x):\n    "NaN, \ud83d\ude00 Infinity \\\\ud800"\n    return 2 * x'
    )
    submission = read(json.dumps(notebook).encode())
    assert is_right(submission)
    assert "NaN, \U0001f600 Infinity" in submission.cells[2].source


def test_half_surrogates_in_code_can_be_written_to_a_file(read: Read) -> None:
    notebook = solved()
    notebook["cells"].append(code("name = '\ud800'"))
    assert read(notebook).cells[-1].source.encode()


def test_null_bytes_and_deep_code_do_not_hurt(read: Read) -> None:
    notebook = solved()
    notebook["cells"] += [code("x = '\0'"), code("(" * 5_000), code("x" + ".a" * 50_000), code("-" * 50_000 + "1")]
    assert read(notebook).problem == ""


@pytest.mark.parametrize("make", ["link", "folder", "missing", "pipe", "closed"])
def test_what_is_no_file_is_a_problem(assignment: Assignment, tmp_path: Path, make: str) -> None:
    path = tmp_path / "ann.ipynb"
    if make == "link":
        path.symlink_to(save(tmp_path / "other.ipynb", solved()))
    elif make == "folder":
        path.mkdir()
    elif make == "pipe":
        os.mkfifo(path)
    elif make == "closed":
        save(path, solved()).chmod(0)
    submission = read_submission(path, assignment, "ann")
    assert submission.problem or (make == "closed" and os.geteuid() == 0)


def test_an_assignment_that_was_not_built_is_the_instructors_fault(tmp_path: Path) -> None:
    with pytest.raises(AuthoringError, match="autograder build hw0"):
        read_submission(tmp_path / "x.ipynb", Assignment(tmp_path, "hw0"), "ann")


# --- notebooks of other people -------------------------------------------------------------------------------------


def test_a_foreign_notebook_with_the_same_stub_lines_is_no_submission(read: Read) -> None:
    stub = "# YOUR CODE HERE\nraise NotImplementedError()"
    foreign = [code(stub), code(f"def squares(n):\n{stub}"), text("YOUR ANSWER HERE")]
    assert "right file" in read({"cells": foreign}).problem


@pytest.mark.parametrize(
    "path", sorted(Path(nbgrader.__file__).parent.glob("tests/**/*.ipynb")), ids=lambda path: path.stem
)
def test_nbgraders_own_damaged_notebooks_are_no_submissions(assignment: Assignment, path: Path) -> None:
    assert read_submission(path, assignment, "ann").problem


def test_the_tiny_course_is_read_with_and_without_ids(tmp_path: Path) -> None:
    warmup = Assignment(Path(__file__).parents[1] / "fixtures" / "tiny_course", "warmup")
    instructor = json.loads(warmup.source.read_text())
    whole = read_submission(save(tmp_path / "a.ipynb", instructor), warmup, "ann")
    bare = read_submission(save(tmp_path / "b.ipynb", stripped(instructor)), warmup, "ann")
    assert whole.repairs == ()
    assert whole.cells == bare.cells
    assert attempted(whole) == {"standardize", "moving_average", "CHOSEN_WINDOW", "NoisyChannel"}
    assert attempted(read_submission(warmup.release, warmup, "ann")) == set()


# --- anything at all -----------------------------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
KNOWN = st.sampled_from([*RUN, "q-why", "experiment-1", "points-double", "text-1"])
SOURCES = st.sampled_from([*SOLVED.values(), *STUBS.values(), "x = 1", "%%time", "def f(:", "\0", QUESTION]) | st.text(
    max_size=60
)
CELLS = st.fixed_dictionaries(
    {},
    optional={
        "cell_type": st.sampled_from(["code", "markdown", "raw"]) | JSON,
        "id": KNOWN | JSON,
        "source": SOURCES | st.lists(SOURCES, max_size=3) | JSON,
        "input": SOURCES,
        "metadata": st.fixed_dictionaries({}, optional={"nbgrader": JSON, "id": KNOWN, "autograder": JSON}) | JSON,
        "outputs": JSON,
    },
)
NOTEBOOKS = st.fixed_dictionaries(
    {"cells": st.lists(CELLS | JSON, max_size=8) | JSON},
    optional={"metadata": JSON, "nbformat": JSON, "worksheets": JSON},
)
FUZZ = looking(150)


def check_any(submission: Submission) -> None:
    """What holds whatever was handed in."""
    if submission.problem:
        assert submission.cells == ()
        return
    assert len(set(ids(submission))) == len(submission.cells)
    kinds = {cell.id: cell.kind for cell in submission.cells}
    assert {id for id, kind in kinds.items() if kind in ("given", "data")} == {"given-1", "data-1", "given-2"}
    assert sorted(name for cell in submission.cells for name in cell.names) == [
        "Box",
        "CHOICE",
        "double",
        "first",
        "last",
    ]
    assert all(cell.source.encode() is not None for cell in submission.cells)
    assert all("\n" not in repair for repair in submission.repairs)
    assert len(submission.manual) == 1


@pytest.mark.fuzz
@FUZZ
@given(NOTEBOOKS)
def test_any_json_is_read_or_refused(read: Read, notebook: Notebook) -> None:
    check_any(read(json.dumps(notebook).encode("utf-8", "surrogatepass")))


@pytest.mark.fuzz
@FUZZ
@given(st.lists(st.integers(0, 15), max_size=20), st.dictionaries(st.integers(0, 19), SOURCES, max_size=4))
def test_any_shuffle_of_the_cells_is_read(read: Read, order: list[int], edits: dict[int, str]) -> None:
    pool = solved()["cells"]
    cells = [copy.deepcopy(pool[index]) for index in order]
    for at, source in edits.items():
        if at < len(cells):
            cells[at]["source"] = source
    check_any(read({**solved(), "cells": cells}))


@pytest.mark.fuzz
@FUZZ
@given(st.binary(max_size=200), st.integers(0, 4000), st.integers(0, 200))
def test_any_bytes_are_read_or_refused(read: Read, junk: bytes, at: int, cut: int) -> None:
    data = json.dumps(solved()).encode()
    check_any(read(data[:at] + junk + data[at + cut :]))
