"""The zip that an instructor uploads as Gradescope's autograder: two scripts, the engine, one assignment, one secret.

It holds no solution: the students' notebook stands in for the instructor's, whose given cells it has anyway. Its secret
is derived from the course's for this purpose alone, so that a zip which falls into wrong hands gives away the inputs
of one assignment on Gradescope and nothing of the course.
"""

from __future__ import annotations

import ast
import importlib.metadata
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from autograder.assignment import Assignment
from autograder.checking.secret import CourseSecret
from autograder.errors import AutograderError
from autograder.exports.gradescope_settings import COURSE, ENGINE, FILE, Settings
from autograder.grading.template import load_template

SCRIPTS = ("setup.sh", "run_autograder")
NEEDED = (  # packages for grading alone; their versions are bounded where the engine's own are
    "torch torchvision numpy scipy scikit-learn matplotlib tqdm ipython msgspec pyseccomp pytest"
).split()

_ENTRY = "exports/gradescope_run.py"
_WHOLE = ("sandbox", "checking")  # the student's side, and what an author's checks may import
_DATE = (1980, 1, 1, 0, 0, 0)  # the same zip from the same files


def write_zip(assignment: Assignment, out: Path, settings: Settings, pip_options: Iterable[str] = ()) -> Path:
    """Writes the zip; `pip_options` become lines of its requirements.txt, such as one that names another index.

    Raises AuthoringError when the notebooks are not built, AutograderError when the file cannot be written.
    """
    load_template(assignment)
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(_contents(assignment, settings, pip_options)):
            entry = zipfile.ZipInfo(name, _DATE)
            entry.external_attr = (0o100000 | _mode(name)) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_bytes(data.getvalue())
        out.chmod(0o600)
    except OSError as error:
        raise AutograderError(f"cannot write {out}: {error.strerror}") from None
    return out


def secret_of(assignment: Assignment) -> CourseSecret:
    """The secret that goes into the assignment's zip: the course's cannot be computed from it."""
    return CourseSecret.of_course(assignment.root).derive("gradescope", assignment.name)


def requirements() -> list[str]:
    """What the container has to install, with this package's own bounds."""
    said = importlib.metadata.requires("autograder") or []
    bounds = {re.split(r"[^\w.-]", line, maxsplit=1)[0].lower(): line for line in said if "extra ==" not in line}
    return [bounds[name] for name in NEEDED]


def _contents(assignment: Assignment, settings: Settings, pip_options: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    for script in SCRIPTS:
        yield script, (Path(__file__).parent / "gradescope_files" / script).read_bytes()
    yield FILE, settings.to_json()
    yield "requirements.txt", "".join(f"{line}\n" for line in [*pip_options, *requirements()]).encode()
    yield f"{COURSE}/.autograder/secret", secret_of(assignment).key.hex().encode() + b"\n"
    package = Path(__file__).parents[1]
    for path in _engine(package):
        yield f"{ENGINE}/{package.name}/{path.relative_to(package).as_posix()}", path.read_bytes()
    for path, place in _assignment_files(assignment):
        yield f"{COURSE}/{place.relative_to(assignment.root).as_posix()}", path.read_bytes()


def _mode(name: str) -> int:
    """Submissions run as another user: it reads the student's side of the engine, and nothing of the course."""
    if name in SCRIPTS:
        return 0o755
    return 0o600 if name.startswith(f"{COURSE}/") else 0o644


def _engine(package: Path) -> list[Path]:
    """The modules that grading imports, found by following their import statements."""
    found: set[Path] = set()
    left = [package / _ENTRY, *(path for folder in _WHOLE for path in (package / folder).glob("*.py"))]
    while left:
        path = left.pop()
        if path not in found:
            found.add(path)
            left += [*_imported(path, package), path.parent / "__init__.py"]
    return sorted(found)


def _imported(path: Path, package: Path) -> Iterator[Path]:
    """The modules of our own that a module imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, (ast.Import, ast.ImportFrom)) else []
        if isinstance(node, ast.ImportFrom):
            names = [node.module or "", *(f"{node.module}.{name}" for name in names)]
        for name in names:
            root, _, module = name.partition(".")
            place = package / f"{module.replace('.', '/')}.py"
            if root == package.name and place.is_file():
                yield place


def _assignment_files(assignment: Assignment) -> Iterator[tuple[Path, Path]]:
    """Files and the places they take in the course of the zip."""
    yield assignment.release, assignment.release
    yield assignment.release, assignment.source
    for folder in (assignment.checks, assignment.source.parent):
        yield from ((path, path) for path in sorted(folder.glob("*.py")))
    yield from ((path, path) for path in (assignment.probes, assignment.calibration) if path.exists())
