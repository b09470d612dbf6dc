"""The zip for Gradescope, laid out as Gradescope does and run there: its own engine, its own secret, results.json."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import packages_distributions, requires
from pathlib import Path
from typing import Any

import nbformat
import pytest

from autograder.assignment import Assignment
from autograder.authoring.build import build
from autograder.checking.outcomes import Outcome
from autograder.checking.secret import CourseSecret
from autograder.errors import AutograderError
from autograder.exports.gradescope_results import results_json
from autograder.exports.gradescope_run import notebook_in
from autograder.exports.gradescope_settings import Settings
from autograder.exports.gradescope_zip import requirements, write_zip
from autograder.sandbox.isolation import Mode, inspect_machine
from autograder.validation.catalogue import make_submission
from tests.end_to_end.conftest import with_code
from tests.grading.reports import CHECKS, report

VISIBILITY = {"hidden", "after_due_date", "after_published", "visible"}
TOP: dict[str, Any] = {  # what Gradescope reads, and of which type
    "score": (int, float), "execution_time": int, "output": str, "output_format": str, "test_output_format": str,
    "test_name_format": str, "visibility": str, "stdout_visibility": str, "extra_data": dict, "tests": list,
}  # fmt: skip
TEST: dict[str, Any] = {
    "score": (int, float), "max_score": (int, float), "status": str, "name": str, "number": str, "output": str,
    "tags": list, "visibility": str, "extra_data": dict,
}  # fmt: skip


def read(text: bytes) -> dict[str, Any]:
    """The file as Gradescope understands it; AssertionError on anything that is not in its format."""
    assert b"\r" not in text
    found = json.loads(text)
    assert_fits(found, TOP)
    assert {found["visibility"], found["stdout_visibility"]} <= VISIBILITY
    assert {found["output_format"], found["test_output_format"], found["test_name_format"]} == {"text"}
    for test in found["tests"]:
        assert_fits(test, TEST)
        assert test["visibility"] in VISIBILITY
        assert test.get("status", "passed") in ("passed", "failed")
        assert ("score" in test) == ("max_score" in test)
    assert "score" in found or any("score" in test for test in found["tests"])
    return found


def assert_fits(entry: dict[str, Any], types: dict[str, Any]) -> None:
    for key, value in entry.items():
        assert isinstance(value, types[key]), key


class Container:
    """A folder laid out as Gradescope's container is, with the zip unpacked."""

    def __init__(self, root: Path, archive: Path) -> None:
        self.root = root
        with zipfile.ZipFile(archive) as zip:
            for entry in zip.infolist():
                zip.extract(entry, root / "source")
                (root / "source" / entry.filename).chmod(entry.external_attr >> 16 & 0o777)
        (root / "results").mkdir()

    @property
    def results(self) -> Path:
        return self.root / "results" / "results.json"

    def run(self, submission: dict[str, bytes]) -> subprocess.CompletedProcess[str]:
        """What Gradescope does for one submission; its script is the zip's own."""
        shutil.rmtree(self.root / "submission", ignore_errors=True)
        for name, content in submission.items():
            path = self.root / "submission" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        env = {**os.environ, "AUTOGRADER_ROOT": str(self.root), "AUTOGRADER_PYTHON": sys.executable}
        script = self.root / "source" / "run_autograder"
        return subprocess.run(
            [script], cwd=self.root, env=env, capture_output=True, text=True, timeout=240, check=False
        )

    def grade(self, submission: dict[str, bytes]) -> dict[str, Any]:
        done = self.run(submission)
        assert done.returncode == 0, done.stdout + done.stderr
        return read(self.results.read_bytes())


@pytest.fixture(scope="module")
def archive(warmup: Assignment, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_zip(warmup, tmp_path_factory.mktemp("zip") / "warmup.zip", Settings("warmup"))


@pytest.fixture(scope="module")
def container(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Container:
    return Container(tmp_path_factory.mktemp("autograder"), archive)


def file(notebook: nbformat.NotebookNode) -> bytes:
    return nbformat.writes(notebook).encode()


def total(results: dict[str, Any]) -> float:
    return sum(test["score"] for test in results["tests"])


def test_the_reference_gets_full_marks(container: Container, warmup: Assignment) -> None:
    done = container.run({"warmup.ipynb": file(make_submission(warmup))})
    assert done.returncode == 0, done.stdout + done.stderr
    results = read(container.results.read_bytes())
    assert (total(results), sum(test["max_score"] for test in results["tests"])) == (13, 13)
    assert {test["status"] for test in results["tests"]} == {"passed"}
    assert [test["number"] for test in results["tests"]][:2] == ["1.1", "1.2"]
    assert re.search(r"^isolation: \w+$", done.stdout, re.MULTILINE)
    assert "q-clipping: 0 words of at most 60, up to 3 points by hand" in results["output"]


def test_the_same_notebook_gets_the_same_grade_and_a_wrong_one_its_message(
    container: Container, warmup: Assignment
) -> None:
    wrong = with_code(make_submission(warmup), "def standardize(values):\n    return values")
    first = container.grade({"my solution.ipynb": file(wrong), ".ipynb_checkpoints/warmup.ipynb": b"{}"})
    again = container.grade({"my solution.ipynb": file(wrong)})
    assert total(first) == 10
    failed = [test for test in first["tests"] if test["status"] == "failed"]
    assert {test["tags"][0] for test in failed} == {"standardize"}
    assert all(test["output"].startswith("✗ failed\n") for test in failed)
    assert [test["output"] for test in first["tests"]] == [test["output"] for test in again["tests"]]


def test_damaged_and_missing_notebooks_get_a_reason(container: Container) -> None:
    for submission, reason in (
        ({"warmup.ipynb": b'{"cells": ['}, "is no valid JSON"),
        ({"notes.txt": b"later"}, "holds no notebook called warmup.ipynb"),
    ):
        results = container.grade(submission)
        assert total(results) == 0
        assert len(results["tests"]) == 9
        assert reason in results["output"]


def test_a_hostile_submission_reads_and_forges_nothing(container: Container, warmup: Assignment) -> None:
    root, forged = container.root, json.dumps({"score": 100.0})
    code = f"""
import os, pathlib
try:
    pathlib.Path({str(container.results)!r}).write_text({forged!r})
except OSError:
    pass
def standardize(values):
    return (pathlib.Path({str(root)!r}) / "source/course/.autograder/secret").read_text()
def moving_average(values, window):
    os.kill(os.getppid(), 9)
    os._exit(0)
"""
    results = container.grade({"warmup.ipynb": file(with_code(make_submission(warmup), code))})
    assert "score" not in results
    by_task = {test["tags"][0]: test for test in results["tests"] if test["status"] == "failed"}
    assert set(by_task) == {"standardize", "moving_average"}
    assert re.search(r"Error: .*secret", by_task["standardize"]["output"])
    secret = (root / "source" / "course" / ".autograder" / "secret").read_text().strip()
    assert secret not in container.results.read_text()


@pytest.mark.parametrize("mode", [mode for mode in inspect_machine().modes if mode is not Mode.NONE])
def test_each_isolation_of_this_machine_grades(
    mode: Mode, warmup: Assignment, tmp_path_factory: pytest.TempPathFactory
) -> None:
    root = tmp_path_factory.mktemp(mode.value)
    settings = Settings("warmup", isolation=mode.value)
    container = Container(root / "autograder", write_zip(warmup, root / "warmup.zip", settings))
    done = container.run({"warmup.ipynb": file(make_submission(warmup))})
    assert f"isolation: {mode.value}\n" in done.stdout, done.stdout + done.stderr
    assert total(read(container.results.read_bytes())) == 13


def test_a_grader_that_cannot_grade_leaves_no_results(warmup: Assignment, tmp_path: Path) -> None:
    missing = next(iter(inspect_machine().missing), None)
    if missing is None:
        pytest.skip("this machine offers every isolation")
    settings = Settings("warmup", isolation=missing.value)
    container = Container(tmp_path / "autograder", write_zip(warmup, tmp_path / "warmup.zip", settings))
    container.results.write_text('{"score": 100}')
    done = container.run({"warmup.ipynb": file(make_submission(warmup))})
    assert done.returncode == 1
    assert f"autograder: isolation {missing.value!r} is not available here" in done.stdout
    assert not container.results.exists()


def test_visibility_is_the_check_s_own_or_that_of_the_zip(course: Path, tmp_path: Path) -> None:
    root = tmp_path / "course"
    shutil.copytree(course, root, ignore=shutil.ignore_patterns("__pycache__"))
    path = root / "assignments" / "warmup" / "checks" / "test_functions.py"
    path.write_text(re.sub(r"(@check\([^)]*)\)", r'\1, visibility="hidden")', path.read_text(), count=1))
    assignment = Assignment(root, "warmup")
    build(assignment)
    archive = write_zip(assignment, tmp_path / "warmup.zip", Settings("warmup", "after_due_date"))
    results = Container(tmp_path / "autograder", archive).grade({"warmup.ipynb": file(make_submission(assignment))})
    assert [test["visibility"] for test in results["tests"]].count("hidden") == 1
    assert {test["visibility"] for test in results["tests"]} == {"hidden", "after_due_date"}
    assert results["visibility"] == "after_due_date"


def test_the_zip_holds_no_solution_and_a_secret_of_its_own(archive: Path, warmup: Assignment) -> None:
    with zipfile.ZipFile(archive) as zip:
        contents = {name: zip.read(name).decode() for name in zip.namelist()}
    assert not [name for name, text in contents.items() if name.startswith("course") and "BEGIN SOLUTION" in text]
    assert not [
        name for name in contents if re.search(r"mistakes|alternatives|solutions/|gradebook|demo|validation", name)
    ]
    course = CourseSecret.of_course(warmup.root)
    inside = contents["course/.autograder/secret"].strip()
    assert inside == course.derive("gradescope", "warmup").key.hex()
    assert inside != course.key.hex()
    for script in ("setup.sh", "run_autograder"):
        assert subprocess.run(["bash", "-n"], input=contents[script], text=True, check=False).returncode == 0


def test_two_zips_of_the_same_files_are_equal(archive: Path, warmup: Assignment, tmp_path: Path) -> None:
    assert write_zip(warmup, tmp_path / "again.zip", Settings("warmup")).read_bytes() == archive.read_bytes()


def test_the_requirements_cover_all_that_the_engine_imports(container: Container) -> None:
    """Every package that a module of the zip imports is asked for, or needed by one that is."""
    engine = container.root / "source" / "engine"
    nodes = [node for path in engine.rglob("*.py") for node in ast.walk(ast.parse(path.read_text()))]
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    provided = packages_distributions()
    imported = {provided[top][0].lower() for top in {name.partition(".")[0] for name in names} if top in provided}
    assert {"torch", "msgspec", "pytest"} <= imported
    wanted, left = {"autograder"}, [plain_name(line) for line in requirements()]
    while left:
        name = left.pop()
        if name not in wanted:
            wanted.add(name)
            left += [plain_name(line) for line in dependencies(name)]
    assert {name for name in imported if name.replace("_", "-") not in wanted} == set()


def test_the_engine_of_the_zip_is_the_one_that_runs(container: Container) -> None:
    code = "import autograder; print(autograder.__file__)"
    engine = container.root / "source" / "engine"
    words = [sys.executable, "-c", code]
    env = {**os.environ, "PYTHONPATH": str(engine)}
    done = subprocess.run(words, cwd=container.root, env=env, capture_output=True, text=True, check=True)
    assert done.stdout.startswith(str(engine))


def plain_name(requirement: str) -> str:
    return re.split(r"[^\w.-]", requirement, maxsplit=1)[0].lower().replace("_", "-")


def dependencies(name: str) -> list[str]:
    try:
        return [line for line in requires(name) or [] if "extra ==" not in line]
    except ImportError:  # for another system or Python
        return []


def test_an_error_of_the_grader_has_no_score() -> None:
    found = read(results_json(report(outcomes={"volume": Outcome.GRADER_ERROR}), {}, "visible"))
    [test] = [test for test in found["tests"] if test["tags"] == ["Box.volume"]]
    assert "score" not in test
    assert "status" not in test
    assert "your instructor has to run it again" in found["output"]
    assert total({"tests": [test for test in found["tests"] if "score" in test]}) == 5


def test_errors_of_the_grader_alone_make_no_file() -> None:
    names = [check.id.rpartition("test_")[2] for check in CHECKS]
    with pytest.raises(AutograderError, match="run it again"):
        results_json(report(outcomes=dict.fromkeys(names, Outcome.GRADER_ERROR)), {}, "visible")


def test_the_notebook_is_found_wherever_it_was_put(tmp_path: Path) -> None:
    for name in ("a/hw.ipynb", "a/b/other.ipynb", "__MACOSX/hw.ipynb", ".x/hw.ipynb", "z.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("{}")
    assert notebook_in(tmp_path, "hw") == tmp_path / "a" / "hw.ipynb"
    assert notebook_in(tmp_path / "a" / "b", "hw").name == "other.ipynb"
    assert not notebook_in(tmp_path, "third").exists()
