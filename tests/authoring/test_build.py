"""Building both notebooks, with nbgrader really run."""

from __future__ import annotations

import contextlib
import io
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbgrader.utils import determine_grade

from autograder.assignment import Assignment
from autograder.authoring import build as build_module
from autograder.authoring.build import build, is_up_to_date
from autograder.authoring.release import record_cells
from autograder.errors import AuthoringError
from tests.authoring.workbench import TINY_COURSE, Workbench

ADDED_BY_NBGRADER = {"checksum", "cell_type"}


def notebook(path: Path):
    found = nbformat.read(path, as_version=4)
    nbformat.validate(found)
    return found


def cells(path: Path) -> dict:
    return {cell.id: cell for cell in notebook(path).cells}


def test_the_committed_course_is_up_to_date():
    assert is_up_to_date(Assignment(TINY_COURSE, "warmup"))


def test_points_are_those_of_the_checks(workbench: Workbench):
    result = build(workbench.assignment)
    assert (result.points, result.manual_points, result.warnings) == (13.0, 3.0, ())
    assert next((task.name, task.points, task.checks) for task in result.tasks) == ("standardize", 4.0, 3)
    grades = [cell.metadata.nbgrader for cell in notebook(result.release).cells if "nbgrader" in cell.metadata]
    assert sum(grade.get("points", 0) for grade in grades) == 16


def test_two_builds_in_two_processes_give_the_same_bytes(workbench: Workbench):
    build(workbench.assignment)
    first = workbench.contents()
    program = (
        "import sys; from pathlib import Path; from autograder.assignment import Assignment;"
        "from autograder.authoring.build import build; build(Assignment(Path(sys.argv[1]), 'warmup'))"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", program, str(workbench.assignment.root)], capture_output=True, text=True, cwd=root
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert workbench.contents() == first


def test_a_build_leaves_nothing_else_behind(workbench: Workbench):
    before = set(workbench.assignment.root.iterdir())
    build(workbench.assignment)
    assert {path.name for path in set(workbench.assignment.root.iterdir()) - before} == {"source", "release"}
    assert sorted(workbench.contents()) == [
        f"{folder}/warmup/{name}"
        for folder in ("release", "source")
        for name in ("check.py", "helpers.py", "warmup.ipynb")
    ]


def test_release_has_the_cells_and_metadata_of_the_source(workbench: Workbench):
    result = build(workbench.assignment)
    source, release = notebook(result.source), notebook(result.release)
    assert source.metadata == release.metadata
    assert set(source.metadata) == {"kernelspec", "language_info", "autograder"}
    assert source.metadata.autograder.limits.cell_seconds == 5
    for given, got in zip(source.cells, release.cells, strict=True):
        assert given.id == got.id
        assert given.metadata.get("autograder") == got.metadata.get("autograder")
        theirs = got.metadata.get("nbgrader", {})
        assert given.metadata.get("nbgrader", {}) == {k: v for k, v in theirs.items() if k not in ADDED_BY_NBGRADER}


def test_ids_speak_and_are_nbgraders_too(workbench: Workbench):
    found = cells(build(workbench.assignment).release)
    assert list(found)[:7] == [
        *("text-1", "given-1", "data-1", "text-2", "task-standardize", "public_check-1", "points-standardize")
    ]
    assert {"task-NoisyChannel", "points-NoisyChannel-decode", "given-MESSAGE_LENGTH", "q-clipping"} <= set(found)
    assert all(cell.metadata.get("nbgrader", {}).get("grade_id", id) == id for id, cell in found.items())


def test_what_is_locked_and_what_is_free(workbench: Workbench):
    found = cells(build(workbench.assignment).release)
    locked = {id for id, cell in found.items() if cell.metadata.get("editable") is False}
    kinds = {id: cell.metadata.get("autograder", {}).get("kind", "text") for id, cell in found.items()}
    assert {kinds[id] for id in locked} == {"given", "data", "public_check", "points"}
    assert {kinds[id] for id in set(found) - locked} == {"text", "task", "question", "experiment"}
    assert found["experiment-1"].metadata.tags == ["long"]


def test_a_question_has_its_prompt_its_worth_and_a_place_for_the_answer(workbench: Workbench):
    result = build(workbench.assignment)
    assert cells(result.release)["q-clipping"].source.endswith("\n\n*3 points, at most 60 words.*\n\nYOUR ANSWER HERE")
    assert cells(result.source)["q-clipping"].source.endswith("### BEGIN SOLUTION\n(Graded by hand.)\n### END SOLUTION")


def test_a_model_answer_stays_in_the_source(workbench: Workbench):
    answer = "\n### BEGIN SOLUTION\nThose near 0 and near 1, as clipping shifts the mean.\n### END SOLUTION\n"
    with workbench.assignment.text.open("a") as file:
        file.write(answer)
    result = build(workbench.assignment)
    assert "Those near 0" in cells(result.source)["q-clipping"].source
    assert cells(result.release)["q-clipping"].source.endswith("60 words.*\n\nYOUR ANSWER HERE")


def test_points_cells_run_quietly_and_earn_nothing_from_nbgrader(workbench: Workbench):
    found = [cell for cell in cells(build(workbench.assignment).release).values() if cell.id.startswith("points-")]
    assert len(found) == 5
    for cell in found:
        *before, last = cell.source.split("\n")
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            exec("\n".join(before), {})
            value = eval(last, {})
        assert (out.getvalue().count("\n"), err.getvalue()) == (1, "")
        cell.outputs = [
            nbformat.v4.new_output("stream", name="stdout", text=out.getvalue()),
            nbformat.v4.new_output("execute_result", data={"text/plain": repr(value)}),
        ]
        assert determine_grade(cell)[0] == 0


def test_points_cells_state_what_is_checked(workbench: Workbench):
    source = cells(build(workbench.assignment).release)["points-standardize"].source
    assert source.startswith("# standardize: 4 points.")
    assert "#   1 point: A constant column becomes all zeros.\n" in source


def test_the_source_notebook_runs(workbench: Workbench, monkeypatch: pytest.MonkeyPatch):
    """Everything that grading runs, in one namespace, as a student's solved notebook would."""
    result = build(workbench.assignment)
    monkeypatch.syspath_prepend(str(result.source.parent))
    monkeypatch.setenv("ASSIGNMENT_DATA", "sample")
    namespace: dict = {}
    for cell in notebook(result.source).cells:
        if cell.metadata.get("autograder", {}).get("kind") in ("given", "data", "task", "public_check"):
            exec(cell.source, namespace)
    assert namespace["CHOSEN_WINDOW"] == 7
    assert namespace["signal"].shape == (16, 3)


@pytest.mark.parametrize("part", ["text", "solution", "helpers", "release"])
def test_a_change_makes_a_build_out_of_date(workbench: Workbench, part: str):
    assignment = workbench.assignment
    assert not is_up_to_date(assignment)
    build(assignment)
    (assignment.release.parent / "__pycache__").mkdir()
    (assignment.release.parent / "__pycache__" / "check.pyc").touch()
    assert is_up_to_date(assignment)
    paths = {"text": assignment.text, "solution": assignment.solution, "release": assignment.release}
    path = paths.get(part, assignment.release_files / "helpers.py")
    text = path.read_text()
    path.write_text(text.replace("constant columns", "constant  columns") if part == "solution" else text + "\n")
    assert is_up_to_date(assignment) == (part == "text")  # blank lines at the end of a text mean nothing
    build(assignment)
    assert is_up_to_date(assignment)


def test_a_refused_build_leaves_everything_as_it_was(workbench: Workbench):
    build(workbench.assignment)
    before = workbench.contents()
    workbench.change(workbench.assignment.solution, "class NoisyChannel", "class Channel")
    with pytest.raises(AuthoringError, match="no object 'NoisyChannel'"):
        build(workbench.assignment)
    assert workbench.contents() == before
    assert not list(workbench.assignment.root.glob(".building-*"))


def test_a_folder_that_cannot_be_put_in_place_leaves_both_old_ones(
    workbench: Workbench, monkeypatch: pytest.MonkeyPatch
):
    build(workbench.assignment)
    before = workbench.contents()
    rename = Path.rename

    def full_disk(self: Path, target: Path) -> Path:
        if self.parent.name == "release" and self.parent.parent.name.startswith(".building-"):
            raise OSError(28, "No space left on device", str(self))
        return rename(self, target)

    monkeypatch.setattr(build_module.Path, "rename", full_disk)
    workbench.change(workbench.assignment.text, "Three small tasks", "Three tasks")
    with pytest.raises(AuthoringError, match="No space left on device"):
        build(workbench.assignment)
    assert workbench.contents() == before


def test_loose_ends_are_told(workbench: Workbench):
    with workbench.assignment.solution.open("a") as file:
        file.write("\n\ndef unused():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION\n")
    text = workbench.assignment.text
    for number in (1, 2):
        with text.open("a") as file:
            file.write(f"\n```{{code-cell}}\n---\nkind: task\nobject: FREE_{number}\n---\n```\n")
        with workbench.assignment.solution.open("a") as file:
            file.write(f"\n\nFREE_{number} = {number}\n")
    assert build(workbench.assignment).warnings == (
        "FREE_1 is to be written, but no check looks at it",
        "FREE_2 is to be written, but no check looks at it",
        "unused has a solution region, but no task cell inserts it",
    )


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("kind: points\ntask: moving_average", "kind: experiment", "no points cell for the task 'moving_average'"),
        ("task: moving_average", "task: standardize", "no points cell for the task 'moving_average'"),
        ("kind: experiment", "kind: points\ntask: other", "this cell must be empty"),
        ("object: moving_average", "object: standardize", "no task cell with the object 'moving_average'"),
        ("object: MESSAGE_LENGTH", "object: NoisyChannel", "NoisyChannel is inserted 2 times"),
        ("object: CHOSEN_WINDOW", "objects: [CHOSEN_WINDOW, window]", "no object 'window'"),
        ("object: CHOSEN_WINDOW", "objects: [CHOSEN_WINDOW, MESSAGE_LENGTH]", "MESSAGE_LENGTH is inserted 2 times"),
        ("kind: data", "kind: data\nid: task-standardize", "the id 'task-standardize' is that of line"),
        ("kind: data", "kind: data\nid: the data", "'the data' is no id"),
    ],
)
def test_parts_that_do_not_fit_are_named(workbench: Workbench, old: str, new: str, sentence: str):
    workbench.change(workbench.assignment.text, old, new)
    with pytest.raises(AuthoringError, match=sentence):
        build(workbench.assignment)


def test_a_second_points_cell_is_refused(workbench: Workbench):
    with workbench.assignment.text.open("a") as file:
        file.write("\n```{code-cell}\n---\nkind: points\ntask: standardize\n---\n```\n")
    with pytest.raises(AuthoringError, match="2 points cells for the task 'standardize'"):
        build(workbench.assignment)


def test_points_without_checks_are_refused(workbench: Workbench):
    with workbench.assignment.text.open("a") as file:
        file.write("\n```{code-cell}\n---\nkind: points\ntask: NoisyChannel.other\n---\n```\n")
    with pytest.raises(AuthoringError, match=r"the points cell of 'NoisyChannel\.other' has no checks"):
        build(workbench.assignment)


def test_given_code_with_a_region_is_refused(workbench: Workbench):
    workbench.change(
        workbench.assignment.solution,
        "MESSAGE_LENGTH = 24",
        "### BEGIN SOLUTION\nMESSAGE_LENGTH = 24\n### END SOLUTION",
    )
    with pytest.raises(AuthoringError, match="MESSAGE_LENGTH is given, but holds a solution region"):
        build(workbench.assignment)


def test_nbgraders_refusal_becomes_one_line(workbench: Workbench):
    workbench.change(workbench.assignment.text, "Three small", "=== BEGIN MARK SCHEME ===\n\nThree small")
    sentence = "nbgrader could not release warmup: RuntimeError: No end mark scheme tests statement found"
    with pytest.raises(AuthoringError, match=f"^{sentence}$"):
        build(workbench.assignment)


def test_cells_are_recorded_in_a_gradebook(workbench: Workbench, monkeypatch: pytest.MonkeyPatch):
    from nbgrader.api import Gradebook

    monkeypatch.setenv("PATH", "/nowhere")
    url = f"sqlite:///{workbench.assignment.root / 'gradebook.db'}"
    result = build(workbench.assignment)
    record_cells(result.source.parent, url)
    with Gradebook(url) as gradebook:
        assert gradebook.find_assignment("warmup").max_score == 16
        stored = gradebook.find_source_cell("given-1", "warmup", "warmup")
        assert stored.source == cells(result.source)["given-1"].source
