"""The same assignment and submissions as a course for stock nbgrader: hidden checks as assertions in the notebook.

A grade cell holds one line per check; it runs the very check function in the kernel (see inprocess_student.py) and the
cell's last line is the number of points, which nbgrader reads as partial credit. Experiment cells and public checks are
left out of every notebook, since our grader does not run them either.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import nbformat

from autograder.assignment import Assignment
from autograder.authoring.checks_index import ChecksIndex, read_checks
from autograder.grading.grader import materials_of

LEFT_OUT = ("experiment", "public_check")
QUIET = {"OMP_NUM_THREADS": "1", "TQDM_DISABLE": "1"}  # one thread as in our sandbox, no progress bars to render
CONFIG = """\
c = get_config()
c.CourseDirectory.course_id = "benchmark"
c.CourseDirectory.db_url = "sqlite:///{root}/gradebook.db"
c.Execute.timeout = 300
"""
OPENING = """\
from inprocess_student import GradeCell, InProcessChecks
from pathlib import Path

_probes = Path("hidden/probes.py").read_text()
_checks = InProcessChecks(Path("hidden/checks").resolve(), _probes, {assignment!r}, bytes.fromhex({key!r}))
"""


def make_course(root: Path, assignment: Assignment, submitted: Path, key: bytes) -> None:
    """Writes a course folder for nbgrader, ready for `nbgrader generate_assignment`."""
    folder = root / "source" / assignment.name
    folder.mkdir(parents=True)
    (root / "nbgrader_config.py").write_text(CONFIG.format(root=root))
    materials = materials_of(assignment)
    for name, text in materials.files.items():
        (folder / name).write_text(text, encoding="utf-8")
    shutil.copy(Path(__file__).with_name("inprocess_student.py"), folder)
    shutil.copytree(assignment.checks, folder / "hidden" / "checks", ignore=shutil.ignore_patterns("__pycache__"))
    if assignment.calibration.exists():
        shutil.copy(assignment.calibration, folder / "hidden")
    (folder / "hidden" / "probes.py").write_text(materials.probes, encoding="utf-8")
    convert(assignment.source, folder / assignment.source.name, _with_assertions(assignment, key))
    for student in sorted(path.name for path in submitted.iterdir()):
        place = root / "submitted" / student / assignment.name
        place.mkdir(parents=True)
        notebook = submitted / student / assignment.name / assignment.source.name
        convert(notebook, place / notebook.name, lambda cells: cells)


def environment(assignment: Assignment) -> dict[str, str]:
    """The same data and the same one thread that our grader gives, and its tools (alembic) on the path."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    return {**os.environ, **materials_of(assignment).environment, **QUIET, "PATH": path}


def scores(root: Path, assignment: Assignment) -> dict[str, float]:
    """Automatic score of each student as nbgrader stored it."""
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{root}/gradebook.db", "benchmark") as gradebook:
        found = gradebook.assignment_submissions(assignment.name)
        return {each.student.id: sum(_auto_scores(each)) for each in found}


def _auto_scores(submission: Any) -> list[float]:
    return [grade.auto_score or 0.0 for notebook in submission.notebooks for grade in notebook.grades]


def convert(source: Path, target: Path, change: Callable[[list[Any]], list[Any]]) -> None:
    """Writes a notebook without what our grader does not run either, its cells changed."""
    notebook = nbformat.read(source, as_version=4)
    notebook.cells = change([cell for cell in notebook.cells if _kind(cell) not in LEFT_OUT])
    nbformat.write(notebook, target)


def _kind(cell: Mapping[str, Any]) -> str:
    return str(cell["metadata"].get("autograder", {}).get("kind", ""))


def _with_assertions(assignment: Assignment, key: bytes) -> Callable[[list[Any]], list[Any]]:
    """The change that fills the grade cells: all checks are set up by the first one."""
    checks = read_checks(assignment.checks)

    def fill(cells: list[Any]) -> list[Any]:
        opening = OPENING.format(assignment=assignment.name, key=key.hex())
        for cell in cells:
            if _kind(cell) == "points":
                cell.source = opening + _assertions(cell.metadata["autograder"]["task"], checks)
                opening = ""
        return cells

    return fill


def _assertions(task: str, checks: ChecksIndex) -> str:
    lines = [f"_cell.check({json.dumps(check.id)}, {check.points})" for check in checks.of(task)]
    return "\n".join(["_cell = GradeCell(_checks, globals())", *lines, "_cell.points()"])
