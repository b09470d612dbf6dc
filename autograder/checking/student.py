"""The handle by which a check uses a submission. Everything behind it runs in the submission's own process."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from autograder.checking.workspace import Workspace
from autograder.sandbox.fair_time import counted, now
from autograder.sandbox.faults import StudentError, TimedOut
from autograder.sandbox.session import Session
from autograder.sandbox.wire import Handle

_LEAST_SECONDS = 0.05  # an answer that is nearly there still counts
_NOTICEABLE = 0.05  # share of the limit from which the calls before are mentioned


class Remote:
    """An object that stays in the submission's process. `type` is the name of its class."""

    def __init__(self, student: Student, handle: Handle, name: str) -> None:
        self._student, self._handle, self._name = student, handle, name

    @property
    def type(self) -> str:
        return self._handle.type

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._student._run(self._name, self._handle, None, args, kwargs)

    def call(self, method: str, *args: Any, **kwargs: Any) -> Any:
        """Calls a method."""
        name = self._name if " " in self._name else f"{self._name}.{method}"  # "your code" has no methods to name
        return self._student._run(name, self._handle, method, args, kwargs)

    def get(self, attribute: str) -> Any:
        """An attribute: its value, or a Remote."""
        session = self._student._session
        return self._student._guarded(f"{self._name}.{attribute}", lambda: session.get(self._handle, attribute))

    def __repr__(self) -> str:
        return f"<{self.type} in the submission's process>"


class Student:
    """The submission in front of a check.

    Every call seeds the generators of random, numpy and torch afresh, so that two calls differ and a regrade agrees.
    Arguments and results are None, bool, int, float, str, lists, tuples, dicts, numpy arrays, tensors (detached, on
    the CPU) and Remotes; any other result arrives as a Remote.

    `seconds` is the time that all calls have together (None: no limit of their own)."""

    def __init__(self, workspace: Workspace, key: bytes, seconds: float | None = None) -> None:
        self._workspace, self._key, self._limit = workspace, key, seconds
        self._spent = 0.0
        self._calls = 0

    def call(self, name: str, *args: Any, **kwargs: Any) -> Any:
        """Calls a function of the notebook."""
        return self._run(name, name, None, args, kwargs)

    def new(self, name: str, *args: Any, **kwargs: Any) -> Remote:
        """Makes an object of a class of the notebook."""
        made = self._run(name, name, None, args, kwargs)
        if not isinstance(made, Remote):
            raise StudentError("TypeError", f"{name}(...) made a plain {type(made).__name__}, not an object of a class")
        return made

    def has(self, name: str) -> bool:
        return self._session.has(name)

    def get(self, name: str) -> Any:
        """A global of the notebook: its value, or a Remote."""
        return self.probe("get_global", name)

    def probe(self, function: str, *args: Any, **kwargs: Any) -> Any:
        """Runs a probe (of the assignment's probes.py, or a common one): its first argument is the notebook's names."""
        asked = (_unwrap(args), _unwrap(kwargs))
        run = lambda: self._session.probe(function, *asked, seed=self._seed(), seconds=self._left())  # noqa: E731
        return self._guarded("your code", run)

    def stub(self, target: str, function: str, *args: Any) -> None:
        """Puts a probe function in the place of a neighbour ("VAE.encoder" or a global) until the check ends.
        With arguments, what `function(namespace, *args)` returns is put there."""
        self._guarded(target, lambda: self._session.stub(target, function, _unwrap(args)))

    def replace(self, target: str, value: Any) -> None:
        """Puts a value or Remote in the place of a global or attribute until the check ends."""
        self._guarded(target, lambda: self._session.replace(target, _unwrap(value)))

    # --- inside ---

    @property
    def _session(self) -> Session:
        return self._workspace.session

    def _run(
        self, name: str, target: str | Handle, method: str | None, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        def ask() -> Any:
            return self._session.call(
                target, _unwrap(args), _unwrap(kwargs), method=method, seed=self._seed(), seconds=self._left()
            )

        return self._guarded(name, ask)

    def _guarded(self, name: str, ask: Callable[[], Any]) -> Any:
        before, started, waited = self._spent, now(), self._workspace.waited()
        try:
            return _wrap(self, ask(), name)
        except TimedOut as error:
            if self._limit is not None and error.seconds <= self._limit:
                error = TimedOut(self._limit, alive=error.alive, together=before > _NOTICEABLE * self._limit)
            error.called = name
            raise error from None
        except StudentError as error:
            error.called = name
            raise
        finally:
            self._spent += counted(now() - started, self._workspace.waited() - waited)

    def _left(self) -> float | None:
        """Seconds that the student's code still has in this check."""
        return None if self._limit is None else max(_LEAST_SECONDS, self._limit - self._spent)

    def _seed(self) -> int:
        self._calls += 1
        digest = hashlib.sha256(self._key + self._calls.to_bytes(8, "little")).digest()
        return int.from_bytes(digest[:7], "little")


def _unwrap(value: Any) -> Any:
    """Remotes to handles, at any depth."""
    if isinstance(value, Remote):
        return value._handle
    if isinstance(value, (list, tuple)):
        return type(value)(_unwrap(item) for item in value)
    if isinstance(value, dict):
        return {key: _unwrap(item) for key, item in value.items()}
    return value


def _wrap(student: Student, value: Any, name: str) -> Any:
    """Handles to Remotes, at any depth."""
    if isinstance(value, Handle):
        return Remote(student, value, name)
    if isinstance(value, (list, tuple)):
        return type(value)(_wrap(student, item, name) for item in value)
    if isinstance(value, dict):
        return {key: _wrap(student, item, name) for key, item in value.items()}
    return value
