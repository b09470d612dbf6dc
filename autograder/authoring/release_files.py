"""The files that lie beside the notebook, for students to see."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from autograder.errors import AuthoringError

LEFT_BEHIND = ("__pycache__", ".ipynb_checkpoints", ".pytest_cache", ".DS_Store")  # by tools; never released
PRIVATE = ("mistakes.py", "alternatives.py", "probes.py", "calibration.json", "rubric.md", "assignment.md")
MODE = 0o644
FOR_STUDENTS = Path(__file__).parents[1] / "for_students"  # modules that come with the engine, for any course

_OF_A_CHECK = re.compile(r"^\s*(from|import)\s+autograder\b|@check\(\s*task\s*=", re.MULTILINE)


def released(folder: Path, shared: Path, wanted: tuple[str, ...]) -> dict[str, Path]:
    """An assignment's own release files and those that it takes from the shared ones, by relative name.

    Shared are the modules that come with the engine, and the course's: of one name, the course's is taken.
    """
    own, common = release_files(folder), {**release_files(FOR_STUDENTS), **release_files(shared)}
    for name in wanted:
        if name not in common:
            raise AuthoringError(f"shared: {name} is not in {shared} (there are: {', '.join(sorted(common))})")
        if name in own:
            raise AuthoringError(f"shared: {name} is in {folder} too: rename or remove one of them")
    return dict(sorted({**own, **{name: common[name] for name in wanted}}.items()))


def release_files(folder: Path) -> dict[str, Path]:
    """Relative name -> file, in the order of names; raises AuthoringError on a file that students must not get."""
    files: dict[str, Path] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if is_left_behind(path.relative_to(folder)):
            continue
        if path.is_symlink():
            raise AuthoringError(f"{path}: a link cannot be released: copy the file")
        if path.is_file():
            refuse_private(name, path)
            files[name] = path
    return files


def is_left_behind(name: Path) -> bool:
    """Whether a tool left this file or folder: caches and the like."""
    return name.suffix == ".pyc" or any(part in LEFT_BEHIND for part in name.parts)


def refuse_private(name: str, path: Path) -> None:
    """Raises AuthoringError on a file that belongs to instructors, by its name or by what it holds."""
    last = name.rpartition("/")[2]
    if last in PRIVATE or (last.startswith("test_") and last.endswith(".py")):
        raise AuthoringError(f"{name}: a file of this name is not for students")
    if last.endswith(".ipynb"):
        raise AuthoringError(f"{name}: nbgrader takes every notebook beside the assignment's for a part of it")
    if last.endswith(".py") and _OF_A_CHECK.search(path.read_text(encoding="utf-8", errors="replace")):
        raise AuthoringError(f"{name}: it uses the autograder, which students do not have, or is a hidden check")


def copy_release_files(files: dict[str, Path], into: Path) -> None:
    """Copies the bytes, with one mode, so that two builds are equal."""
    for name, path in files.items():
        target = into / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
        target.chmod(MODE)
