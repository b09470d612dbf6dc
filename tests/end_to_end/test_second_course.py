"""A course of its own, outside this repository and without torch: started, built, proved, graded, and checked by its
students, with nothing but `autograder new` and what comes with the engine."""

from __future__ import annotations

import json
import os
import shutil
import site
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from autograder.assignment import Assignment
from autograder.validation.catalogue import make_submission, read_catalogue

NAME = "hw1_softmax"
ANSWER = "Both means lie in the middle, so a straight line parts the rings."
REPOSITORY = str(Path(__file__).parents[2])
WITHOUT_TORCH = """
import sys
sys.modules["torch"] = None  # an import of it fails from here on
from pathlib import Path
from autograder.assignment import Assignment
from autograder.grading.grader import Grader
from autograder.grading.options import options_for
from autograder.grading.submission import read_submission
from autograder.sandbox import launch
launch.PRELOAD[:] = ["numpy"]
assignment = Assignment(Path(sys.argv[1]), sys.argv[2])
grader = Grader(assignment, options_for(assignment.root))
report = grader.grade(read_submission(Path(sys.argv[3]), assignment, "anna"))
grader.close()
print(report.score, [check.message for check in report.checks if check.message])
"""


def python(code: str, *words: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", code, *map(str, words)]
    env = {**os.environ, "PYTHONPATH": REPOSITORY, "COLUMNS": "120"}
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, timeout=240, check=False)


def autograder(*words: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    return python("from autograder.cli import main; main()", *words, cwd=cwd)


@pytest.fixture(scope="module")
def assignment(tmp_path_factory: pytest.TempPathFactory) -> Assignment:
    """The starter in a course that was made for it, built."""
    folder = tmp_path_factory.mktemp("elsewhere")
    made = autograder("new", NAME, "--course", "course", cwd=folder)
    assert made.returncode == 0, made.stderr
    assert f"next: autograder build {NAME}; autograder validate {NAME}" in made.stdout
    built = autograder("build", cwd=folder / "course" / "assignments")  # found from any folder inside
    assert built.returncode == 0, built.stderr
    assert "note:" not in built.stdout
    return Assignment(folder / "course", NAME)


@pytest.fixture
def hand_in(assignment: Assignment, tmp_path: Path) -> Callable[[str, Any], Path]:
    def write(student: str, notebook: Any) -> Path:
        path = tmp_path / "submitted" / student / NAME / f"{NAME}.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(notebook, path)
        return path

    return write


def test_its_checks_are_proved(assignment: Assignment) -> None:
    done = autograder("validate", NAME, "--secrets", 1, cwd=assignment.root)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "8 of 8, 7 of them named (1 invisible)" in done.stdout
    assert "4 of 4" in done.stdout


def test_its_class_is_graded(assignment: Assignment, hand_in: Callable[[str, Any], Path], tmp_path: Path) -> None:
    catalogue = read_catalogue(assignment)
    hand_in("anna", make_submission(assignment))
    hand_in("ben", make_submission(assignment, kind="blank"))
    hand_in("cleo", make_submission(assignment, catalogue.variant("N3")))
    done = autograder("grade", NAME, tmp_path / "submitted", "--out", tmp_path / "results", cwd=assignment.root)
    assert done.returncode == 0, done.stderr
    reports = {path.stem: json.loads(path.read_text()) for path in (tmp_path / "results" / "reports").glob("*.json")}
    assert {student: report["score"] for student, report in reports.items()} == {"anna": 9.0, "ben": 0.0, "cleo": 6.0}
    (lost,) = [check for check in reports["cleo"]["checks"] if check["outcome"] != "passed"]
    assert (lost["task"], lost["mistake"]) == ("NearestMean.predict", "N3")
    assert "Euclidean distance" in (tmp_path / "results" / "feedback" / "cleo.html").read_text()
    assert (assignment.root / "gradebook.db").exists()


def test_torch_is_not_needed(assignment: Assignment, hand_in: Callable[[str, Any], Path]) -> None:
    notebook = make_submission(assignment)
    notebook.cells.insert(0, nbformat.v4.new_code_cell("import sys\nsys.modules['torch'] = None", id="first"))
    done = python(WITHOUT_TORCH, assignment.root, NAME, hand_in("anna", notebook), cwd=assignment.root)
    assert done.stdout.splitlines() == ["9.0 []"], done.stderr


class TestItsStudents:
    """With the release folder alone: none of our packages can be imported."""

    @pytest.fixture
    def folder(self, assignment: Assignment, tmp_path: Path) -> Path:
        return Path(shutil.copytree(assignment.release.parent, tmp_path / "mine"))

    def check(self, folder: Path) -> tuple[int, list[str]]:
        """`python check.py`: its exit code, and the lines of its summary."""
        env = {**os.environ, "PYTHONPATH": os.pathsep.join(site.getsitepackages())}  # -S: no links to this repository

        def run(*words: str) -> subprocess.CompletedProcess[str]:
            command = [sys.executable, "-S", *words]
            return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)

        assert "No module named 'autograder'" in run("-c", "import autograder").stderr
        done = run("check.py")
        assert done.stderr == ""
        lines = done.stdout.splitlines()
        return done.returncode, [line.strip() for line in lines[lines.index(f"{NAME}.ipynb") + 1 :]]

    def test_a_blank_notebook_is_open_everywhere(self, folder: Path) -> None:
        assert self.check(folder) == (
            1,
            [
                "open  softmax: still open; 3 hidden checks at grading",
                "open  NearestMean.fit: still open; 1 hidden check at grading",
                "open  NearestMean.predict: still open; 1 hidden check at grading",
                "FAIL  0 of 3 tasks pass their public checks; 5 hidden checks are run at grading",
                "open  q-nearest-mean: no answer stands in its cell, the limit is 60 words",
                "FAIL  the saved notebook was never run: choose “Restart kernel and run all cells”, and save",
            ],
        )

    def test_a_notebook_that_was_run_from_the_top_is_ready(self, assignment: Assignment, folder: Path) -> None:
        path = folder / f"{NAME}.ipynb"
        notebook = make_submission(assignment)
        question = next(cell for cell in notebook.cells if cell.id == "q-nearest-mean")
        question.source = question.source.replace("YOUR ANSWER HERE", ANSWER)
        nbformat.write(notebook, path)
        NotebookClient(notebook, timeout=60, resources={"metadata": {"path": str(folder)}}).execute()
        shown = notebook.cells[-1].outputs[0].data["text/plain"]
        assert "ok    q-nearest-mean: about 13 words, the limit is 60" in shown
        assert "ok    the kernel was restarted and every cell was run once, from top to bottom" in shown
        assert "note  save the notebook now: its file is what you hand in" in shown
        nbformat.write(notebook, path)

        code, lines = self.check(folder)
        assert code == 0
        assert lines[:3] == [
            "ok    softmax: 3 of 3 public checks pass; 3 hidden checks at grading",
            "ok    NearestMean.fit: 1 of 1 public check passes; 1 hidden check at grading",
            "ok    NearestMean.predict: 1 of 1 public check passes; 1 hidden check at grading",
        ]
        assert lines[-1] == "ok    saved after “restart and run all”"

        notebook.cells[1].execution_count, notebook.cells[2].execution_count = 2, 1
        nbformat.write(notebook, path)
        code, lines = self.check(folder)
        assert code == 1
        assert lines[-1].startswith("FAIL  code cell 1 (`import numpy as np`) was run as number 2, not 1")

    def test_a_cell_that_was_changed_after_it_was_run_is_seen(self, assignment: Assignment, folder: Path) -> None:
        notebook = make_submission(assignment)
        saved = nbformat.from_dict(notebook)
        nbformat.write(saved, folder / f"{NAME}.ipynb")
        task = next(cell for cell in notebook.cells if cell.id == "task-softmax")
        task.source += "\n# changed, and not saved\n"
        NotebookClient(notebook, timeout=60, resources={"metadata": {"path": str(folder)}}).execute()
        shown = notebook.cells[-1].outputs[0].data["text/plain"]
        assert "(`def softmax(scores):`) is not what was run: it was changed after that, or" in shown
