"""The checks of one assignment, collected by pytest once and run against one submission after the other.

pytest runs here, in the trusted process. Its items are run again for each submission, as pytest itself allows (plug-ins
that rerun work so); nothing is imported, collected or rewritten twice. Assertions are left plain, so that a message is
what the author wrote and never shows a secret value.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from _pytest.config import _prepareconfig
from _pytest.runner import runtestprotocol

from autograder.checking.calibration import Measured, measured_by
from autograder.checking.declaration import Declaration, declaration_of
from autograder.checking.failure import CheckFailed
from autograder.checking.judgement import detail_of, message_of, mistake_of, outcome_of
from autograder.checking.outcomes import CheckResult, Outcome
from autograder.checking.secret import CourseSecret, Secret
from autograder.checking.student import Student
from autograder.checking.workspace import Workspace
from autograder.errors import AuthoringError, SandboxError
from autograder.limits import MESSAGE_KEPT
from autograder.plain_text import plain
from autograder.sandbox.faults import Crashed, OutOfMemory, ProtocolBroken, StudentError, TimedOut
from autograder.sandbox.wire import Unsendable

_SECONDS_TO_MEASURE = 90.0
_ARGUMENTS = (
    "-p no:terminalreporter -p no:cacheprovider -p no:faulthandler -p no:warnings -p no:logging -p no:doctest "
    "-p no:unittest -p no:junitxml --assert=plain --capture=no --import-mode=importlib -q"
).split()


@dataclass
class _Current:
    """The check that is running."""

    workspace: Workspace
    declaration: Declaration
    id: str
    key: CourseSecret  # of the course and assignment
    error: BaseException | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def object(self) -> str:
        """The global that the task is about: a function, or the class of a method."""
        return self.declaration.task.partition(".")[0]


class CheckSession:
    """All checks of a folder, ready to run. One per process and assignment."""

    def __init__(self, folder: Path, name: str, device: str = "cpu") -> None:
        self.device = device
        self._name = name
        self._memory: dict[Any, Any] = {}
        self._current: _Current | None = None
        for path in folder.glob("*.py"):  # another assignment of this process may have a file of the same name
            sys.modules.pop(path.stem, None)
        arguments = [*_ARGUMENTS, f"--rootdir={folder}", f"--confcutdir={folder}", "-c", os.devnull, str(folder)]
        with _without_pytest_variables():
            config = _prepareconfig(arguments, [_Plugin(self)])
            config._do_configure()
        session = pytest.Session.from_config(config)
        config.hook.pytest_sessionstart(session=session)
        self._items = self._collect(session)

    @property
    def ids(self) -> list[str]:
        return list(self._items)

    @property
    def titles(self) -> dict[str, str]:
        """The sentence of each check, by its id."""
        return {id: _sentence(item.function.__doc__) for id, (item, _) in self._items.items()}

    @property
    def declarations(self) -> dict[str, Declaration]:
        return {id: declaration for id, (_, declaration) in self._items.items()}

    def run(self, workspace: Workspace, secret: CourseSecret, only: Collection[str] | None = None) -> list[CheckResult]:
        """The results of all checks (or those with an id in `only`) for one submission, in order."""
        key = secret.derive(self._name)
        chosen = {id: pair for id, pair in self._items.items() if only is None or id in only}
        return [
            self._run_twice_if_ours(item, _Current(workspace, declaration, id, key))
            for id, (item, declaration) in chosen.items()
        ]

    @property
    def measured(self) -> dict[str, Measured]:
        """The checks whose bounds come from measured runs, by id."""
        found = {id: measured_by(item.function) for id, (item, _) in self._items.items()}
        return {id: measured for id, measured in found.items() if measured is not None}

    def measure(self, id: str, workspace: Workspace, secret: CourseSecret) -> float:
        """One run for the calibration of a check: the log-loss that is left. NaN when the student's code failed.

        It is a whole training, where a check stops as soon as it is decided: so it may take longer."""
        declaration = replace(self._items[id][1], seconds=_SECONDS_TO_MEASURE)
        current = _Current(workspace, declaration, id, secret.derive(self._name))
        try:
            log_loss = self.measured[id].measure(self.student_of(current), self.secret_of(current), self.device)
        except TimedOut as error:
            raise AuthoringError(f"{id}: {error.message}: measure on a quiet machine") from None
        except (AssertionError, StudentError) as error:
            current.error = error
            log_loss = float("nan")
        self._leave_tidy(current)
        return log_loss

    # --- collecting ---

    def _collect(self, session: pytest.Session) -> dict[str, tuple[pytest.Function, Declaration]]:
        found: dict[str, tuple[pytest.Function, Declaration]] = {}
        for item in session.perform_collect():
            assert isinstance(item, pytest.Function)
            declaration = declaration_of(item.function)
            if declaration is None:
                raise AuthoringError(f"{item.nodeid}: say what it checks with @check(task=..., points=...)")
            found[f"{item.path.name}::{item.name}"] = (item, declaration)
        if session.testsfailed or not found:
            raise AuthoringError(f"the checks in {session.config.rootpath} cannot be collected{self._collect_errors()}")
        return found

    def _collect_errors(self) -> str:
        return "".join(f"\n{text}" for text in self._memory.pop("collect errors", []))

    # --- running ---

    def _run_twice_if_ours(self, item: pytest.Function, current: _Current) -> CheckResult:
        """An error of the grader gets a second chance in a new process before it is reported."""
        result = self._run_one(item, current)
        if result.outcome is Outcome.GRADER_ERROR:
            current.workspace.discard()
            result = self._run_one(item, replace(current, error=None, notes=[]))
        return result

    def _run_one(self, item: pytest.Function, current: _Current) -> CheckResult:
        started = time.perf_counter()
        self._current = current
        if not self._untouched(current):
            current.error = self._missing_cell(current)
            if current.error is None:
                runtestprotocol(item, log=False, nextitem=None)
                self._leave_tidy(current)
            if isinstance(current.error, SandboxError):
                raise current.error  # the warm server is gone: the caller starts another and grades again
        outcome, message = self._judge(current)
        return CheckResult(
            id=current.id,
            task=current.declaration.task,
            title=_sentence(item.function.__doc__),
            outcome=outcome,
            points=current.declaration.points if outcome is Outcome.PASSED else 0.0,
            max_points=current.declaration.points,
            message=message,
            mistake=mistake_of(current.error) if current.error else None,
            illustration=current.error.illustration if isinstance(current.error, CheckFailed) else None,
            notes=tuple(plain(note, MESSAGE_KEPT) for note in current.notes),
            seconds=round(time.perf_counter() - started, 4),
            detail=detail_of(current.error) if current.error else "",
        )

    def _untouched(self, current: _Current) -> bool:
        """Whether the task's cell is still as released."""
        cell = current.workspace.cell_of(current.object)
        return cell is not None and not cell.attempted

    def _missing_cell(self, current: _Current) -> BaseException | None:
        """Why the task's object does not exist, when its cell failed: a syntax error, an endless loop, a crash."""
        workspace = current.workspace
        try:
            session = workspace.session  # runs the cells where they have not run yet
            fault = workspace.fault_of(current.object)
            if fault is None or session.has(current.object):
                return None
        except (StudentError, SandboxError) as error:
            return workspace.fault_of(current.object) or error
        fault.called = f"the cell with `{current.object}`"
        return fault

    def _leave_tidy(self, current: _Current) -> None:
        """Leaves the process as the next check expects it: neighbours back, or a new process."""
        if isinstance(current.error, (TimedOut, OutOfMemory, Crashed, ProtocolBroken)):
            current.workspace.discard()
        else:
            with contextlib.suppress(StudentError):
                current.workspace.session.tidy()

    def _judge(self, current: _Current) -> tuple[Outcome, str]:
        if current.error is not None:
            return outcome_of(current.error), message_of(current.error)
        if self._untouched(current):
            return Outcome.NOT_ATTEMPTED, f"`{current.object}` is not written yet."
        return Outcome.PASSED, ""

    def secret_of(self, current: _Current) -> Secret:
        return Secret(current.key.derive(current.id), self._memory)

    def student_of(self, current: _Current) -> Student:
        calls = current.key.derive("calls", current.id).key
        return Student(current.workspace, calls, current.declaration.seconds or current.workspace.check_seconds)


class _Plugin:
    """The fixtures that checks ask for, and the ear that hears how a check ended."""

    def __init__(self, session: CheckSession) -> None:
        self._session = session

    @pytest.fixture
    def student(self) -> Student:
        """The handle to the submission."""
        return self._session.student_of(self._now)

    @pytest.fixture
    def secret(self) -> Secret:
        """Secret random inputs."""
        return self._session.secret_of(self._now)

    @pytest.fixture
    def device(self) -> str:
        """Where the student's tensors live: "cpu" or "cuda"."""
        return self._session.device

    @pytest.fixture
    def note(self) -> Callable[[str], None]:
        """Adds a remark to the check that costs no points."""
        return self._now.notes.append

    @property
    def _now(self) -> _Current:
        assert self._session._current is not None
        return self._session._current

    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> pytest.TestReport:
        """Keeps the exception; the report itself is only for pytest's own bookkeeping, so it stays empty."""
        if call.excinfo is not None and self._now.error is None:
            self._now.error = _ours_if_unsendable(call.excinfo.value)
        outcome: Any = "failed" if call.excinfo else "passed"
        when: Any = call.when
        return pytest.TestReport(item.nodeid, item.location, {}, outcome, None, when)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self._session._memory.setdefault("collect errors", []).append(str(report.longrepr)[:2000])


def _ours_if_unsendable(error: BaseException) -> BaseException:
    return RuntimeError(f"a check sent what cannot travel: {error}") if isinstance(error, Unsendable) else error


def _sentence(docstring: str | None) -> str:
    return " ".join((docstring or "").split())


@contextlib.contextmanager
def _without_pytest_variables() -> Iterator[None]:
    """Options of a surrounding pytest (as in our own tests) are not for the checks."""
    saved = {name: os.environ.pop(name) for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS") if name in os.environ}
    saved_autoload = os.environ.get("PYTEST_DISABLE_PLUGIN_AUTOLOAD")
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    try:
        yield
    finally:
        os.environ.update(saved)
        if saved_autoload is None:
            del os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"]
        else:
            os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = saved_autoload
