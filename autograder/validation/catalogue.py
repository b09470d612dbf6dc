"""The catalogue of an assignment's wrong and unusual right solutions, and the notebooks made with them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from autograder.assignment import Assignment
from autograder.authoring.build import read_recipe
from autograder.authoring.checks_index import ChecksIndex
from autograder.authoring.document import TASK
from autograder.authoring.regions import without_markers
from autograder.authoring.source_notebook import source_notebook
from autograder.errors import AuthoringError
from autograder.validation.splicing import apply
from autograder.validation.variants import Variant, read_variants

__all__ = ["Catalogue", "Variant", "make_submission", "read_catalogue"]

KINDS = ("reference", "blank", "partial")


@dataclass(frozen=True)
class Catalogue:
    """All variants of one assignment, each known to fit the reference solution."""

    mistakes: tuple[Variant, ...]
    alternatives: tuple[Variant, ...]

    @property
    def variants(self) -> tuple[Variant, ...]:
        return (*self.mistakes, *self.alternatives)

    @property
    def visible_mistakes(self) -> tuple[Variant, ...]:
        """The mistakes that checks must catch."""
        return tuple(variant for variant in self.mistakes if not variant.invisible)

    def sample(self, every: int) -> Catalogue:
        """Every so manyth variant, for a quick look."""
        return Catalogue(self.mistakes[::every], self.alternatives[::every])

    def variant(self, id: str) -> Variant:
        for variant in self.variants:
            if variant.id == id:
                return variant
        raise AuthoringError(f"no variant has the id {id!r}")


def read_catalogue(assignment: Assignment) -> Catalogue:
    """Reads mistakes.py and alternatives.py; raises AuthoringError, naming file and cell, on what does not fit.

    Nothing is imported or run, and the notebooks need not have been built.
    """
    catalogue = Catalogue(
        mistakes=read_variants(assignment.mistakes, "mistake"),
        alternatives=read_variants(assignment.alternatives, "alternative"),
    )
    recipe = read_recipe(assignment)
    cells = _solved_cells(source_notebook(recipe))
    seen: dict[str, Variant] = {}
    for variant in catalogue.variants:
        if variant.id in seen:
            raise AuthoringError(f"{_where(variant)}: the id is that of {_where(seen[variant.id])}, too")
        seen[variant.id] = variant
        _refuse_unknown_names(variant, recipe.checks)
        if not variant.invisible and apply(cells, variant).items() <= cells.items():
            raise AuthoringError(f"{_where(variant)}: it is the reference solution itself")
    return catalogue


def make_submission(
    assignment: Assignment,
    variant: Variant | None = None,
    kind: str = "reference",
    tasks: Collection[str] = (),
) -> Any:
    """The notebook that a student would hand in, with the ids and metadata of the release.

    With `variant`: the reference solution with that variant in it. Else by kind: "reference" is solved everywhere,
    "blank" is the release, "partial" is solved in the cells of `tasks` only. Raises AuthoringError if the notebooks
    were not built.
    """
    if kind not in KINDS:
        raise ValueError(f"no submission is of kind {kind!r}: use one of {KINDS}")
    submission = _read(assignment.release, assignment)
    solved = _solved_cells(_read(assignment.source, assignment))
    if variant is not None:
        solved |= apply(solved, variant)
    elif kind == "blank":
        solved = {}
    elif kind == "partial":
        solved = {id: source for id, source in solved.items() if id in _ids_of(tasks, submission)}
    for cell in submission.cells:
        cell.source = solved.get(cell.id, cell.source)
    return submission


def _solved_cells(notebook: Any) -> dict[str, str]:
    """Id -> source of each task cell as a student would have solved it."""
    return {cell.id: without_markers(cell.source) for cell in notebook.cells if _ours(cell).get("kind") == TASK}


def _ids_of(tasks: Collection[str], notebook: Any) -> set[str]:
    """The task cells that hold the objects of these tasks; raises AuthoringError on an unknown one."""
    places = {name: cell.id for cell in notebook.cells for name in _ours(cell).get("names", ())}
    unknown = [task for task in tasks if task.partition(".")[0] not in places]
    if unknown:
        raise AuthoringError(f"no task cell holds {unknown[0]!r} (there are: {', '.join(places)})")
    return {places[task.partition(".")[0]] for task in tasks}


def _ours(cell: Any) -> Any:
    return cell.metadata.get("autograder", {})


def _read(path: Path, assignment: Assignment) -> Any:
    if not path.is_file():
        raise AuthoringError(f"{path} is missing: run 'autograder build {assignment.name}' first")
    return nbformat.read(path, as_version=4)


def _refuse_unknown_names(variant: Variant, checks: ChecksIndex) -> None:
    tasks = {*checks.tasks, *(task.partition(".")[0] for task in checks.tasks)}
    for task in (variant.task, *variant.may_lose):
        if task not in tasks:
            raise AuthoringError(f"{_where(variant)}: no checks have the task {task!r}")
    for name in variant.caught_by:
        if name not in checks.names:
            raise AuthoringError(f"{_where(variant)}: no check is called {name!r}")
    own = {check.name for check in checks.checks if variant.is_about(check.task)}
    if variant.caught_by and not own & set(variant.caught_by):
        raise AuthoringError(f"{_where(variant)}: none of the checks in caught_by belongs to the task {variant.task!r}")


def _where(variant: Variant) -> str:
    return f"{variant.kind}s.py: cell {variant.id} ({variant.title})"
