"""The page about the checks themselves: which of them sees which known mistake, and what came out wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.reporting.pages import render, write_page
from autograder.validation.validate import Validation
from autograder.validation.variants import Variant


@dataclass(frozen=True)
class Row:
    """One mistake: which checks must see it, which do."""

    variant: Variant
    cells: tuple[str, ...]  # per check: "must" (named and failing), "also" (failing), "missed", ""


@dataclass(frozen=True)
class Section:
    """One assignment."""

    result: Validation
    checks: tuple[str, ...]  # ids
    rows: tuple[Row, ...]
    invisible: tuple[Variant, ...]


def validation_page(results: Sequence[Validation]) -> str:
    """HTML with the matrix of every assignment."""
    return render("validation.html.j2", sections=[_section(result) for result in results])


def write_validation_page(path: Path, results: Sequence[Validation]) -> Path:
    return write_page(path, validation_page(results))


def _section(result: Validation) -> Section:
    checks = tuple(result.check_seconds)
    seen = result.matrix
    rows = tuple(
        Row(variant, tuple(_cell(variant, id, seen[variant.id]) for id in checks))
        for variant in result.catalogue.visible_mistakes
    )
    invisible = tuple(variant for variant in result.catalogue.mistakes if variant.invisible)
    return Section(result, checks, rows, invisible)


def _cell(variant: Variant, id: str, seen: frozenset[str]) -> str:
    named = id.partition("::")[2] in variant.caught_by
    if id in seen:
        return "must" if named else "also"
    return "missed" if named else ""
