"""A course folder as instructors have it, with nbgrader's configuration, and what its gradebook says."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

CONFIG = """
from pathlib import Path
import autograder.nbgrader
c = get_config()
root = Path(__file__).resolve().parent
c.CourseDirectory.root = str(root)
c.CourseDirectory.course_id = "tiny"
c.Exchange.root = str(root / "exchange")
autograder.nbgrader.configure(c)
"""
_GRADES = """
    select s.student_id, a.name, c.name, g.auto_score, g.manual_score, g.needs_manual_grade
    from grade g join base_cell c on c.id = g.cell_id
    join submitted_notebook n on n.id = g.notebook_id
    join submitted_assignment s on s.id = n.assignment_id join assignment a on a.id = s.assignment_id"""


def make_course(root: Path, like: Path | None = None) -> Path:
    """An empty course, or a copy of one, with nbgrader configured."""
    if like is not None:
        shutil.copytree(like, root, ignore=shutil.ignore_patterns("__pycache__"))
    root.mkdir(parents=True, exist_ok=True)
    (root / "nbgrader_config.py").write_text(CONFIG)
    (root / "exchange").mkdir(mode=0o777)
    (root / "exchange").chmod(0o777)
    return root


def environment(home: Path) -> dict[str, str]:
    """For Jupyter's programs: nothing of the user's own configuration has a say."""
    repository = str(Path(__file__).parents[2])
    return {
        **os.environ,
        "HOME": str(home),
        "JUPYTER_CONFIG_DIR": str(home / "jupyter"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "PYTHONPATH": repository,
    }


def nbgrader(*words: str, root: Path) -> subprocess.CompletedProcess[str]:
    """nbgrader's command line in the course, started by its full name as from a script."""
    program = Path(sys.executable).with_name("nbgrader")
    command, env = [program, *words], environment(root.parent)
    return subprocess.run(command, cwd=root, env=env, capture_output=True, text=True, timeout=300, check=False)


def grades(root: Path, assignment: str) -> dict[tuple[str, str], tuple[float | None, float | None, bool]]:
    """(student, cell) -> automatic score, manual score, whether a human must look."""
    with sqlite3.connect(root / "gradebook.db") as connection:
        rows = list(connection.execute(_GRADES))
    return {(row[0], row[2]): (row[3], row[4], bool(row[5])) for row in rows if row[1] == assignment}


def totals(root: Path, assignment: str) -> dict[str, float]:
    """Automatic points of each student."""
    found: dict[str, float] = {}
    for (student, _), (auto_score, _, _) in grades(root, assignment).items():
        found[student] = found.get(student, 0.0) + (auto_score or 0.0)
    return found
