"""Nothing in a release gives an answer away, and nothing in it earns a point by itself.

Two independent ways: each released cell is compared with what our own reading of the regions gives, and every file of
the release is searched for markers and for lines of the solution.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from autograder.authoring import points_cell
from autograder.authoring.document import POINTS, QUESTION, TASK, TEXT
from autograder.authoring.markers import looks_like_marker
from autograder.authoring.regions import CODE_STUB, TEXT_STUB, SolutionModule, outside_lines, region_lines, stub
from autograder.authoring.source_notebook import MODEL_ANSWER
from autograder.errors import AuthoringError

TELLING = 12  # characters of a line that is too short to give anything away, such as "return x"
ENOUGH_LINES = 3  # solution lines in a row that are no chance in a given cell

SKIPS = "skip-execution"  # with this tag nbgrader gives a cell full marks without running it


@dataclass(frozen=True)
class Built:
    """A source and a release folder, just built, and what is known about them."""

    source: Path
    release: Path
    name: str  # of the assignment
    files: frozenset[str]  # names of the release files that belong beside the notebook
    module: SolutionModule
    allowed: tuple[str, ...] = ()  # solution lines that the author lets students see

    @property
    def source_cells(self) -> list[Any]:
        return _cells(self.source / f"{self.name}.ipynb")

    @property
    def release_cells(self) -> list[Any]:
        return _cells(self.release / f"{self.name}.ipynb")

    @property
    def telling(self) -> list[str]:
        """Lines of the solution, model answers included, that give something away; each once, in their order."""
        answers = (cell.source for cell in self.source_cells if _kind(cell) == QUESTION)
        lines = [*self.module.region_lines, *(line for text in answers for line in region_lines(text))]
        return [
            line
            for line in dict.fromkeys(lines)
            if len(line) > TELLING and line not in self.allowed and line != MODEL_ANSWER
        ]


def refuse_unsafe(built: Built) -> None:
    """Raises AuthoringError, one line for each fault, if the release must not go out."""
    faults = [*_strange_files(built), *_wrong_cells(built), *_earning_cells(built), *_markers(built), *_leaks(built)]
    if faults:
        raise AuthoringError("\n".join(dict.fromkeys(faults)))


def warnings(built: Built) -> Iterator[str]:
    """Given cells that hold several lines of the solution in a row: perhaps meant, perhaps not."""
    solution = set(built.telling)
    for cell in built.release_cells:
        if _kind(cell) == TASK:
            continue
        row: list[str] = []
        for line in [*_stripped(cell.source), ""]:
            if line in solution:
                row.append(line)
                continue
            if len(row) >= ENOUGH_LINES:
                yield f"the cell {cell.id} gives {len(row)} lines of the solution in a row, from: {row[0]}"
            row = []


def _strange_files(built: Built) -> Iterator[str]:
    """Files that are not the notebook and not a release file, or that nbgrader left out."""
    expected = {f"{built.name}.ipynb", *built.files}
    for folder in (built.source, built.release):
        there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}
        for name in sorted(there - expected):
            yield f"{folder.parent.name}/{built.name}/{name} is not for students"
        for name in sorted(expected - there):
            yield f"{folder.parent.name}/{built.name}/{name} is missing: nbgrader left it out"


def _wrong_cells(built: Built) -> Iterator[str]:
    """Released cells that differ from the source with its regions replaced, in number, order, id, type or text."""
    expected = [(cell.id, cell.cell_type, _as_released(cell)) for cell in built.source_cells]
    released = [(cell.id, cell.cell_type, cell.source) for cell in built.release_cells]
    if [cell[:2] for cell in expected] != [cell[:2] for cell in released]:
        yield "the release does not have the cells of the source notebook in their order"
        return
    for want, got in zip(expected, released, strict=True):
        if want != got:
            yield f"the cell {want[0]} is not released as its regions say: nbgrader and we read the markers differently"
    for cell in built.release_cells:
        if cell.get("outputs") or cell.get("execution_count") is not None:
            yield f"the cell {cell.id} is released with outputs"


def _kind(cell: Any) -> str:
    return str(cell.metadata.get("autograder", {}).get("kind", TEXT))


def _as_released(cell: Any) -> str:
    kind = _kind(cell)
    if kind not in (TASK, QUESTION):
        return str(cell.source)
    return stub(cell.source, f"cell {cell.id}", CODE_STUB if kind == TASK else TEXT_STUB)


def _earning_cells(built: Built) -> Iterator[str]:
    for cell in built.release_cells:
        if _kind(cell) == POINTS:
            if not points_cell.earns_nothing(cell.source):
                yield f"the points cell {cell.id} would earn points when it is run: it must end in the line 0.0"
            if SKIPS in cell.metadata.get("tags", ()):
                yield f"the points cell {cell.id} has the tag {SKIPS}, with which nbgrader gives full marks"


def _markers(built: Built) -> Iterator[str]:
    for name, lines in _released_lines(built):
        for line in lines:
            if looks_like_marker(line):
                yield f"{name}: a marker is left in the release, or a line that looks like one: {line}"


def _leaks(built: Built) -> Iterator[str]:
    """Lines of the solution in any file of the release, unless students are given that line anyway."""
    given = "\n".join([*built.module.outside_lines, *_given_lines(built)])
    telling = [line for line in built.telling if line not in given]
    for name, lines in _released_lines(built):
        text = "\n".join(lines)
        for line in telling:
            if line in text:
                yield (
                    f"{name}: a line of the solution is in the release: {line} "
                    f"(if students may see it, list it under in_release in the front matter)"
                )


def _given_lines(built: Built) -> Iterator[str]:
    """What the author wrote for students into the notebook: all cells, without the regions."""
    for cell in built.source_cells:
        yield from outside_lines(cell.source, f"cell {cell.id}")


def _released_lines(built: Built) -> Iterator[tuple[str, list[str]]]:
    """Name and stripped lines of every text that students get; files that are no text are left aside."""
    for cell in built.release_cells:
        yield f"cell {cell.id}", _stripped(cell.source)
    for name in sorted(built.files):
        try:
            yield name, _stripped((built.release / name).read_text(encoding="utf-8"))
        except UnicodeDecodeError:
            continue


def _stripped(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _cells(path: Path) -> list[Any]:
    return list(nbformat.read(path, as_version=4).cells)
