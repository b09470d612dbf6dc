"""The step of nbgrader's `generate_feedback` that is ours: comments that students can read, and nothing twice."""

from __future__ import annotations

from html import escape
from typing import Any

from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import is_grade, is_solution
from traitlets import List

from autograder.nbgrader.handed_in import HandedIn


class TidyComments(NbGraderPreprocessor):
    """Comes after `GetGrades`. In assignments with checks, what the checks said stands at the points cells; a comment
    that they left at a task is dropped, one by a human stays. Comments are shown as text, not as HTML."""

    # nbconvert's HTML exporter sets it for every step, and complains where it is no option.
    display_data_priority = List(["text/html", "text/plain"]).tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        handed_in = HandedIn.of(resources, self.parent.parent.coursedir)
        if handed_in.checked is None:
            return nb, resources
        with Gradebook(handed_in.db_url, handed_in.course_id) as gradebook:
            for cell in nb.cells:
                if is_solution(cell):
                    key = (cell.metadata.nbgrader.grade_id, handed_in.notebook, handed_in.assignment)
                    row = gradebook.find_comment(*key, handed_in.student)
                    is_said_below = row.manual_comment is None and not is_grade(cell)
                    cell.metadata.nbgrader["comment"] = "" if is_said_below else escape(row.comment or "")
        return nb, resources
