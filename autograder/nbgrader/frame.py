"""The released notebook as nbgrader knows it: what a submission is put back into before it is graded.

What students may not change (tests, points, flags, types) comes from here and from the gradebook, never from the
submission; the order comes from the released notebook.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.utils import is_grade, is_locked, is_solution, is_task

from autograder.assignment import Assignment
from autograder.errors import AuthoringError
from autograder.grading.template import Template, TemplateCell, load_template

SCHEMA = 3  # of nbgrader's cell metadata


@dataclass(frozen=True)
class Frame:
    """Cells as they should be, in the order of `template.cells`, which serves to find them again."""

    template: Template
    cells: tuple[NotebookNode, ...]
    metadata: NotebookNode

    def notebook(self, cells: list[NotebookNode]) -> NotebookNode:
        """A notebook of the current format with these cells."""
        return nbformat.v4.new_notebook(cells=cells, metadata=copy.deepcopy(self.metadata))


def belongs_to_nbgrader(cell: NotebookNode) -> bool:
    """Whether the gradebook keeps something about this cell."""
    return bool(is_grade(cell) or is_solution(cell) or is_locked(cell) or is_task(cell))


def frame_of_assignment(assignment: Assignment) -> Frame:
    """The frame of an assignment with hidden checks."""
    template = load_template(assignment)
    released = nbformat.read(assignment.release, as_version=4)
    by_id = {cell.id: cell for cell in released.cells}
    return Frame(template, tuple(by_id[cell.id] for cell in template.cells), released.metadata)


def frame_of_gradebook(gradebook: Gradebook, assignment: str, notebook: str, release: Path) -> Frame:
    """The frame of an ordinary nbgrader assignment.

    `release`: the released notebook, for the order; the gradebook's own where it is gone. Raises
    nbgrader.api.MissingEntry when the gradebook does not know the notebook."""
    found = gradebook.find_notebook(notebook, assignment)
    official = {row.name: _official(row, found) for row in found.source_cells}
    released = _read(release)
    cells, metadata = list(official.values()), NotebookNode()
    if released is not None:
        cells = [official.pop(_grade_id(cell), cell) for cell in released.cells] + list(official.values())
        metadata = released.metadata
    for place, cell in enumerate(cells):
        cell["id"] = f"released-{place + 1}"
    return Frame(Template(assignment, tuple(map(_template_cell, cells))), tuple(cells), metadata)


def _read(path: Path) -> NotebookNode | None:
    if not path.is_file():
        return None
    try:
        return nbformat.read(path, as_version=4)
    except (ValueError, OSError, nbformat.ValidationError) as error:
        raise AuthoringError(f"{path} cannot be read: generate the assignment again ({error})") from None


def _grade_id(cell: NotebookNode) -> str | None:
    return cell.metadata.get("nbgrader", {}).get("grade_id") if belongs_to_nbgrader(cell) else None


def _official(row: Any, notebook: Any) -> NotebookNode:
    """A cell made from the gradebook's row."""
    graded = {cell.name: cell.max_score for cell in (*notebook.grade_cells, *notebook.task_cells)}
    is_a_task = any(cell.name == row.name for cell in notebook.task_cells)
    make = nbformat.v4.new_code_cell if row.cell_type == "code" else nbformat.v4.new_markdown_cell
    flags = {
        "grade_id": row.name,
        "grade": row.name in graded and not is_a_task,
        "solution": any(cell.name == row.name for cell in notebook.solution_cells),
        "task": is_a_task,
        "locked": row.locked,
        "schema_version": SCHEMA,
        "cell_type": row.cell_type,
        "checksum": row.checksum,
    }
    if row.name in graded:
        flags["points"] = graded[row.name]
    return make(source=row.source or "", metadata=NotebookNode(nbgrader=NotebookNode(flags)))


def _template_cell(cell: NotebookNode) -> TemplateCell:
    """For finding the cell again. What grows by the answer is compared by its released lines alone, as a question."""
    id = _grade_id(cell) or cell["id"]
    kind = "question" if is_solution(cell) else "text"
    return TemplateCell(id=id, type=cell.cell_type, kind=kind, source=cell.source, stub=cell.source)
