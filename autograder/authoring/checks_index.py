"""What the hidden checks of an assignment are, read from their syntax: nothing is imported, so no torch is needed."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.authoring.regions import defined_names, parse
from autograder.errors import AuthoringError

Constants = dict[str, Any]  # name -> value of a module's plain variables
FORM = '@check(task="...", points=1)'
VISIBILITIES = ("visible", "after_due_date", "after_published", "hidden")  # when Gradescope shows a check's result


@dataclass(frozen=True)
class IndexedCheck:
    """One hidden check as its decorator and docstring declare it."""

    id: str  # "test_reparameterize.py::test_noise_is_standard_normal"
    task: str  # "VAE.reparameterize"
    points: float
    title: str  # its docstring on one line: the sentence that the student sees

    @property
    def name(self) -> str:
        """The test function's name, unique within the assignment."""
        return self.id.partition("::")[2]


@dataclass(frozen=True)
class ChecksIndex:
    """All hidden checks of one assignment, in the order of their files and lines."""

    checks: tuple[IndexedCheck, ...]

    @property
    def tasks(self) -> tuple[str, ...]:
        """The tasks that have checks, in the order of their first check."""
        return tuple(dict.fromkeys(check.task for check in self.checks))

    @property
    def names(self) -> frozenset[str]:
        return frozenset(check.name for check in self.checks)

    @property
    def points(self) -> float:
        return sum(check.points for check in self.checks)

    def of(self, task: str) -> tuple[IndexedCheck, ...]:
        return tuple(check for check in self.checks if check.task == task)

    def points_of(self, task: str) -> float:
        return sum(check.points for check in self.of(task))


def read_checks(folder: Path) -> ChecksIndex:
    """The checks in `folder`/test_*.py; raises AuthoringError on one that the engine would not understand."""
    checks = tuple(check for path in sorted(folder.glob("test_*.py")) for check in _checks_of(path))
    if not checks:
        raise AuthoringError(f"{folder}: no checks: write pytest functions with {FORM} into {folder.name}/test_*.py")
    seen: dict[str, str] = {}
    for check in checks:
        if check.name in seen:
            raise AuthoringError(f"{check.id}: {seen[check.name]} has the same name: rename one of them")
        seen[check.name] = check.id
    return ChecksIndex(checks)


def _checks_of(path: Path) -> Iterator[IndexedCheck]:
    body = parse(path.read_text(encoding="utf-8"), path.name).body
    constants = _constants(body)
    for node in body:
        if isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            raise AuthoringError(f"{path.name}: line {node.lineno}: a check is a function, not a method of a class")
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            found = _check_of(node, path, constants)
            if found:
                yield found


def _constants(body: list[ast.stmt]) -> Constants:
    """The module's variables whose values are written out, such as TASK = "VAE.encoder"."""
    assignments = (node for node in body if isinstance(node, (ast.Assign, ast.AnnAssign)))
    return {name: _literal(node.value, {}) for node in assignments if node.value for name in defined_names(node)}


def _check_of(node: ast.FunctionDef | ast.AsyncFunctionDef, path: Path, constants: Constants) -> IndexedCheck | None:
    """The check that a function is; None for a helper."""
    declared = [decorator for decorator in node.decorator_list if _is_check(decorator)]
    where = f"{path.name}: line {node.lineno}: {node.name}"
    if not node.name.startswith("test_"):
        if declared:
            raise AuthoringError(f"{where}: the name of a check starts with test_")
        return None
    if isinstance(node, ast.AsyncFunctionDef):
        raise AuthoringError(f"{where}: a check is a plain function, not an async one")
    if len(declared) != 1:
        raise AuthoringError(f"{where}: a check is declared once, by the decorator {FORM}")
    if any(_first_name(decorator) == "pytest" for decorator in node.decorator_list):
        raise AuthoringError(f"{where}: a check takes none of pytest's marks: it runs once for every submission")
    task, points = _declaration(declared[0], where, constants)
    return IndexedCheck(f"{path.name}::{node.name}", task, points, _title(node, where))


def _is_check(decorator: ast.expr) -> bool:
    return "check" in (_called_name(decorator), _called_name(getattr(decorator, "func", None)))


def _called_name(node: ast.AST | None) -> str:
    """The last part of a name or dotted name, else nothing."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _declaration(decorator: ast.expr, where: str, constants: Constants) -> tuple[str, float]:
    """The task and the points that the decorator says, as literals or as constants of the module."""
    if not isinstance(decorator, ast.Call) or decorator.args:
        raise AuthoringError(f"{where}: write the decorator as {FORM}")
    said = {keyword.arg: _literal(keyword.value, constants) for keyword in decorator.keywords}
    unknown = [str(key or "**") for key in said if key not in ("task", "points", "seconds", "visibility")]
    if unknown:
        raise AuthoringError(f"{where}: the decorator does not know {', '.join(unknown)}: write it as {FORM}")
    task, points = said.get("task"), said.get("points")
    if not isinstance(task, str) or not all(part.isidentifier() for part in task.split(".")):
        raise AuthoringError(f'{where}: no task: write the name of an object or method, such as task="VAE.encoder"')
    if isinstance(points, bool) or not isinstance(points, (int, float)) or not 0 < points < 1000:
        raise AuthoringError(f"{where}: no points: write a positive number, such as points=2")
    if said.get("visibility", "visible") not in VISIBILITIES:
        raise AuthoringError(f"{where}: no such visibility: there are {', '.join(VISIBILITIES)}")
    return task, float(points)


def _first_name(node: ast.AST) -> str:
    """The first part of a name, dotted name or call of one."""
    while isinstance(node, (ast.Attribute, ast.Call)):
        node = node.value if isinstance(node, ast.Attribute) else node.func
    return node.id if isinstance(node, ast.Name) else ""


def _literal(node: ast.expr, constants: Constants) -> Any:
    """What an expression says without being run; None for what only running could tell."""
    if isinstance(node, ast.Name):
        return constants.get(node.id)
    try:
        return ast.literal_eval(node)
    except ValueError:
        return None


def _title(node: ast.FunctionDef, where: str) -> str:
    text = (ast.get_docstring(node) or "").strip()
    if not text:
        raise AuthoringError(f"{where}: no docstring: it is the sentence that the student sees")
    return " ".join(text.split())
