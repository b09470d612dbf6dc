"""docs/coverage.md: every row of the course sheets is there, and everything that it names exists."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from typer.main import get_command

from autograder.assignment import Course
from autograder.authoring.checks_index import read_checks
from autograder.cli import app

ROOT = Path(__file__).resolve().parents[1]
COURSE = Course(ROOT)
ROWS = {"S000": 30, "S001": 24, "S002": 20, "S003": 29, "S004": 23}
KINDS = {"code", "question", "run", "figure", "given"}
NUMBERED = re.compile(r"(text|given|data|experiment|public_check)-\d+")  # such an id moves when a cell is put in front


@dataclass(frozen=True)
class Row:
    """One line of a table: names are without their backticks."""

    assignment: str
    id: str
    what: str
    kinds: tuple[str, ...]
    cells: tuple[str, ...]
    proofs: tuple[str, ...]  # checks, tests, commands


def read_rows() -> list[Row]:
    rows, assignment = [], ""
    for line in (ROOT / "docs" / "coverage.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            assignment = line.removeprefix("## ")
        elif line.startswith("| S"):
            id, what, kinds, cells, proofs = (cell.strip() for cell in line.strip("|").split("|"))
            rows.append(Row(assignment, id, what, tuple(kinds.split(", ")), names(cells), names(proofs)))
    return rows


def names(cell: str) -> tuple[str, ...]:
    """What stands between backticks; nothing else may stand in the cell."""
    found = re.findall(r"`([^`]+)`", cell)
    assert ", ".join(f"`{name}`" for name in found) == cell
    return tuple(found)


TABLE = read_rows()
ASSIGNMENTS = sorted({row.assignment for row in TABLE})


def cells_of(assignment: str) -> set[str]:
    return {cell.id for cell in nbformat.read(COURSE.assignment(assignment).source, as_version=4).cells}


def test_every_row_of_every_sheet_is_there_once() -> None:
    assert sorted(row.id for row in TABLE) == [f"{s}-{n:02}" for s, count in ROWS.items() for n in range(1, count + 1)]


def test_the_sections_are_the_assignments() -> None:
    assert COURSE.names == ASSIGNMENTS


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_every_cell_exists_under_an_id_that_stays(assignment: str) -> None:
    there = cells_of(assignment)
    for row in (row for row in TABLE if row.assignment == assignment):
        assert row.cells, row.id
        assert set(row.cells) <= there, row.id
        assert not any(NUMBERED.fullmatch(cell) for cell in row.cells), f"{row.id}: give this cell an id of its own"


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_every_check_test_and_command_exists(assignment: str) -> None:
    checks = COURSE.assignment(assignment).checks
    for row in (row for row in TABLE if row.assignment == assignment):
        for proof in row.proofs:
            assert _exists(proof, checks), f"{row.id}: there is no {proof}"


def _exists(proof: str, checks: Path) -> bool:
    if proof.startswith("autograder "):
        return proof.removeprefix("autograder ") in get_command(app).commands
    name, _, function = proof.partition("::")
    file = next(
        (folder / name for folder in (checks, ROOT / "tests" / "assignments") if (folder / name).exists()), None
    )
    if file is None or not function:
        return file is not None
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return function in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.id)
def test_kinds_say_what_is_there(row: Row) -> None:
    assert row.what
    assert set(row.kinds) <= KINDS
    assert ("code" in row.kinds) == any(cell.startswith("task-") for cell in row.cells)
    assert ("question" in row.kinds) == any(cell.startswith("q-") for cell in row.cells)
    if "code" in row.kinds:
        folder = COURSE.assignment(row.assignment).checks
        assert any((folder / proof.partition("::")[0]).exists() for proof in row.proofs)


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_no_task_question_or_check_belongs_to_no_row(assignment: str) -> None:
    rows = [row for row in TABLE if row.assignment == assignment]
    written = {cell for cell in cells_of(assignment) if cell.startswith(("task-", "q-"))}
    assert written - {cell for row in rows for cell in row.cells} == set()
    named = {proof for row in rows for proof in row.proofs}
    checks = read_checks(COURSE.assignment(assignment).checks).checks
    assert [check.id for check in checks if not {check.id, check.id.partition("::")[0]} & named] == []
