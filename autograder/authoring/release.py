"""The students' notebook, made by nbgrader itself from the source notebook.

nbgrader is called in this process, in a course folder of its own that is gone afterwards, so that no configuration and
no gradebook of the machine has a say. Its converter changes the current folder of the process while it runs.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from autograder.errors import AuthoringError

_EXCEPTION = re.compile(r"^\s*([\w.]*(?:Error|Exception): .*)$", re.MULTILINE)

KEPT_IN_CELLS = [("nbgrader",), ("autograder",), ("tags",), ("deletable",), ("editable",)]
KEPT_IN_NOTEBOOK = [("autograder",), ("kernelspec",), ("language_info", "name")]


def generate_release(source: Path, release: Path) -> None:
    """Makes the folder `release` from the folder `source` of the same name, without a gradebook.

    Raises AuthoringError with nbgrader's reason if it refuses.
    """
    with tempfile.TemporaryDirectory(prefix="autograder-release-") as course:
        shutil.move(_generated(source, Path(course), db_url=None), release)


def record_cells(source: Path, db_url: str) -> None:
    """Records the cells of the folder `source` in a gradebook, where formgrader and nbgrader's autograde look."""
    with tempfile.TemporaryDirectory(prefix="autograder-release-") as course, _scripts_on_path():
        _generated(source, Path(course), db_url)


def _generated(source: Path, course: Path, db_url: str | None) -> Path:
    """Runs nbgrader's generate_assignment in the folder `course`; the released folder in it."""
    from nbgrader.apps.api import NbGraderAPI  # takes more than a second: only who builds pays for it

    name = source.name
    shutil.copytree(source, course / "source" / name)
    result = NbGraderAPI(config=_configuration(course, db_url)).generate_assignment(name)
    if not result["success"]:
        raise AuthoringError(f"nbgrader could not release {name}: {_reason(result)}")
    return course / "release" / name


def _configuration(course: Path, db_url: str | None) -> Any:
    """All that nbgrader would otherwise take from files, the home folder or the machine."""
    from nbconvert.preprocessors import ClearMetadataPreprocessor
    from nbgrader.converters import GenerateAssignment
    from nbgrader.preprocessors import SaveCells
    from traitlets.config import Config

    steps = GenerateAssignment.class_traits()["preprocessors"].default()
    config = Config()
    config.CourseDirectory.root = str(course)
    config.CourseDirectory.course_id = "course"
    config.CourseDirectory.db_url = db_url or f"sqlite:///{course / 'gradebook.db'}"
    config.Exchange.root = str(course)
    config.Exchange.cache = str(course)
    config.GenerateAssignment.no_database = db_url is None
    config.GenerateAssignment.preprocessors = [
        *(step for step in steps if db_url or step is not SaveCells),
        ClearMetadataPreprocessor,
    ]
    config.ClearMetadataPreprocessor.enabled = True
    config.ClearMetadataPreprocessor.preserve_cell_metadata_mask = KEPT_IN_CELLS
    config.ClearMetadataPreprocessor.preserve_nb_metadata_mask = KEPT_IN_NOTEBOOK
    return config


@contextmanager
def _scripts_on_path() -> Iterator[None]:
    """nbgrader starts `alembic` from PATH for a new gradebook; it lies beside this Python."""
    before = os.environ.get("PATH", "")
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), before])
    try:
        yield
    finally:
        os.environ["PATH"] = before


def _reason(result: dict[str, Any]) -> str:
    """The line of nbgrader's log that says what was wrong: the first exception in it."""
    found = _EXCEPTION.search(f"{result.get('log', '')}\n{result.get('error', '')}")
    return found[1] if found else "it gave no reason"
