"""Which released cell each submitted cell is: by its id, else by its content, else by its likeness to a missing one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from autograder.authoring.regions import CODE_STUB
from autograder.grading.definitions import Definitions, definitions
from autograder.grading.notebook_file import FileCell
from autograder.grading.template import RUN, Template, TemplateCell
from autograder.limits import SAME_LINES

NOT_RUN = ("experiment", "public_check", "points")


@dataclass(frozen=True)
class Match:
    """A submitted cell and its place in the template; None for the student's own cells."""

    cell: FileCell
    place: int | None = None
    by_id: bool = False
    kind: str = ""  # of the released cell, or "extra"

    @cached_property
    def definitions(self) -> Definitions:
        return definitions(self.cell.source)

    @property
    def is_run(self) -> bool:
        """Whether grading runs the student's source of this cell."""
        return self.kind == "task" or (self.kind == "extra" and self.cell.type == "code")


def match_cells(cells: Sequence[FileCell], template: Template) -> list[Match]:
    """One match per submitted cell, in order. Several may share a place: copies, or a cell that was split."""
    matches = [_by_id(cell, template) for cell in cells]
    matches = _by_content(matches, template)
    matches = _by_likeness(matches, template)
    return [replace(match, kind=_kind(match, template)) for match in matches]


def lines_of(source: str) -> Counter[str]:
    """The source's lines without indentation, blank ones, and those that every stub has."""
    lines = (line.strip() for line in source.splitlines())
    return Counter(line for line in lines if line and line not in CODE_STUB)


def _by_id(cell: FileCell, template: Template) -> Match:
    place = next((template.places[id] for id in cell.ids if id in template.places), None)
    return Match(cell, place, by_id=place is not None)


def _by_content(matches: list[Match], template: Template) -> list[Match]:
    """Cells without a known id whose text is exactly that of a released cell."""
    places: dict[tuple[str, ...], list[int]] = {}
    for place, cell in enumerate(template.cells):
        places.setdefault(_key(cell.stub), []).append(place)
    taken = {match.place for match in matches}
    found = []
    for match in matches:
        if match.place is None and (same := places.get(_key(match.cell.source))):
            free = [place for place in same if place not in taken]
            match = replace(match, place=(free or same)[0])
            taken.add(match.place)
        found.append(match)
    return found


def _key(source: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in source.splitlines() if line.strip())


def _by_likeness(matches: list[Match], template: Template) -> list[Match]:
    """Cells without a known id that resemble a released cell; not those that define a task's name."""
    if all(match.place is not None for match in matches):
        return matches
    taken = {match.place for match in matches}
    patterns = [lines_of(cell.stub) for cell in template.cells]
    found = []
    for match in matches:
        if match.place is None and not (match.cell.type == "code" and template.tasks.keys() & match.definitions.code):
            candidates = [
                place for place, cell in enumerate(template.cells) if place not in taken or cell.kind in NOT_RUN
            ]
            place = _most_alike(match.cell, candidates, template, patterns)
            match = replace(match, place=place)
            taken.add(place)
        found.append(match)
    return found


def _most_alike(cell: FileCell, candidates: list[int], template: Template, patterns: list[Counter[str]]) -> int | None:
    own = lines_of(cell.source)
    likeness = {place: _likeness(own, template.cells[place], patterns[place]) for place in candidates}
    best = max(likeness, key=lambda place: likeness[place], default=None)
    return best if best is not None and likeness[best] >= SAME_LINES else None


def _likeness(own: Counter[str], cell: TemplateCell, pattern: Counter[str]) -> float:
    """Share of equal lines, 0 to 1. A question's cell grows by the answer, so there only the released lines count."""
    common = (own & pattern).total()
    size = pattern.total() if cell.kind == "question" else (own.total() + pattern.total()) / 2
    return common / size if size else 0.0


def _kind(match: Match, template: Template) -> str:
    if match.place is not None:
        return template.cells[match.place].kind
    return match.cell.kind if match.cell.kind in NOT_RUN else "extra"


def given_repairs(matches: list[Match], template: Template) -> list[str]:
    """What had to be said about cells whose official source is run whatever the student did to them."""
    first: dict[int, Match] = {}
    for match in matches:
        if match.place is not None:
            first.setdefault(match.place, match)
    given = [(place, cell) for place, cell in enumerate(template.cells) if cell.kind in RUN]
    missing = [cell.id for place, cell in given if place not in first]
    changed = [cell.id for place, cell in given if place in first and _key(first[place].cell.source) != _key(cell.stub)]
    repairs = []
    if changed:
        repairs.append(f"Given cells had been changed; grading ran the originals: {', '.join(changed)}.")
    if missing:
        repairs.append(f"Given cells were missing; grading ran the originals: {', '.join(missing)}.")
    return repairs
