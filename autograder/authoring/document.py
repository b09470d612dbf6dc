"""An assignment as its author writes it: assignment.md, MyST Markdown, read into blocks of a closed set of kinds."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import nbformat
import yaml
from jupytext.myst import MystMetadataParsingError, myst_to_notebook

from autograder.errors import AuthoringError
from autograder.sandbox.limits import Limits

TEXT, GIVEN, DATA, EXPERIMENT, PUBLIC_CHECK = "text", "given", "data", "experiment", "public_check"
TASK, POINTS, QUESTION = "task", "points", "question"

KEYS = {  # what an author may say about a block, besides `kind`, `id` and `tags`
    TEXT: set(),
    GIVEN: {"object", "objects"},
    DATA: set(),
    EXPERIMENT: set(),
    PUBLIC_CHECK: set(),
    TASK: {"object", "objects"},
    POINTS: {"task"},
    QUESTION: {"points", "words"},
}
LIMITS = tuple(limit.name for limit in fields(Limits))
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}

_MAGIC = re.compile(r"^(\s*)[%!].*$", re.MULTILINE)
_LOST_CELL = re.compile(r"^\s*[`~]{3,}\s*\{(code|raw)|^\+\+\+", re.MULTILINE)
_LOST_METADATA = re.compile(r"\A\s*(---|:?\w+\s*:)\s*(\w+\s*)?$", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """One cell to be: its kind, its text, and what the author said about it."""

    kind: str
    body: str
    line: int  # in assignment.md, counted from 1
    id: str = ""  # as the author chose it; empty: the builder finds one
    objects: tuple[str, ...] = ()  # of the solution module
    task: str = ""  # of a points cell
    points: float = 0.0  # of a question
    words: int = 0  # of a question; 0: no limit
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class PdfPart:
    """A part of the PDF that students hand in beside the notebook: a heading, and the ids of its cells."""

    title: str
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Document:
    """The whole of assignment.md."""

    title: str
    blocks: tuple[Block, ...]
    limits: Mapping[str, float] = field(default_factory=dict)
    kernel: Mapping[str, str] = field(default_factory=lambda: dict(KERNEL))
    shared: tuple[str, ...] = ()  # files of assignments/shared/ that students get too
    in_release: tuple[str, ...] = ()  # solution lines that students may see in release files
    pdf: tuple[PdfPart, ...] = ()  # what the PDF of a notebook holds; empty: all cells

    def of_kind(self, *kinds: str) -> tuple[Block, ...]:
        return tuple(block for block in self.blocks if block.kind in kinds)


def read_document(path: Path) -> Document:
    """Reads assignment.md; raises AuthoringError with file and line on anything that is not understood."""
    try:
        notebook = myst_to_notebook(path.read_text(encoding="utf-8"), add_source_map=True)
    except FileNotFoundError:
        raise AuthoringError(f"{path} is missing") from None
    except nbformat.ValidationError as error:
        raise AuthoringError(f"{path.name}: front matter: {error.message}") from None
    except (MystMetadataParsingError, yaml.YAMLError) as error:
        raise AuthoringError(f"{path.name}: {' '.join(str(error).split())}") from None
    front = notebook.metadata
    ours = _front_matter(front.get("autograder"), path)
    blocks = tuple(
        _block(cell, line, f"{path.name}: line {line}")
        for cell, line in zip(notebook.cells, _lines(notebook), strict=True)
    )
    return Document(
        title=ours["title"],
        blocks=blocks,
        limits=_limits(ours.get("limits") or {}, path),
        kernel=dict(front.get("kernelspec") or KERNEL),
        shared=tuple(str(name) for name in ours.get("shared") or ()),
        in_release=tuple(str(line).strip() for line in ours.get("in_release") or ()),
        pdf=_pdf(ours.get("pdf") or [], path),
    )


def _lines(notebook: Any) -> list[int]:
    """The first line of each cell: jupytext counts those of code cells from 1 and those of text from 0."""
    starts = zip(notebook.metadata["source_map"], notebook.cells, strict=True)
    return [start + (cell.cell_type == "markdown") for start, cell in starts]


def _front_matter(ours: Any, path: Path) -> dict[str, Any]:
    if not isinstance(ours, dict) or not isinstance(ours.get("title"), str):
        raise AuthoringError(f'{path.name}: the front matter has no title: write autograder: {{title: "..."}}')
    unknown = sorted(set(ours) - {"title", "limits", "shared", "in_release", "pdf"})
    if unknown:
        raise AuthoringError(f"{path.name}: front matter: autograder does not know {', '.join(unknown)}")
    return ours


def _pdf(said: Any, path: Path) -> tuple[PdfPart, ...]:
    if not isinstance(said, list) or not all(
        isinstance(part, dict) and set(part) == {"title", "cells"} for part in said
    ):
        raise AuthoringError(f'{path.name}: front matter: pdf is a list of {{title: "...", cells: [ID, ID]}}')
    return tuple(PdfPart(str(part["title"]), tuple(str(id) for id in part["cells"] or ())) for part in said)


def _limits(said: dict[str, Any], path: Path) -> dict[str, float]:
    for name, value in said.items():
        if name not in LIMITS:
            raise AuthoringError(f"{path.name}: no limit is called {name!r} (there are: {', '.join(LIMITS)})")
        if isinstance(value, bool) or not isinstance(value, (int, float)) or value <= 0:
            raise AuthoringError(f"{path.name}: the limit {name} must be a positive number")
        if isinstance(getattr(Limits, name), int) and not isinstance(value, int):
            raise AuthoringError(f"{path.name}: the limit {name} must be a whole number")
    return dict(said)


def _block(cell: Any, line: int, where: str) -> Block:
    said = dict(cell.metadata)
    kind = said.pop("kind", TEXT if cell.cell_type == "markdown" else GIVEN)
    is_text = kind in (TEXT, QUESTION)
    if kind not in KEYS or cell.cell_type != ("markdown" if is_text else "code"):
        raise AuthoringError(f"{where}: a {cell.cell_type} cell cannot be of kind {kind!r}")
    unknown = sorted(set(said) - KEYS[kind] - {"id", "tags"})
    if unknown:
        raise AuthoringError(f"{where}: a cell of kind {kind} does not know {', '.join(unknown)}")
    block = Block(
        kind=kind,
        body=cell.source.strip("\n"),
        line=line,
        id=str(said.get("id", "")),
        objects=_names(said, where),
        task=str(said.get("task", "")),
        points=_number(said, "points", where),
        words=int(_number(said, "words", where)),
        tags=tuple(str(tag) for tag in said.get("tags", ())),
    )
    _refuse_incomplete(block, where)
    _refuse_misread(block, where)
    return block


def _names(said: dict[str, Any], where: str) -> tuple[str, ...]:
    """The objects of a block, said as `object: NAME` or `objects: [NAME, NAME]`."""
    names = said.get("objects", [])
    one = said.get("object")
    if (one is not None and names) or not isinstance(names, list):
        raise AuthoringError(f"{where}: write either object: NAME or objects: [NAME, NAME]")
    return tuple(str(name) for name in ([one] if one is not None else names))


def _number(said: dict[str, Any], key: str, where: str) -> float:
    value = said.get(key, 0)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value < 0:
        raise AuthoringError(f"{where}: {key} must be a number")
    return float(value)


def _refuse_incomplete(block: Block, where: str) -> None:
    """Each kind needs its own keys, and the builder writes the body of some."""
    if block.kind == TASK and not block.objects:
        raise AuthoringError(f"{where}: a task needs object: NAME, a name of the solution module")
    if block.kind == POINTS and not block.task:
        raise AuthoringError(f"{where}: a points cell needs task: NAME, a task of the checks")
    if block.kind == QUESTION and not (block.id and block.points > 0 and block.body):
        raise AuthoringError(f"{where}: a question needs an id, points and a text")
    if block.body and (block.kind in (TASK, POINTS) or (block.kind == GIVEN and block.objects)):
        raise AuthoringError(f"{where}: this cell must be empty: the builder writes its body")


def _refuse_misread(block: Block, where: str) -> None:
    """Text that Markdown took for something else than its author meant."""
    if block.kind in (TEXT, QUESTION):
        if _LOST_CELL.search(block.body):
            raise AuthoringError(f"{where}: a cell inside this text was not recognised: see its first line")
        return
    if _LOST_METADATA.match(block.body):
        raise AuthoringError(f"{where}: the cell begins with metadata that are not between two lines of ---")
    try:
        ast.parse(_MAGIC.sub(r"\1pass", block.body))
    except SyntaxError as error:
        raise AuthoringError(f"{where}: line {error.lineno} of the cell: {error.msg}") from None
