"""Which submitted cell counts for each name that the student was to write.

The last cell that defines a name other than as released counts, as it does when the notebook runs from top to bottom. A
definition that stands in a cell which grading does not run (an experiment, a text cell) is taken out of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from autograder.grading.definitions import Code, take, without
from autograder.grading.matching import Match
from autograder.grading.template import Template


@dataclass(frozen=True)
class Part:
    """A piece of student code to run."""

    at: int  # place among the submitted cells
    source: str
    names: tuple[str, ...] = ()  # for which it counts
    attempted: bool = True


@dataclass(frozen=True)
class Solutions:
    """The student's code in his own order, names that no cell defines, and one sentence for each repair."""

    parts: tuple[Part, ...]
    missing: tuple[str, ...]
    repairs: tuple[str, ...]


@dataclass
class _Search:
    """The winners so far: name -> place among the submitted cells."""

    matches: list[Match]
    template: Template
    winners: dict[str, int] = field(default_factory=dict)
    rescued: dict[str, int] = field(default_factory=dict)
    repairs: list[str] = field(default_factory=list)

    def stub_of(self, name: str) -> Code | None:
        return self.template.cells[self.template.tasks[name]].stub_definitions.code.get(name)

    def is_solved(self, name: str, at: int) -> bool:
        return self.matches[at].definitions.code[name] != self.stub_of(name)


def find_solutions(matches: list[Match], template: Template) -> Solutions:
    search = _Search(matches, template)
    for name in template.tasks:
        _find(search, name)
    parts = [*_run_parts(search), *_rescued_parts(search)]
    missing = tuple(name for name in template.tasks if name not in search.winners and name not in search.rescued)
    return Solutions(tuple(sorted(parts, key=lambda part: part.at)), missing, tuple(search.repairs))


def _find(search: _Search, name: str) -> None:
    definers = [at for at, match in enumerate(search.matches) if match.is_run and name in match.definitions.code]
    solved = [at for at in definers if search.is_solved(name, at)]
    if len(solved) > 1:
        search.repairs.append(f"{name} is defined in {len(solved)} cells: the last one counts.")
    if not solved and (hidden := _in_cells_not_run(search, name)) is not None:
        search.rescued[name] = hidden
        where = search.matches[hidden].kind.replace("_", " ").replace("extra", "text")
        search.repairs.append(f"{name} was taken out of a cell that grading does not run (cell {hidden + 1}, {where}).")
        return
    winner = (solved or definers or _own_cells(search, name))[-1:]
    if winner:
        search.winners[name] = winner[0]
        _tell_where(search, name, winner[0])
    else:
        search.repairs.append(f"No cell defines {name} any more: it counts as not attempted.")


def _own_cells(search: _Search, name: str) -> list[int]:
    """The cells that are the task's by id, whatever they define."""
    return [at for at, match in enumerate(search.matches) if match.place == search.template.tasks[name]]


def _tell_where(search: _Search, name: str, winner: int) -> None:
    match, own = search.matches[winner], _own_cells(search, name)
    if match.kind == "task" and match.cell.type != "code":
        search.repairs.append(f"The cell that defines {name} had become a text cell and was read as code.")
    if own and winner not in own:
        search.repairs.append(f"{name} was found in another cell than the one released for it (cell {winner + 1}).")


def _in_cells_not_run(search: _Search, name: str) -> int | None:
    found = [
        at
        for at, match in enumerate(search.matches)
        if not match.is_run and name in match.definitions.lines and search.is_solved(name, at)
    ]
    return found[-1] if found else None


def _run_parts(search: _Search) -> list[Part]:
    patched = frozenset().union(*(match.definitions.patched for match in search.matches if match.is_run))
    parts = []
    for at, match in enumerate(search.matches):
        if match.is_run:
            names = tuple(name for name, winner in search.winners.items() if winner == at)
            source = _without_late_stubs(search, at)
            if names or source.strip():
                attempted = not names or any(_touched(search, name, at) or name in patched for name in names)
                parts.append(Part(at, source, names, attempted))
    return parts


def _without_late_stubs(search: _Search, at: int) -> str:
    """The cell without stubs of names that an earlier cell has solved: they would undo it."""
    match = search.matches[at]
    late = {name for name in match.definitions.lines if search.winners.get(name, at) < at}
    return without(match.cell.source, match.definitions, late) if late else match.cell.source


def _touched(search: _Search, name: str, at: int) -> bool:
    """Whether the student changed anything about this name."""
    found = search.matches[at].definitions
    if name in found.code:
        return search.is_solved(name, at)
    return found.whole != search.template.cells[search.template.tasks[name]].stub_definitions.whole


def _rescued_parts(search: _Search) -> list[Part]:
    return [
        Part(at, take(search.matches[at].cell.source, search.matches[at].definitions, name), (name,))
        for name, at in search.rescued.items()
    ]
