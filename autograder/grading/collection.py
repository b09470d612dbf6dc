"""Finds the notebooks of a class: nbgrader's layout, a folder of notebooks, one notebook, or a zip archive of these."""

from __future__ import annotations

import os
from pathlib import Path

from autograder.assignment import Assignment
from autograder.errors import AutograderError
from autograder.grading.archives import NOTEBOOK, ZIP, notebook_of, unpacked_class


def find_submissions(path: Path, assignment: Assignment) -> list[tuple[str, Path]]:
    """Student and notebook of every submission under `path`, sorted; raises AutograderError when there is none.

    Layouts: `<student>/<assignment>/<assignment>.ipynb` (nbgrader's `submitted/`), `<student>/anything.ipynb`,
    `<student>.ipynb`, or one notebook; all of these in one zip archive, and in the place of any notebook a student's
    zip archive that holds it. A student whose folder holds no notebook is in the list too, with a path that
    does not exist, so that the student gets a report. Links that lead out of the folder are in the list unresolved:
    reading them is refused.
    """
    if not path.exists():
        raise AutograderError(
            f"{path} does not exist: give a notebook, a folder of notebooks, or nbgrader's submitted/"
        )
    if path.is_file() and path.suffix.lower() == ZIP:
        found = _in_archive(unpacked_class(path), assignment)
    else:
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


def _in_archive(folder: Path, assignment: Assignment) -> list[tuple[str, Path]]:
    """As in a folder; archives often hold one folder with everything in it."""
    while not (found := _in_folder(folder, assignment)):
        entries = _entries(folder)
        if len(entries) != 1 or not entries[0].is_dir():
            return []
        folder = entries[0]
    return found


def _in_folder(folder: Path, assignment: Assignment) -> list[tuple[str, Path]]:
    if (folder / assignment.name).is_dir():
        return [(_student_of(folder, assignment), notebook_in(folder / assignment.name, folder, assignment.name))]
    students = [entry for entry in _entries(folder) if entry.is_dir()]
    submitted = [entry for entry in students if (entry / assignment.name).is_dir()]
    if submitted:
        return [
            (_name(entry.name), notebook_in(entry / assignment.name, folder, assignment.name)) for entry in submitted
        ]
    notebooks = _notebooks(folder)
    if len(notebooks) == 1 and notebooks[0].stem == assignment.name:
        return [(_student_of(notebooks[0].resolve(), assignment), _inside(notebooks[0], folder))]
    named = {notebook.stem for notebook in notebooks}
    hand_ins = notebooks + [archive for archive in _archives(folder) if archive.stem not in named]
    if hand_ins:
        return [(_name(entry.stem), _opened(_inside(entry, folder), assignment.name)) for entry in hand_ins]
    with_files = [entry for entry in students if _notebooks(entry) or _archives(entry)]
    return [(_name(entry.name), notebook_in(entry, folder, assignment.name)) for entry in with_files]


def notebook_in(hand_in: Path, folder: Path, name: str) -> Path:
    """The notebook called `name`, else the only one in `hand_in`, else a path that does not exist.

    A link that leads out of `folder` is returned itself: reading it is refused."""
    expected = hand_in / f"{name}{NOTEBOOK}"
    candidates = _notebooks(hand_in) or _archives(hand_in)
    if not expected.is_symlink() and not expected.exists() and len(candidates) == 1:
        expected = candidates[0]
    return _opened(_inside(expected, folder), name)


def _opened(path: Path, name: str) -> Path:
    """The notebook in a student's archive; any other path as it is."""
    return notebook_of(path, name) if path.suffix.lower() == ZIP and not path.is_symlink() else path


def _notebooks(folder: Path) -> list[Path]:
    return [entry for entry in _entries(folder) if entry.suffix.lower() == NOTEBOOK and not entry.is_dir()]


def _archives(folder: Path) -> list[Path]:
    return [entry for entry in _entries(folder) if entry.suffix.lower() == ZIP and not entry.is_dir()]


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
