"""Wrong and unusual right solutions as their author writes them: cells of mistakes.py and alternatives.py.

Both are jupytext percent scripts. The header of a cell says what the variant is:

    # %% uniform noise id="R1" task="VAE.reparameterize" into="VAE" caught_by=["test_noise_is_normal"] says="randn"
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import jupytext

from autograder.authoring.regions import parse
from autograder.errors import AuthoringError

Kind = Literal["mistake", "alternative"]
KEYS: dict[Kind, dict[str, type]] = {
    "mistake": {"id": str, "task": str, "into": str, "caught_by": list, "says": str, "invisible": str},
    "alternative": {"id": str, "task": str, "into": str, "may_lose": list},
}

JUPYTEXTS_OWN = "lines_to_"  # how many blank lines follow a cell


@dataclass(frozen=True)
class Variant:
    """One way of solving a task, as a patch of the reference solution."""

    id: str  # "R1"
    title: str  # "uniform noise"
    task: str  # "VAE.reparameterize"; or "VAE", which stands for all its tasks
    kind: Kind
    source: str
    into: str = ""  # the class whose methods the source holds; empty: top-level definitions
    caught_by: tuple[str, ...] = ()  # names of checks, all of which must fail
    says: str = ""  # words that must stand in the message of a failing check
    invisible: str = ""  # why no check from outside can see this mistake
    may_lose: tuple[str, ...] = ()  # tasks in which an alternative need not keep full marks

    def is_about(self, task: str) -> bool:
        """Whether a check's task is about the same object: a function, or any method of a class."""
        return self.task.partition(".")[0] == task.partition(".")[0]


def read_variants(path: Path, kind: Kind) -> tuple[Variant, ...]:
    """The variants in a file, none if it is missing; raises AuthoringError naming file and cell."""
    if not path.is_file():
        return ()
    cells = jupytext.reads(path.read_text(encoding="utf-8"), fmt="py:percent").cells
    code = (cell for cell in cells if cell.cell_type == "code" and not _is_preface(cell))
    return tuple(_variant(cell, kind, path.name) for cell in code)


def _is_preface(cell: Any) -> bool:
    """Whether a cell without header holds only a docstring, imports and comments, for linters and readers."""
    if not all(key.startswith(JUPYTEXTS_OWN) for key in cell.metadata):
        return False
    try:
        statements = ast.parse(cell.source).body
    except SyntaxError:
        return False
    return all(
        isinstance(statement, (ast.Import, ast.ImportFrom))
        or (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant))
        for statement in statements
    )


def _variant(cell: Any, kind: Kind, file: str) -> Variant:
    said = {key: value for key, value in cell.metadata.items() if not key.startswith(JUPYTEXTS_OWN)}
    title = str(said.pop("title", ""))
    where = f"{file}: cell {said.get('id', '?')} ({title or cell.source.partition(chr(10))[0]})"
    _refuse_header(said, title, kind, where)
    if not parse(cell.source, where).body:
        raise AuthoringError(f"{where}: the cell is empty")
    values: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in said.items()}
    return Variant(title=title, kind=kind, source=cell.source, **values)


def _refuse_header(said: dict[str, Any], title: str, kind: Kind, where: str) -> None:
    """Raises AuthoringError on a header that lacks something, or says what it cannot."""
    for key, value in said.items():
        if key not in KEYS[kind]:
            raise AuthoringError(f"{where}: the header does not know {key}")
        words = value if isinstance(value, list) else [value]
        if not isinstance(value, KEYS[kind][key]) or not words or not all(_is_text(word) for word in words):
            form = 'a text, such as key="text"' if KEYS[kind][key] is str else 'a list of texts, such as key=["text"]'
            raise AuthoringError(f"{where}: {key} must be {form}")
    missing = [key for key in ("id", "task") if key not in said]
    if missing or not title:
        raise AuthoringError(f'{where}: write the header as # %% short name id="R1" task="VAE.reparameterize" ...')
    if kind == "mistake" and ("caught_by" in said) == ("invisible" in said):
        raise AuthoringError(f"{where}: a mistake has either caught_by=[checks] or invisible=reason")


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())
