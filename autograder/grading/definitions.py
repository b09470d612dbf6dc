"""What a cell of Python defines at its top level, found without running it."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

_MAGIC = re.compile(r"^(\s*)[%!?].*$", re.MULTILINE)
_BINDING = re.compile(r"^(?:async\s+)?(?:def|class)\s+(\w+)|^(\w+)\s*(?::[^=\n]*)?=(?!=)", re.MULTILINE)


class Code:
    """A piece of code: equal to another that differs from it in comments and layout only."""

    def __init__(self, tree: ast.AST | None, source: str) -> None:
        """`source`: of the cell that it stands in. No `tree`: the cell is no Python."""
        self._tree, self._source = tree, source

    @cached_property
    def _meaning(self) -> str:
        """Made when it is compared: that takes longer than all the rest of reading a notebook."""
        try:
            return self._source if self._tree is None else ast.dump(self._tree)
        except RecursionError:
            return self._source

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Code) and self._meaning == other._meaning

    def __hash__(self) -> int:
        return hash(self._meaning)


@dataclass(frozen=True)
class Definitions:
    """The names that a cell binds, each with the code of its last binding."""

    whole: Code
    code: dict[str, Code] = field(default_factory=dict)  # name -> its statement
    lines: dict[str, tuple[int, int]] = field(
        default_factory=dict
    )  # name -> first and last line, decorators included, from 0
    patched: frozenset[str] = frozenset()  # names that get an attribute from outside: `VAE.encode = my_encode`
    parsed: bool = True  # False: a syntax error; the names were then found by their look


def definitions(source: str) -> Definitions:
    """Never raises: a cell that is no Python is searched for lines that look like definitions."""
    tree = _parse(source)
    if tree is None:
        names = {name for found in _BINDING.finditer(source) for name in found.groups() if name}
        whole = Code(None, source)
        return Definitions(whole, dict.fromkeys(names, whole), parsed=False)
    code: dict[str, Code] = {}
    lines: dict[str, tuple[int, int]] = {}
    for statement in _statements(tree.body):
        for name in _bound(statement):
            code[name] = Code(statement, source)
            lines[name] = _span(statement)
    return Definitions(Code(tree, source), code, lines, frozenset(_patched(tree)))


def take(source: str, found: Definitions, name: str) -> str:
    """The lines that define `name`, alone."""
    first, last = found.lines[name]
    return "\n".join(source.splitlines()[first : last + 1])


def without(source: str, found: Definitions, names: set[str]) -> str:
    """The source with the definitions of `names` taken out."""
    gone = {line for name in names for line in range(found.lines[name][0], found.lines[name][1] + 1)}
    return "\n".join(line for number, line in enumerate(source.splitlines()) if number not in gone)


def _parse(source: str) -> ast.Module | None:
    """The syntax tree; magics and shell lines count as blank where they stand in the way."""
    for text in (source, _MAGIC.sub(r"\1pass", source)):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
    return None


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements that run when the cell runs: also those inside if, try, with and loops."""
    for statement in body:
        yield statement
        if not isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            for block in ("body", "orelse", "finalbody"):
                yield from _statements(getattr(statement, block, []))
            for handler in getattr(statement, "handlers", []):
                yield from _statements(handler.body)


def _bound(statement: ast.stmt) -> Iterator[str]:
    """The names that one statement binds."""
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield statement.name
    elif isinstance(statement, (ast.Import, ast.ImportFrom)):
        for alias in statement.names:
            yield alias.asname or alias.name.partition(".")[0]
    elif isinstance(statement, ast.Assign):
        for target in statement.targets:
            yield from (
                node.id for node in ast.walk(target) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
            )
    elif (
        isinstance(statement, ast.AnnAssign) and statement.value is not None and isinstance(statement.target, ast.Name)
    ):
        yield statement.target.id


def _patched(tree: ast.Module) -> Iterator[str]:
    for statement in _statements(tree.body):
        targets = statement.targets if isinstance(statement, ast.Assign) else []
        for target in targets:
            if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name):
                yield target.value.id
        call = statement.value if isinstance(statement, ast.Expr) else None
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "setattr" and call.args:
            yield from (node.id for node in call.args[:1] if isinstance(node, ast.Name))


def _span(statement: ast.stmt) -> tuple[int, int]:
    decorators = getattr(statement, "decorator_list", [])
    first = min([statement.lineno, *(decorator.lineno for decorator in decorators)])
    return first - 1, (statement.end_lineno or first) - 1
