"""The same assignment for otter-grader: the hidden checks as test cases in its autograder's zip.

otter-grader lives in a virtual environment of its own below build/, made when it is first wanted; torch and the rest of
what submissions import come from this project's environment by a path file, so both graders run the same arithmetic.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sysconfig
import venv
from pathlib import Path
from typing import Any

from autograder.assignment import Assignment
from autograder.authoring.checks_index import IndexedCheck, read_checks
from autograder.errors import AutograderError
from autograder.grading.grader import materials_of
from benchmarks.stock_nbgrader import convert, environment

ROOT = Path(__file__).resolve().parents[1]
PLACE = ROOT / "build" / "otter"
PACKAGE = "otter-grader[grading]>=6"
TEST = """\
OK_FORMAT = True

test = {test}
"""


def install() -> Path:
    """The folder of otter's programs; raises AutograderError when pip cannot get it."""
    programs = PLACE / "bin"
    if not (programs / "otter").exists():
        venv.create(PLACE, with_pip=True)
        command = [str(programs / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        done = subprocess.run([*command, PACKAGE, "ipykernel"], capture_output=True, text=True, check=False)
        if done.returncode:
            raise AutograderError(f"otter-grader cannot be installed: {done.stderr.strip().splitlines()[-1]}")
    site = next((PLACE / "lib").glob("python*/site-packages"))
    ours = [sysconfig.get_paths()["purelib"], str(ROOT)]
    (site / "this_project.pth").write_text("\n".join(ours) + "\n", encoding="utf-8")
    return programs


def make_zip(place: Path, assignment: Assignment, key: bytes) -> Path:
    """Writes the tests and packs otter's autograder zip with all that a submission finds beside it."""
    (place / "tests").mkdir(parents=True)
    for number, check in enumerate(read_checks(assignment.checks).checks):
        text = TEST.format(test=repr(test_of(check, f"c{number:03}")))
        (place / "tests" / f"c{number:03}.py").write_text(text, encoding="utf-8")
    hidden = write_support(place, assignment, key)
    command = [str(install() / "otter"), "generate", "-t", "tests", "-o", "autograder.zip", "--no-environment"]
    done = subprocess.run([*command, *hidden], cwd=place, capture_output=True, text=True, check=False)
    found = list(place.glob("*.zip"))
    if done.returncode or not found:
        raise AutograderError(f"otter generate failed: {(done.stderr or done.stdout).strip()[-500:]}")
    return found[0]


def write_submission(source: Path, target: Path) -> None:
    """The submission without what our grader does not run either."""
    target.parent.mkdir(parents=True, exist_ok=True)
    convert(source, target, lambda cells: cells)


def command(zip_file: Path, notebook: Path, out: Path) -> list[str]:
    return [str(PLACE / "bin" / "otter"), "run", "-a", str(zip_file), "-o", str(out), str(notebook)]


def variables(assignment: Assignment) -> dict[str, str]:
    found = environment(assignment)
    return {**found, "PATH": f"{PLACE / 'bin'}:{found['PATH']}"}


def points(out: Path) -> float:
    """The score in otter's results.json; its entry about public tests is no test of its own."""
    tests = json.loads((out / "results.json").read_text(encoding="utf-8"))["tests"]
    return float(sum(test.get("score", 0.0) for test in tests if test.get("max_score")))


def test_of(check: IndexedCheck, name: str) -> dict[str, Any]:
    """A test with one case, as otter's files hold it."""
    code = f">>> from inprocess_student import passes\n>>> passes({check.id!r}, globals())\nTrue"
    case = {"code": code, "hidden": True, "locked": False, "points": check.points}
    suite = {"cases": [case], "scored": True, "setup": "", "teardown": "", "type": "doctest"}
    return {"name": name, "points": None, "suites": [suite]}


def write_support(place: Path, assignment: Assignment, key: bytes) -> list[str]:
    """Writes what lies beside a submission while it is graded; returns the names."""
    materials = materials_of(assignment)
    for name, text in materials.files.items():
        (place / name).write_text(text, encoding="utf-8")
    shutil.copy(Path(__file__).with_name("inprocess_student.py"), place)
    shutil.copytree(assignment.checks, place / "hidden" / "checks", ignore=shutil.ignore_patterns("__pycache__"))
    if assignment.calibration.exists():
        shutil.copy(assignment.calibration, place / "hidden")
    (place / "hidden" / "probes.py").write_text(materials.probes, encoding="utf-8")
    (place / "hidden" / "course.json").write_text(json.dumps({"assignment": assignment.name, "key": key.hex()}))
    hidden = [str(path.relative_to(place)) for path in sorted((place / "hidden").rglob("*")) if path.is_file()]
    return [*sorted(materials.files), "inprocess_student.py", *hidden]
