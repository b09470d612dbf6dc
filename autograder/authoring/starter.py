"""`autograder new`: a course and an assignment that work from the first minute, for an author to change."""

from __future__ import annotations

import keyword
import re
import shutil
from pathlib import Path

from autograder.assignment import Assignment, Course
from autograder.errors import AuthoringError

TEMPLATE = Path(__file__).parents[1] / "starter"  # itself laid out as a course
NAME = "starter"
SHARED = "shared"  # beside the assignments lies the folder of their common modules

_NAME = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
_LEFT_BEHIND = shutil.ignore_patterns("__pycache__", "*.pyc")


def new_course(root: Path) -> Course:
    """The course in exactly this folder, made if it is none yet; files that are there already stay as they are."""
    if (root / "assignments").is_dir():
        return Course(root.resolve())
    try:
        (root / "assignments").mkdir(parents=True)
        (root / "solutions").mkdir(exist_ok=True)
        for source, name in (("gitignore", ".gitignore"), ("nbgrader_config.py", "nbgrader_config.py")):
            if not (root / name).exists():
                shutil.copyfile(TEMPLATE / source, root / name)
    except OSError as error:
        raise AuthoringError(f"{root} cannot be made a course: {error.strerror}") from None
    return Course(root.resolve())


def new_assignment(course: Course, name: str) -> Assignment:
    """A copy of the starter under a new name; raises AuthoringError, and makes nothing, where something is there."""
    _refuse_name(name)
    assignment = Assignment(course.root, name)
    for path in (assignment.folder, assignment.solution, assignment.source.parent, assignment.release.parent):
        if path.exists():
            raise AuthoringError(f"{path} is there already: choose another name, or remove it")
    template = Assignment(TEMPLATE, NAME)
    try:
        shutil.copytree(template.folder, assignment.folder, ignore=_LEFT_BEHIND)
        assignment.solution.parent.mkdir(exist_ok=True)
        shutil.copyfile(template.solution, assignment.solution)
    except OSError as error:
        shutil.rmtree(assignment.folder, ignore_errors=True)
        raise AuthoringError(f"{error.filename or assignment.folder} cannot be written: {error.strerror}") from None
    return assignment


def _refuse_name(name: str) -> None:
    """A name is that of a Python module, of a folder and of nbgrader's assignment at once."""
    if not _NAME.fullmatch(name) or keyword.iskeyword(name) or len(name) > 60:
        raise AuthoringError(f"{name!r} is no name: use up to 60 small letters, digits and _, such as hw8_attention")
    if name == SHARED:
        raise AuthoringError(f"{name!r} is a folder's name of its own: choose another")
