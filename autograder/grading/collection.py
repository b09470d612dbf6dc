"""Finds the notebooks of a class: nbgrader's layout, a folder of notebooks, or one notebook."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from autograder.assignment import Assignment
from autograder.errors import AutograderError

NOTEBOOK = ".ipynb"


def find_submissions(path: Path, assignment: Assignment) -> list[tuple[str, Path]]:
    """Student and notebook of every submission under `path`, sorted; raises AutograderError when there is none.

    Layouts: `<student>/<assignment>/<assignment>.ipynb` (nbgrader's `submitted/`), `<student>/anything.ipynb`,
    `<student>.ipynb`, or one notebook. A student whose folder holds no notebook is in the list too, with a path that
    does not exist, so that the student gets a report. Links that lead out of the folder are in the list unresolved:
    reading them is refused.
    """
    if not path.exists():
        raise AutograderError(
            f"{path} does not exist: give a notebook, a folder of notebooks, or nbgrader's submitted/"
        )
    found = [_single(path, assignment)] if path.is_file() else _in_folder(path, assignment)
    if not found:
        raise AutograderError(
            f"{path} holds no submission of {assignment.name}: no notebook ({NOTEBOOK}) was found in it"
        )
    return sorted(found)


def _single(path: Path, assignment: Assignment) -> tuple[str, Path]:
    if path.suffix.lower() != NOTEBOOK:
        raise AutograderError(f"{path} is no notebook: its name does not end in {NOTEBOOK}")
    path = path.resolve()
    return _student_of(path, assignment), path


def _student_of(path: Path, assignment: Assignment) -> str:
    """The notebook's name, or the first name above it that is not the assignment's."""
    for name in (path.stem, *(folder.name for folder in path.parents)):
        if name and name != assignment.name:
            return _name(name)
    return "student"


def _in_folder(folder: Path, assignment: Assignment) -> list[tuple[str, Path]]:
    if (folder / assignment.name).is_dir():
        return [(_student_of(folder, assignment), notebook_in(folder / assignment.name, folder, assignment.name))]
    students = [entry for entry in _entries(folder) if entry.is_dir()]
    submitted = [entry for entry in students if (entry / assignment.name).is_dir()]
    if submitted:
        return [(_name(entry.name), notebook_in(entry / assignment.name, folder, assignment.name)) for entry in submitted]
    notebooks = list(_notebooks(folder))
    if len(notebooks) == 1 and notebooks[0].stem == assignment.name:
        return [(_student_of(notebooks[0].resolve(), assignment), _inside(notebooks[0], folder))]
    if notebooks:
        return [(_name(notebook.stem), _inside(notebook, folder)) for notebook in notebooks]
    return [
        (_name(entry.name), notebook_in(entry, folder, assignment.name)) for entry in students if any(_notebooks(entry))
    ]


def notebook_in(hand_in: Path, folder: Path, name: str) -> Path:
    """The notebook called `name`, else the only one in `hand_in`, else a path that does not exist.

    A link that leads out of `folder` is returned itself: reading it is refused."""
    expected = hand_in / f"{name}{NOTEBOOK}"
    notebooks = list(_notebooks(hand_in))
    if not expected.is_symlink() and not expected.exists() and len(notebooks) == 1:
        expected = notebooks[0]
    return _inside(expected, folder)


def _notebooks(folder: Path) -> Iterator[Path]:
    yield from (entry for entry in _entries(folder) if entry.suffix.lower() == NOTEBOOK and not entry.is_dir())


def _entries(folder: Path) -> list[Path]:
    """What lies in a folder, without hidden files: checkpoints of Jupyter, shadow files of macOS."""
    try:
        return sorted(entry for entry in folder.iterdir() if not entry.name.startswith((".", "__MACOSX")))
    except PermissionError:
        raise AutograderError(f"{folder} cannot be read: permission denied") from None


def _inside(path: Path, folder: Path) -> Path:
    """The path, or the first link on the way to it when it leads out of the folder."""
    try:
        resolved = path.resolve()
    except (OSError, RuntimeError):  # links in a circle
        resolved = None
    if resolved is not None and resolved.is_relative_to(folder.resolve()):
        return resolved
    steps = [path, *path.parents]
    return next(
        step for step in reversed(steps) if step.is_relative_to(folder) and step != folder and step.is_symlink()
    )


def _name(name: str) -> str:
    """A student's name as text: bytes that are no UTF-8 are spelled out."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")
