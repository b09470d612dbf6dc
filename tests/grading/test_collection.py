"""Folders as instructors have them, each with the submissions that are found in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.assignment import Assignment
from autograder.errors import AutograderError
from autograder.grading.collection import find_submissions
from autograder.grading.submission import read_submission
from tests.grading.notebooks import NAME, make_course, save, solved


@pytest.fixture(scope="module")
def assignment(tmp_path_factory: pytest.TempPathFactory) -> Assignment:
    return make_course(tmp_path_factory.mktemp("course"))


def make(folder: Path, *files: str) -> Path:
    for file in files:
        save(folder / file, solved())
    return folder


def found(path: Path, assignment: Assignment) -> dict[str, str]:
    return {student: notebook.name for student, notebook in find_submissions(path, assignment)}


def test_nbgraders_layout(assignment: Assignment, tmp_path: Path) -> None:
    make(tmp_path, f"ann/{NAME}/{NAME}.ipynb", f"bob/{NAME}/{NAME}.ipynb", "cem/other/other.ipynb", "notes.ipynb")
    assert found(tmp_path, assignment) == {"ann": f"{NAME}.ipynb", "bob": f"{NAME}.ipynb"}


def test_a_wrong_file_name_is_the_only_notebook_there(assignment: Assignment, tmp_path: Path) -> None:
    make(tmp_path, f"ann/{NAME}/final (2).ipynb", f"ann/{NAME}/.ipynb_checkpoints/x.ipynb", f"ann/{NAME}/._x.ipynb")
    assert found(tmp_path, assignment) == {"ann": "final (2).ipynb"}


def test_a_student_without_a_notebook_gets_a_report_that_says_so(assignment: Assignment, tmp_path: Path) -> None:
    make(tmp_path, f"ann/{NAME}/a.ipynb", f"ann/{NAME}/b.ipynb")
    (tmp_path / "bob" / NAME).mkdir(parents=True)
    for student, path in find_submissions(tmp_path, assignment):
        submission = read_submission(path, assignment, student)
        assert submission.problem == f"The submission holds no notebook called {NAME}.ipynb."


def test_a_folder_of_notebooks(assignment: Assignment, tmp_path: Path) -> None:
    make(tmp_path, "ann.ipynb", "Zoë O'Neil.ipynb", "a.b.ipynb", "shout.IPYNB")
    assert set(found(tmp_path, assignment)) == {"ann", "Zoë O'Neil", "a.b", "shout"}


def test_a_folder_for_each_student(assignment: Assignment, tmp_path: Path) -> None:
    make(tmp_path, "ann/x.ipynb", f"bob/{NAME}.ipynb", "cem/notes.txt")
    assert found(tmp_path, assignment) == {"ann": "x.ipynb", "bob": f"{NAME}.ipynb"}


@pytest.mark.parametrize(
    ("file", "path", "student"),
    [
        ("ann.ipynb", "ann.ipynb", "ann"),
        (f"ann/{NAME}.ipynb", f"ann/{NAME}.ipynb", "ann"),
        (f"ann/{NAME}/{NAME}.ipynb", f"ann/{NAME}/{NAME}.ipynb", "ann"),
        (f"ann/{NAME}/{NAME}.ipynb", f"ann/{NAME}", "ann"),
        (f"ann/{NAME}/{NAME}.ipynb", "ann", "ann"),
    ],
)
def test_one_notebook(assignment: Assignment, tmp_path: Path, file: str, path: str, student: str) -> None:
    make(tmp_path, file)
    [(name, notebook)] = find_submissions(tmp_path / path, assignment)
    assert name == student
    assert notebook == (tmp_path / file).resolve()


@pytest.mark.parametrize(
    ("path", "words"),
    [("nowhere", "does not exist"), ("empty", "holds no submission of hw0_small"), ("essay.pdf", "is no notebook")],
)
def test_what_holds_no_submission_is_one_line(assignment: Assignment, tmp_path: Path, path: str, words: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "essay.pdf").write_text("x")
    with pytest.raises(AutograderError, match=words):
        find_submissions(tmp_path / path, assignment)


def test_links_out_of_the_folder_are_refused(assignment: Assignment, tmp_path: Path) -> None:
    outside = make(tmp_path / "outside", f"{NAME}/{NAME}.ipynb")
    inside = make(tmp_path / "in", f"ann/{NAME}/{NAME}.ipynb")
    (inside / "folder").symlink_to(outside)
    (inside / "file" / NAME).mkdir(parents=True)
    (inside / "file" / NAME / f"{NAME}.ipynb").symlink_to(outside / NAME / f"{NAME}.ipynb")
    (inside / "circle" / NAME).mkdir(parents=True)
    (inside / "circle" / NAME / f"{NAME}.ipynb").symlink_to(f"{NAME}.ipynb")
    (inside / "friend").symlink_to(inside / "ann")
    problems = {
        student: read_submission(path, assignment, student).problem
        for student, path in find_submissions(inside, assignment)
    }
    assert problems.pop("ann") == problems.pop("friend") == ""
    assert set(problems) == {"folder", "file", "circle"}
    assert all("is a link" in problem for problem in problems.values())


def test_names_that_are_no_text_are_spelled_out(assignment: Assignment, tmp_path: Path) -> None:
    folder = str(tmp_path).encode()
    save(tmp_path / "x.ipynb", solved())
    (tmp_path / "x.ipynb").rename(Path((folder + b"/b\xff.ipynb").decode("utf-8", "surrogateescape")))
    assert [student for student, _ in find_submissions(tmp_path, assignment)] == ["b\\xff"]
