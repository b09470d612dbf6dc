"""What the checks said, put where nbgrader's pages show it: as the outputs of the points cells."""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_output

from autograder.checking.outcomes import CheckResult
from autograder.grading.report import Report
from autograder.reporting.feedback import tasks_of
from autograder.reporting.pages import render


def fill_in(nb: NotebookNode, report: Report) -> None:
    """Writes each task's checks into its points cell, and on top what concerns the whole notebook."""
    tasks = {task.name: task for task in tasks_of(report)}
    for cell in nb.cells:
        ours: dict[str, Any] = cell.metadata.get("autograder", {})
        if ours.get("kind") == "points":
            task = tasks.get(ours.get("task", ""))
            checks: tuple[CheckResult, ...] = task.checks if task else ()
            points = sum(check.points for check in checks)
            html = render("points_cell.html.j2", task=task, problem=report.problem)
            data = {"text/plain": repr(float(points)), "text/html": html}
            cell.outputs = [new_output("execute_result", data=data)]
    nb.cells = [cell for cell in nb.cells if cell.get("id") != "autograder-note"]
    if report.problem or report.repairs or report.cell_errors:
        page = render("notes_cell.html.j2", report=report)
        nb.cells.insert(0, new_markdown_cell(" ".join(page.split()), id="autograder-note"))
