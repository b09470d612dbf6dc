"""`autograder new` makes what works, and says in one line why it does not make something."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from autograder.assignment import Course
from autograder.authoring.starter import new_assignment, new_course
from autograder.errors import AuthoringError


def autograder(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """The command line, as from a shell in `folder`."""
    command = [sys.executable, "-c", "from autograder.cli import main; main()", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=120)


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return new_course(tmp_path / "course")


def files(root: Path) -> set[str]:
    return {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}


def test_an_empty_course_has_nbgraders_configuration_and_keeps_its_secret_out_of_git(course: Course) -> None:
    assert files(course.root) == {".gitignore", "nbgrader_config.py"}
    assert ".autograder/" in (course.root / ".gitignore").read_text().splitlines()
    assert course.names == []


def test_a_folder_becomes_a_course_without_losing_a_file(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("mine\n")
    (tmp_path / "README.md").write_text("mine\n")
    root = new_course(tmp_path).root
    assert files(root) == {".gitignore", "README.md", "nbgrader_config.py"}
    assert (root / ".gitignore").read_text() == "mine\n"


def test_a_course_is_made_where_it_is_asked_for_and_not_in_one_above(course: Course) -> None:
    assert new_course(course.root / "inner").root == course.root / "inner"


def test_an_assignment_has_every_part(course: Course) -> None:
    made = new_assignment(course, "hw8_attention")
    assert course.names == ["hw8_attention"]
    parts = (made.text, made.solution, made.probes, made.mistakes, made.alternatives, made.folder / "rubric.md")
    assert all(part.is_file() for part in parts)
    assert list(made.checks.glob("test_*.py"))
    assert list(made.release_files.glob("check.py"))
    assert not list(course.root.rglob("__pycache__"))


@pytest.mark.parametrize("name", ["", "Hw1", "hw 1", "hw-1", "1hw", "../hw", "hw/1", "class", "übung", "h" * 61])
def test_a_name_that_is_none_is_refused(course: Course, name: str) -> None:
    with pytest.raises(AuthoringError, match="is no name: use up to 60 small letters"):
        new_assignment(course, name)
    assert course.names == []


def test_the_folder_of_shared_modules_is_no_assignment(course: Course) -> None:
    with pytest.raises(AuthoringError, match="choose another"):
        new_assignment(course, "shared")


@pytest.mark.parametrize("there", ["assignments/hw1", "solutions/hw1.py", "source/hw1", "release/hw1"])
def test_nothing_that_exists_is_touched(course: Course, there: str) -> None:
    (course.root / there).mkdir(parents=True)
    before = files(course.root)
    with pytest.raises(AuthoringError, match="is there already"):
        new_assignment(course, "hw1")
    assert files(course.root) == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["new"], "say what to make"),
        (["new", "hw1"], "no folder 'assignments'"),
        (["new", "Hw1", "--course", "made"], "is no name"),
        (["new", "hw1", "--course", "file"], "cannot be made a course"),
    ],
)
def test_what_cannot_be_made_is_one_line(tmp_path: Path, arguments: list[str], words: str) -> None:
    (tmp_path / "file").write_text("")
    done = autograder(*arguments, folder=tmp_path)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert words in done.stderr
