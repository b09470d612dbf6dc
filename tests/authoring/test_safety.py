"""What must never be released."""

from __future__ import annotations

import pytest

from autograder.authoring import points_cell
from autograder.authoring.build import build
from autograder.authoring.markers import looks_like_marker
from autograder.errors import AuthoringError
from tests.authoring.workbench import Workbench


@pytest.mark.parametrize(
    "line",
    [
        "### BEGIN SOLUTION",
        "    # END SOLUTION",
        "### BEGIN SOLUTOIN",
        "### BEGN SOLUTION",
        "### BEGINN SOLUTIONS",
        "### begin solution",
        "# Begin Solution",
        "###BEGIN_SOLUTION",
        "#BEGINSOLUTION",
        "### END SOL",
        "### SOLUTION BEGIN",
        "BEGIN SOLUTION",
        "text END SOLUTION text",
        "### BEGIN HIDDEN TESTS",
        "### BEGIN HIDDEN TEST",
        "### END HIDEN TESTS",
        "=== BEGIN MARK SCHEME ===",
        "=== END MARKSCHEME ===",
    ],
)
def test_markers_and_misspelt_ones_are_seen(line: str):
    assert looks_like_marker(line)


@pytest.mark.parametrize(
    "line",
    [
        "# the end",
        "# YOUR CODE HERE",
        "# end of the loop",
        "at the end, mark the best solution",
        "begin your solution with the encoder",
        "x = end(solution)",
        "# begin with the last layer",
        "WEIGHT DECAY",
        "# END",
        "The hidden test set is not given.",
    ],
)
def test_ordinary_lines_are_no_markers(line: str):
    assert not looks_like_marker(line)


@pytest.mark.parametrize(
    "source",
    [
        *("", "0.0", "print(1)", "print(1)\n1.0", "print(1)\n0", "print(1)\n-0.0", "print(x)\n0.0", "print(1)\nx"),
        *("x = 1\n0.0", "print(1, file=f)\n0.0", "print(1)\nnp.float64(0.0)", "raise ValueError\n0.0", "0.0\nprint(1)"),
    ],
)
def test_cells_that_could_earn_something_are_seen(source: str):
    assert not points_cell.earns_nothing(source)


def test_the_points_cell_itself_earns_nothing():
    assert points_cell.earns_nothing("# about\nprint('a sentence')\n0.0")


@pytest.mark.parametrize(
    ("old", "new", "cell"),
    [
        ('constant columns become 0."""', 'constant columns become 0."""\n    ### BEGIN SOLUTOIN', "task-standardize"),
        ("class NoisyChannel:", "# begin hidden tests\nclass NoisyChannel:", "task-NoisyChannel"),
        ("MESSAGE_LENGTH = 24", "# END SOLUTON\nMESSAGE_LENGTH = 24", "given-MESSAGE_LENGTH"),
    ],
)
def test_a_misspelt_marker_in_the_code_is_refused(workbench: Workbench, old: str, new: str, cell: str):
    workbench.change(workbench.assignment.solution, old, new)
    with pytest.raises(AuthoringError, match=f"cell {cell}: a marker is left in the release"):
        build(workbench.assignment)


def test_a_marker_in_the_text_is_refused(workbench: Workbench):
    workbench.change(workbench.assignment.text, "Three small tasks", "=== BEGIN MRK SCHEME ===\n\nThree small tasks")
    with pytest.raises(AuthoringError, match="cell text-1: a marker is left in the release"):
        build(workbench.assignment)


def test_a_misspelt_pair_of_markers_releases_no_solution(workbench: Workbench):
    solution = workbench.assignment.solution
    before, name, after = solution.read_text().partition("def moving_average")
    solution.write_text(before + name + after.replace("SOLUTION", "SOLTION", 2))
    with pytest.raises(AuthoringError, match="moving_average has no region"):
        build(workbench.assignment)


@pytest.mark.parametrize("prefix", ["", "    # ", "example = '"])
def test_a_solution_line_in_a_release_file_is_refused(workbench: Workbench, prefix: str):
    with (workbench.assignment.release_files / "helpers.py").open("a") as file:
        file.write(f"\n\n{prefix}noise = np.random.normal(0.0, self.std, size=message.shape)\n")
    with pytest.raises(AuthoringError, match=r"helpers\.py: a line of the solution is in the release: noise = "):
        build(workbench.assignment)


def test_a_solution_line_may_be_allowed_by_name(workbench: Workbench):
    with (workbench.assignment.release_files / "helpers.py").open("a") as file:
        file.write("\n\nspread = centred.std(axis=0)\n")
    workbench.change(
        workbench.assignment.text, "  limits:", '  in_release: ["spread = centred.std(axis=0)"]\n  limits:'
    )
    build(workbench.assignment)


def test_short_lines_and_given_lines_give_nothing_away(workbench: Workbench):
    workbench.change(
        workbench.assignment.text, "import numpy as np", "import numpy as np\nspread = centred.std(axis=0)"
    )
    with (workbench.assignment.release_files / "helpers.py").open("a") as file:
        file.write("\n\nspread = centred.std(axis=0)\n")
    assert build(workbench.assignment).warnings == ()


def test_several_solution_lines_in_a_given_cell_are_told(workbench: Workbench):
    solution = workbench.assignment.solution.read_text()
    leaked = "\n".join(line for line in solution.split("\n") if "centred" in line)
    workbench.change(workbench.assignment.text, "signal = load", f"def given(values):\n{leaked}\n\nsignal = load")
    assert build(workbench.assignment).warnings == (
        "the cell data-1 gives 3 lines of the solution in a row, from: centred = values - values.mean(axis=0)",
    )


def test_a_model_answer_in_a_release_file_is_refused(workbench: Workbench):
    answer = "Those near 0 and near 1."
    with workbench.assignment.text.open("a") as file:
        file.write(f"\n### BEGIN SOLUTION\n{answer}\n### END SOLUTION\n")
    with (workbench.assignment.release_files / "helpers.py").open("a") as file:
        file.write(f"# {answer}\n")
    with pytest.raises(AuthoringError, match="a line of the solution is in the release: Those near 0"):
        build(workbench.assignment)


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("test_functions.py", "", r"test_functions\.py: a file of this name is not for students"),
        ("data/mistakes.py", "", r"data/mistakes\.py: a file of this name is not for students"),
        ("rubric.md", "", "not for students"),
        ("hidden.py", "from autograder.checking import check\n", "is a hidden check"),
        ("hidden.py", '@check(task="f", points=1)\ndef f(): ...\n', "is a hidden check"),
        ("more.ipynb", "{}", "nbgrader takes every notebook"),
        ("notes.txt", "### BEGIN SOLUTION\n", r"notes\.txt: a marker is left"),
    ],
)
def test_files_of_instructors_are_refused(workbench: Workbench, name: str, text: str, sentence: str):
    path = workbench.assignment.release_files / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    with pytest.raises(AuthoringError, match=sentence):
        build(workbench.assignment)


def test_a_link_is_refused(workbench: Workbench):
    (workbench.assignment.release_files / "solution.txt").symlink_to(workbench.assignment.solution)
    with pytest.raises(AuthoringError, match="a link cannot be released"):
        build(workbench.assignment)


def test_what_tools_leave_behind_is_not_released(workbench: Workbench):
    folder = workbench.assignment.release_files / "__pycache__"
    folder.mkdir()
    (folder / "helpers.cpython-311.pyc").write_bytes(b"\x00")
    (workbench.assignment.release_files / "picture.png").write_bytes(b"\x89PNG\xff")
    assert build(workbench.assignment).files == ("check.py", "helpers.py", "picture.png")


def test_the_skipping_tag_is_refused_on_points(workbench: Workbench):
    workbench.change(workbench.assignment.text, "task: moving_average", "task: moving_average\ntags: [skip-execution]")
    with pytest.raises(AuthoringError, match="with which nbgrader gives full marks"):
        build(workbench.assignment)


def test_a_points_cell_that_earns_is_refused(workbench: Workbench, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("autograder.authoring.points_cell.body", lambda task, checks: "print('hello')")
    with pytest.raises(AuthoringError, match=r"the points cell points-\S+ would earn points when it is run"):
        build(workbench.assignment)


def test_a_release_that_nbgrader_did_not_clear_is_refused(workbench: Workbench, monkeypatch: pytest.MonkeyPatch):
    from nbgrader.preprocessors import ClearSolutions

    monkeypatch.setattr(ClearSolutions, "preprocess", lambda self, notebook, resources: (notebook, resources))
    with pytest.raises(AuthoringError, match="the cell task-standardize is not released as its regions say") as caught:
        build(workbench.assignment)
    assert "cell task-standardize: a line of the solution is in the release: spread = " in str(caught.value)
    assert not workbench.contents()
