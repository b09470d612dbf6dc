"""The notebook that students were given: what each of its cells is, its official source and its released stub."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

import msgspec

from autograder.assignment import Assignment
from autograder.errors import AuthoringError
from autograder.grading.definitions import Definitions, definitions
from autograder.sandbox.limits import Limits

RUN = ("given", "data")  # always run from the official source


@dataclass(frozen=True)
class TemplateCell:
    """One cell of the source notebook."""

    id: str
    type: str  # "code" or "markdown"
    kind: str  # "text" for plain Markdown
    source: str  # the instructor's
    stub: str  # the students'
    names: tuple[str, ...] = ()  # what a task cell must define
    task: str = ""  # what a points cell gives points for
    points: float = 0.0
    words: int = 0  # a question's limit, 0 for none

    @cached_property
    def stub_definitions(self) -> Definitions:
        return definitions(self.stub)


@dataclass(frozen=True)
class Template:
    """The cells in their order, and the places of their ids."""

    assignment: str
    cells: tuple[TemplateCell, ...]
    title: str = ""
    limits: Limits = field(default_factory=Limits)

    @cached_property
    def places(self) -> dict[str, int]:
        return {cell.id: place for place, cell in enumerate(self.cells)}

    @cached_property
    def tasks(self) -> dict[str, int]:
        """Name that a student writes -> place of its task cell."""
        return {name: place for place, cell in enumerate(self.cells) for name in cell.names}

    def of_kind(self, *kinds: str) -> list[TemplateCell]:
        return [cell for cell in self.cells if cell.kind in kinds]


def load_template(assignment: Assignment) -> Template:
    """The assignment's template; raises AuthoringError when the notebooks have not been built."""
    for path in (assignment.source, assignment.release):
        if not path.is_file():
            raise AuthoringError(f"{path} is missing: run 'autograder build {assignment.name}' first")
    stamps = (assignment.source.stat().st_mtime_ns, assignment.release.stat().st_mtime_ns)
    return _read(assignment.name, assignment.source, assignment.release, stamps)


@lru_cache(maxsize=16)
def _read(name: str, source: Path, release: Path, stamps: tuple[int, int]) -> Template:
    """Read once per worker; `stamps` make a rebuilt notebook a different key."""
    try:
        built, stubs = (msgspec.json.decode(path.read_bytes(), type=_Notebook) for path in (source, release))
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise AuthoringError(
            f"a notebook of {name} is damaged ({error}): run 'autograder build {name}' again"
        ) from None
    released = {cell.id: cell.text for cell in stubs.cells}
    missing = [cell.id for cell in built.cells if cell.id not in released]
    if missing:
        raise AuthoringError(
            f"{release} lacks the cell {missing[0]!r} of {source}: run 'autograder build {name}' again"
        )
    cells = tuple(_cell(cell, released[cell.id]) for cell in built.cells)
    about = built.metadata.autograder
    return Template(name, cells, about.title or name, about.limits)


def _cell(cell: _Cell, stub: str) -> TemplateCell:
    ours = cell.metadata.autograder
    return TemplateCell(
        cell.id, cell.cell_type, ours.kind, cell.text, stub, ours.names, ours.task, ours.points, ours.words
    )


# --- what is read of the two files ---


class _CellMark(msgspec.Struct):
    kind: str = "text"
    names: tuple[str, ...] = ()
    task: str = ""
    points: float = 0.0
    words: int = 0


class _CellMetadata(msgspec.Struct):
    autograder: _CellMark = msgspec.field(default_factory=_CellMark)


class _Cell(msgspec.Struct):
    id: str
    cell_type: str
    source: str | list[str]
    metadata: _CellMetadata

    @property
    def text(self) -> str:
        return self.source if isinstance(self.source, str) else "".join(self.source)


class _NotebookMark(msgspec.Struct):
    title: str = ""
    limits: Limits = msgspec.field(default_factory=Limits)


class _NotebookMetadata(msgspec.Struct):
    autograder: _NotebookMark = msgspec.field(default_factory=_NotebookMark)


class _Notebook(msgspec.Struct):
    cells: list[_Cell]
    metadata: _NotebookMetadata
