"""From a report to what the gradebook keeps: a score for each graded cell, a comment for each cell of the student's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import nbformat
from nbgrader.utils import compute_checksum, is_grade, is_locked, is_solution

from autograder.assignment import Assignment
from autograder.checking.outcomes import CheckResult, Outcome
from autograder.errors import AuthoringError
from autograder.grading.report import ManualItem, Report


@dataclass(frozen=True)
class ReleasedCell:
    """A cell of the released notebook, as the gradebook knows it."""

    name: str
    type: str
    source: str
    checksum: str
    locked: bool
    points: float | None  # None: not graded
    solution: bool
    task: str  # of a points cell
    objects: tuple[str, ...]  # of a task cell


def released_cells(assignment: Assignment) -> tuple[ReleasedCell, ...]:
    """The cells that nbgrader records when it makes a release."""
    if not assignment.release.is_file():
        raise AuthoringError(f"{assignment.release} is missing: run 'autograder build {assignment.name}' first")
    cells = nbformat.read(assignment.release, as_version=4).cells
    return tuple(_cell(cell) for cell in cells if is_grade(cell) or is_solution(cell) or is_locked(cell))


def _cell(cell: Any) -> ReleasedCell:
    nbgrader, ours = cell.metadata["nbgrader"], cell.metadata.get("autograder", {})
    return ReleasedCell(
        name=nbgrader["grade_id"],
        type=cell.cell_type,
        source=cell.source,
        checksum=nbgrader.get("checksum") or compute_checksum(cell),
        locked=is_locked(cell),
        points=float(nbgrader["points"]) if is_grade(cell) else None,
        solution=is_solution(cell),
        task=ours.get("task", ""),
        objects=tuple(ours.get("names", ())),
    )


class CellScores:
    """What a report says about each cell of the notebook."""

    def __init__(self, report: Report, cells: tuple[ReleasedCell, ...]) -> None:
        self._report = report
        self._cells = {cell.name: cell for cell in cells}
        self._manual = {item.id: item for item in report.manual}

    def of(self, name: str, max_score: float) -> float | None:
        """Points of a graded cell, in [0, max_score]; None where a human must look."""
        cell = self._cells.get(name)
        checks = [check for check in self._report.checks if cell is not None and cell.task == check.task]
        if not checks or any(check.outcome is Outcome.GRADER_ERROR for check in checks):
            return 0.0 if self._report.problem and cell is not None and cell.task and not checks else None
        return min(max(sum(check.points for check in checks), 0.0), max_score)

    def comment(self, name: str) -> str | None:
        """What a task's checks or a question's length have to say; None for other cells."""
        cell = self._cells.get(name)
        if cell is None:
            return None
        if self._report.problem:
            return self._report.problem
        if name in self._manual:
            return _length(self._manual[name])
        checks = [check for check in self._report.checks if check.task.partition(".")[0] in cell.objects]
        return "\n\n".join(_sentence(check) for check in checks) or None


def _sentence(check: CheckResult) -> str:
    passed = check.outcome is Outcome.PASSED
    words = "passed" if passed else check.outcome.in_words
    line = f"{'✓' if passed else '✗'} {check.title} ({words}, {check.points:g} of {check.max_points:g})"
    return "\n".join(part for part in (line, check.message, *check.notes) if part)


def _length(item: ManualItem) -> str:
    limit = f" (limit: {item.limit})" if item.limit else ""
    return f"{item.words} words{limit}."
