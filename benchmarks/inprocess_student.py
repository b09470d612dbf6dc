"""The fixtures of the hidden checks without a sandbox: the student's code runs in the process that judges it.

The benchmark needs it twice: in one warm process, as the floor that no isolation can beat, and inside the notebook,
where stock nbgrader and otter-grader run tests. The check functions are the same files, the secret inputs and the seeds
are the same numbers, so all graders do the same arithmetic. Never grade people with it: here a submission can do to its
judge whatever it likes.
"""

from __future__ import annotations

import collections
import contextlib
import importlib
import importlib.util
import inspect
import io
import json
import random
import sys
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import torch

from autograder.checking.declaration import Declaration, declaration_of
from autograder.checking.secret import CourseSecret, Secret
from autograder.checking.student import Student
from autograder.sandbox.faults import MissingName, StudentError
from autograder.sandbox.wire import Handle

_NOTHING = object()


class _Namespace(collections.UserDict):
    """The notebook's globals as probes see them: a name that is not there is the student's to define."""

    def __init__(self, names: dict[str, Any]) -> None:
        self.data = names

    def __missing__(self, name: str) -> Any:
        raise MissingName(name)


class InProcessSession:
    """Answers what a sandboxed session answers, from a namespace of this process, without limits of any kind."""

    def __init__(self, namespace: dict[str, Any], probes: str = "") -> None:
        self.namespace = namespace
        self.probes = _probes_module(probes)
        self.objects: list[Any] = []
        self.undo: list[Callable[[], None]] = []

    def has(self, name: str) -> bool:
        return name in self.namespace

    def call(
        self,
        target: str | Handle,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
        *,
        method: str | None = None,
        seed: int | None = None,
        seconds: float | None = None,
    ) -> Any:
        function = self._find(target)
        function = getattr(function, method) if method else function
        return self._run(function, args, kwargs or {}, seed)

    def get(self, target: str | Handle, name: str) -> Any:
        return self._travel(getattr(self._find(target), name))

    def probe(
        self,
        name: str,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
        *,
        seed: int | None = None,
        seconds: float | None = None,
    ) -> Any:
        return self._run(getattr(self.probes, name), (_Namespace(self.namespace), *args), kwargs or {}, seed)

    def stub(self, target: str, name: str, args: tuple[Any, ...] = ()) -> None:
        stub = getattr(self.probes, name)
        self._put(target, stub(_Namespace(self.namespace), *self._received(args)) if args else stub)

    def replace(self, target: str, value: Any) -> None:
        self._put(target, self._received(value))

    def tidy(self) -> None:
        for action in reversed(self.undo):
            action()
        self.undo.clear()
        self.objects.clear()

    # --- inside ---

    def _run(self, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any], seed: int | None) -> Any:
        if seed is not None:
            _seed(seed)
        try:
            return self._travel(function(*self._received(args), **self._received(kwargs)))
        except StudentError:
            raise
        except Exception as error:
            raise StudentError(type(error).__name__, str(error)) from error

    def _find(self, target: str | Handle) -> Any:
        if isinstance(target, Handle):
            return self.objects[target.number]
        first, *rest = target.split(".")
        if first not in self.namespace:
            raise MissingName(first)
        found = self.namespace[first]
        for name in rest:
            if not hasattr(found, name):
                raise MissingName(target)
            found = getattr(found, name)
        return found

    def _put(self, target: str, value: Any) -> None:
        owner, _, name = target.rpartition(".")
        if not owner:
            old = self.namespace.get(name, _NOTHING)
            self.undo.append(lambda: self._set_global(name, old))
            self.namespace[name] = value
            return
        thing = self._find(owner)
        before = vars(thing).get(name, _NOTHING)
        self.undo.append(lambda: _set_attribute(thing, name, before))
        setattr(thing, name, value)

    def _set_global(self, name: str, value: Any) -> None:
        if value is _NOTHING:
            self.namespace.pop(name, None)
        else:
            self.namespace[name] = value

    def _travel(self, value: Any) -> Any:
        """A result as a check would get it: values as copies, everything else as a handle."""
        if value is None or isinstance(value, (bool, int, float, str)):
            return value
        if isinstance(value, np.generic):
            return value.item()
        if isinstance(value, np.ndarray):
            return value.copy()
        if isinstance(value, torch.Tensor) and value.layout is torch.strided:
            return value.detach().cpu().clone()
        if isinstance(value, (list, tuple)):
            items = [self._travel(item) for item in value]
            return items if isinstance(value, list) else tuple(items)
        if isinstance(value, dict):
            return {key: self._travel(item) for key, item in value.items()}
        self.objects.append(value)
        return Handle(len(self.objects) - 1, type(value).__name__)

    def _received(self, value: Any) -> Any:
        """An argument as a submission would get it: copies, and objects in the place of handles."""
        if isinstance(value, Handle):
            return self.objects[value.number]
        if isinstance(value, torch.Tensor):
            return value.detach().clone()
        if isinstance(value, np.ndarray):
            return value.copy()
        if isinstance(value, (list, tuple)):
            return type(value)(self._received(item) for item in value)
        if isinstance(value, dict):
            return {key: self._received(item) for key, item in value.items()}
        return value


@dataclass
class InProcessWorkspace:
    """What the handle `Student` asks for: here the session never dies and is never renewed."""

    session: InProcessSession

    def waited(self) -> float:
        return 0.0


class UnknownFixture(Exception):
    """A check wants something that is not known here: the fault of the benchmark, never of a submission."""


@dataclass(frozen=True)
class InProcessCheck:
    """One hidden check and what its decorator said."""

    id: str
    function: Callable[..., None]
    declaration: Declaration


class InProcessChecks:
    """The hidden checks of a folder, run one by one as plain functions against a namespace of this process."""

    def __init__(self, folder: Path, probes: str, assignment: str, key: bytes) -> None:
        self.checks = {check.id: check for path in sorted(folder.glob("test_*.py")) for check in _checks_in(path)}
        self.fixtures = _fixtures_in(folder / "conftest.py")
        self.probes = probes
        self._secret = CourseSecret(key).derive(assignment)
        self._memory: dict[Any, Any] = {}

    def passes(self, id: str, namespace: dict[str, Any]) -> bool:
        """Whether the check passes; what it prints and why it fails, be it a fault of the check itself, is dropped."""
        try:
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                self.run(id, namespace)
        except UnknownFixture:
            raise
        except Exception:
            return False
        return True

    def run(self, id: str, namespace: dict[str, Any]) -> None:
        """Runs one check; raises what it raises."""
        check = self.checks[id]
        session = InProcessSession(namespace, self.probes)
        calls_key = self._secret.derive("calls", id).key
        fixtures: dict[str, Any] = {
            "student": Student(InProcessWorkspace(session), calls_key, check.declaration.seconds),  # type: ignore[arg-type]
            "secret": Secret(self._secret.derive(id), self._memory),
            "device": "cpu",
            "note": lambda text: None,
            **{name: make() for name, make in self.fixtures.items()},
        }
        wanted = inspect.signature(check.function).parameters
        if unknown := set(wanted) - set(fixtures):
            raise UnknownFixture(f"{id} wants {', '.join(sorted(unknown))}")
        try:
            check.function(**{name: fixtures[name] for name in wanted})
        finally:
            session.tidy()


@dataclass
class GradeCell:
    """What stands in a grade cell of the notebook for stock nbgrader: points add up, the last line shows them."""

    checks: InProcessChecks
    namespace: dict[str, Any]
    earned: list[float] = field(default_factory=list)

    def check(self, id: str, points: float) -> None:
        self.earned.append(points if self.checks.passes(id, self.namespace) else 0.0)

    def points(self) -> float:
        return float(sum(self.earned))


@lru_cache(maxsize=1)
def checks_beside() -> InProcessChecks:
    """The checks in the folder `hidden` of the current folder, with the course that is named there."""
    hidden = Path("hidden").resolve()
    course = json.loads((hidden / "course.json").read_text())
    probes = (hidden / "probes.py").read_text()
    return InProcessChecks(hidden / "checks", probes, course["assignment"], bytes.fromhex(course["key"]))


def passes(id: str, namespace: dict[str, Any]) -> bool:
    """What stands in a test case for otter-grader."""
    return checks_beside().passes(id, _where_functions_look(namespace))


def _where_functions_look(namespace: dict[str, Any]) -> dict[str, Any]:
    """The namespace in which the notebook's functions find each other: otter gives its tests a copy, and what a check
    puts in the place of a neighbour there would be seen by nobody."""
    for name, value in namespace.items():
        found: dict[str, Any] = getattr(value, "__globals__", {})
        if inspect.isfunction(value) and found.get(name) is value:
            return found
    return namespace


def _checks_in(path: Path) -> Iterator[InProcessCheck]:
    module = _module_of(path)
    for name, function in vars(module).items():
        declaration = declaration_of(function) if name.startswith("test_") else None
        if declaration is not None:
            yield InProcessCheck(f"{path.name}::{name}", function, declaration)


def _fixtures_in(path: Path) -> dict[str, Callable[[], Any]]:
    """The fixtures of a conftest.py, which want no others, as plain functions."""
    found = vars(_module_of(path)) if path.exists() else {}
    return {name: inspect.unwrap(value) for name, value in found.items() if _is_fixture(value)}


def _is_fixture(value: Any) -> bool:
    """As pytest 8.4 marks them, or earlier ones."""
    return hasattr(value, "_fixture_function_marker") or hasattr(value, "_pytestfixturefunction")


def _module_of(path: Path) -> types.ModuleType:
    spec = importlib.util.spec_from_file_location(f"hidden_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def _probes_module(text: str) -> types.ModuleType:
    module = types.ModuleType("probes")
    common = importlib.import_module("autograder.sandbox.common_probes")
    module.__dict__.update({name: value for name, value in vars(common).items() if not name.startswith("__")})
    sys.modules["probes"] = module
    exec(compile(text, "<probes>", "exec"), module.__dict__)
    return module


def _set_attribute(thing: Any, name: str, value: Any) -> None:
    if value is _NOTHING:
        delattr(thing, name)
    else:
        setattr(thing, name, value)


def _seed(value: int) -> None:
    random.seed(value)
    np.random.seed(value % 2**32)
    torch.default_generator.manual_seed(value)
