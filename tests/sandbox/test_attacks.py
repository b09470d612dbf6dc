"""Hostile submissions, each with the outcome it must have. After each, the next submission is graded right."""

from __future__ import annotations

import os
import platform
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from autograder.checking.outcomes import CheckResult, Outcome
from autograder.checking.secret import CourseSecret
from autograder.checking.session import CheckSession
from autograder.checking.workspace import Materials, Workspace
from autograder.sandbox.client import WarmServer
from autograder.sandbox.limits import Limits
from tests.sandbox.attacks import CHEATS, COURSE, HARM, REFUSED, REFUSED_CALLS, WARMUP, as_table

SECRET = CourseSecret(b"a course secret of our tests")
LIMITS = Limits(cell_seconds=2.0, check_seconds=2.0, submission_seconds=30.0, memory_mb=256, disk_mb=64, processes=40)
RIGHT = (COURSE / "solutions" / "warmup.py").read_text()
WRONG = RIGHT + "\ndef standardize(values):\n    return values + 1\n"
NAMES = ("standardize", "moving_average", "CHOSEN_WINDOW", "NoisyChannel")
FULL = 13.0


@dataclass(frozen=True)
class Cell:
    id: str
    source: str
    names: tuple[str, ...] = ()
    attempted: bool = True


@pytest.fixture(scope="module")
def checks() -> CheckSession:
    return CheckSession(WARMUP / "checks", "warmup")


@pytest.fixture
def grade(server: WarmServer, checks: CheckSession):  # type: ignore[no-untyped-def]
    files = {path.name: path.read_text() for path in (WARMUP / "release_files").glob("*.py")}
    materials = Materials(files, (WARMUP / "probes.py").read_text(), LIMITS, {"ASSIGNMENT_DATA": "sample"})

    def run(solution: str, *extra: str) -> list[CheckResult]:
        cells = [Cell("solution", solution, NAMES), *(Cell(f"extra-{n}", text) for n, text in enumerate(extra))]
        with Workspace(server, materials, cells, 1) as workspace:
            return checks.run(workspace, SECRET)

    return run


def points(results: list[CheckResult]) -> float:
    return sum(result.points for result in results)


@pytest.mark.parametrize("attack", CHEATS.values(), ids=CHEATS.keys())
def test_a_cheat_earns_nothing(grade, attack: str) -> None:  # type: ignore[no-untyped-def]
    honest = {result.id: result.points for result in grade(WRONG)}
    results = grade(WRONG, attack)
    gained = [result.id for result in results if result.points > honest[result.id]]
    assert gained == []
    assert not any(result.outcome is Outcome.GRADER_ERROR for result in results), results
    assert not Path("/tmp/pwned").exists()
    assert points(grade(RIGHT)) == FULL


@pytest.mark.parametrize(("attack", "outcome"), HARM.values(), ids=HARM.keys())
def test_harm_stays_with_the_check_concerned(grade, attack: str, outcome: Outcome | None) -> None:  # type: ignore[no-untyped-def]
    """Outcome None: which of several outcomes it is depends on timing, but it is never passed and never our error."""
    results = grade(RIGHT, attack)
    concerned = [result for result in results if result.task == "standardize" and "unchanged" not in result.id]
    others = [result for result in results if result.task != "standardize"]
    for result in concerned:
        assert result.outcome not in (Outcome.PASSED, Outcome.GRADER_ERROR, Outcome.NOT_ATTEMPTED), result
        assert outcome is None or result.outcome is outcome, result
        assert result.message
    assert all(result.outcome is Outcome.PASSED for result in others), others
    assert points(grade(RIGHT)) == FULL


@pytest.mark.parametrize("name", REFUSED)
def test_what_a_submission_must_not_have_is_refused(grade, name: str) -> None:  # type: ignore[no-untyped-def]
    if name in REFUSED_CALLS and platform.machine() != "x86_64":
        pytest.skip("the numbers of these calls are those of x86-64")
    with listening_at("autograder-attack-test"):
        results = grade(RIGHT, REFUSED[name])
    concerned = [result for result in results if result.task == "standardize"]
    assert {result.outcome for result in concerned} <= {Outcome.ERROR, Outcome.CRASHED}, concerned
    assert all(result.outcome is Outcome.PASSED for result in results if result.task != "standardize"), results


@contextmanager
def listening_at(name: str) -> Iterator[None]:
    """An abstract socket outside the jail, that a submission must not reach."""
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(chr(0) + name)
        server.listen()
        yield


def test_a_cell_that_kills_the_process_costs_only_itself(grade) -> None:  # type: ignore[no-untyped-def]
    assert points(grade(RIGHT, "import os; os._exit(1)", "while True: pass")) == FULL


def test_a_leftover_process_dies_with_its_submission(grade) -> None:  # type: ignore[no-untyped-def]
    mark = f"leftover-{os.getpid()}"
    leave = f"import os, subprocess\nsubprocess.Popen(['sleep', '300'], start_new_session=True, env={{'M': {mark!r}}})"
    assert points(grade(RIGHT, leave)) == FULL
    end = time.monotonic() + 5
    while _processes_with(mark) and time.monotonic() < end:
        time.sleep(0.05)
    assert _processes_with(mark) == []


def _processes_with(mark: str) -> list[str]:
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            if mark in Path(f"/proc/{pid}/environ").read_text(errors="ignore"):
                found.append(pid)
        except OSError:
            continue
    return found


def test_deleting_everything_deletes_nothing(grade, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "precious").write_text("kept")
    places = ("/usr", "/opt", str(tmp_path), "/tmp", "/")
    delete = f"import shutil, os\nfor p in {places}: shutil.rmtree(p, ignore_errors=True)"
    grade(RIGHT, delete)
    assert (tmp_path / "precious").read_text() == "kept"
    assert Path("/usr/bin").is_dir()
    assert points(grade(RIGHT)) == FULL


def test_the_next_submission_sees_no_file_of_the_last(grade) -> None:  # type: ignore[no-untyped-def]
    grade(RIGHT, "open('/tmp/left', 'w').write('x'); open('left', 'w').write('x')")
    look = "import os\nif os.path.exists('/tmp/left') or os.path.exists('left'): raise SystemExit\nCHOSEN_WINDOW = 5"
    assert points(grade(RIGHT, look)) == FULL


def test_the_page_on_security_lists_these_attacks() -> None:
    page = (COURSE.parents[2] / "docs" / "security.md").read_text()
    assert as_table() in page, "put the output of `python -m tests.sandbox.attacks` into docs/security.md"


def test_no_secret_value_is_in_a_message(grade) -> None:  # type: ignore[no-untyped-def]
    """Messages come from the author's sentences: a wrong result never shows what was expected."""
    for result in grade(WRONG):
        assert "array(" not in result.message
